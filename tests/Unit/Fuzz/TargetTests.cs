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
        { "key", "2D2D2D2D2D424547494E2043455254494649434154452D2D2D2D2D0A4D4949425A7A434341513267417749424167494A415054524172347A71762B364D416F4743437147534D343942414D434D426F784744415742674E5642414D540A44334E6C644852735A57316C626E5167626D396B5A544165467730794E6A417A4D4445774F5441774D4442614677307A4E6A41794D6A67774F5441774D4442610A4D426F784744415742674E5642414D5444334E6C644852735A57316C626E5167626D396B5A54425A4D424D4742797147534D34394167454743437147534D34390A4177454841304941424E2B345A316C396B71426C70425058454642574E33734C6E655544696850506C46682B7342596737437351616851554B6D413251594D330A696A46656E6845305633614E6662734C464D45564F314A494E3432314734536A504441364D41774741315564457745422F7751434D41417744675944565230500A4151482F42415144416765414D426F4741315564455151544D42474343577876593246736147397A64496345667741414154414B42676771686B6A4F505151440A41674E49414442464169424F3063784B36543179384F79386D74314F46704F3676776F49304630346C3237767139377A325072685151496841495677664859320A396E4F31447145444D73766E4854524C335A417065764450574B7430777161753871707A0A2D2D2D2D2D454E442043455254494649434154452D2D2D2D2D0A2D2D2D2D2D424547494E2050524956415445204B45592D2D2D2D2D0A4D494748416745414D424D4742797147534D3439416745474343714745555239417745484247307761774942415151674C42755161476654452B6E75422F34690A723852304F6538714A32774166395656326B4B4E6C317469522F796852414E43414154667547645A665A4B675A61515431784251566A64374335336C41346F540A7A35525966724157494F777245476F55464370674E6B47444E346F78587034524E4664326A58323743785442465474535344654E745275450A2D2D2D2D2D454E442050524956415445204B45592D2D2D2D2D0A", "A key on a curve that the platform does not know." },
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
        byte[] bytes = name is "wire" or "key" ? Convert.FromHexString(input) : Encoding.UTF8.GetBytes(input);
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
