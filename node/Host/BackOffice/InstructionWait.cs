using System.Globalization;
using Settlement.Core.Bank;
using Settlement.Core.Channels;
using Settlement.Core.Reading;
using Settlement.Core.Store;
using Settlement.Host.Api;
using Settlement.Host.Reading;
using Settlement.Host.Running;

namespace Settlement.Host.BackOffice;

/// <summary>Waits for the instructions of a message, as long as its sender wants (RFC 7240), and refuses messages as a whole.</summary>
internal sealed class InstructionWait(RoleLoop loop, VaultReads reads, TimeProvider time)
{
    private const string WaitPreference = "wait=";

    /// <summary>How long the sender waits; zero for not at all. A preference that cannot be read is no preference.</summary>
    public static TimeSpan ReadWait(HttpContext context)
    {
        foreach (string preference in context.Request.Headers["Prefer"].SelectMany(static value => (value ?? "").Split([',', ';'], StringSplitOptions.TrimEntries)))
        {
            if (preference.StartsWith(WaitPreference, StringComparison.OrdinalIgnoreCase)
                && int.TryParse(preference.AsSpan(WaitPreference.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int seconds))
                return TimeSpan.FromSeconds(Math.Min(seconds, (int)ApiBounds.LongestWait.TotalSeconds));
        }

        return TimeSpan.Zero;
    }

    /// <summary>Writes why a message was refused as a whole.</summary>
    /// <param name="context">The request.</param>
    /// <param name="code">The rule.</param>
    /// <param name="place">Where in the message the fault lies; null for the whole.</param>
    public static Task RefuseAsync(HttpContext context, string code, string? place = null) => code switch
    {
        BankCodes.KeyOfAnotherBody => Problems.WriteAsync(context, StatusCodes.Status409Conflict, code, "The idempotency key was used with another body."),
        BankCodes.NoBusinessDay => Problems.WriteAsync(context, StatusCodes.Status409Conflict, code, "No business day is open."),
        ChannelCodes.MailboxFull => Problems.BusyAsync(context),
        ChannelCodes.ChannelUnknown or ChannelCodes.InstanceUnknown => Problems.WriteAsync(context, StatusCodes.Status404NotFound, code, "There is no such thing here."),
        _ => Problems.RefusedAsync(context, code, place),
    };

    /// <summary>The instructions as they stand when all are done or wait in the queue, or the time is over.</summary>
    public async Task<IReadOnlyList<InstructionView>> WaitAsync(HttpContext context, SubmissionAnswer answer, TimeSpan wait)
    {
        string[] ids = [.. answer.Instructions.Select(static one => one.Id)];
        using StatusWatch.Waiter waiter = loop.Statuses.Watch(ids);
        IReadOnlyList<InstructionView> views = await ReadAsync(ids, context.RequestAborted);
        if (wait <= TimeSpan.Zero) return views;
        context.Response.Headers["Preference-Applied"] = string.Create(CultureInfo.InvariantCulture, $"{WaitPreference}{(int)wait.TotalSeconds}");
        using CancellationTokenSource timer = new(wait, time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, context.RequestAborted, ApiRequest.Stopping(context));
        try
        {
            while (views.Any(static view => !StatusText.IsOutcome(view.Status)))
            {
                await waiter.ChangedAsync(either.Token);
                views = await ReadAsync(ids, either.Token);
            }
        }
        catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
        {
            // The time is over, or the node stops: they are answered as they stand.
        }

        return views;
    }

    private async Task<IReadOnlyList<InstructionView>> ReadAsync(IReadOnlyList<string> ids, CancellationToken ct)
    {
        byte[][] keys = [.. ids.Select(Convert.FromHexString)];
        IReadOnlyDictionary<PayloadKey, byte[]> rows = await reads.FindAsync(PayloadKind.Instructions, keys, ct);
        return [.. keys.Select(key => (Key: key, Body: rows.GetValueOrDefault(new PayloadKey(PayloadKind.Instructions, key))))
            .Where(static row => row.Body is not null)
            .Select(row => reads.Reader.ReadInstruction(row.Key, row.Body!))];
    }
}
