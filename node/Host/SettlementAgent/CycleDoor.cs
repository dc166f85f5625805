using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Settlement.Client;
using Settlement.Core.Agent;
using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;
using Settlement.Core.Monetary;
using Settlement.Host.Api;
using Settlement.Host.Configuration;

namespace Settlement.Host.SettlementAgent;

/// <summary>What the settlement agent's operator does with cycles: opens them, lets them go on, ends them, and sees for whom they wait.</summary>
internal static class CycleDoor
{
    /// <summary>As many banks as a cycle may have.</summary>
    public const int MaximumBanks = 256;

    /// <summary>As long as a round may take, in seconds: channels set nothing aside for longer than a minute beyond it.</summary>
    public const int MaximumRoundSeconds = 540;

    private const int DefaultRoundSeconds = 300;

    /// <summary>POST /v1/cycles.</summary>
    public static async Task OpenAsync(HttpContext context)
    {
        if (await ApiRequest.ReadAsync(context, ApiJson.Default.CycleOrder) is not { } order) return;
        if (!TryRead(order, out Currency currency, out List<ParticipantId> banks, out TimeSpan? life, out string? fault, out string? place))
        {
            await MalformedAsync(context, fault, place);
            return;
        }

        await AnswerAsync(context, call => Open(call, currency, banks, life), StatusCodes.Status201Created);
    }

    /// <summary>What the machine is told, whoever opens the cycle.</summary>
    public static AgentInput.OpenCycle Open(long call, Currency currency, IReadOnlyList<ParticipantId> banks, TimeSpan? life) =>
        new(call, currency, banks, life ?? TimeSpan.FromSeconds(DefaultRoundSeconds));

    /// <summary>POST /v1/cycles/{id}/rounds.</summary>
    public static async Task GoOnAsync(HttpContext context)
    {
        if (await ReadIdAsync(context) is not { } cycle) return;
        if (await ApiRequest.ReadAsync(context, ApiJson.Default.RoundOrder) is not { } order) return;
        if (!TryRead(order, out List<ParticipantId> excluded, out TimeSpan? life, out string? fault, out string? place))
        {
            await MalformedAsync(context, fault, place);
            return;
        }

        await AnswerAsync(context, call => new AgentInput.NextRound(call, cycle, excluded, life), StatusCodes.Status200OK);
    }

    /// <summary>POST /v1/cycles/{id}/end. Whatever body comes along is not read.</summary>
    public static async Task EndAsync(HttpContext context)
    {
        if (await ReadIdAsync(context) is { } cycle) await AnswerAsync(context, call => new AgentInput.EndCycle(call, cycle), StatusCodes.Status200OK);
    }

    /// <summary>GET /v1/cycles.</summary>
    public static async Task ListAsync(HttpContext context)
    {
        if (await ApiRequest.CallAsync<CycleReport>(context, static call => new AgentInput.ListCycles(call)) is not { } report) return;
        await ApiRequest.WriteAsync(context, StatusCodes.Status200OK, new CycleList([.. report.Cycles.Select(View)]), ApiJson.Default.CycleList);
    }

    /// <summary>What an order for a cycle says; else what is wrong with it, and where.</summary>
    public static bool TryRead(CycleOrder order, out Currency currency, out List<ParticipantId> banks, out TimeSpan? life, [NotNullWhen(false)] out string? fault, out string? place)
    {
        (banks, life, fault, place) = ([], null, null, null);
        if (Currency.TryParse(order.Currency, out currency)) return TryReadBanks(order.Banks, "banks", out banks, out fault, out place) && TryReadLife(order.RoundSeconds, out life, out fault, out place);
        (fault, place) = ("currency is a currency of ISO 4217.", "currency");
        return false;
    }

    /// <summary>The same of an order for another round.</summary>
    public static bool TryRead(RoundOrder order, out List<ParticipantId> excluded, out TimeSpan? life, [NotNullWhen(false)] out string? fault, out string? place)
    {
        life = null;
        return TryReadBanks(order.Exclude, "exclude", out excluded, out fault, out place) && TryReadLife(order.RoundSeconds, out life, out fault, out place);
    }

    private static async Task AnswerAsync(HttpContext context, Func<long, AgentInput> ask, int status)
    {
        if (await ApiRequest.CallAsync<CycleResult>(context, ask) is not { } result) return;
        if (result.Cycle is { } cycle) await ApiRequest.WriteAsync(context, status, View(cycle), ApiJson.Default.CycleInfo);
        else await Problems.RefusedAsync(context, result.Refusal!);
    }

    private static async Task<Digest?> ReadIdAsync(HttpContext context)
    {
        if (Digest.TryParse((string?)context.Request.RouteValues["id"], out Digest id)) return id;
        await Problems.NotFoundAsync(context);
        return null;
    }

    private static bool TryReadBanks(IReadOnlyList<string> texts, string list, out List<ParticipantId> banks, [NotNullWhen(false)] out string? fault, out string? place)
    {
        (banks, fault, place) = ([], null, null);
        if (texts.Count > MaximumBanks)
        {
            (fault, place) = ($"A cycle has at most {MaximumBanks} banks.", list);
            return false;
        }

        foreach ((int i, string? text) in texts.Index())
        {
            if (!ParticipantId.TryParse(text, out ParticipantId bank))
            {
                (fault, place) = ("A bank is named by the id of a participant.", string.Create(CultureInfo.InvariantCulture, $"{list}[{i}]"));
                return false;
            }

            banks.Add(bank);
        }

        return true;
    }

    private static bool TryReadLife(int? seconds, out TimeSpan? life, [NotNullWhen(false)] out string? fault, out string? place)
    {
        (life, fault, place) = (null, null, null);
        if (seconds is not { } given) return true;
        if (given is < 1 or > MaximumRoundSeconds)
        {
            (fault, place) = ($"roundSeconds is a whole number from 1 to {MaximumRoundSeconds}.", "roundSeconds");
            return false;
        }

        life = TimeSpan.FromSeconds(given);
        return true;
    }

    private static Task MalformedAsync(HttpContext context, string detail, string? place) =>
        Problems.WriteAsync(context, StatusCodes.Status400BadRequest, HostCodes.RequestMalformed, detail, place);

    private static CycleInfo View(CycleStatus cycle) => new()
    {
        Cycle = cycle.Cycle.ToString(),
        Currency = cycle.Currency.Code,
        Round = cycle.Round,
        Stage = CycleStageText.Of(cycle.Stage),
        OpenedAt = cycle.OpenedAt,
        RoundEndsAt = cycle.RoundEndsAt,
        Channels = cycle.Channels,
        Banks = [.. cycle.Banks.Select(static bank => new CycleBankInfo
        {
            Bank = bank.Bank.ToString(), IsAwaited = bank.IsAwaited, IsShort = bank.IsShort, IsExcluded = bank.IsExcluded, Net = bank.Net?.ToDecimalText(),
        })],
        Reason = cycle.Reason,
        Schedule = cycle.Schedule,
    };
}
