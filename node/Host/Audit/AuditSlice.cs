using System.Globalization;
using Settlement.Client;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Monetary;
using Settlement.Core.Regulator;
using Settlement.Host.Api;
using Settlement.Host.Channels;
using Settlement.Host.Configuration;
using Settlement.Host.Reading;

namespace Settlement.Host.Audit;

/// <summary>What a regulator reads and can prove of the channels it observes.</summary>
internal static class AuditSlice
{
    /// <summary>Registers what the slice needs.</summary>
    public static void AddAudit(this IServiceCollection services, ChannelAuditor auditor) => services.AddSingleton(auditor);

    /// <summary>Maps the slice's endpoints.</summary>
    public static void MapAudit(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/audit/channels", ListAsync).Demands(ApiRole.Audit);
        routes.MapGet("/v1/audit/channels/{id}", ProveAsync).Demands(ApiRole.Audit);
        routes.MapGet("/v1/channels/{id}/entries", static context => EntryDoor.AnswerAsync(context, isObserver: true)).Demands(ApiRole.Audit);
    }

    private static async Task ListAsync(HttpContext context)
    {
        if (await ApiRequest.CallAsync<ObservedChannels>(context, static call => new RegulatorInput.ListChannels(call)) is not { } observed) return;
        AuditChannelList answer = new([.. observed.Channels.Select(static channel =>
            new AuditChannel(channel.Channel.ToString(), channel.Members, (ulong)channel.NotarisedSequence, (ulong)channel.HeldSequence) { ClosedAt = channel.ClosedAt })]);
        await ApiRequest.WriteAsync(context, StatusCodes.Status200OK, answer, ApiJson.Default.AuditChannelList);
    }

    private static async Task ProveAsync(HttpContext context)
    {
        VaultReads reads = context.RequestServices.GetRequiredService<VaultReads>();
        if (!Digest.TryParse((string?)context.Request.RouteValues["id"], out Digest id)
            || await reads.FindChannelAsync(id, context.RequestAborted) is not { } channel)
        {
            await Problems.NotFoundAsync(context);
            return;
        }

        // Asked before the vault is read, so that the vault cannot have less than the answer says.
        if (await ApiRequest.CallAsync<ObservedChannels>(context, static call => new RegulatorInput.ListChannels(call)) is not { } observed) return;
        long notarised = observed.Channels.FirstOrDefault(one => one.Channel == id)?.NotarisedSequence ?? 0;
        ChannelVerdict verdict = await context.RequestServices.GetRequiredService<ChannelAuditor>().AuditAsync(channel, notarised, observed.LogFault, context.RequestAborted);
        await ApiRequest.WriteAsync(context, StatusCodes.Status200OK, Show(channel, verdict, new AuditBasis(observed.CheckpointSize, (ulong)notarised)), ApiJson.Default.AuditReport);
    }

    private static AuditReport Show(ChannelContext channel, ChannelVerdict verdict, AuditBasis asOf) => new(
        verdict.Channel.ToString(), verdict.Entries, asOf, new Verdict(verdict.Delivered, Show(verdict.NotDelivered)), new Verdict(verdict.Authentic, Show(verdict.NotAuthentic)),
        verdict.ReExecuted is { } reExecuted
            ? new Verdict(reExecuted, Show(verdict.NotReExecuted))
            : new Verdict(Holds: false, verdict.NotReExecuted.Count > 0 ? Show(verdict.NotReExecuted) : [new Finding(HostCodes.ReExecutionNotGranted, "")]),
        [.. verdict.Positions.Select(position => Show(channel, position))]);

    private static AuditPosition Show(ChannelContext channel, Position position) => Currency.TryParse(position.Currency, out Currency currency)
        ? new AuditPosition(channel.Terms.Participants[position.Member].Id.ToString(), position.Currency, new Money(currency, position.MinorUnits).ToDecimalText())
        : new AuditPosition(channel.Terms.Participants[position.Member].Id.ToString(), position.Currency, position.MinorUnits.ToString(CultureInfo.InvariantCulture));

    private static IReadOnlyList<Finding> Show(IReadOnlyList<AuditFault> faults) => [.. faults.Select(static fault => new Finding(
        fault.Code,
        fault.Sequence == 0 ? "log" : string.Create(CultureInfo.InvariantCulture, $"sequence {fault.Sequence}{(fault.Entries.Count > 0 ? ", entries " : "")}{string.Join(", ", fault.Entries)}")))];
}
