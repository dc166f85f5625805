using Settlement.Core.Identifiers;

namespace Settlement.Core.Bank;

/// <summary>
/// How far a bank has used its own limits, over all its channels: its net payments of the business day, those on their way among
/// them, and what it owes. Sums are kept, and only channels in which something has moved are counted anew, so that a limit costs
/// the same however many channels there are.
/// </summary>
internal sealed class LimitUse(ChannelBook channels, BusinessDay day)
{
    private readonly Dictionary<(ChannelSide Channel, string Currency), (Int128 Sent, Int128 Owed)> counted = [];
    private readonly Dictionary<(ParticipantId Counterparty, string Currency), Int128> sentTo = [];
    private readonly Dictionary<string, (Int128 Sent, Int128 Owed)> totals = new(StringComparer.Ordinal);

    /// <summary>What this bank's payments to another exceed those received from it.</summary>
    public Int128 SentTo(ParticipantId counterparty, string currency)
    {
        CatchUp();
        return sentTo.GetValueOrDefault((counterparty, currency));
    }

    /// <summary>The same over all banks together.</summary>
    public Int128 SentToAll(string currency)
    {
        CatchUp();
        return totals.GetValueOrDefault(currency).Sent;
    }

    /// <summary>What this bank owes over all channels together.</summary>
    public Int128 Owed(string currency)
    {
        CatchUp();
        return totals.GetValueOrDefault(currency).Owed;
    }

    /// <summary>What it owes in one channel: its position as it will be, with everything on its way, below zero.</summary>
    public static Int128 OwedIn(ChannelSide channel, string currency) => Int128.Max(0, channel.ReservedOf(currency) - channel.State.PositionOf(channel.Context.Own, currency));

    private void CatchUp()
    {
        if (channels.Moved.Count == 0) return;
        foreach (ChannelSide channel in channels.Moved)
        {
            foreach (string currency in channel.Terms.Currencies.Select(static c => c.Code))
            {
                (Int128 sentBefore, Int128 owedBefore) = counted.GetValueOrDefault((channel, currency));
                (Int128 sent, Int128 owed) = (channel.SentOf(day.Number, currency), OwedIn(channel, currency));
                counted[(channel, currency)] = (sent, owed);
                (ParticipantId, string) to = (channel.Other.Id, currency);
                sentTo[to] = sentTo.GetValueOrDefault(to) + sent - sentBefore;
                (Int128 sentInAll, Int128 owedInAll) = totals.GetValueOrDefault(currency);
                totals[currency] = (sentInAll + sent - sentBefore, owedInAll + owed - owedBefore);
            }
        }

        channels.Moved.Clear();
    }
}
