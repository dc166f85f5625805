using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Settlement.Contracts;
using Settlement.Contracts.Editor;
using Settlement.Contracts.Language;

namespace Settlement.Tests.Unit.Contracts;

/// <summary>What an editor and the language server say to each other, message by message.</summary>
public sealed class LanguageServerTests
{
    private const string Uri = "file:///contracts/Loan.contract";

    private const string Loan =
        """
        contract Loan version 1

        parties
          lender      bank
          borrower    bank
          supervisor  regulator, observes

        fields
          amount  money      to lender, borrower, supervisor
            "What is lent."
          purpose text(35)   to lender, borrower   personal of borrower

        states
          Lent may rest

        on lend(reason code) by lender, agreed by borrower
          let half = amount / 2 rounded down -- 🏦
          require half > 0 else AM01
          move half from lender to borrower
          -> Lent
        """;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ADocumentThatIsOpenedIsCheckedAtOnceAndAgainWithEveryChange()
    {
        (JsonArray said, int code) = await TalkAsync(
            Request(1, "initialize"), Notify("initialized"), Open(Loan), Change(Loan.Replace("half > 0", "hälf > 0", StringComparison.Ordinal)), Close(), Request(2, "shutdown"), Notify("exit"));
        Assert.Equal(0, code);
        Assert.Equal(1, (int)said[0]!["id"]!);
        Assert.Equal("utf-16", (string)said[0]!["result"]!["capabilities"]!["positionEncoding"]!);
        Assert.Empty(DiagnosticsOf(said[1]!));
        JsonNode first = DiagnosticsOf(said[2]!)[0]!;
        Assert.Equal(("CD102", 17, 1), ((string)first["code"]!, (int)first["range"]!["start"]!["line"]!, (int)first["severity"]!));
        Assert.Empty(DiagnosticsOf(said[3]!));
        Assert.Equal(2, (int)said[4]!["id"]!);
    }

    [Theory]
    [InlineData(17, 11, "let half = amount / 2 rounded down", 16, 6)]
    [InlineData(18, 13, "move", -1, -1)]
    [InlineData(16, 14, "-- read by lender, borrower, supervisor\n```\n\nWhat is lent.", 8, 2)]
    [InlineData(10, 4, "-- personal of borrower", 10, 2)]
    [InlineData(15, 10, "-- read by lender, borrower", 15, 8)]
    [InlineData(15, 25, "-- reads amount, purpose", 3, 2)]
    [InlineData(19, 6, "state Lent may rest", 13, 2)]
    [InlineData(0, 10, "contract Loan version 1", 0, 9)]
    [InlineData(1, 0, "", -1, -1)]
    [InlineData(99, 7, "", -1, -1)]
    public async Task ANameSaysWhatItStandsForAndWhereItIsDeclared(int line, int character, string hover, int declaredLine, int declaredCharacter)
    {
        (JsonArray said, _) = await TalkAsync(Request(1, "initialize"), Open(Loan), At(2, "textDocument/hover", line, character), At(3, "textDocument/definition", line, character));
        JsonNode? contents = said[2]!["result"]?["contents"]?["value"], start = said[3]!["result"]?["range"]?["start"];
        if (declaredLine < 0)
        {
            Assert.Null(contents);
            Assert.Null(start);
            return;
        }

        Assert.Contains(hover, (string)contents!, StringComparison.Ordinal);
        Assert.Equal((declaredLine, declaredCharacter), ((int)start!["line"]!, (int)start["character"]!));
    }

    /// <summary>Of a name that an action gives: its type, and who may read what it came from, once the contract is right.</summary>
    [Theory]
    [InlineData("  let half = ", "half", "```contract\nlet half = amount\n-- money\n-- read by lender, borrower\n```")]
    [InlineData("  for each part in", "part", "```contract\neach part in parts\n-- money\n-- read by lender, borrower, auditor\n```")]
    [InlineData("  auditor", "auditor", "```contract\nparty auditor bank, several(5), observes\n-- reads parts\n```")]
    public async Task ANameOfAnActionSaysItsTypeAndWhoReadsIt(string line, string name, string hover)
    {
        const string Parts = "contract Loan version 1\nparties\n  lender bank\n  borrower bank\n  auditor bank, several(5), observes\nfields\n  amount money to lender, borrower\n  parts list(3) of money to lender, borrower, auditor\nstates\n  Lent may rest\non lend by lender, agreed by borrower\n"
            + "  let half = amount\n  for each part in parts\n    let same = part\n  end\n  -> Lent\n";
        string[] lines = Parts.Split('\n');
        int at = Array.FindIndex(lines, l => l.StartsWith(line, StringComparison.Ordinal));
        int column = lines[at].IndexOf(name, StringComparison.Ordinal);
        (JsonArray said, _) = await TalkAsync(Request(1, "initialize"), Open(Parts), At(2, "textDocument/hover", at, column));
        Assert.Equal("[]", DiagnosticsOf(said[1]!).ToJsonString());
        Assert.Equal(hover, (string)said[2]!["result"]!["contents"]!["value"]!);
        (said, _) = await TalkAsync(Request(1, "initialize"), Open(Parts + "-> Lnt\n"), At(2, "textDocument/hover", at, column));
        Assert.StartsWith(hover.Split('\n')[1], ((string)said[2]!["result"]!["contents"]!["value"]!)["```contract\n".Length..], StringComparison.Ordinal);
    }

    /// <summary>So do the names of 'all' and 'any', wherever they stand, and the keywords around them.</summary>
    [Theory]
    [InlineData("all part in parts", 0, "all part in parts", "money", "lender, borrower, auditor")]
    [InlineData("part in parts", 0, "all part in parts", "money", "lender, borrower, auditor")]
    [InlineData("in parts", 0, "all part in parts", "money", "lender, borrower, auditor")]
    [InlineData("part > amount", 0, "all part in parts", "money", "lender, borrower, auditor")]
    [InlineData("part < 5", 0, "any part in secret", "integer", "lender, borrower")]
    [InlineData("any part in secret", 2, "any part in secret", "integer", "lender, borrower")]
    [InlineData("inner in counts", 4, "any inner in counts", "integer", "lender")]
    [InlineData("any one in days", 0, "any one in days", "date", "lender, borrower, auditor")]
    [InlineData("share in each_share", 2, "all share in each_share", "integer", "lender, borrower, auditor")]
    public async Task TheNameOfAllAndAnySaysItsTypeAndWhoReadsIt(string place, int offset, string header, string type, string readers)
    {
        const string Text = """
            contract Loan version 1
            parties
              lender bank
              borrower bank
              auditor bank, several(5), observes
            fields
              amount money to lender, borrower, auditor
              parts list(3) of money to lender, borrower, auditor
              days list(3) of date to lender, borrower, auditor
              secret list(3) of integer to lender, borrower
              counts list(2) of integer to lender
              each_share integer for each auditor to lender, borrower, auditor
              kept boolean to lender
            states
              Lent may rest
            on lend by lender, agreed by borrower by if any one in days: one > today then today otherwise today + 1 days
              require all part in parts: part > amount else NO
              if count(parts) > 1
                let known = any part in secret: part < 5
                let least = (if (all share in each_share: share > 0) then 1 otherwise 2)
              end
              set kept = any outer in secret: any inner in counts: inner > 1
              -> Lent
            """;
        int at = Text.IndexOf(place, StringComparison.Ordinal) + offset;
        int line = Text[..at].Count(static c => c == '\n'), column = at - Text.LastIndexOf('\n', at) - 1;
        (JsonArray said, _) = await TalkAsync(Request(1, "initialize"), Open(Text), At(2, "textDocument/hover", line, column));
        Assert.Equal("[]", DiagnosticsOf(said[1]!).ToJsonString());
        Assert.Equal($"```contract\n{header}\n-- {type}\n-- read by {readers}\n```", (string)said[2]!["result"]!["contents"]!["value"]!);
    }

    /// <summary>So does an offer, also where a field has the name of its word, and the field says that it is offered.</summary>
    [Theory]
    [InlineData("offers offers to", "offers offers to agent\n-- while pay waits for cover, the settlement agent may be shown offers, who pays it and who is paid", false)]
    [InlineData("agent\n", "offers offers to agent\n-- while pay waits for cover, the settlement agent may be shown offers, who pays it and who is paid", false)]
    [InlineData("offers to", "field offers money\n-- read by payer, payee\n-- offered to the settlement agent by pay", true)]
    [InlineData("offers money", "field offers money\n-- read by payer, payee\n-- offered to the settlement agent by pay", true)]
    [InlineData("note text", "field note text(9)\n-- read by payer, payee", true)]
    public async Task AnOfferSaysWhatTheAgentIsShown(string place, string hover, bool isDeclared)
    {
        const string Text = "contract Ring version 1\nparties\n  payer bank\n  payee bank\nfields\n  offers money to payer, payee\n  note text(9) to payer, payee\nstates\n  Done may rest\non pay by payer, agreed by payee\n  offers offers to agent\n  move offers from payer to payee\n  -> Done\n";
        int at = Text.IndexOf(place, StringComparison.Ordinal);
        int line = Text[..at].Count(static c => c == '\n'), column = at - Text.LastIndexOf('\n', at - 1) - 1;
        (JsonArray said, _) = await TalkAsync(Request(1, "initialize"), Open(Text), At(2, "textDocument/hover", line, column), At(3, "textDocument/definition", line, column));
        Assert.Equal("[]", DiagnosticsOf(said[1]!).ToJsonString());
        Assert.Equal($"```contract\n{hover}\n```", (string)said[2]!["result"]!["contents"]!["value"]!);
        Assert.Equal(isDeclared, said[3]!["result"] is not null);
    }

    [Fact]
    public async Task FormattingReplacesTheWholeAndWhatIsFormattedStays()
    {
        string formatted = ContractFormatter.Format("Loan.contract", Loan).Text!;
        (JsonArray said, _) = await TalkAsync(Request(1, "initialize"), Open(Loan), Of(2, "textDocument/formatting"), Change(formatted), Of(3, "textDocument/formatting"),
            Change("contract ("), Of(4, "textDocument/formatting"));
        Assert.Equal(formatted, (string)said[2]!["result"]![0]!["newText"]!);
        Assert.Equal(0, (int)said[2]!["result"]![0]!["range"]!["start"]!["line"]!);
        Assert.Empty(said[4]!["result"]!.AsArray());
        Assert.Empty(said[6]!["result"]!.AsArray());
    }

    [Fact]
    public async Task TheOutlineListsWhatIsDeclared()
    {
        (JsonArray said, _) = await TalkAsync(Request(1, "initialize"), Open(Loan), Of(2, "textDocument/documentSymbol"));
        Assert.Equal(["lender", "borrower", "supervisor", "amount", "purpose", "Lent", "lend"], said[2]!["result"]!.AsArray().Select(s => (string)s!["name"]!));
    }

    [Fact]
    public async Task ACaretBehindASurrogatePairStandsWhereTheEditorCounts()
    {
        (JsonArray said, _) = await TalkAsync(Request(1, "initialize"), Open("contract A version 1\n  \"🏦\" x\n"));
        Assert.Contains((1, 7), DiagnosticsOf(said[1]!).Select(d => d!["range"]!["start"]!).Select(start => ((int)start["line"]!, (int)start["character"]!)));
    }

    [Theory]
    [InlineData("""{"jsonrpc":"2.0","id":7,"method":"textDocument/hover","params":{}}""", -32002)]
    [InlineData("""{"jsonrpc":"2.0","id":7,"params":{}}""", -32600)]
    [InlineData("""[1,2]""", -32600)]
    [InlineData("""{"broken""", -32700)]
    [InlineData("null", -32700)]
    [InlineData("""{"jsonrpc":"2.0","id":5,"id":6,"method":"textDocument/hover","params":{}}""", -32700)]
    [InlineData("""{"jsonrpc":"2.0","id":5,"method":"textDocument/hover","params":{"a":{"b":1,"\u0062":2}}}""", -32700)]
    [InlineData("""{"jsonrpc":"2.0","id":5,"method":"\udc00\ud800"}""", -32002)]
    [InlineData("""{"jsonrpc":"2.0","id":"\ud800","method":"textDocument/hover"}""", -32002)]
    public async Task WhatIsNoMessageOrComesTooEarlyGetsAnErrorAndTheServerGoesOn(string message, int code)
    {
        (JsonArray said, _) = await TalkAsync(message, Request(8, "initialize"));
        Assert.Equal(code, (int)said[0]!["error"]!["code"]!);
        Assert.NotNull(said[1]!["result"]);
    }

    /// <summary>An editor may hold half of a pair. It counts as one sign that is none, so that every place stays where it is.</summary>
    [Fact]
    public async Task HalfOfASurrogatePairIsASignLikeAnyOther()
    {
        string half = Open("contract A version 1\n  \"HALF\" x -- \\ud800\n").Replace("HALF", "\\ud800\\ud83c\\udfe6\\udfe6", StringComparison.Ordinal);
        (JsonArray said, int code) = await TalkAsync(Request(1, "initialize"), half, Request(2, "shutdown"), Notify("exit"));
        Assert.Equal(0, code);
        Assert.Contains((1, 9), DiagnosticsOf(said[1]!).Select(d => d!["range"]!["start"]!).Select(start => ((int)start["line"]!, (int)start["character"]!)));
    }

    [Fact]
    public async Task WhatIsNoUtf8GetsAnErrorAndTheServerGoesOn()
    {
        byte[] wrong = [.. "Content-Length: 30\r\n\r\n{\"jsonrpc\":\"2.0\",\"method\":\""u8, 0xFF, (byte)'"', (byte)'}'];
        byte[] next = Encoding.UTF8.GetBytes(Request(8, "initialize"));
        using MemoryStream input = new([.. wrong, .. Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"Content-Length: {next.Length}\r\n\r\n")), .. next]), output = new();
        await new LanguageServer(input, output).RunAsync(Ct);
        string said = Encoding.UTF8.GetString(output.ToArray());
        Assert.Contains("-32700", said, StringComparison.Ordinal);
        Assert.Contains("\"id\":8", said, StringComparison.Ordinal);
    }

    /// <summary>Without 'to' those read a parameter who take and agree to the action; where a field says who takes it, all members do.</summary>
    [Theory]
    [InlineData("by who, agreed by lender", "buyer, seller, lender")]
    [InlineData("by who", "buyer, seller, lender")]
    [InlineData("by any lender, agreed by buyer", "buyer, lender")]
    [InlineData("by seller", "seller")]
    [InlineData("by whom", "?")]
    public async Task AParameterSaysWhoReadsIt(string by, string readers)
    {
        string text = "contract H version 1\nparties\n  buyer bank\n  seller bank\n  lender bank, several(3)\n  supervisor regulator, observes\nfields\n  who party to buyer, seller, lender, supervisor\nstates\n  Open may rest\non open by buyer, agreed by seller\n"
            + $"  require who = buyer or who = seller else AC01\n  -> Open\non a(note text(10)) {by} when Open\n  -> Open\n";
        (JsonArray said, _) = await TalkAsync(Request(1, "initialize"), Open(text), At(2, "textDocument/hover", 13, 5));
        Assert.Equal($"```contract\nparameter note text(10)\n-- read by {readers}\n```", (string)said[2]!["result"]!["contents"]!["value"]!);
        if (readers != "?") Assert.Equal(readers, string.Join(", ", ContractCompiler.Compile("h", text).Contract!.Actions[1].Parameters[0].Audience.Select(static p => p.Name)));
    }

    [Theory]
    [InlineData("textDocument/hover", -32602)]
    [InlineData("workspace/everything", -32601)]
    [InlineData("initialize", -32600)]
    public async Task ARequestThatCannotBeAnsweredSaysWhy(string method, int code)
    {
        (JsonArray said, _) = await TalkAsync(Request(1, "initialize"), Of(2, method));
        Assert.Equal(code, (int)said[1]!["error"]!["code"]!);
    }

    [Fact]
    public async Task PositionsAndTextsOfWrongTypesAreNoPositionsAndNoTexts()
    {
        string wrong = """{"jsonrpc":"2.0","id":2,"method":"textDocument/hover","params":{"textDocument":{"uri":"file:///contracts/Loan.contract"},"position":{"line":-1,"character":"x"}}}""";
        string noText = """{"jsonrpc":"2.0","method":"textDocument/didOpen","params":{"textDocument":{"uri":7,"text":{}}}}""";
        (JsonArray said, _) = await TalkAsync(Request(1, "initialize"), Open(Loan), wrong, noText, Request(3, "shutdown"));
        Assert.Null(said[2]!["result"]);
        Assert.Equal(3, (int)said[3]!["id"]!);
    }

    [Theory]
    [InlineData("Content-Length: x\r\n\r\n{}")]
    [InlineData("Content-Length: 99999999999\r\n\r\n{}")]
    [InlineData("Content-Length: 900\r\n\r\n{}")]
    [InlineData("Content-Type: y\r\n\r\n{}")]
    [InlineData("{}")]
    public async Task BrokenFramingEndsTheConversation(string bytes)
    {
        using MemoryStream input = new(Encoding.UTF8.GetBytes(bytes)), output = new();
        Assert.Equal(1, await new LanguageServer(input, output).RunAsync(Ct));
        Assert.Equal(0, output.Length);
    }

    /// <summary>The colours know every word of the language: a word that is added is added there.</summary>
    [Fact]
    public void TheGrammarOfTheEditorKnowsEveryReservedWord()
    {
        string grammar = File.ReadAllText(Path.Combine(TestData.ProjectRoot, "contracts-dsl", "editor", "contract.tmLanguage.json"));
        HashSet<string> words = [.. Regex.Matches(grammar, "[a-z_]+", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1)).Select(m => m.Value)];
        Assert.Contains(JsonNode.Parse(grammar)!["repository"]!["type"]!["patterns"]!.AsArray(), p => Regex.Match("by cut-off of day", (string)p!["match"]!, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1)).Value == "cut-off");
        Assert.Subset(words, ReservedWords.All.Concat(ReservedWords.Functions).ToHashSet());
        Assert.Equal("  offers amount to agent", Regex.Match("  offers amount to agent", (string)JsonNode.Parse(grammar)!["repository"]!["offer"]!["match"]!, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1)).Value);
        Assert.NotNull(JsonNode.Parse(grammar));
    }

    private static async Task<(JsonArray Said, int Code)> TalkAsync(params string[] messages)
    {
        using MemoryStream input = new(Encoding.UTF8.GetBytes(string.Concat(messages.Select(Framed)))), output = new();
        int code = await new LanguageServer(input, output).RunAsync(Ct);
        JsonArray said = [];
        output.Position = 0;
        MessageStream reader = new(output, Stream.Null);
        while (await reader.ReadAsync(Ct) is { } message) said.Add(message);
        return (said, code);
    }

    private static string Framed(string content) => string.Create(CultureInfo.InvariantCulture, $"Content-Length: {Encoding.UTF8.GetByteCount(content)}\r\n\r\n{content}");

    private static string Request(int id, string method) => new JsonObject { ["jsonrpc"] = "2.0", ["id"] = id, ["method"] = method, ["params"] = new JsonObject() }.ToJsonString();

    private static string Notify(string method) => new JsonObject { ["jsonrpc"] = "2.0", ["method"] = method, ["params"] = new JsonObject() }.ToJsonString();

    private static string Of(int id, string method) => With(id, method, new JsonObject { ["textDocument"] = new JsonObject { ["uri"] = Uri } });

    private static string At(int id, string method, int line, int character) => With(id, method, new JsonObject
    {
        ["textDocument"] = new JsonObject { ["uri"] = Uri },
        ["position"] = new JsonObject { ["line"] = line, ["character"] = character },
    });

    private static string Open(string text) => With(null, "textDocument/didOpen", new JsonObject { ["textDocument"] = new JsonObject { ["uri"] = Uri, ["languageId"] = "settlement-contract", ["version"] = 1, ["text"] = text } });

    private static string Change(string text) => With(null, "textDocument/didChange", new JsonObject
    {
        ["textDocument"] = new JsonObject { ["uri"] = Uri, ["version"] = 2 },
        ["contentChanges"] = new JsonArray(new JsonObject { ["text"] = text }),
    });

    private static string Close() => With(null, "textDocument/didClose", new JsonObject { ["textDocument"] = new JsonObject { ["uri"] = Uri } });

    private static string With(int? id, string method, JsonObject parameters)
    {
        JsonObject message = new() { ["jsonrpc"] = "2.0", ["method"] = method, ["params"] = parameters };
        if (id is { } number) message["id"] = number;
        return message.ToJsonString();
    }

    private static JsonArray DiagnosticsOf(JsonNode message) => message["params"]!["diagnostics"]!.AsArray();
}
