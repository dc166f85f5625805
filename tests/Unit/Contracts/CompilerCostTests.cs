using Settlement.Contracts;

namespace Settlement.Tests.Unit.Contracts;

/// <summary>
/// Whoever proposes a channel has its contract checked by all members, so that a check must end soon whatever it says. What is done is
/// counted, in steps or in bytes of memory that are asked for, and never timed.
/// </summary>
public sealed class CompilerCostTests
{
    private const int Sums = 30, Parts = 120, States = 12;

    /// <summary>Each part of a sum was bounded once for all those around it, which spent the steps of the proof many times over.</summary>
    [Fact]
    public void LongSumsOfAnAutomaticActionAreProvedWithinTheSteps() => Assert.Empty(ContractCompiler.Compile("sums", Contract(
        Lines(20, i => $"  f{i} integer to p, q"), string.Join(", ", Enumerable.Range(0, States).Select(i => $"S{i} may rest")),
        "on make by p, agreed by q\n" + Lines(20, i => $"  require f{i} > 0 and f{i} < 100 else NO") + "  -> S0\n"
        + string.Concat(Enumerable.Range(1, States - 1).Select(i => $"on to{i} by p, agreed by q when S{i - 1}\n  -> S{i}\n"))
        + "on next by network when " + string.Join(", ", Enumerable.Range(0, States).Select(i => $"S{i}")) + "\n"
        + Lines(Sums, i => $"  let x{i} = {string.Join(" + ", Enumerable.Range(i, Parts).Select(k => $"f{k % 20}"))}") + "  -> S0\n")).Diagnostics);

    /// <summary>What tells of personal data where an instance stands is followed over all ways: too many of them are refused, not waited for.</summary>
    [Fact]
    public void TooManyWaysForPersonalDataAreRefused()
    {
        const int Many = 150;
        string all = string.Join(", ", Enumerable.Range(0, Many).Select(i => $"S{i}"));
        Compilation compilation = ContractCompiler.Compile("ways", Contract(
            Lines(Many, i => $"  f{i} integer to p, q  personal of p"), string.Join(", ", Enumerable.Range(0, Many).Select(i => $"S{i} may rest")),
            "on make by p, agreed by q\n  -> S0\n"
            + string.Concat(Enumerable.Range(1, Many - 1).Select(i => $"on to{i}(y integer to p, q personal of p) by p, agreed by q when {all}\n  if f{i} + y > 0\n    -> S{i}\n  end\n  if f{i - 1} > 0\n    -> S{(i + 77) % Many}\n  end\n  -> S{i}\n"))));
        Assert.Null(compilation.Contract);
        Diagnostic diagnostic = Assert.Single(compilation.Diagnostics);
        Assert.Equal(("CD206", 1), (diagnostic.Code, diagnostic.Line));
        Assert.Contains("too much to check", diagnostic.Message, StringComparison.Ordinal);
    }

    /// <summary>Numbers between commas were read again from each of them on: twice as many cost four times as much.</summary>
    [Fact]
    public void TwiceAsManyNumbersBetweenCommasCostTwiceAsMuch()
    {
        long once = Allocated(Numbers(4_000)), twice = Allocated(Numbers(8_000));
        Assert.InRange(twice, once, once * 3);

        static string Numbers(int count) => $"contract Commas version 1\nparties\n  p {string.Join(',', Enumerable.Repeat('1', count))}\n";
    }

    private static string Lines(int count, Func<int, string> line) => string.Concat(Enumerable.Range(0, count).Select(i => line(i) + "\n"));

    private static string Contract(string fields, string states, string actions) =>
        $"contract Long version 1\nparties\n  p bank\n  q bank\nfields\n{fields}states\n  {states}\n{actions}";

    private static long Allocated(string source)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        ContractCompiler.Compile("cost", source);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
