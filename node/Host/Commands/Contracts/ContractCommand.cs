using System.CommandLine;
using System.CommandLine.Parsing;
using Settlement.Contracts;

namespace Settlement.Host.Commands.Contracts;

/// <summary>Everything that people do with contracts at a desk.</summary>
internal static class ContractCommand
{
    public static Command Create() => new("contract", "Contracts in the contract language.")
    {
        Check(), Explain(), Test(), New(), Diff(), Format(), LanguageServer(),
    };

    private static Argument<FileInfo[]> Files(string description) => new("FILE") { Description = description, Arity = ArgumentArity.OneOrMore };

    private static Argument<FileInfo> File(string name, string description) => new(name) { Description = description };

    private static Option<bool> Json(string description) => new("--json") { Description = description };

    private static Command LanguageServer()
    {
        Command server = new("language-server", "Serves an editor over standard input and output, by the Language Server Protocol.");
        server.SetAction(static (_, ct) => Failures.ReportAsync(() => new Settlement.Contracts.Editor.LanguageServer(Console.OpenStandardInput(), Console.OpenStandardOutput()).RunAsync(ct)));
        return server;
    }

    private static Command Check()
    {
        Argument<FileInfo[]> files = Files("Files that end in .contract.");
        Option<bool> json = Json("Prints one line of JSON a file instead.");
        return Verb(new Command("check", "Says what is wrong with contracts, and where. Exit code 0: nothing that keeps one from running; 1: something.") { files, json },
            (parsed, output, error, ct) => ContractChecking.RunAsync(parsed.GetValue(files)!, parsed.GetValue(json), output, error, ct));
    }

    private static Command Explain()
    {
        Argument<FileInfo> file = File("FILE", "A file that ends in .contract.");
        Option<bool> json = Json("Prints one JSON object instead, also where a page is written.");
        Option<FileInfo> html = new("--html") { Description = "Writes a page to be printed and signed to this file instead, over an earlier page but no other file. With --json the object is printed too." };
        return Verb(new Command("explain", "Shows who sees what, what can happen, what is disclosed, where personal data goes, and what it can cost.") { file, json, html },
            (parsed, output, error, ct) => ContractExplaining.RunAsync(parsed.GetValue(file)!, parsed.GetValue(json), parsed.GetValue(html), output, error, ct));
    }

    private static Command Test()
    {
        Argument<FileInfo[]> files = Files("Files that end in .contract, each with a file beside it that ends in .scenarios.");
        Option<FileInfo> scenarios = new("--scenarios") { Description = "The scenarios of the one contract, where they are not beside it." };
        Command test = new("test", "Runs the scenarios of contracts. Exit code 0: all hold; 1: some do not.") { files, scenarios };
        test.Validators.Add(result =>
        {
            if (result.GetResult(scenarios) is not null && result.GetResult(files) is { Tokens.Count: > 1 }) result.AddError("--scenarios belongs to one contract.");
        });
        return Verb(test, (parsed, output, error, ct) => ContractTesting.RunAsync(parsed.GetValue(files)!, parsed.GetValue(scenarios), output, error, ct));
    }

    private static Command New()
    {
        Argument<string> name = new("NAME") { Description = "The contract's name." };
        Option<string> template = new("--template") { Description = $"What to begin with: {string.Join(", ", ContractTemplates.Names)}.", DefaultValueFactory = static _ => ContractTemplates.Usual };
        template.AcceptOnlyFromAmong([.. ContractTemplates.Names]);
        Option<FileInfo> file = new("--out") { Description = "The file to write; NAME.contract here unless it is given." };
        return Verb(new Command("new", "Writes a contract that is right, and scenarios beside it, to be changed from there. Nothing is overwritten.") { name, template, file },
            (parsed, output, error, ct) => ContractBeginning.RunAsync(parsed.GetValue(name)!, parsed.GetValue(template)!, parsed.GetValue(file), output, error, ct));
    }

    private static Command Diff()
    {
        Argument<FileInfo> before = File("OLD", "The contract in use."), after = File("NEW", "The contract that is to follow it.");
        Option<bool> json = Json("Prints one JSON object instead.");
        return Verb(new Command("diff", "Says who would read, be told or be able to do more or less. Exit code, the first that holds: 1, one of them is wrong; 2, somebody more; 1, the new one does not follow the old; 0, none of these.") { before, after, json },
            (parsed, output, error, ct) => ContractComparing.RunAsync(parsed.GetValue(before)!, parsed.GetValue(after)!, parsed.GetValue(json), output, error, ct));
    }

    private static Command Format()
    {
        Argument<FileInfo[]> files = Files("Files that end in .contract.");
        Option<bool> check = new("--check") { Description = "Changes nothing, and ends with exit code 1 where a file has another layout." };
        return Verb(new Command("format", "Gives contracts the usual layout. Comments stay, and so does the hash.") { files, check },
            (parsed, output, error, ct) => ContractFormatting.RunAsync(parsed.GetValue(files)!, parsed.GetValue(check), output, error, ct));
    }

    private static Command Verb(Command command, Func<ParseResult, TextWriter, TextWriter, CancellationToken, Task<int>> run)
    {
        // What is no option of a verb would be taken for one of its files.
        command.Validators.Add(result =>
        {
            foreach (Token token in result.Children.SelectMany(c => c.Tokens).Where(t => t.Value.Length > 1 && t.Value.StartsWith('-')))
                result.AddError($"{token.Value} is no option of contract {command.Name}; a file of that name is written ./{token.Value}.");
        });
        command.SetAction((parsed, ct) =>
        {
            InvocationConfiguration to = parsed.InvocationConfiguration;
            return Failures.ReportAsync(() => run(parsed, to.Output, to.Error, ct), to.Error);
        });
        return command;
    }
}
