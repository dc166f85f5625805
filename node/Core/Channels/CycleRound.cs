using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;
using Settlement.Core.Monetary;
using Settlement.Core.Netting;
using Settlement.Core.Notarisation;
using Settlement.Core.Participants;
using Settlement.Wire.Channels;

namespace Settlement.Core.Channels;

/// <summary>
/// A settlement agent's call to cut: the channels of a cycle's round move together with a channel of the agent's own, in which it sets its
/// postings aside. So the ledger commits no round for which the agent has not.
/// </summary>
/// <param name="Cycle">The cycle's id.</param>
/// <param name="Number">The how many-eth round of the cycle, from 1.</param>
/// <param name="Currency">What is netted.</param>
/// <param name="Group">The channels that cut, and the agent's own.</param>
/// <param name="AgentChannel">Which of them is the agent's.</param>
/// <param name="Call">As the agent signed it.</param>
public sealed record CycleRound(Digest Cycle, int Number, string Currency, ChannelGroup Group, Digest AgentChannel, CutCall Call)
{
    /// <summary>Reads what is said of a round, to the byte as it would be written; whether the agent said it is asked of <see cref="IsSignedBy"/>.</summary>
    public static bool TryRead(CutCall? call, string network, [NotNullWhen(true)] out CycleRound? round)
    {
        round = null;
        if (call is null || call.Commitment.Length is not (0 or PedersenCommitment.Length) || !Parsing.TryParseExact(CycleRoundBody.Parser, call.RoundBody.Span, out CycleRoundBody? body)) return false;
        if (body.Suite != Suite.Current || body.Network != network || body.Number is 0 or > int.MaxValue || !Monetary.Currency.TryParse(body.Currency, out _)) return false;
        if (!Digest.TryRead(body.Cycle.Span, out Digest cycle) || !Digest.TryRead(body.AgentChannel.Span, out Digest agentChannel)) return false;
        if (!ChannelGroup.TryRead(body.GroupBody, network, out ChannelGroup? group, out _) || !group.Channels.Contains(agentChannel)) return false;
        round = new CycleRound(cycle, (int)body.Number, body.Currency, group, agentChannel, call);
        return true;
    }

    /// <summary>A round, signed by its agent.</summary>
    public static CycleRound Sign(string network, Digest cycle, int number, Currency currency, ChannelGroup group, Digest agentChannel, SigningKey posting)
    {
        CycleRoundBody body = new()
        {
            Suite = Suite.Current, Network = network, Cycle = ByteString.CopyFrom(cycle.ToArray()), Number = (uint)number, Currency = currency.Code,
            GroupBody = group.Body, AgentChannel = ByteString.CopyFrom(agentChannel.ToArray()),
        };
        ByteString bytes = body.ToByteString();
        CutCall call = new() { RoundBody = bytes, Signature = ByteString.CopyFrom(posting.Sign(Signed(bytes))) };
        return new CycleRound(cycle, number, currency.Code, group, agentChannel, call);
    }

    /// <summary>Whether the agent with this posting key called for it.</summary>
    public bool IsSignedBy(PublicKey posting)
    {
        using VerifyingKey key = new(posting);
        return key.Verify(Signed(Call.RoundBody), Call.Signature.Span);
    }

    private static Digest Signed(ByteString body) => new HashWriter("settlement/cycle-round").Bytes(body.Span).Finish();
}
