using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Participants;
using Settlement.Wire.Channels;

namespace Settlement.Core.Nodes;

/// <summary>Reads what a peer sent, within bounds on what it makes the reader do.</summary>
internal static class PeerBatches
{
    /// <summary>Messages of one batch. An honest node has one or two for each channel that it shares with the receiver.</summary>
    public const int MaxMessages = 10_000;

    /// <summary>Entries, items and envelopes' owners of one batch, over all its messages. Those of proposals are counted once their
    /// signatures are known to be good.</summary>
    public const int MaxItems = 20_000;

    /// <summary>Leaves under the roots of all proposals of one batch: each costs a hash before any signature is checked. An honest body has one for each
    /// item, and a few more.</summary>
    public const int MaxParts = 2 * MaxItems;

    /// <summary>Commands, proposals, endorsements and reservations of one channel in one batch: each may cost a signature check or two, or a question
    /// to the ledger. An honest node has one or two of each, and more only when it answers what came late all at once.</summary>
    public const int MaxOfChannel = 256;

    /// <summary>False when the batch cannot be read, is not for this network, or is out of bounds.</summary>
    public static bool TryRead(byte[] body, string network, [NotNullWhen(true)] out PeerBatch? batch) =>
        Parsing.TryParse(PeerBatch.Parser, body, out batch) && batch.Suite == Suite.Current
        && string.Equals(batch.Network, network, StringComparison.Ordinal)
        && batch.Messages.Count <= MaxMessages && batch.Messages.Sum(ItemsOf) <= MaxItems
        && batch.Messages.Sum(static message => message.Proposal is { } proposal ? ProposalTree.PartsOf(proposal.Body.Span) : 0) <= MaxParts
        && batch.Messages.Select(ChannelOf).OfType<Digest>().CountBy(static channel => channel).All(static of => of.Value <= MaxOfChannel);

    // What is no channel's id costs nothing. Digests hash with a seed of the process, so nobody can choose ids that collide.
    private static Digest? ChannelOf(PeerMessage message) => Digest.TryRead((message.MessageCase switch
    {
        PeerMessage.MessageOneofCase.Commands => message.Commands.Channel,
        PeerMessage.MessageOneofCase.Proposal => message.Proposal.Channel,
        PeerMessage.MessageOneofCase.Endorsement => message.Endorsement.Channel,
        PeerMessage.MessageOneofCase.LegReservations => message.LegReservations.Channel,
        _ => ByteString.Empty,
    }).Span, out Digest channel) ? channel : null;

    private static int ItemsOf(PeerMessage message) => message.MessageCase switch
    {
        PeerMessage.MessageOneofCase.Commands => message.Commands.Entries.Count + message.Commands.Grants.Count,
        PeerMessage.MessageOneofCase.Endorsement => message.Endorsement.Refusals.Count,
        PeerMessage.MessageOneofCase.LegReservations => message.LegReservations.Reservations.Count,
        PeerMessage.MessageOneofCase.Delivery => message.Delivery.Items.Count,
        PeerMessage.MessageOneofCase.OpenProposal => (message.OpenProposal.Epoch?.Keys.Count ?? 0) + message.OpenProposal.MemberCertificates.Count,
        PeerMessage.MessageOneofCase.Opened => message.Opened.Acknowledgements.Count + message.Opened.MemberCertificates.Count,
        _ => 0,
    };
}
