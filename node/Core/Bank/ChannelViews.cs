using Settlement.Core.Monetary;

namespace Settlement.Core.Bank;

/// <summary>What the bank's own doors show of a channel.</summary>
internal static class ChannelViews
{
    public static ChannelView Of(ChannelSide channel) => new(
        channel.Id, channel.Other.Id, [.. channel.Terms.Observers.Select(o => o.Id)], channel.Term, channel.IsSequencer, channel.Sequence, channel.Head,
        channel.Mailbox.Count, channel.Queued, channel.InFlight is not null, [.. channel.Terms.Currencies.Select(c => Position(channel, c))])
    {
        Units = [.. channel.Terms.Units.Select(u => new UnitPositionView(u, channel.State.PositionOf(channel.Context.Own, u), (long)Int128.Min(channel.ReservedOf(u), long.MaxValue), channel.LimitOf(channel.Context.Own, u)))],
        End = End(channel),
    };

    private static ChannelEnd? End(ChannelSide channel) => channel.Close is not { } close ? null
        : new ChannelEnd(channel.IsClosed ? close.LeafIndex : null, channel.IsClosed ? DateTimeOffset.FromUnixTimeMilliseconds(close.TimeUnixMs) : null,
            (int)close.Record.Member == channel.Context.Own,
            [.. close.Exits.Select(exit => new Money(channel.Terms.Currencies.First(c => c.Code == exit.Currency), exit.PaidMinorUnits))]);

    private static PositionView Position(ChannelSide channel, Currency currency) => new(
        new Money(currency, channel.State.PositionOf(channel.Context.Own, currency.Code)),
        new Money(currency, (long)Int128.Min(channel.ReservedOf(currency.Code), long.MaxValue)),
        new Money(currency, channel.LimitOf(channel.Context.Own, currency.Code)));
}
