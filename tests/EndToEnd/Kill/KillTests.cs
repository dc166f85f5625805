using System.Globalization;
using System.Threading.Channels;
using Settlement.Client;
using Settlement.Core.Identifiers;
using Settlement.Core.Monetary;
using Settlement.Host;
using Settlement.Host.Demo;
using Settlement.Ledger;
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

    [Fact]
    public async Task Twenty_kills_lose_nothing_and_repeat_nothing()
    {
        CancellationToken ct = TestContext.Current.CancellationToken;
        // One kill a day: a day starts when the kill of the one before was made, so that none comes too late.
        Payment[] payments = [.. Enumerable.Range(0, (Kills + 1) * PaymentsADay).Select(PaymentOf)];
        DemoPlan plan = DemoPlan.For(Pacs008.Input(payments), DemoPlan.DefaultMaxBanks);
        Assert.Equal(Kills + 1, plan.Days.Count);
        await using DemoNetwork network = await DemoNetwork.CreateAsync(
            new DemoNetworkOptions { Banks = plan.Banks, Entropy = new SystemEntropy(), Time = TimeProvider.System, Phase = static (_, _) => { } }, ct);
        await network.StartAsync(ct);
        IReadOnlyList<string> channels = await new DemoOpening(network, TimeProvider.System, static (_, _) => { }).PrepareAsync(plan, ct);

        Channel<DemoOutcome> answers = Channel.CreateUnbounded<DemoOutcome>();
        // One permit before the first day, and one more for each kill that was made: no day overtakes its kill.
        using SemaphoreSlim days = new(1);
        Task<IReadOnlyList<DemoOutcome>> settling = new DemoSettlement(
            network, plan, AnswerWithin, TimeProvider.System, outcome => Assert.True(answers.Writer.TryWrite(outcome)))
        {
            BeforeDay = (_, token) => days.WaitAsync(token),
        }.RunAsync(ct);
        int kills = await KillAsync(network, answers.Reader, settling, () => days.Release(), ct);
        IReadOnlyList<DemoOutcome> outcomes = await settling;

        Assert.Equal(Kills, kills);
        Assert.Equal(payments.Length, outcomes.Count);
        Assert.All(outcomes, static outcome => Assert.True(outcome.Status is DemoOutcome.Final or DemoOutcome.Rejected, outcome.Status));
        Assert.Equal(outcomes.Count, outcomes.Select(static outcome => outcome.Submission.Index).Distinct().Count());
        await CheckMoneyAsync(network, plan, payments, outcomes, channels, ct);
        await CheckEntriesAsync(network, plan, payments, outcomes, channels, ct);
        DemoProof proof = new(network, TimeProvider.System);
        LedgerVerdict ledger = await proof.VerifyLedgerAsync(ct);
        Assert.True(ledger.IsVerified, string.Join('\n', ledger.Findings));
        (RegulatorTotals regulator, IReadOnlyList<AuditReport> reports) = await proof.AuditAsync(channels, ct);
        Assert.True(regulator is { Complete: true, ReExecuted: true }, string.Join('\n', reports));
    }

    // Kill number i comes after an answer of day i, at a place in the day and of a node that the seed draws.
    private static async Task<int> KillAsync(DemoNetwork network, ChannelReader<DemoOutcome> answers, Task settling, Action killed, CancellationToken ct)
    {
        Lottery draw = new(KillSeed);
        List<DemoNode> victims = [];
        int answered = 0, kills = 0;
        for (int day = 0; day < Kills; day++)
        {
            int place = (day * PaymentsADay) + 1 + draw.Next(PaymentsADay - 1);
            while (answered < place)
            {
                ValueTask<DemoOutcome> next = answers.ReadAsync(ct);
                Task<DemoOutcome> answer = next.AsTask();
                // When the day fails there will be no further answer: its own error says why.
                if (await Task.WhenAny(answer, settling) == settling && !answer.IsCompleted) await settling;
                await answer;
                answered++;
            }

            if (victims.Count == 0) victims = [.. network.Nodes];
            int chosen = draw.Next(victims.Count);
            DemoNode victim = victims[chosen];
            victims.RemoveAt(chosen);
            await network.KillAsync(victim, ct);
            await network.RestartAsync(victim, ct);
            if (!settling.IsCompleted) kills++;
            killed();
        }

        return kills;
    }

    private static async Task CheckMoneyAsync(
        DemoNetwork network, DemoPlan plan, Payment[] payments, IReadOnlyList<DemoOutcome> outcomes, IReadOnlyList<string> channels, CancellationToken ct)
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
        DemoNetwork network, DemoPlan plan, Payment[] payments, IReadOnlyList<DemoOutcome> outcomes, IReadOnlyList<string> channels, CancellationToken ct)
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
