using Settlement.Client;
using Settlement.Host.Bench;

namespace Settlement.Tests.Unit.Bench;

public sealed class BenchTallyTests : IDisposable
{
    private static readonly Direction Direction = BenchPlan.For(new BenchOptions(2, 1, null, 10, false, null)).Directions[0];

    private readonly BenchTally tally = new(TimeProvider.System);
    private readonly SemaphoreSlim window = new(0);

    [Fact]
    public void Room_is_made_once_the_last_payment_of_a_message_is_reported()
    {
        tally.HandedIn(Direction, 7, Receipt("a", "b"), window);
        tally.Reported([Report("a", 3)]);
        Assert.Equal((1, 0), (tally.Unanswered, window.CurrentCount));
        tally.Reported([Report("b", 4)]);
        Assert.Equal((0, 1), (tally.Unanswered, window.CurrentCount));
        Assert.Equal([new SettledPayment(Direction, 7, 3), new SettledPayment(Direction, 7, 4)], tally.Settled);
    }

    [Fact]
    public void A_report_may_come_before_the_answer_to_its_message()
    {
        tally.Reported([Report("a", 3), Report("other", 3)]);
        Assert.Equal(0, tally.Count);
        tally.HandedIn(Direction, 7, Receipt("a"), window);
        Assert.Equal((1, 0, 1), (tally.Count, tally.Unanswered, window.CurrentCount));
    }

    [Fact]
    public void A_refusal_ends_the_benchmark()
    {
        BenchException atOnce = Assert.Throws<BenchException>(() =>
            tally.HandedIn(Direction, 7, new MessageReceipt("m", [new InstructionStatus("a", "ACTC", null), new InstructionStatus("b", "RJCT", "AM04")]), window));
        Assert.Equal(BenchException.PaymentRefused, atOnce.Code);
        Assert.Contains("AM04", atOnce.Message, StringComparison.Ordinal);
        tally.HandedIn(Direction, 7, Receipt("c"), window);
        BenchException later = Assert.Throws<BenchException>(() => tally.Reported([new ReportItem("1", "c", "RJCT", "DU03", "", 5)]));
        Assert.Contains("DU03", later.Message, StringComparison.Ordinal);
    }

    public void Dispose() => window.Dispose();

    private static MessageReceipt Receipt(params string[] ids) => new("m", [.. ids.Select(static id => new InstructionStatus(id, "ACTC", null))]);

    private static ReportItem Report(string id, ulong sequence) => new("1", id, "ACSC", null, "", sequence);
}
