using System.Text;
using Settlement.Contracts;
using Settlement.Host.Fuzz;
using Settlement.Host.Fuzz.Targets;

namespace Settlement.Tests.Unit.Fuzz;

/// <summary>
/// Every target of the fuzzer, over a few sessions of one seed, and everything that longer runs once found, which the corpus
/// beside this file holds. The open-ended run is <c>settlement fuzz --minutes M</c>; whatever it finds becomes a file there.
/// </summary>
public sealed class TargetTests(TargetTests.Targets targets) : IClassFixture<TargetTests.Targets>
{
    private const ulong Seed = 1;
    private const int Sessions = 4;

    // A session at the doors of whole nodes is not gone through to its end, but its checks at the end are made.
    private const int CasesAtDoors = 40;

    // What an input at a door did may have depended on who was faster, so each is sent more than once.
    private const int RepeatsAtDoors = 25;
    private static readonly string[] AtDoors = ["api", "door", "answerer"];

    // Their cases are signed as they are made, and the platform draws a part of each signature.
    private static readonly string[] FreshlySigned = ["record", "note", "reply"];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static TheoryData<string> Names =>
    [
        "pacs", "transfer", "order", "configuration", "contract", "identifier", "record", "note", "proof", "reply", "envelope", "key", "wire",
        "bank", "opening", "regulator", "agent", "ledger", "answers", .. AtDoors,
    ];

    /// <summary>The corpus, by its files.</summary>
    public static TheoryData<string> Known => [.. Corpus.Select(static known => $"{known.Target}/{known.Name}")];

    /// <summary>What is too long for a file.</summary>
    public static TheoryData<string, string> LongInputs => new()
    {
        { "What the platform's parser says of a long name is as long.", $"<{new string('a', 100_000)}></b>" },
    };

    private static IReadOnlyList<KnownInput> Corpus { get; } = FuzzCorpus.Read(FuzzCorpus.FindShipped() ?? throw new InvalidOperationException($"There is no {FuzzCorpus.Shipped} above the tests."));

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_target_starts_and_holds(string name)
    {
        FuzzTarget target = targets.All.Find(name);
        CaseRunner runner = new(target, Seed);
        bool isAtDoors = AtDoors.Contains(name);
        int sessions = target.KeepsState && !isAtDoors ? Sessions : 1;
        for (int session = 0; session < sessions; session++) AssertNone(await runner.RunSessionAsync(session, isAtDoors ? CasesAtDoors - 1 : long.MaxValue, Ct));
        Assert.Equal(isAtDoors ? CasesAtDoors : sessions * target.CasesPerSession, runner.Cases);
    }

    [Fact]
    public void No_target_is_left_out() => Assert.Equal(targets.All.All.Select(static target => target.Name), Names.Select(static row => row.Data));

    [Fact]
    public void The_contract_of_every_construct_is_one()
    {
        Compilation compilation = ContractCompiler.Compile("everything", ContractTarget.Grammar);
        Assert.True(compilation.Contract is not null, DiagnosticRenderer.Render(compilation.Diagnostics));
        Assert.Equal("amount", compilation.Contract.FindAction("pay")!.Offered!.Name);
    }

    [Fact]
    public async Task A_case_is_the_same_whenever_it_is_made()
    {
        foreach (FuzzTarget target in targets.All.All.Where(static target => !FreshlySigned.Contains(target.Name) && !AtDoors.Contains(target.Name)))
        {
            await using IFuzzSession first = await target.BeginAsync(Seed, Ct);
            await using IFuzzSession second = await target.BeginAsync(Seed, Ct);
            for (long number = 0; number < target.CasesPerSession; number++)
            {
                ulong drawn = Chance.SeedOf(Seed, target.Name, number);
                Assert.Equal(first.Make(new Chance(drawn)), second.Make(new Chance(drawn)));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Known))]
    public async Task What_the_corpus_once_broke_holds(string path)
    {
        KnownInput known = Corpus.Single(known => $"{known.Target}/{known.Name}" == path);
        AssertNone(await ReplayAsync(known.Target, known.Bytes));
    }

    [Theory]
    [MemberData(nameof(LongInputs))]
    public async Task What_a_long_message_once_broke_holds(string sentence, string input)
    {
        Assert.NotEqual("", sentence);
        AssertNone(await ReplayAsync("pacs", Encoding.UTF8.GetBytes(input)));
    }

    private async Task<FuzzFinding?> ReplayAsync(string name, byte[] input) =>
        await new CaseRunner(targets.All.Find(name), Seed).ReplayAsync(new FuzzFinding(FuzzCodes.CaseFailed, name, Seed, 0, "", [.. Enumerable.Repeat(input, AtDoors.Contains(name) ? RepeatsAtDoors : 1)]), Ct);

    private static void AssertNone(FuzzFinding? found) => Assert.True(found is null, $"{found?.Code} {found?.Command}: {found?.Fault}");

    /// <summary>The targets, made once.</summary>
    public sealed class Targets : IAsyncLifetime
    {
        internal FuzzTargets All { get; private set; } = null!;

        public async ValueTask InitializeAsync() => All = await FuzzTargets.CreateAsync(CancellationToken.None);

        public ValueTask DisposeAsync() => All.DisposeAsync();
    }
}
