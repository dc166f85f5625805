using System.Text;
using Settlement.Host.Fuzz;
using Settlement.Tests.Unit.Iso20022;

namespace Settlement.Tests.Unit.Fuzz;

/// <summary>
/// Every target of the fuzzer, over a few cases of one seed, and everything that longer runs once found. The open-ended run
/// is <c>settlement fuzz --minutes M</c>; whatever it finds gets a row here.
/// </summary>
public sealed class TargetTests(TargetTests.Targets targets) : IClassFixture<TargetTests.Targets>
{
    private const ulong Seed = 1;

    // A session of a reader is shorter; one on a network does not go to its end, but its checks at the end are made.
    private const int Cases = 200;
    private const int CasesOnNetwork = 10;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static TheoryData<string> Names =>
    [
        "pacs", "transfer", "order", "configuration", "contract", "identifier", "record", "note", "proof", "reply", "envelope", "key", "wire",
        "bank", "opening", "regulator", "agent", "ledger", "answers",
    ];

    /// <summary>Inputs that once made a reader throw, hang or break a promise; bytes are written as hexadecimal digits.</summary>
    public static TheoryData<string, string, string> KnownInputs => new()
    {
        { "wire", "0D9F8C862812FFFFFFFF07", "Lengths whose sum overflowed in the library." },
        { "wire", "12FFFFFFFF070AE3FFFFFF076565", "Fourteen bytes that asked for two gigabytes." },
        { "wire", "12FCFFFFFF070AF0FFFFFF03010203", "A length that was read beyond the message." },
        { "wire", "0AFCFFFFFF073AFCFFFFFF070A8080808004010203", "Lengths near the largest number, one after the other." },
        { "configuration", """{"role":"bank","tokens":[null]}""", "A token that is null." },
        { "configuration", """{"role":"bank","accept":{"limits":[null]}}""", "A limit that is null." },
        { "configuration", """{"role":"bank","folder":"a\u0000b"}""", "A zero in a path." },
        { "configuration", """{"role":"bank","api":{"certificate":"a\u0000b"}}""", "A zero in the path of a certificate." },
        { "configuration", """{"role":"bank","accept":{"contracts":["a\u0000.contract"]}}""", "A zero in the path of a contract." },
        { "pacs", Message.With(">T1<", ">\t<"), "A reference of white space." },
        { "pacs", Message.With(">E1<", "> \t<"), "A required reference of white space." },
        { "pacs", $"<{new string('a', 100_000)}></b>", "What the platform's parser says of a long name is as long." },
    };

    /// <summary>Sessions on networks that once failed: the run's seed and the case. What a seed meets depends on the machines'
    /// behaviour, so an old row may no longer reach the place that it was found for; it stays a session like any other.</summary>
    public static TheoryData<string, ulong, long, string> KnownSessions => new()
    {
        { "answers", 1805371699, 95, "A regulator that was shown one false leaf kept it, and never read the log again." },
    };

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_target_starts_and_holds(string name)
    {
        FuzzTarget target = targets.All.Find(name);
        CaseRunner runner = new(target, Seed);
        AssertNone(await runner.RunSessionAsync(0, (target.KeepsState ? CasesOnNetwork : Cases) - 1, Ct));
        Assert.Equal(target.KeepsState ? CasesOnNetwork : Cases, runner.Cases);
    }

    [Fact]
    public void No_target_is_left_out() => Assert.Equal(targets.All.All.Select(static target => target.Name), Names.Select(static row => row.Data));

    [Theory]
    [MemberData(nameof(KnownInputs))]
    public async Task What_an_input_once_broke_holds(string name, string input, string sentence)
    {
        Assert.NotEqual("", sentence);
        byte[] bytes = name == "wire" ? Convert.FromHexString(input) : Encoding.UTF8.GetBytes(input);
        AssertNone(await new CaseRunner(targets.All.Find(name), Seed).ReplayAsync(new FuzzFinding(FuzzCodes.CaseFailed, name, Seed, 0, "", [bytes]), Ct));
    }

    [Theory]
    [MemberData(nameof(KnownSessions))]
    public async Task What_a_session_once_broke_holds(string name, ulong seed, long number, string sentence)
    {
        Assert.NotEqual("", sentence);
        CaseRunner runner = new(targets.All.Find(name), seed);
        AssertNone(await runner.RunSessionAsync(runner.SessionOf(number), number, Ct));
    }

    private static void AssertNone(FuzzFinding? found) => Assert.True(found is null, $"{found?.Code} {found?.Command}: {found?.Fault}");

    /// <summary>The targets, made once.</summary>
    public sealed class Targets : IAsyncLifetime
    {
        internal FuzzTargets All { get; private set; } = null!;

        public async ValueTask InitializeAsync() => All = await FuzzTargets.CreateAsync(CancellationToken.None);

        public ValueTask DisposeAsync() => All.DisposeAsync();
    }
}
