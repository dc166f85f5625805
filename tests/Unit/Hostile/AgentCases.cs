using Google.Protobuf;
using Settlement.Core.Bank;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;
using Settlement.Core.Monetary;
using Settlement.Core.Reading;
using Settlement.Tests.Bank;
using Settlement.Tests.Channels;
using Settlement.Wire.Agent;

namespace Settlement.Tests.Hostile;

/// <summary>What the settlement agent can do to a bank: say that it posted what it did not, answer something else, or not as asked. That it is silent
/// leaves nothing, and what it posted comes into the channel when it speaks again (<see cref="Agent.AgentTests"/>).</summary>
internal static class AgentCases
{
    private const long Amount = 1_00;

    public static IEnumerable<HostileCase> All { get; } =
    [
        Funding("a posting that it did not sign", ChannelCodes.PostingRefused, "result", Proof.Said(FundResult.Parser, static (world, result) => !IsSigned(world, result, world.Banks.Channel, world.Alpha, Amount)), static (_, reply) => reply.Funds[0].Signature = Lies.Flipped(reply.Funds[0].Signature, 2)),
        Funding("a posting of another amount", ChannelCodes.PostingRefused, "result", Proof.Of(static (world, piece) => IsSigned(world, piece, world.Banks.Channel, world.Alpha, Amount - 1)), static (world, reply) => Sign(world, reply.Funds[0], world.Banks.Channel, world.Alpha, Amount - 1)),
        Funding("a posting in another channel", ChannelCodes.PostingRefused, "result", Proof.Of(static (world, piece) => IsSigned(world, piece, world.WithGamma(world.Alpha), world.Alpha, Amount)), static (world, reply) => Sign(world, reply.Funds[0], world.WithGamma(world.Alpha), world.Alpha, Amount)),
        Funding("a posting for another bank", ChannelCodes.PostingRefused, "result", Proof.Of(static (world, piece) => IsSigned(world, piece, world.Banks.Channel, world.Beta, Amount)), static (world, reply) => Sign(world, reply.Funds[0], world.Banks.Channel, world.Beta, Amount)),
        Funding("an answer to another request", ChannelCodes.MessageMalformed, "result", Proof.Said(FundResult.Parser, static (world, result) => result.PostingId.Length > 0), static (_, reply) => reply.Funds[0].RequestId = Lies.Flipped(reply.Funds[0].RequestId, 0)),
        Funding("fewer answers than requests", ChannelCodes.MessageMalformed, "body", Proof.Body(static body => AgentReply.Parser.ParseFrom(body).Funds.Count == 0), static (_, reply) => reply.Funds.Clear()),
        Defunding("a payment into the account that it did not sign", ChannelCodes.PostingRefused, "result + request", Proof.Said(RedeemResult.Parser, static (_, result) => result.Signature.Length > 0), static result => result.Signature = Lies.Flipped(result.Signature, 2)),
        Defunding("that the entry shows nothing", Core.Agent.AgentCodes.EntryNotProven, "result + request", Proof.Said(RedeemResult.Parser, static (_, result) => result.Code == Core.Agent.AgentCodes.EntryNotProven), static result => (result.Code, result.PostingId, result.Signature) = (Core.Agent.AgentCodes.EntryNotProven, ByteString.Empty, ByteString.Empty)),
    ];

    private static HostileCase Funding(string name, string code, string evidence, Proof proof, Action<HostileWorld, AgentReply> lie) => Of(name, code, evidence, proof, (world, reply) =>
    {
        if (reply.Funds.Count > 0) lie(world, reply);
    }, static world =>
    {
        Money amount = new(TwoBanks.Eur, Amount);
        world.Banks.Credit(world.Alpha, amount);
        return world.Banks.Tell(world.Alpha, call => new BankInput.Fund(call, world.Banks.Channel, amount));
    });

    private static HostileCase Defunding(string name, string code, string evidence, Proof proof, Action<RedeemResult> lie) => Of(name, code, evidence, proof, (_, reply) =>
    {
        foreach (RedeemResult result in reply.Redemptions) lie(result);
    }, static world => world.Banks.Tell(world.Alpha, call => new BankInput.Defund(call, world.Banks.Channel, new Money(TwoBanks.Eur, Amount))));

    private static HostileCase Of(string name, string code, string evidence, Proof proof, Action<HostileWorld, AgentReply> lie, Func<HostileWorld, long> ask) => new(name, "agent to bank", code, evidence, proof, Afterwards.GoesOn, world =>
    {
        world.Banks.OnAgentReply = reply =>
        {
            lie(world, reply);
            return reply;
        };
        // Asked for once, and lied about for as long as it is asked for again.
        world.Once(() => (object)ask(world));
        world.Banks.Pass(TimeSpan.FromSeconds(10));
    })
    {
        Victim = static world => world.Alpha, Party = static world => world.Banks.Agent.Id.ToString(), Cost = Cost.Following with { Written = 60, Rows = 14, Kilobytes = 14, Sends = 40, Checks = 60 },
    };

    private static void Sign(HostileWorld world, FundResult result, Digest channel, TestNode bank, long amount) =>
        result.Signature = ByteString.CopyFrom(world.Banks.Posting.Sign(Text(result, channel, bank.Id, amount)));

    private static Digest Text(FundResult result, Digest channel, ParticipantId bank, long amount) => PostingText.Digest(TwoBanks.Network, result.PostingId.Span, channel, bank, "EUR", amount);

    /// <summary>The agent signed what was not asked for: everybody who has its key can see it.</summary>
    private static void IsSigned(HostileWorld world, PieceView piece, Digest channel, TestNode bank, long amount) =>
        Assert.True(IsSigned(world, FundResult.Parser.ParseFrom(piece.Parts[0].Body), channel, bank, amount));

    private static bool IsSigned(HostileWorld world, FundResult result, Digest channel, TestNode bank, long amount)
    {
        using VerifyingKey key = new(world.Banks.Posting.PublicKey);
        return key.Verify(Text(result, channel, bank.Id, amount), result.Signature.Span);
    }
}
