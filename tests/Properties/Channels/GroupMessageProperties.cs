using Google.Protobuf;
using Settlement.Core.Bank;
using Settlement.Core.Instructions;
using Settlement.Core.Participants;
using Settlement.Core.Reading;
using Settlement.Tests.Bank;
using Settlement.Tests.Properties.Cryptography;
using Settlement.Wire.Channels;

namespace Settlement.Tests.Properties.Channels;

/// <summary>What members say of legs and outcomes, with any one bit of it another: nobody signs or submits anything for it.</summary>
public sealed class GroupMessageProperties
{
    [Fact]
    public void No_altered_proposal_with_an_outcome_is_endorsed()
    {
        using GroupWorld world = new();
        Proposal? caught = null;
        world.Begin(life: TimeSpan.FromSeconds(4));
        world.Banks.Look(world.EuroChannel).OnPeer = (from, _, message) =>
        {
            if (from != world.Alpha || message.Proposal is not { } proposal) return [message];
            caught = proposal.Clone();
            return [];
        };
        for (int i = 0; i < 40 && caught is null; i++) world.Banks.Pass(TimeSpan.FromMilliseconds(500));
        Assert.NotEmpty(OtherProposal.BodyOf(caught!).Outcomes);
        byte[] honest = caught!.ToByteArray();
        int endorsed = 0;
        world.Banks.OnPeer = (from, _, message) =>
        {
            if (from == world.Beta && message.Endorsement is { Endorsement: not null }) endorsed++;
            return [message];
        };
        Samples.ForAll(Samples.Choice, choice =>
        {
            if (!Parsing.TryParse(Proposal.Parser, Samples.Flip(honest, choice), out Proposal? altered) || altered.Equals(caught)) return;
            world.Banks.Send(world.Alpha, world.Beta, new PeerMessage { Proposal = altered });
            Assert.Equal(0, endorsed);
        });
        world.Banks.Send(world.Alpha, world.Beta, new PeerMessage { Proposal = caught });
        Assert.Equal(1, endorsed);
        world.Banks.OnPeer = null;
        world.Banks.Pass(TimeSpan.FromSeconds(10));
        world.AssertAtRest();
    }

    [Fact]
    public void No_altered_endorsement_with_a_reservation_is_submitted()
    {
        using GroupWorld world = new();
        EndorsementAnswer? caught = null;
        world.Banks.Look(world.EuroChannel).OnPeer = (from, _, message) =>
        {
            if (from != world.Beta || message.Endorsement is not { } answer) return [message];
            caught = answer.Clone();
            return [];
        };
        SubmissionAnswer begun = world.Begin();
        Assert.Single(caught!.Reservations);
        byte[] honest = caught.ToByteArray();
        int submitted = 0;
        world.Banks.OnLedgerRequest = (from, request) =>
        {
            if (from == world.Alpha) submitted += request.Submissions.Count(static submission => submission.Head is not null || submission.Reserve is not null);
            return request;
        };
        Samples.ForAll(Samples.Choice, choice =>
        {
            if (!Parsing.TryParse(EndorsementAnswer.Parser, Samples.Flip(honest, choice), out EndorsementAnswer? altered) || altered.Equals(caught)) return;
            world.Banks.Send(world.Beta, world.Alpha, new PeerMessage { Endorsement = altered });
            Assert.Equal(0, submitted);
        });
        world.Banks.Send(world.Beta, world.Alpha, new PeerMessage { Endorsement = caught });
        // The head, and the leg's reservation.
        Assert.Equal(2, submitted);
        world.Banks.OnPeer = null;
        world.Banks.OnLedgerRequest = null;
        SubmissionAnswer joined = world.Join();
        world.Banks.Pass(TimeSpan.FromSeconds(10));
        Assert.Equal((InstructionStatus.Settled, null), world.StatusOf(world.Alpha, begun));
        Assert.Equal((InstructionStatus.Settled, null), world.StatusOf(world.Beta, joined));
        world.AssertAtRest();
    }
}
