using System.CommandLine;
using System.CommandLine.Invocation;
using Settlement.Host.Bench;
using Settlement.Host.Commands;
using Settlement.Host.Commands.Contracts;
using Settlement.Host.Commands.Offsetting;
using Settlement.Host.Demo;
using Settlement.Host.Fuzz;

RootCommand root = new("A privacy-preserving interbank settlement node.")
{
    RunCommand.Create(),
    KeysCommand.Create(),
    ContractCommand.Create(),
    LedgerCommand.Create(),
    OffsetCommand.Create(),
    DemoCommand.Create(),
    BenchCommand.Create(),
    FuzzCommand.Create(),
};
// The run command handles signals itself, and gives what is under way the time it needs.
ParseResult parsed = root.Parse(args);
int code = await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
return parsed.Action is ParseErrorAction ? ExitCodes.Usage : code;
