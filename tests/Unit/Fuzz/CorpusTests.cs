using System.Text;
using Settlement.Host.Configuration;
using Settlement.Host.Fuzz;

namespace Settlement.Tests.Unit.Fuzz;

/// <summary>How files of the corpus are read, and that runs start from them.</summary>
public sealed class CorpusTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("settlement-fuzz-").FullName;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("a.hex", "# One.\n0A0b\n0C\n", "0A0B0C")]
    [InlineData("a.text", "# One.\na\nb\n\n", "610A620A")]
    [InlineData("a.text", "# One.\n", "")]
    [InlineData("a.http", "# One.\nalpha\nGET\n\nx\n", "616C7068610A4745540D0A0D0A78")]
    public void A_file_holds_an_input_by_its_ending(string name, string text, string bytes)
    {
        Write(name, text);
        KnownInput known = Assert.Single(FuzzCorpus.Read(folder));
        Assert.Equal(("wire", name, "One."), (known.Target, known.Name, known.Sentence));
        Assert.Equal(bytes, Convert.ToHexString(known.Bytes));
    }

    [Theory]
    [InlineData("a.hex", "0A\n")]
    [InlineData("a.hex", "# One.\n0\n")]
    [InlineData("a.hex", "# One.")]
    [InlineData("a.session", "# One.\n1 2\n")]
    [InlineData("a.bin", "# One.\nx\n")]
    public void A_file_that_is_no_input_is_named(string name, string text)
    {
        Write(name, text);
        HostException refused = Assert.Throws<HostException>(() => FuzzCorpus.Read(folder));
        Assert.Equal(FuzzCodes.ReplayUnreadable, refused.Code);
        Assert.Contains(name, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_finding_that_cannot_be_read_is_named_in_one_sentence()
    {
        string none = Path.Combine(folder, "none.finding");
        HostException refused = Assert.Throws<HostException>(() => FuzzFinding.Read(none));
        Assert.Equal(FuzzCodes.ReplayUnreadable, refused.Code);
        Assert.Contains(none, refused.Message, StringComparison.Ordinal);
        Assert.EndsWith(".", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("..", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_starts_now_and_then_from_the_corpus()
    {
        byte[] known = Encoding.UTF8.GetBytes("an input that no chance draws");
        List<byte> fed = [];
        FuzzTarget target = Planted.Target("planted", () => new Planted
        {
            Feed = (input, _) =>
            {
                fed.Add(input);
                return Task.CompletedTask;
            },
        }).StartingFrom([known]);
        await using IFuzzSession session = await target.BeginAsync(1, Ct);
        byte[][] made = [.. Enumerable.Range(0, 1_000).Select(number => session.Make(new Chance(Chance.SeedOf(1, "planted", number))))];
        Assert.Contains(made, input => input.AsSpan().SequenceEqual(known));
        Assert.InRange(made.Count(static input => input.Length == 1), 900, 999);
        await session.FeedAsync(known, Ct);
        Assert.Equal(known[0], Assert.Single(fed));
    }

    private void Write(string name, string text)
    {
        Directory.CreateDirectory(Path.Combine(folder, "wire"));
        File.WriteAllText(Path.Combine(folder, "wire", name), text);
    }
}
