using System.Diagnostics.CodeAnalysis;
using Settlement.Core.Cryptography;
using Settlement.Core.Participants;
using Settlement.Wire.Channels;

namespace Settlement.Core.Nodes;

/// <summary>Reads what a peer sent, within bounds on what it makes the reader do.</summary>
internal static class PeerBatches
{
    /// <summary>Messages of one batch. An honest node has one or two for each channel that it shares with the receiver.</summary>
    public const int MaxMessages = 10_000;

    /// <summary>Entries, items and envelopes' owners of one batch, over all its messages.</summary>
    public const int MaxItems = 20_000;

    /// <summary>False when the batch cannot be read, is not for this network, or is out of bounds.</summary>
    public static bool TryRead(byte[] body, string network, [NotNullWhen(true)] out PeerBatch? batch) =>
        Parsing.TryParse(PeerBatch.Parser, body, out batch) && batch.Suite == Suite.Current
        && string.Equals(batch.Network, network, StringComparison.Ordinal)
        && batch.Messages.Count <= MaxMessages && batch.Messages.Sum(ItemsOf) <= MaxItems;

    private static int ItemsOf(PeerMessage message) => message.MessageCase switch
    {
        PeerMessage.MessageOneofCase.Commands => message.Commands.Entries.Count,
        PeerMessage.MessageOneofCase.Proposal => message.Proposal.Items.Count,
        PeerMessage.MessageOneofCase.Endorsement => message.Endorsement.Refusals.Count,
        PeerMessage.MessageOneofCase.Delivery => message.Delivery.Items.Count,
        PeerMessage.MessageOneofCase.OpenProposal => (message.OpenProposal.Epoch?.Keys.Count ?? 0) + message.OpenProposal.MemberCertificates.Count,
        PeerMessage.MessageOneofCase.Opened => message.Opened.Acknowledgements.Count + message.Opened.MemberCertificates.Count,
        _ => 0,
    };
}
