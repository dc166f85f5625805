using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using Settlement.Core.Commitments;
using Settlement.Core.Cryptography;
using Settlement.Core.Monetary;
using Settlement.Core.Notarisation;
using Settlement.Core.Participants;
using Settlement.Wire.Channels;

namespace Settlement.Core.Channels;

/// <summary>
/// A settlement agent's call to a channel: payments of both members settle there together with payments of other channels, over the accounts
/// at the agent. No position moves, so nothing is set aside but the payments themselves; the agent sets its postings aside in a channel of its own,
/// and the ledger commits no offset without.
/// </summary>
/// <param name="Channel">The channel.</param>
/// <param name="Currency">In what the payments are.</param>
/// <param name="Group">All channels of the offset, and the agent's own.</param>
/// <param name="AgentChannel">Which of them is the agent's.</param>
/// <param name="Payments">How many of each member, in their order.</param>
/// <param name="Call">As the agent signed it.</param>
public sealed record OffsetLeg(Digest Channel, string Currency, ChannelGroup Group, Digest AgentChannel, IReadOnlyList<int> Payments, OffsetCall Call)
{
    /// <summary>Payments of both members in one leg: they are opened, sealed again and kept in one batch.</summary>
    public const int MaximumPayments = 64;

    /// <summary>Channels of one offset, the agent's own among them: every payment's header names them all.</summary>
    public const int MaximumChannels = 32;

    /// <summary>Reads a call, to the byte as it would be written; whether the agent said it is asked of <see cref="IsSignedBy"/>.</summary>
    public static bool TryRead(OffsetCall? call, string network, [NotNullWhen(true)] out OffsetLeg? leg)
    {
        leg = null;
        if (call is null || !Parsing.TryParseExact(OffsetLegBody.Parser, call.LegBody.Span, out OffsetLegBody? body)) return false;
        if (body.Suite != Suite.Current || body.Network != network || !Monetary.Currency.TryParse(body.Currency, out _)) return false;
        if (!Digest.TryRead(body.Channel.Span, out Digest channel) || !Digest.TryRead(body.AgentChannel.Span, out Digest agentChannel) || body.NetCommitment.Length != Digest.Length) return false;
        if (body.Payments.Count != ChannelTerms.MemberCount || body.Payments.Any(static count => count > MaximumPayments) || body.Payments.Sum(static count => count) is < 1 or > MaximumPayments) return false;
        if (!ChannelGroup.TryRead(body.GroupBody, network, out ChannelGroup? group, out _) || group.Channels.Count > MaximumChannels) return false;
        if (channel == agentChannel || !group.Channels.Contains(channel) || !group.Channels.Contains(agentChannel)) return false;
        leg = new OffsetLeg(channel, body.Currency, group, agentChannel, [.. body.Payments.Select(static count => (int)count)], call);
        return true;
    }

    /// <summary>A call, signed by its agent.</summary>
    /// <param name="network">The network.</param>
    /// <param name="channel">The channel.</param>
    /// <param name="group">All channels of the offset, and the agent's own.</param>
    /// <param name="agentChannel">Which of them is the agent's.</param>
    /// <param name="payments">How many of each member, in their order.</param>
    /// <param name="net">What member 0 pays to member 1; below zero the other way round.</param>
    /// <param name="posting">The agent's key.</param>
    /// <param name="entropy">The salt.</param>
    public static OffsetLeg Sign(string network, Digest channel, ChannelGroup group, Digest agentChannel, IReadOnlyList<int> payments, Money net, SigningKey posting, IEntropy entropy)
    {
        byte[] salt = new byte[FieldCommitment.SaltLength];
        entropy.Fill(salt);
        OffsetLegBody body = new()
        {
            Suite = Suite.Current, Network = network, Currency = net.Currency.Code, GroupBody = group.Body, AgentChannel = ByteString.CopyFrom(agentChannel.ToArray()),
            Channel = ByteString.CopyFrom(channel.ToArray()), NetCommitment = ByteString.CopyFrom(OffsetText.Net(channel, net.MinorUnits, salt).ToArray()),
        };
        body.Payments.Add(payments.Select(static count => (uint)count));
        ByteString bytes = body.ToByteString();
        OffsetCall call = new()
        {
            LegBody = bytes, Signature = ByteString.CopyFrom(posting.Sign(OffsetText.Leg(bytes.Span))),
            Net = new OffsetNet { MinorUnits = net.MinorUnits, Salt = ByteString.CopyFrom(salt) },
        };
        return new OffsetLeg(channel, net.Currency.Code, group, agentChannel, [.. payments], call);
    }

    /// <summary>Whether the agent with this posting key called for it.</summary>
    public bool IsSignedBy(PublicKey posting)
    {
        using VerifyingKey key = new(posting);
        return key.Verify(OffsetText.Leg(Call.LegBody.Span), Call.Signature.Span);
    }

    /// <summary>What the account of member 0 pays to that of member 1, where the call says it and it is what was signed; else null.</summary>
    public long? Net => Call.Net is { } net && net.Salt.Length == FieldCommitment.SaltLength
        && Parsing.TryParse(OffsetLegBody.Parser, Call.LegBody.Span, out OffsetLegBody? body) && body.NetCommitment.Span.SequenceEqual(OffsetText.Net(Channel, net.MinorUnits, net.Salt.Span).ToArray())
        ? net.MinorUnits : null;

    /// <summary>The call as it is for those who read no amounts.</summary>
    public static OffsetCall WithoutNet(OffsetCall call) => new() { LegBody = call.LegBody, Signature = call.Signature };
}
