using Settlement.Host.Network;
using System.Globalization;
using Settlement.Client;
using Settlement.Core.Identifiers;
using Settlement.Core.Monetary;
using Settlement.Host;
using Settlement.Host.Demo;
using Settlement.Ledger;
using Settlement.Tests.EndToEnd.BadInput;
using Settlement.Tests.EndToEnd.Network;

namespace Settlement.Tests.EndToEnd.Kill;

/// <summary>Processes are killed without warning in the middle of a day, and nothing that was promised is lost or done twice.</summary>
public sealed class KillTests
{
    private const int Kills = 20;
    private const int PaymentsADay = 12;
    private const int KillSeed = 20260302;
    private static readonly string[] Banks = ["ALPHDEFFXXX", "BETAFRPPXXX", "GAMMGB2LXXX"];
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan AgreePoll = TimeSpan.FromMilliseconds(50);

    [Fact]
    public async Task Twenty_kills_lose_nothing_and_repeat_nothing()
    {
        CancellationToken ct = TestContext.Current.CancellationToken;
        // One kill a day, in the midst of it.
        Payment[] payments = [.. Enumerable.Range(0, Kills * PaymentsADay).Select(PaymentOf)];
        DemoPlan plan = DemoPlan.For(Pacs008.Input(payments), DemoPlan.DefaultMaxBanks);
        Assert.Equal(Kills, plan.Days.Count);
        await using LocalNetwork network = await LocalNetwork.CreateAsync(
            new LocalNetworkOptions { Banks = plan.Banks, Entropy = new SystemEntropy(), Time = TimeProvider.System, Phase = static (_, _) => { } }, ct);
        await network.StartAsync(ct);
        IReadOnlyList<string> channels = await new NetworkOpening(network, TimeProvider.System, static (_, _) => { }).PrepareAsync(plan.Channels, plan.Credits(), ct);

        Lottery draw = new(KillSeed);
        List<LocalNode> victims = [];
        List<DemoOutcome> outcomes = [];
        for (int day = 0; day < plan.Days.Count; day++)
        {
            if (victims.Count == 0) victims = [.. network.Nodes];
            LocalNode victim = victims[draw.Next(victims.Count)];
            victims.Remove(victim);
            outcomes.AddRange(await SettleUnderKillAsync(network, plan with { Days = [plan.Days[day]] }, victim, draw.Next(PaymentsADay), ct));
        }

        Assert.Equal(payments.Length, outcomes.Count);
        Assert.All(outcomes, static outcome => Assert.True(outcome.Status is DemoOutcome.Final or DemoOutcome.Rejected, outcome.Status));
        Assert.Equal(outcomes.Count, outcomes.Select(static outcome => outcome.Submission.Index).Distinct().Count());
        await WaitUntilMembersAgreeAsync(network, plan, channels, ct);
        await CheckMoneyAsync(network, plan, payments, outcomes, channels, ct);
        await CheckEntriesAsync(network, plan, payments, outcomes, channels, ct);
        NetworkProof proof = new(network, TimeProvider.System);
        LedgerVerdict ledger = await proof.VerifyLedgerAsync(ct);
        Assert.True(ledger.IsVerified, string.Join('\n', ledger.Findings));
        foreach (IReadOnlyList<string> command in proof.VerifyCommands())
        {
            (int code, string verdict, string error) = await SettlementProgram.RunAsync([.. command]);
            Assert.True(code == 0, verdict + error);
        }

        NetworkVerdict regulator = await proof.AuditAsync(channels, ct);
        Assert.True(regulator is { Complete: true, ReExecuted: true }, string.Join('\n', regulator.Findings));
    }

    // The node is killed as soon as so many of the day's payments are answered, in the midst of the others, and starts again.
    private static async Task<IReadOnlyList<DemoOutcome>> SettleUnderKillAsync(
        LocalNetwork network, DemoPlan day, LocalNode victim, int answersBefore, CancellationToken ct)
    {
        TaskCompletionSource due = new(TaskCreationOptions.RunContinuationsAsynchronously);
        int answered = 0;
        if (answersBefore == 0) due.SetResult();
        Task<IReadOnlyList<DemoOutcome>> settling = new DemoSettlement(network, day, AnswerWithin, TimeProvider.System, _ =>
        {
            if (Interlocked.Increment(ref answered) == answersBefore) due.TrySetResult();
        }).RunAsync(ct);
        // A day that fails has no further answers: its own error says why.
        if (await Task.WhenAny(due.Task, settling) == settling) await settling;
        await due.Task;
        await network.KillAsync(victim, ct);
        await network.RestartAsync(victim, ct);
        return await settling;
    }

    // A payment is final for both at one moment, of which the payee's node hears a moment later than the payer's.
    private static async Task WaitUntilMembersAgreeAsync(LocalNetwork network, DemoPlan plan, IReadOnlyList<string> channels, CancellationToken ct)
    {
        using CancellationTokenSource enough = CancellationTokenSource.CreateLinkedTokenSource(ct);
        enough.CancelAfter(AnswerWithin);
        for (int i = 0; i < plan.Channels.Count; i++)
        {
            while (await HeadAsync(plan.Channels[i].First, channels[i]) != await HeadAsync(plan.Channels[i].Second, channels[i]))
                await Task.Delay(AgreePoll, enough.Token);
        }

        async Task<string> HeadAsync(ParticipantId bank, string channel) =>
            (await network.Client(network.Bank(bank)).ChannelsAsync(enough.Token)).Channels.Single(known => known.Id == channel).Head;
    }

    private static async Task CheckMoneyAsync(
        LocalNetwork network, DemoPlan plan, Payment[] payments, IReadOnlyList<DemoOutcome> outcomes, IReadOnlyList<string> channels, CancellationToken ct)
    {
        for (int i = 0; i < plan.Channels.Count; i++)
        {
            ChannelPlan channel = plan.Channels[i];
            foreach ((ParticipantId owner, ParticipantId other) in new[] { (channel.First, channel.Second), (channel.Second, channel.First) })
            {
                Money expected = channel.Funding.Where(side => side.Payer == owner).Aggregate(Euro("0"), static (sum, side) => sum + side.Amount);
                foreach (DemoOutcome outcome in outcomes.Where(static outcome => outcome.Status == DemoOutcome.Final))
                {
                    Payment payment = PaymentIn(payments, outcome);
                    if (payment.Payer == owner.ToString() && payment.Payee == other.ToString()) expected -= Euro(payment.Amount);
                    if (payment.Payer == other.ToString() && payment.Payee == owner.ToString()) expected += Euro(payment.Amount);
                }

                PositionList positions = await network.Client(network.Bank(owner)).PositionsAsync(ct);
                PositionInfo position = Assert.Single(positions.Positions, position => position.Channel == channels[i]);
                Assert.Equal(expected.ToDecimalText(), position.Position);
                Assert.Equal(Euro("0").ToDecimalText(), position.Reserved);
            }

            Money funded = channel.Funding.Aggregate(Euro("0"), static (sum, side) => sum + side.Amount);
            BooksInfo books = await network.Client(network.Agent).BooksAsync(ct);
            Assert.Equal(funded.ToDecimalText(), Assert.Single(books.Pools, pool => pool.Owner == channels[i]).Amount);
        }
    }

    // Both members hold each final payment as one entry, and no other.
    private static async Task CheckEntriesAsync(
        LocalNetwork network, DemoPlan plan, Payment[] payments, IReadOnlyList<DemoOutcome> outcomes, IReadOnlyList<string> channels, CancellationToken ct)
    {
        for (int i = 0; i < plan.Channels.Count; i++)
        {
            string[] members = [plan.Channels[i].First.ToString(), plan.Channels[i].Second.ToString()];
            string[] expected = [.. outcomes.Where(static outcome => outcome.Status == DemoOutcome.Final).Select(outcome => PaymentIn(payments, outcome))
                .Where(payment => members.Contains(payment.Payer) && members.Contains(payment.Payee)).Select(static payment => payment.EndToEnd).Order(StringComparer.Ordinal)];
            foreach (string member in members)
            {
                List<EntryInfo> entries = await NetworkReading.EntriesAsync(network, network.Bank(Pacs008.Id(member)), channels[i], ct);
                Assert.Equal(entries.Count, entries.Select(static entry => entry.Id).Distinct().Count());
                string[] settled = [.. entries.Where(static entry => entry is { Action: "pay", Refusal: null })
                    .Select(static entry => entry.Fields.Single(static field => field.Name == "end_to_end").Value!).Order(StringComparer.Ordinal)];
                Assert.Equal(expected, settled);
            }
        }
    }

    private static Payment PaymentOf(int index)
    {
        int payer = index % Banks.Length;
        int payee = (payer + 1 + ((index / Banks.Length) % (Banks.Length - 1))) % Banks.Length;
        string number = index.ToString("00000", CultureInfo.InvariantCulture);
        return new Payment(Banks[payer], Banks[payee], $"{index + 1}.{index % 100:00}")
        {
            Reference = $"kill-{number}",
            EndToEnd = $"e2e-{number}",
            Date = new DateOnly(2026, 3, 2).AddDays(index / PaymentsADay),
        };
    }

    private static Payment PaymentIn(Payment[] payments, DemoOutcome outcome) =>
        payments[int.Parse(Path.GetFileNameWithoutExtension(outcome.Submission.File.Name), CultureInfo.InvariantCulture)];

    private static Money Euro(string amount) => Money.TryParse($"{amount} EUR", out Money money) ? money : throw new ArgumentException(amount);

    /// <summary>Draws that repeat with their seed (a linear congruential generator; nothing here needs more).</summary>
    private sealed class Lottery(ulong seed)
    {
        private ulong state = seed;

        public int Next(int bound)
        {
            state = unchecked((state * 6364136223846793005) + 1442695040888963407);
            return (int)((state >> 33) % (ulong)bound);
        }
    }
}
