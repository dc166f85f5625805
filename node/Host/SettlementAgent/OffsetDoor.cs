using Settlement.Client;
using Settlement.Core.Agent;
using Settlement.Host.Api;

namespace Settlement.Host.SettlementAgent;

/// <summary>What the settlement agent's operator sees of offsets: that they happen, how large they are, and what becomes of them.</summary>
internal static class OffsetDoor
{
    /// <summary>GET /v1/offsets.</summary>
    public static async Task ListAsync(HttpContext context)
    {
        if (await ApiRequest.CallAsync<OffsetSummary>(context, static call => new AgentInput.ListOffsets(call)) is not { } list) return;
        await ApiRequest.WriteAsync(context, StatusCodes.Status200OK, new OffsetList([.. list.Offsets.Select(View)]), ApiJson.Default.OffsetList);
    }

    private static OffsetInfo View(OffsetStatus offset) => new()
    {
        Group = offset.Group.ToString(),
        Currency = offset.Currency.Code,
        Stage = offset.Stage switch
        {
            OffsetStage.Deciding => "deciding",
            OffsetStage.Settled => "settled",
            OffsetStage.Void => "void",
            _ => throw new InvalidOperationException($"No stage: {offset.Stage}."),
        },
        Channels = offset.Channels,
        Payments = offset.Payments,
        OpenedAt = offset.OpenedAt,
        EndsAt = offset.EndsAt,
        Reason = offset.Reason,
    };
}
