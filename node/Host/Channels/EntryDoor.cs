using Settlement.Client;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Reading;
using Settlement.Host.Api;
using Settlement.Host.Reading;

namespace Settlement.Host.Channels;

/// <summary>Shows a channel's entries as far as this node may read them: values, or only that a field exists.</summary>
internal static class EntryDoor
{
    /// <summary>Answers with a page of entries.</summary>
    public static async Task AnswerAsync(HttpContext context, bool isObserver)
    {
        if (!ApiRequest.TryReadNumber(context, "after", 0, out long after) || !ApiRequest.TryReadLimit(context, out int limit))
        {
            await Problems.MalformedAsync(context, "after and limit are whole numbers; limit is at least 1.");
            return;
        }

        VaultReads reads = context.RequestServices.GetRequiredService<VaultReads>();
        if (!Digest.TryParse((string?)context.Request.RouteValues["id"], out Digest id)
            || await reads.FindChannelAsync(id, context.RequestAborted) is not { } channel)
        {
            await Problems.NotFoundAsync(context);
            return;
        }

        IReadOnlyList<EntryView> entries = await reads.ReadEntriesAsync(channel, isObserver, after, limit, context.RequestAborted);
        long next = entries.Count > 0 ? entries[^1].Sequence : after;
        await ApiRequest.WriteAsync(context, StatusCodes.Status200OK, new EntryPage([.. entries.Select(Show)], (ulong)next), ApiJson.Default.EntryPage);
    }

    /// <summary>An entry as the API shows it.</summary>
    public static EntryInfo Show(EntryView entry) => new()
    {
        Sequence = (ulong)entry.Sequence,
        Index = entry.Index,
        Id = entry.EntryId,
        Contract = entry.Contract,
        Action = entry.Action,
        Instance = entry.Instance,
        Group = entry.Group,
        Outcome = entry.IsCommitted switch { true => "COMMITTED", false => "ABORTED", null => null },
        Limit = entry.Limit,
        ActedBy = entry.ActedBy,
        Refusal = entry.Refusal,
        Fault = entry.Fault,
        Time = entry.Time,
        Fields = [.. entry.Fields.Select(static field => new FieldInfo(field.Name, field.IsReadable, field.Value))],
    };
}
