using System.Text.RegularExpressions;
using Settlement.Contracts;
using Settlement.Contracts.Language;

namespace Settlement.Tests.Unit.Contracts;

/// <summary>The library as it ships: pinned, laid out, shown by scenarios that leave nothing out, and explained on a page.</summary>
public sealed partial class LibraryScenarioTests
{
    private static readonly string Folder = Path.Combine(TestData.ProjectRoot, "contracts-dsl", "library");

    /// <summary>Channels pin these. Another hash is another contract: raise its version and say what it replaces.</summary>
    private static readonly Dictionary<string, string> Pinned = new(StringComparer.Ordinal)
    {
        ["DeliveryVersusPayment"] = "686d1f9fd7794be53d427f5adb98580a2be3a7e59f7dac2e42a3f8870878ebcb",
        ["Escrow"] = "d60289a7f57b460fae6a84b9e41ab37a283df3fd7e2e10cb9b89cdfe40e9824e",
        ["GrossPayment"] = "a7aa64a68ec3096aa0293ccfa37329e398d669bbe81c93f02e842ede2016631d",
        ["LoyaltyExchange"] = "9020e25e7c37216fccb72c7c106b3d9804750df36122b344b124eb8c7042dc89",
        ["NettedObligation"] = "f878b5cce0550d762297aa5e6ddf6bcd8d01fb76f5f8ea80d9b7b30705665298",
        ["OffsetPayment"] = "ef39b3f310e33bbfdf5a999371d3e7576716249e8285c00f3f6c9e3861a0f9c5",
        ["PaymentVersusPayment"] = "a5378e2ae9495c66c840a5c1064395d1f6def8af59b86229fa4e56585fe7f8aa",
        ["PoolFunding"] = "0288d63e658e807d4923362e0c95f0f76e0cceef8be98586ed267242c0f9ad08",
        ["ReceivableFinance"] = "9cb070dce427401b236e78b11916ac53daa35c7cc432a1b6acad42ee0cc9dcb9",
        ["SecuritiesDelivery"] = "374c83c36b1d768494d07015d1514b3fe3f6cc86480cebbc0497c246b80be765",
        ["StandingOrder"] = "8ca18b3a51107760236f76a61e14ed195f76305e2b6f815bab919c748a06b29c",
        ["SyndicatedDrawdown"] = "f06667e0998c64c7989d041ff2265905d54a71faee7d30b8475f77de5e3c8865",
    };

    public static TheoryData<string> Library() => [.. Pinned.Keys];

    [Fact]
    public void TheLibraryIsPinned() =>
        Assert.Equal(Pinned.OrderBy(static p => p.Key, StringComparer.Ordinal).Select(static p => $"{p.Key} {p.Value}"),
            ContractLibrary.All.Select(static c => $"{c.Name} {Convert.ToHexStringLower(c.Hash)}"));

    [Theory]
    [MemberData(nameof(Library))]
    public void ItsTextIsInTheOneLayout(string name)
    {
        Contract contract = ContractLibrary.Load(name);
        string text = ContractFormatter.Format(name, contract.Source).Text!;
        Assert.Equal(contract.Hash, ContractCompiler.Compile(name, text).Contract!.Hash);
        Assert.Equal(contract.Source, text);
    }

    [Theory]
    [MemberData(nameof(Library))]
    public void ScenariosEarnEveryRefusalAndReachEveryState(string name)
    {
        Contract contract = ContractLibrary.Load(name);
        string[] outcomes = [.. ScenarioTable.Run(contract, ScenarioTable.OfLibrary(name)!).Select(static r => r.Actual)];
        Assert.All(contract.States, s => Assert.Contains(outcomes, o => o == s.Name || o.StartsWith(s.Name + ";", StringComparison.Ordinal)));
        foreach (ContractAction action in contract.Actions)
        {
            foreach (Statement.Require require in action.Body.All.OfType<Statement.Require>())
                Assert.Contains($"refused {require.Code} ({action.Name}: {require.Place})", outcomes);
            if (action.Window is { } window) Assert.Contains($"refused {window.Code} ({action.Name}: window)", outcomes);
        }
    }

    [Theory]
    [MemberData(nameof(Library))]
    public void AStoryShowsPositionsAndWhatTheSupervisorSees(string name)
    {
        string story = ScenarioTable.OfLibrary(name)!.Split("\nstory\n", 2)[1];
        Assert.Contains("| positions", story, StringComparison.Ordinal);
        Assert.Contains("| supervisor sees", story, StringComparison.Ordinal);
    }

    /// <summary>Names, goods and references are between banks; the posting of the agent is what a supervisor compares pools with.</summary>
    [Theory]
    [MemberData(nameof(Library))]
    public void ASupervisorObservesAndReadsNoTextButThePosting(string name)
    {
        Contract contract = ContractLibrary.Load(name);
        Party supervisor = Assert.Single(contract.Parties, static p => p.Observes);
        Assert.Equal(("supervisor", PartyKind.Regulator), (supervisor.Name, supervisor.Kind));
        IEnumerable<Field> read = contract.Fields.Concat(contract.Actions.SelectMany(static a => a.Parameters)).Where(f => f.IsReadBy(supervisor));
        Assert.NotEmpty(read);
        Assert.Equal(name == "PoolFunding" ? ["posting"] : [], read.Where(static f => f.Type is TextType or CodeType or CodeSetType || f.PersonalOf is not null).Select(static f => f.Name));
    }

    /// <summary>A node finds the contract for payments and the one for funding by the names of these actions. Of the two that pay, a channel
    /// has the one that its banks chose.</summary>
    [Fact]
    public void TwoContractsPayAndOneFunds()
    {
        Assert.Equal(["GrossPayment", "OffsetPayment"], Creating("pay"));
        Assert.Equal(["PoolFunding"], Creating("issue"));
        Assert.Equal(["PoolFunding"], Creating("redeem"));

        static IEnumerable<string> Creating(string action) =>
            ContractLibrary.All.Where(c => c.FindAction(action, state: null) is not null).Select(static c => c.Name);
    }

    [Theory]
    [MemberData(nameof(Library))]
    public void ItHasAPageThatNamesEveryActionAndField(string name)
    {
        Contract contract = ContractLibrary.Load(name);
        string page = File.ReadAllText(Path.Combine(Folder, name + ".md")).ReplaceLineEndings("\n");
        Assert.StartsWith($"# {name}: ", page, StringComparison.Ordinal);
        Assert.Equal(["What it is for", "Who does what", "Who sees what, and why", "What it leaves out", "What it needs of a node"],
            Heading().Matches(page).Select(static h => h.Groups["title"].Value));
        Assert.All(contract.Actions.Select(static a => a.Name).Concat(contract.Fields.Select(static f => f.Name)),
            n => Assert.Contains($"`{n}`", page, StringComparison.Ordinal));
    }

    /// <summary>What is disclosed is meant, so its page says why.</summary>
    [Fact]
    public void OnlyTheNettedObligationDiscloses() =>
        Assert.Equal(["NettedObligation"], ContractLibrary.All.Where(static c => c.Actions.Any(static a => a.Disclosures.Count > 0)).Select(static c => c.Name));

    /// <summary>So is what the settlement agent may be shown. Without it, the payment is the other one.</summary>
    [Fact]
    public void OnlyTheOffsetPaymentOffers()
    {
        Assert.Equal(["OffsetPayment.pay: amount"], ContractLibrary.All.SelectMany(static c => c.Actions.Where(static a => a.Offered is not null).Select(a => $"{c.Name}.{a.Name}: {a.Offered!.Name}")));
        string[] offering = Body("OffsetPayment"), plain = Body("GrossPayment");
        Assert.Equal(["  offers amount to agent"], offering.Except(plain, StringComparer.Ordinal));
        Assert.Equal(plain, offering.Where(static l => l != "  offers amount to agent"));

        static string[] Body(string name) => [.. ContractLibrary.Load(name).CanonicalText.Split('\n').Skip(2)];
    }

    [Fact]
    public void NothingLiesBesideTheLibraryThatBelongsToNoContract() =>
        Assert.Equal(Pinned.Keys.SelectMany(static n => new[] { n + ".contract", n + ".md", n + ".scenarios" }).Order(StringComparer.Ordinal),
            Directory.GetFiles(Folder).Select(static f => Path.GetFileName(f)!).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Library))]
    public void TheReadmeLinksItsPage(string name) =>
        Assert.Contains($"| [{name}](library/{name}.md) |", File.ReadAllText(Path.Combine(TestData.ProjectRoot, "contracts-dsl", "README.md")), StringComparison.Ordinal);

    [GeneratedRegex("^## (?<title>.+)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Heading();
}
