using Settlement.Core.Channels;
using Settlement.Core.Instructions;
using Settlement.Core.Monetary;

namespace Settlement.Core.Bank;

/// <summary>What the bank's own doors show of the queue.</summary>
internal static class QueueViews
{
    public static QueueList Of(BankInput.ListQueue list, ChannelBook channels, PaymentQueue queue)
    {
        ChannelSide? channel = null;
        if (list.Channel is { } id && !channels.TryGet(id, out channel)) return new QueueList([], 0, ChannelCodes.ChannelUnknown);
        List<QueuedPayment> waiting = [.. queue.Waiting(channel)];
        return new QueueList([.. waiting.Take(list.Limit).Select(View)], waiting.Count, null);
    }

    private static QueuedView View(QueuedPayment payment)
    {
        if (!Currency.TryParse(payment.Row.Currency, out Currency currency)) throw new InvalidOperationException("A payment that waits has no currency.");
        return new QueuedView(
            payment.Id, payment.Channel.Id, payment.Channel.Other.Id, new Money(currency, payment.Row.MinorUnits), payment.Priority,
            DateTimeOffset.FromUnixTimeMilliseconds(payment.Row.ReceivedUnixMs), payment.Row.Reason, Time(payment.Row.NotBeforeUnixMs), Time(payment.Row.NotAfterUnixMs));
    }

    private static DateTimeOffset? Time(long unixMs) => unixMs == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds(unixMs);
}
