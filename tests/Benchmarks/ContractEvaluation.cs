using BenchmarkDotNet.Attributes;
using Settlement.Contracts;

namespace Settlement.Tests.Benchmarks;

/// <summary>The action <c>pay</c> of the contract that ships, and its compilation.</summary>
[MemoryDiagnoser]
public class ContractEvaluation
{
    private static readonly Contract Payment = ContractLibrary.Load("GrossPayment");

    private ContractAction pay = Payment.Actions[0];
    private IReadOnlyList<Value?> values = [];
    private Occasion occasion;

    [GlobalSetup]
    public void Fill()
    {
        using OnePayment payment = new();
        values = payment.Values;
        pay = Payment.FindAction("pay")!;
        occasion = new Occasion(DateTimeOffset.UnixEpoch, BusinessCalendar.Weekdays, new Seat(pay.By.Party!.Index));
        Assert.IsType<Evaluation.Accepted>(Evaluate());
        Assert.NotNull(CompileThreeHundredLines());
    }

    [Benchmark]
    public Evaluation Evaluate() => Payment.Evaluate(pay, null, values, [], occasion);

    /// <summary>A contract of 300 lines: fields of all audiences, and a life of forty actions with blocks, windows and reservations.</summary>
    [Benchmark]
    public Contract? CompileThreeHundredLines() => ContractCompiler.Compile("Long", LongContract.Source).Contract;

    [Benchmark]
    public Contract? Compile() => ContractCompiler.Compile("GrossPayment", Payment.Source).Contract;
}
