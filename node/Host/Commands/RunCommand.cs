using System.CommandLine;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging.Console;
using Settlement.Host.Configuration;
using Settlement.Host.Running;

namespace Settlement.Host.Commands;

/// <summary>Runs one node until it is told to stop.</summary>
internal static class RunCommand
{
    public static Command Create()
    {
        Option<FileInfo> config = new("--config") { Description = "The node's configuration file.", Required = true };
        Option<string> log = new("--log") { Description = "How the log is written: text or json.", DefaultValueFactory = static _ => "text" };
        log.AcceptOnlyFromAmong("text", "json");
        Command command = new("run", "Runs one node of the role that its configuration names.") { config, log };
        command.SetAction((parsed, ct) => RunAsync(parsed.GetValue(config)!, parsed.GetValue(log) is "json", ct));
        return command;
    }

    private static async Task<int> RunAsync(FileInfo config, bool logsJson, CancellationToken ct)
    {
        using ILoggerFactory loggers = CreateLoggers(logsJson);
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, StopOnce);
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, StopOnce);
        return await Failures.ReportAsync(async () =>
        {
            NodeConfiguration configuration = ConfigurationReader.Read(config.FullName);
            Node node = await Node.StartAsync(configuration, new SystemEntropy(), TimeProvider.System, loggers, stop.Token);
            return await WatchAsync(node.Running, QuietCollection.RunAsync(TimeProvider.System, stop.Token), node.StopAsync, node.DisposeAsync, loggers.CreateLogger<Node>());
        });

        // The first signal asks for an orderly stop; the second one is left to the system, which ends the process.
        void StopOnce(PosixSignalContext signal)
        {
            if (stop.IsCancellationRequested) return;
            signal.Cancel = true;
            stop.Cancel();
        }
    }

    /// <summary>Waits for the end of a node, or of what runs beside it until a stop is asked for: that it fails ends the node, too.</summary>
    /// <param name="running">The node.</param>
    /// <param name="beside">What ends without an exception when a stop is asked for.</param>
    /// <param name="stop">Stops the node in order.</param>
    /// <param name="dispose">Frees a node that ended by itself.</param>
    /// <param name="logger">Told of what failed.</param>
    internal static async Task<int> WatchAsync(Task running, Task beside, Func<ValueTask> stop, Func<ValueTask> dispose, ILogger logger)
    {
        bool hasStopped = await Task.WhenAny(running, beside) == beside;
        if (hasStopped) await stop();
        if (hasStopped && running.IsCompletedSuccessfully && beside.IsCompletedSuccessfully) return ExitCodes.Success;
        foreach (Task ended in new[] { running, beside })
        {
            if (ended.Exception?.GetBaseException() is { } error) logger.Failed(HostCodes.Stopped, error);
        }

        if (!hasStopped) await dispose();
        return ExitCodes.Failed;
    }

    private static ILoggerFactory CreateLoggers(bool json) => LoggerFactory.Create(logging =>
    {
        logging.SetMinimumLevel(LogLevel.Information);
        // The framework logs paths of requests; only what goes wrong in it is of interest.
        logging.AddFilter("Microsoft", LogLevel.Warning);
        // It has a line for each connection beyond the most, with which whoever floods the door would fill the disk.
        logging.AddFilter("Microsoft.AspNetCore.Server.Kestrel.Connections", LogLevel.Error);
        // What opens cycles by schedule says itself what it did.
        logging.AddFilter("Quartz", LogLevel.Warning);
        if (json) logging.AddJsonConsole(static console => console.UseUtcTimestamp = true);
        else
        {
            logging.AddSimpleConsole(static console =>
            {
                console.SingleLine = true;
                console.UseUtcTimestamp = true;
                console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
                console.ColorBehavior = LoggerColorBehavior.Disabled;
            });
        }
    });
}
