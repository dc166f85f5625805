using Google.Protobuf;
using Settlement.Core.Agent;
using Settlement.Core.Bank;
using Settlement.Core.Cryptography;
using Settlement.Core.Participants;
using Settlement.Wire.Agent;
using Settlement.Wire.Ledger;

namespace Settlement.Host.Fuzz.Worlds;

/// <summary>What the treasuries of the two banks do beside payments that are covered: they change limits, owe each other, and let payments wait that
/// settle over their accounts alone; and what the supervisor asks of the agent.</summary>
/// <param name="network">The network.</param>
/// <param name="patience">How long anything of it may take to come about.</param>
internal sealed class FuzzTreasury(FuzzNetwork network, TimeSpan patience)
{
    // All of them leave room beyond what a bank owes, so that it can go on paying a little.
    private const long Owed = 200;
    private const long Beyond = 1_000;
    private const long Account = 1_000;
    private const int MostAnswers = 4;
    private static readonly long[] Limits = [500, 1_000, 2_000];

    /// <summary>All of it in an honest network, in which it comes about.</summary>
    public void Begin()
    {
        // Who has no account takes no part in anything over accounts.
        foreach (FuzzNode bank in network.Banks) network.Operator.Credit(bank, Account);
        (long alpha, long beta) = (AccountOf(network.Alpha), AccountOf(network.Beta));
        // A bank reports a leg only where it asks the agent between setting it aside and the ledger's decision, so that is held back.
        network.Tamper = traveller => traveller.Kind == Travel.LedgerRequest && !HasReported && IsDecision(traveller.Body) ? null : traveller.Body;
        (byte[] paid, byte[] paidBack, long credited) = PayAcross(network.Alpha);
        Await("payments that wait at both banks settle over their accounts", () => network.StatusOf(network.Alpha, paid) == InstructionStatus.Settled && network.StatusOf(network.Beta, paidBack) == InstructionStatus.Settled);
        network.Tamper = null;
        BrokenPromise.Unless(HasReported, "banks report the legs that they have set aside");
        // Members may hear before the agent how the ledger has decided.
        Await("an offset ends", () => network.Operator.OffsetsUnderWay() == 0);
        BrokenPromise.Unless((AccountOf(network.Alpha), AccountOf(network.Beta)) == (alpha, beta + credited), "an offset moves its net over the accounts", $"{AccountOf(network.Alpha)}, {AccountOf(network.Beta)}");
        BrokenPromise.Unless(network.Banks.All(bank => PositionOf(bank) == 0), "an offset moves no position");
        Owe(network.Alpha);
        Await("a bank pays on its limit", () => PositionOf(network.Alpha) == -Owed);
        Await("what is owed is paid in a cycle", () =>
        {
            if (network.Operator.CyclesUnderWay() > 0) return false;
            if (PositionOf(network.Alpha) == 0) return true;
            network.Operator.OpenCycle();
            return false;
        });
        BrokenPromise.Unless((AccountOf(network.Alpha), AccountOf(network.Beta)) == (alpha, beta + credited + Owed), "a cycle moves its net over the accounts", $"{AccountOf(network.Alpha)}, {AccountOf(network.Beta)}");
        foreach (FuzzNode bank in network.Banks) Grant(bank, Limits[^1]);
        Await("a limit changes", () => network.Banks.All(bank => network.Position(bank)?.Limit.MinorUnits == Limits[^1]));
    }

    /// <summary>Each bank pays the other what it has no cover for. Neither payment covers the other in their channel; over the accounts both settle.</summary>
    /// <returns>What the bank pays, what it is paid, and what its account was given for the difference.</returns>
    public (byte[] Paid, byte[] PaidBack, long Credited) PayAcross(FuzzNode bank)
    {
        FuzzNode other = network.Other(bank);
        long difference = CoverOf(bank) + Beyond, back = CoverOf(other) + Beyond;
        network.Operator.Credit(bank, difference);
        byte[] paidBack = network.Pay(other, 1, back)[0];
        return (network.Pay(bank, 1, back + difference)[0], paidBack, difference);
    }

    /// <summary>The bank pays so much that it owes something, and has that in its account for a cycle.</summary>
    public void Owe(FuzzNode bank)
    {
        network.Operator.Credit(bank, Owed);
        if (PositionOf(bank) > -Owed) network.Pay(bank, 1, PositionOf(bank) + Owed);
    }

    /// <summary>The bank changes what the other may owe it.</summary>
    public void Grant(FuzzNode bank, Chance chance) => Grant(bank, chance.Pick(Limits));

    /// <summary>The supervisor asks which channels are funded, and for more until it has them all.</summary>
    public void AskFunded()
    {
        AgentRequest request = new() { Suite = Suite.Current, Network = FuzzNetwork.Network, FundedChannels = true };
        for (int answers = 0; answers < MostAnswers; answers++)
        {
            byte[]? told = network.AtAgent(network.Supervisor.Id, request.ToByteArray());
            network.Settle();
            if (told is null || !Parsing.TryParse(AgentReply.Parser, told, out AgentReply? reply) || reply.Channels.Count == 0) return;
            request.FundedAfter = reply.Channels[^1].Channel;
        }
    }

    private bool HasReported => network.Travelled.ByContent[Content.OffsetsReported].Count > 0;

    private static bool IsDecision(byte[] body) => LedgerRequest.Parser.ParseFrom(body).Submissions.Any(static submission => submission.Decided is not null);

    private void Grant(FuzzNode bank, long minorUnits) => _ = network.Ask<ChannelLimitList>(bank, call => new BankInput.GrantLimit(call, network.Channel, FuzzNetwork.Eur.Code, minorUnits, null));

    private long PositionOf(FuzzNode bank) => network.Position(bank)?.Position.MinorUnits ?? 0;

    private long CoverOf(FuzzNode bank) => network.Position(bank) is { } position ? position.Position.MinorUnits - position.Reserved.MinorUnits + position.Limit.MinorUnits : 0;

    private long AccountOf(FuzzNode bank) => network.Operator.Books().Accounts.Where(account => account.Bank == bank.Id).Sum(static account => account.Balance.MinorUnits);

    private void Await(string promise, Func<bool> isSo)
    {
        for (DateTimeOffset end = network.Now + patience; !isSo(); network.Pass(TimeSpan.FromSeconds(1)))
            BrokenPromise.Unless(network.Now < end, promise, $"not in {patience}: {network.Alarms}");
    }
}
