using Google.Protobuf;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Wire.Channels;

namespace Settlement.Tests.EndToEnd.Hostile;

/// <summary>A member that means ill: it has its channel and the key with which it signs there, so what it changes it signs.</summary>
internal sealed class Insider(ChannelContext channel, SigningKey key) : IDisposable
{
    public ChannelContext Channel => channel;

    public SigningKey Key => key;

    /// <summary>The same messages, but of each proposal in the channel another body, well signed.</summary>
    public byte[] Proposing(byte[] batch, Action<ProposalBody> change)
    {
        PeerBatch read = PeerBatch.Parser.ParseFrom(batch);
        foreach (PeerMessage message in read.Messages)
        {
            if (message.Proposal is not { } proposal || !SignedProposal.TryRead(proposal, out SignedProposal? signed) || signed.Channel != channel.Channel) continue;
            ProposalBody body = ProposalBody.Parser.ParseFrom(proposal.Body);
            change(body);
            ByteString bytes = body.ToByteString();
            message.Proposal = SignedProposal.Sign(channel, signed.Term, signed.Sequence, signed.PreviousHead, bytes.Span, key).ToProposal(bytes);
        }

        return read.ToByteArray();
    }

    public void Dispose()
    {
        key.Dispose();
        channel.Epoch.Dispose();
    }
}
