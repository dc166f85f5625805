using Settlement.Client;
using Settlement.Core.Channels;
using Settlement.Core.Commitments;
using Settlement.Core.Cryptography;
using Settlement.Core.Reading;
using Settlement.Host.Api;
using Settlement.Host.Reading;

namespace Settlement.Host.Channels;

/// <summary>Shows where an instance of a contract stands, as far as this bank reads it, and how it came there.</summary>
internal static class InstanceDoor
{
    /// <summary>GET /v1/channels/{id}/instances/{instance}.</summary>
    public static async Task AnswerAsync(HttpContext context)
    {
        if (!ApiRequest.TryReadNumber(context, "sequence", 0, out long sequence) || !ApiRequest.TryReadLimit(context, out int limit))
        {
            await Problems.MalformedAsync(context, "sequence and limit are whole numbers; limit is at least 1.");
            return;
        }

        VaultReads reads = context.RequestServices.GetRequiredService<VaultReads>();
        if (!Digest.TryParse((string?)context.Request.RouteValues["id"], out Digest id) || !EntryId.TryParse((string?)context.Request.RouteValues["instance"], out EntryId instance)
            || await reads.FindChannelAsync(id, context.RequestAborted) is not { } channel
            || await reads.ReadInstanceAsync(channel, instance, sequence, limit, context.RequestAborted) is not { } view)
        {
            await Problems.NotFoundAsync(context);
            return;
        }

        await ApiRequest.WriteAsync(context, StatusCodes.Status200OK, Show(view), ApiJson.Default.InstanceInfo);
    }

    private static InstanceInfo Show(InstanceView view) => new()
    {
        Id = view.Id, Contract = view.Contract, State = view.State, MayRest = view.MayRest, Actions = view.Actions,
        Fields = [.. view.Fields.Select(static field => new FieldInfo(field.Name, field.IsReadable, field.Value))],
        Entries = [.. view.Entries.Select(EntryDoor.Show)],
    };
}
