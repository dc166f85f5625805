using Settlement.Client;
using Settlement.Core.Agent;
using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;
using Settlement.Host.Api;
using StopList = Settlement.Client.StopList;

namespace Settlement.Host.SettlementAgent;

/// <summary>What the settlement agent's operator stops: banks, and channels whoever asks, from a leaf of the ledger's log on.</summary>
internal static class StopDoor
{
    private const int MaximumSubjects = 1_024;
    private const int MaximumByLength = 140;

    /// <summary>GET /v1/stops.</summary>
    public static async Task ListAsync(HttpContext context)
    {
        if (await ApiRequest.CallAsync<Core.Agent.StopList>(context, static call => new AgentInput.ListStops(call)) is { } list) await AnswerAsync(context, list.Stops);
    }

    /// <summary>POST /v1/stops.</summary>
    public static async Task StopAsync(HttpContext context)
    {
        if (await ApiRequest.ReadAsync(context, ApiJson.Default.StopOrder) is not { } order) return;
        if (!TryRead(order, out List<ParticipantId> banks, out List<Digest> channels))
        {
            await Problems.MalformedAsync(context, "fromLeaf is a number not below zero, by has 1 to 140 characters, and banks and channels are 1 to 1024 ids of participants and channels in all, each once.");
            return;
        }

        if (await ApiRequest.CallAsync<StopResult>(context, call => new AgentInput.Stop(call, banks, channels, order.FromLeaf, order.By)) is { } result) await AnswerAsync(context, result);
    }

    /// <summary>POST /v1/stops/{subject}/lift.</summary>
    public static async Task LiftAsync(HttpContext context)
    {
        string subject = (string?)context.Request.RouteValues["subject"] ?? "";
        if (!ParticipantId.TryParse(subject, out _) && !Digest.TryParse(subject, out _))
        {
            await Problems.NotFoundAsync(context);
            return;
        }

        if (await ApiRequest.ReadAsync(context, ApiJson.Default.LiftOrder) is not { } order) return;
        if (!IsName(order.By))
        {
            await Problems.MalformedAsync(context, "by has 1 to 140 characters.");
            return;
        }

        if (await ApiRequest.CallAsync<StopResult>(context, call => new AgentInput.LiftStop(call, subject, order.By)) is { } result) await AnswerAsync(context, result);
    }

    private static bool IsName(string by) => by.Length is > 0 and <= MaximumByLength;

    private static bool TryRead(StopOrder order, out List<ParticipantId> banks, out List<Digest> channels)
    {
        banks = [];
        channels = [];
        if (order.FromLeaf < 0 || !IsName(order.By) || (order.Banks?.Count ?? 0) + (order.Channels?.Count ?? 0) is 0 or > MaximumSubjects) return false;
        foreach (string? text in order.Banks ?? [])
        {
            if (!ParticipantId.TryParse(text, out ParticipantId bank) || banks.Contains(bank)) return false;
            banks.Add(bank);
        }

        foreach (string? text in order.Channels ?? [])
        {
            if (!Digest.TryParse(text, out Digest channel) || channels.Contains(channel)) return false;
            channels.Add(channel);
        }

        return true;
    }

    private static Task AnswerAsync(HttpContext context, StopResult result) =>
        result.Refusal is { } refusal ? Problems.RefusedAsync(context, refusal) : AnswerAsync(context, result.Stops);

    private static Task AnswerAsync(HttpContext context, IReadOnlyList<StopView> stops) => ApiRequest.WriteAsync(context, StatusCodes.Status200OK,
        new StopList([.. stops.Select(static stop => new StopInfo(stop.Subject, stop.FromLeaf, stop.By, stop.At, stop.LiftedAt, stop.LiftedBy))]), ApiJson.Default.StopList);
}
