using Google.Protobuf;
using Settlement.Core.Agent;
using Settlement.Core.Bank;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Monetary;
using Settlement.Core.Notarisation;
using Settlement.Core.Vault.Records;
using Settlement.Tests.Bank;
using Settlement.Tests.Channels;
using Settlement.Wire.Agent;
using Settlement.Wire.Channels;
using Kind = Settlement.Wire.Channels.PeerMessage.MessageOneofCase;

namespace Settlement.Tests.Hostile;

/// <summary>What a member, or the settlement agent, can do by cycles.</summary>
internal static class CycleCases
{
    private const string Agent = "agent to bank";

    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(2);

    public static IEnumerable<HostileCase> All { get; } =
    [
        FalseCuts("a cut that the agent did not call for", static world => [new CutCall(Call(world)) { Signature = ByteString.CopyFrom(new byte[64]) }]),
        FalseCuts("a cut of a call that is padded", static world => [FalseCycleTests.Padded(Call(world), world.Banks.Posting, 1_000)]),
        FalseCuts("one call to cut without end", static world => [.. Enumerable.Repeat(Call(world), 500)], "message + proposal without entries") with { Cost = Cost.Batch.And(HostileWorld.Storm, sends: 1, checks: 1) with { Kilobytes = 160 } },
        FalseCuts("a cut of a cycle of other channels", static world => [Call(world, world.WithGamma(world.Beta))], code: ChannelCodes.EntryMalformed),
        FalseReservation(),
        new("a reservation of a cut that it withholds", MemberCases.Endorser, CycleCodes.ReservationMissing, "group", Proof.Said(static (world, piece) =>
        {
            Assert.True(ChannelGroup.TryRead(ByteString.CopyFrom(piece.Parts[0].Body), TwoBanks.Network, out ChannelGroup? group, out string code), code);
            Assert.Contains(world.Banks.Channel, group.Channels);
        }), Afterwards.GoesOn, static world =>
        {
            // Neither does it make use of the victim's.
            world.Banks.OnPeer = (_, _, message) => message.LegReservations is { } said && said.Channel.Equals(world.Channel) ? [] : [message];
            OpenCycle(world);
            world.Banks.Pass(TimeSpan.FromMinutes(11));
        })
        {
            CyclePoll = Poll, IsCommon = true, Victim = static world => world.Alpha, Party = static world => world.Beta.Id.ToString(), Cost = new Cost(Written: 1500, Rows: 60, Kilobytes: 60, Sends: 1500, Checks: 1500),
        },
        new("a call to cut that is padded", Agent, CycleCodes.RoundUnsigned, "view", Proof.Said(CycleView.Parser, static (_, view) => view.Call.CalculateSize() > 1_000), Afterwards.GoesOn, static world =>
        {
            OpenCycle(world);
            world.Banks.OnAgentReply = reply =>
            {
                if (reply.Cycles is { Cycles.Count: 1 } answer && answer.Cycles[0].Call is { } call) answer.Cycles[0].Call = FalseCycleTests.Padded(call, world.Banks.Posting, 1_000);
                return reply;
            };
            world.Banks.Pass(TimeSpan.FromSeconds(10));
        }) { CyclePoll = Poll, Victim = static world => world.Alpha, Party = static world => world.Banks.Agent.Id.ToString(), Cost = Cost.Following with { Written = 60, Rows = 14, Kilobytes = 14, Sends = 40, Checks = 60 } },
        new("a committed cycle of which it says nothing", Agent, CycleCodes.PostingMissing, "call + leg", Proof.Told(static (world, piece) =>
        {
            Assert.True(CycleRound.TryRead(CutCall.Parser.ParseFrom(piece.Parts[0].Body), TwoBanks.Network, out CycleRound? round));
            Assert.True(round.IsSignedBy(world.Banks.Posting.PublicKey));
            LegCut cut = LegCut.Parser.ParseFrom(piece.Parts[1].Body);
            // What one channel owes is for nobody else to see.
            Assert.Equal((0, 0, true), (cut.Owed, cut.Blinding.Length, round.Group.Channels.Contains(new Digest(cut.Proof.Channel.Span))));
        }), Afterwards.GoesOn, static world =>
        {
            OpenCycle(world);
            bool hasDecided = false;
            world.Banks.OnAgentReply = reply =>
            {
                hasDecided |= reply.Cycles?.Cycles.Any(static view => view.Stage is CycleStage.Deciding or CycleStage.Settled) == true;
                if (hasDecided) reply.Cycles?.Cycles.Clear();
                return reply;
            };
            world.Banks.Pass(TimeSpan.FromMinutes(11));
        })
        {
            CyclePoll = Poll, Victim = static world => world.Alpha, Party = static world => world.Banks.Agent.Id.ToString(), Cost = new Cost(Written: 1500, Rows: 40, Kilobytes: 40, Sends: 1500, Checks: 1500),
        },
    ];

    /// <summary>Each proposal of the sequencer's cuts, too; the member endorses nothing of it.</summary>
    private static HostileCase FalseCuts(string name, Func<HostileWorld, CutCall[]> calls, string evidence = "message", string code = CycleCodes.CutUncalled) => new(name, MemberCases.Sequencer, code, evidence, Proof.Proposal(static (_, _, body) => body!.Cuts.Count > 0), Afterwards.GoesOnInTheNextTerm, world =>
    {
        CutCall[] said = world.Once(() => calls(world));
        world.Change(world.Alpha, world.Beta, Kind.Proposal, message => [OtherProposal.Of(world.Banks, world.Alpha, message.Proposal, p => p.Body.Cuts.Add(said))]);
        world.Banks.Pay(world.Alpha, 1);
        GroupCases.Repeat(world);
    }) { Cost = Cost.Batch.And(HostileWorld.Storm, sends: 1, checks: 1) };

    private static HostileCase FalseReservation() => new("a reservation of a cut that it did not sign", MemberCases.Endorser, CycleCodes.ReservationInvalid, "message", Proof.Message(static (world, message) => message.LegReservations.Channel.Equals(world.Channel)), Afterwards.GoesOn, static world =>
    {
        PeerMessage said = world.Once(() =>
        {
            PeerMessage? first = null;
            world.Change(world.Beta, world.Alpha, Kind.LegReservations, message =>
            {
                message.LegReservations.Reservations[0].Signature = Lies.Flipped(message.LegReservations.Reservations[0].Signature, 3);
                return [first ??= message.Clone()];
            });
            Assert.Null(Open(world).Refusal);
            for (int i = 0; i < 60 && first is null; i++) world.Banks.Pass(TimeSpan.FromSeconds(1));
            return first!;
        });
        world.Say(world.Beta, world.Alpha, said);
    }) { CyclePoll = Poll, Victim = static world => world.Alpha, Party = static world => world.Beta.Id.ToString(), Cost = Cost.Before(4).And(HostileWorld.Storm, checks: 1) with { Sends = 100 } };

    private static void OpenCycle(HostileWorld world) => world.Once(() =>
    {
        CycleResult opened = Open(world);
        Assert.Null(opened.Refusal);
        return (object)opened;
    });

    private static CycleResult Open(HostileWorld world) => world.Banks.Ask<CycleResult>(world.Banks.Agent, static call => new AgentInput.OpenCycle(call, TwoBanks.Eur, [], TimeSpan.FromMinutes(5)));

    /// <summary>A good call for the attacked channel, which nobody has asked for.</summary>
    private static CutCall Call(HostileWorld world, Digest? channel = null)
    {
        ByteString body = ChannelGroup.Of(TwoBanks.Network, [channel ?? world.Banks.Channel, Digest.Of([1])], world.Banks.Now.AddMinutes(9), Digest.Of([2])).ToByteString();
        Assert.True(ChannelGroup.TryRead(body, TwoBanks.Network, out ChannelGroup? group, out string code), code);
        return CycleRound.Sign(TwoBanks.Network, Digest.Of([3]), 1, TwoBanks.Eur, group, Digest.Of([1]), world.Banks.Posting).Call;
    }
}
