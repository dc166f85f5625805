using Google.Protobuf;
using Settlement.Core.Participants;
using Settlement.Wire.Agent;
using Settlement.Wire.Channels;

namespace Settlement.Host.Fuzz.Worlds;

/// <summary>Looks into what travels.</summary>
internal static class Contents
{
    /// <summary>What there is in bytes that some node has sent.</summary>
    public static IEnumerable<Content> In(Traveller traveller) => traveller.Kind switch
    {
        Travel.PeerBatch => Read(PeerBatch.Parser, traveller.Body)?.Messages.SelectMany(In) ?? [],
        Travel.AgentRequest => Read(AgentRequest.Parser, traveller.Body) is { } request ? In(request) : [],
        Travel.AgentReply => Read(AgentReply.Parser, traveller.Body) is { } reply ? In(reply) : [],
        _ => [],
    };

    private static IEnumerable<Content> In(PeerMessage message)
    {
        ProposalBody? body = message.Proposal is { } proposal ? Read(ProposalBody.Parser, proposal.Body.ToByteArray()) : null;
        IEnumerable<SealedEntry> entries = message.Commands?.Entries
            ?? body?.Items.Select(static item => item.Entry)
            ?? message.Delivery?.Items.Select(static item => item.Entry)
            ?? [];
        if (message.Commands is { Grants.Count: > 0 }) yield return Content.GrantsHandedOver;
        if (body is { Grants.Count: > 0 }) yield return Content.GrantsProposed;
        if (message.Delivery is { LimitGrants.IsEmpty: false }) yield return Content.GrantsDelivered;
        if (message.Commands is { OffsetGroups.Count: > 0 }) yield return Content.OffsetsJoined;
        if (entries.Any(static entry => entry is not null && Read(EntryHeader.Parser, entry.Header.ToByteArray())?.Offset is not null)) yield return Content.OffsetEntry;
        if (message.LegReservations is { Reservations.Count: > 0 }) yield return Content.CutsReserved;
    }

    private static IEnumerable<Content> In(AgentRequest request)
    {
        if (request.Offsets?.Queues.Any(static queue => queue.Payments.Count > 0) is true) yield return Content.OffsetsOffered;
        if (request.Offsets is { Reports.Count: > 0 }) yield return Content.OffsetsReported;
        if (request.Cycles?.Opening is { NetMinorUnits: not 0 }) yield return Content.SumOpened;
        if (request.FundedChannels) yield return request.FundedAfter.IsEmpty ? Content.FundedAsked : Content.FundedAskedAfter;
    }

    private static IEnumerable<Content> In(AgentReply reply)
    {
        if (reply.Offsets?.Offsets.Any(static view => view.Legs.Count > 0) is true) yield return Content.OffsetsCalled;
        if (reply.Offsets?.Offsets.Any(static view => view.Posting is not null) is true) yield return Content.OffsetPosted;
        if (reply.Cycles?.Cycles.Any(static view => view.Posting is { NetMinorUnits: not 0 }) is true) yield return Content.CyclePosted;
        if (reply.Channels.Count > 0) yield return Content.FundedTold;
    }

    private static T? Read<T>(MessageParser<T> parser, byte[] bytes) where T : class, IMessage<T> => Parsing.TryParse(parser, bytes, out T? read) ? read : null;
}
