using Settlement.Core.Bank;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Monetary;
using Settlement.Core.Regulator;

namespace Settlement.Tests.Bank;

/// <summary>Two banks with a channel for euros and another for yen, in which one can pay the other for what it is paid in the first.</summary>
internal sealed class GroupWorld : IDisposable
{
    public const long Euros = 100_000;
    public const long Yen = 15_000_000;

    public GroupWorld(long seed = 1)
    {
        Banks = new TwoBanks(seed, withGamma: true).Open(static request => request with { Currencies = [TwoBanks.Eur] });
        EuroChannel = Banks.Channel;
        Banks.Fund(Banks.Alpha, Euros);
        OpenChannelResult opened = Banks.Ask<OpenChannelResult>(Banks.Beta, call => new BankInput.OpenChannel(call, Banks.Request() with
        {
            Counterparty = Banks.Alpha.Id, CounterpartyRoot = Banks.Alpha.Keys.RootFingerprint, Currencies = [TwoBanks.CurrencyOf("JPY")],
        }));
        Assert.Null(opened.Refusal);
        YenChannel = opened.Channel!.Value;
        Banks.Look(YenChannel).Fund(Banks.Beta, Yen, "JPY");
    }

    public TwoBanks Banks { get; }

    public TestNode Alpha => Banks.Alpha;

    public TestNode Beta => Banks.Beta;

    public Digest EuroChannel { get; }

    public Digest YenChannel { get; }

    /// <summary>A payment as a leg of a group.</summary>
    public static ActOrder Payment(Digest channel, string amount) => new(channel, null, "GrossPayment", "pay", new Dictionary<string, string>
    {
        ["amount"] = amount, ["value_date"] = "2026-03-02", ["end_to_end"] = "swap 7", ["debtor"] = "One", ["creditor"] = "Other",
    });

    /// <summary>What is expected of a payment: its amount.</summary>
    public static ActOrder Expected(Digest channel, string amount) => new(channel, null, "GrossPayment", "pay", new Dictionary<string, string> { ["amount"] = amount });

    /// <summary>Alpha begins the group: it pays euros and wants yen.</summary>
    public SubmissionAnswer Begin(string euros = "100.00 EUR", string yen = "15000 JPY", TimeSpan? life = null) =>
        Order(Alpha, new GroupOrder(null, [], life, [Payment(EuroChannel, euros)], [Expected(YenChannel, yen)]));

    /// <summary>Beta joins it.</summary>
    public SubmissionAnswer Join(string yen = "15000 JPY", string euros = "100.00 EUR") =>
        Order(Beta, new GroupOrder(Assert.Single(Groups(Beta)).Group, [], null, [Payment(YenChannel, yen)], [Expected(EuroChannel, euros)]));

    public SubmissionAnswer Order(TestNode bank, GroupOrder order, string? key = null) => Banks.Ask<SubmissionAnswer>(bank, call => new BankInput.OrderGroup(call, key, [1], order));

    public IReadOnlyList<GroupView> Groups(TestNode bank) => Banks.Ask<GroupList>(bank, static call => new BankInput.ListGroups(call)).Groups;

    public (InstructionStatus Status, string? Reason) StatusOf(TestNode bank, SubmissionAnswer answer) => Banks.StatusOf(bank, Convert.FromHexString(Assert.Single(answer.Instructions).Id));

    public long Position(TestNode bank, Digest channel, string currency) => Banks.Look(channel).Position(bank, currency);

    public long Reserved(TestNode bank, Digest channel, string currency) =>
        Banks.Look(channel).View(bank).Positions.Single(p => p.Position.Currency.Code == currency).Reserved.MinorUnits;

    /// <summary>Euros of Alpha and Beta, yen of Alpha and Beta.</summary>
    public long[] Positions =>
    [
        Position(Alpha, EuroChannel, "EUR"), Position(Beta, EuroChannel, "EUR"), Position(Alpha, YenChannel, "JPY"), Position(Beta, YenChannel, "JPY"),
    ];

    /// <summary>Nothing is set aside any more, the members agree, and the supervisor has seen and repeated everything.</summary>
    public void AssertAtRest()
    {
        foreach (TestNode bank in new[] { Alpha, Beta }) Assert.Empty(Groups(bank));
        foreach (Digest channel in new[] { EuroChannel, YenChannel })
        {
            Banks.Look(channel).AssertSameState();
            foreach (TestNode bank in new[] { Alpha, Beta }) Assert.All(Banks.View(bank).Positions, static p => Assert.Equal(0, p.Reserved.MinorUnits));
            ChannelVerdict verdict = Banks.Audit();
            Assert.Equal((true, true, true), (verdict.Delivered, verdict.Authentic, verdict.ReExecuted));
        }
    }

    public void Dispose() => Banks.Dispose();
}
