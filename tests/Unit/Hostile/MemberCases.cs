using Google.Protobuf;
using Settlement.Contracts;
using Settlement.Core.Channels;
using Settlement.Core.Commitments;
using Settlement.Core.Cryptography;
using Settlement.Core.Notarisation;
using Settlement.Core.Reading;
using Settlement.Tests.Bank;
using Settlement.Tests.Channels;
using Settlement.Tests.Simulation;
using Settlement.Wire.Channels;
using Settlement.Wire.Ledger;
using Kind = Settlement.Wire.Channels.PeerMessage.MessageOneofCase;

namespace Settlement.Tests.Hostile;

/// <summary>What a member with valid keys can do to the other one.</summary>
internal static class MemberCases
{
    internal const string Sequencer = "sequencer to member";
    internal const string Endorser = "member to sequencer";
    private const string TwoProposals = "proposal known + proposal offered";

    public static IEnumerable<HostileCase> All => [.. OfTheSequencer(), .. OfTheEndorser()];

    private static IEnumerable<HostileCase> OfTheSequencer()
    {
        yield return new("garbage", Sequencer, ChannelCodes.MessageMalformed, "body", Proof.PeerBody, Afterwards.GoesOn, static world => world.Say(world.Alpha, world.Beta, [0xff, 0xff, 0x00, 0x13])) { Times = HostileWorld.Storm };
        yield return new("a batch of another network", Sequencer, ChannelCodes.MessageMalformed, "body", Proof.PeerBody, Afterwards.GoesOn,
            static world => world.Say(world.Alpha, world.Beta, new PeerBatch { Suite = 1, Network = "other", Messages = { new PeerMessage() } }.ToByteArray()));
        yield return new("signatures without end in one batch", Sequencer, ChannelCodes.MessageMalformed, "body", Proof.PeerBody, Afterwards.GoesOn, world =>
        {
            PeerMessage honest = world.Once(() => Held(world));
            PeerBatch batch = new() { Suite = 1, Network = TwoBanks.Network };
            batch.Messages.Add(Enumerable.Repeat(new PeerMessage { Proposal = new Proposal(honest.Proposal) { Signature = ByteString.CopyFrom([.. Enumerable.Repeat((byte)1, SigningKey.SignatureLength)]) } },
                Core.Nodes.PeerBatches.MaxOfChannel + 1));
            world.Say(world.Alpha, world.Beta, batch.ToByteArray());
        }) { Times = HostileWorld.Storm };
        yield return new("hashes without end in one batch", Sequencer, ChannelCodes.MessageMalformed, "body", Proof.PeerBody, Afterwards.GoesOn, world =>
        {
            Proposal honest = world.Once(() => Held(world)).Proposal;
            // Two bytes a leaf, and no signature of anything.
            ByteString times = ByteString.CopyFrom([.. Enumerable.Repeat<byte[]>([0x08, 0x07], ProposalTree.MaxParts).SelectMany(static field => field)]);
            PeerBatch batch = new() { Suite = 1, Network = TwoBanks.Network };
            batch.Messages.Add(Enumerable.Repeat(new PeerMessage { Proposal = new Proposal(honest) { Body = times } }, (Core.Nodes.PeerBatches.MaxParts / ProposalTree.MaxParts) + 1));
            world.Say(world.Alpha, world.Beta, batch.ToByteArray());
        }) { Times = HostileWorld.Storm };
        yield return new("a proposal in a channel of others", Sequencer, ChannelCodes.ChannelUnknown, "message", Proof.Message(static (world, message) => message.Proposal.Channel.Equals(HostileWorld.Bytes(world.WithGamma(world.Beta)))), Afterwards.GoesOn,
            static world => world.Say(world.Alpha, world.Beta, new PeerMessage { Proposal = new Proposal { Channel = HostileWorld.Bytes(world.WithGamma(world.Beta)), Term = 1, Sequence = 2 } }));
        yield return new("notices of openings without end in one batch", Sequencer, ChannelCodes.TooOften, "message", Proof.Message(static (world, message) => message.Opened.TermsHash.Equals(TermsHash(world))), Afterwards.GoesOn, static world =>
        {
            PeerBatch batch = new() { Suite = 1, Network = TwoBanks.Network };
            batch.Messages.Add(Enumerable.Repeat(new PeerMessage { Opened = new ChannelOpened { TermsHash = TermsHash(world) } }, 10 * Core.Nodes.OpeningMessages.MaxOfParticipant));
            world.Say(world.Alpha, world.Beta, batch.ToByteArray());
        }) { Times = HostileWorld.Storm, IsCommon = true };
        yield return FalseEntry("an entry with a wrong commitment", "a commitment that is another's", ChannelCodes.CommitmentMismatch);
        yield return FalseEntry("two values for one field", "a second value for a field", ChannelCodes.CommitmentMismatch);
        yield return FalseEntry("an envelope that does not open", "a ciphertext that was changed", ChannelCodes.EnvelopeUnreadable);
        yield return FalseEntry("an envelope of another channel", "an envelope of another channel", ChannelCodes.EnvelopeUnreadable);
        yield return FalseEntry("an entry of another channel", "an entry of another channel", ChannelCodes.EntryMalformed);
        yield return new("money that the agent never posted", Sequencer, ChannelCodes.PostingRefused, "entry in its batch", Proof.Entry(Proof.Opens(static (world, entry) => entry.Actor == 0 && Equals(entry.Values[0], new MoneyValue("EUR", 1_000_000_00)))), Afterwards.GoesOn, world =>
        {
            ChannelContext own = world.Banks.Context(world.Alpha);
            ContractPlan plan = own.Terms.Contracts.Single(c => c.Contract.Name == "PoolFunding");
            TextValue posting = new(PostingText.Write(new byte[PostingText.IdLength], new byte[64]));
            SealedEntry entry = EntrySealer.Seal(own, plan, plan.Contract.Actions[0], [new MoneyValue("EUR", 1_000_000_00), posting], world.Banks.Now, new SeededEntropy(3)).Sealed;
            Slip(world, entry);
        }) { Cost = Cost.Batch };
        yield return new("a payment in the victim's name", Sequencer, ChannelCodes.EntryNotOurs, "entry in its batch", Proof.Entry(Proof.Opens(static (_, entry) => entry.Actor == 1)), Afterwards.GoesOn, world =>
            Slip(world, world.Payment(world.Beta, world.Banks.Context(world.Alpha) with { Own = 1 }).Sealed)) { Cost = Cost.Batch };
        yield return new("its own payment, taken back", Sequencer, ChannelCodes.InstanceDiffers, "entry in its batch", Proof.Entry(Proof.Opens(static (_, entry) => entry is { Actor: 0, Link: not null })), Afterwards.GoesOn, world =>
        {
            Instance own = world.Once(() => world.Paid(world.Alpha, 1_00));
            Slip(world, world.Return(world.Alpha, own with { Parties = [own.Parties[1], own.Parties[0], own.Parties[2]] }));
        }) { Cost = Cost.TwoBatches };
        yield return new("a return of an instance that the channel does not have", Sequencer, ChannelCodes.InstanceUnknown, "entry in its batch", Proof.Entry(Proof.Opens(static (_, entry) => entry.Link is { } link && link.Instance.Value == Digest.Of([7]))), Afterwards.GoesOn, world =>
        {
            Instance paid = world.Once(() => world.Paid(world.Beta, 1_00));
            EntryId nobody = new(Digest.Of([7]));
            Slip(world, world.Return(world.Alpha, paid with { Id = nobody, Newest = nobody }));
        }) { Cost = Cost.TwoBatches, IsCommon = true };
        yield return new("a batch replayed", Sequencer, ChannelCodes.Late, "message", Proof.Proposal(static (world, signed, _) => signed.Sequence <= world.Banks.View(world.Beta).Sequence), Afterwards.GoesOn, world =>
            world.Say(world.Alpha, world.Beta, world.Capture(world.Alpha, world.Beta, Kind.Proposal, () => world.Banks.Pay(world.Alpha, 1_00)))) { Cost = Cost.Batch, IsCommon = true };
        yield return new("a batch of an old term", Sequencer, ChannelCodes.Late, "message", Proof.Proposal(static (world, signed, _) => signed.Term < world.Banks.View(world.Beta).Term), Afterwards.GoesOn, world =>
        {
            PeerMessage old = world.Once(() => OfTheOldTerm(world, world.Alpha, world.Beta, Kind.Proposal));
            world.Say(world.Alpha, world.Beta, OtherProposal.Of(world.Banks, world.Alpha, old.Proposal, static p => (p.Sequence, p.PreviousHead) = (p.Sequence + 2, Lies.Flipped(p.PreviousHead, 0))));
        }) { Cost = Cost.Office, IsCommon = true };
        yield return new("batches out of their order", Sequencer, ChannelCodes.ProposalOutOfPlace, "message", Proof.Proposal(static (world, signed, _) => signed.Sequence > world.Banks.View(world.Beta).Sequence + 1), Afterwards.GoesOn, world =>
        {
            PeerMessage ahead = world.Capture(world.Alpha, world.Beta, Kind.Proposal, () => world.Banks.Pay(world.Alpha, 1_00));
            world.Say(world.Alpha, world.Beta, OtherProposal.Of(world.Banks, world.Alpha, ahead.Proposal, static p => p.Sequence += 2));
        }) { Cost = Cost.Batch.And(HostileWorld.Storm, written: 1, sends: 2, checks: 3) };
        yield return new("two batches for one place: a forked channel", Sequencer, ChannelCodes.SecondHead, TwoProposals, Proof.Of(AreTwoProposals), Afterwards.GoesOnInTheNextTerm, world =>
        {
            PeerMessage? second = null;
            world.Change(world.Alpha, world.Beta, Kind.Proposal, message => [message, second = Second(world, message.Proposal)]);
            Func<TestNode, TestNode, PeerMessage, IEnumerable<PeerMessage>> lie = world.Banks.OnPeer!;
            // The endorsement of the first is kept for whenever it serves.
            world.Banks.OnPeer = (from, to, message) => to == world.Alpha && message.Endorsement is { Endorsement: not null } ? [] : lie(from, to, message);
            world.Banks.Pay(world.Alpha, 1_00);
            world.Say(world.Alpha, world.Beta, world.Once(() => second!));
        }) { Cost = Cost.Batch.And(HostileWorld.Storm, sends: 1, checks: 1) };
        yield return new("a second batch after one that was refused", Sequencer, ChannelCodes.SecondHead, TwoProposals, Proof.Of(AreTwoProposals), Afterwards.GoesOnInTheNextTerm, world =>
        {
            PeerMessage? second = null;
            world.Change(world.Alpha, world.Beta, Kind.Proposal, message => [OtherProposal.Of(world.Banks, world.Alpha, message.Proposal, static p => p.Body.TimeUnixMs += 3_600_000), second = message]);
            world.Banks.Pay(world.Alpha, 1_00);
            world.Say(world.Alpha, world.Beta, world.Once(() => second!));
        }) { Cost = Cost.Batch.And(HostileWorld.Storm, sends: 1, checks: 1) };
        yield return new("a second batch for a place that is final", Sequencer, ChannelCodes.SecondHead, TwoProposals, Proof.Of(AreTwoProposals), Afterwards.GoesOn, world =>
        {
            PeerMessage honest = world.Capture(world.Alpha, world.Beta, Kind.Proposal, () => world.Banks.Pay(world.Alpha, 1_00));
            world.Say(world.Alpha, world.Beta, Second(world, honest.Proposal));
        }) { Cost = Cost.Batch.And(HostileWorld.Storm, checks: 1) };
        yield return new("a second batch for a place that is final, after a restart", Sequencer, ChannelCodes.SecondHead, TwoProposals, Proof.Of(AreTwoProposals), Afterwards.GoesOn, world =>
        {
            PeerMessage honest = world.Capture(world.Alpha, world.Beta, Kind.Proposal, () => world.Banks.Pay(world.Alpha, 1_00));
            world.Beta.Restart();
            world.Say(world.Alpha, world.Beta, Second(world, honest.Proposal));
        }) { Cost = Cost.Batch.And(HostileWorld.Storm, checks: 1).AndRestart() };
        yield return new("a second batch for an older place that is final", Sequencer, ChannelCodes.SecondHead, TwoProposals, Proof.Of(AreTwoProposals), Afterwards.GoesOn, world =>
        {
            PeerMessage honest = world.Capture(world.Alpha, world.Beta, Kind.Proposal, () => world.Banks.Pay(world.Alpha, 1_00));
            world.Banks.Pay(world.Alpha, 1_00);
            world.Say(world.Alpha, world.Beta, Second(world, honest.Proposal));
        }) { Cost = Cost.TwoBatches.And(HostileWorld.Storm, checks: 1) };
        yield return new("a second batch after one that was refused, after a restart", Sequencer, ChannelCodes.SecondHead, TwoProposals, Proof.Of(AreTwoProposals), Afterwards.GoesOnInTheNextTerm, world =>
        {
            PeerMessage? second = null;
            world.Change(world.Alpha, world.Beta, Kind.Proposal, message =>
            {
                second = message;
                return [OtherProposal.Of(world.Banks, world.Alpha, message.Proposal, static p => p.Body.TimeUnixMs += 3_600_000)];
            });
            world.Banks.Pay(world.Alpha, 1_00);
            PeerMessage said = world.Once(() => second!);
            world.Beta.Restart();
            world.Say(world.Alpha, world.Beta, said);
        }) { Cost = Cost.Batch.And(HostileWorld.Storm, sends: 1, checks: 1).AndRestart() };
        yield return new("a batch that it did not sign", Sequencer, ChannelCodes.ProposalSignature, "message", Proof.Message(static (world, message) => !IsSigned(world, message.Proposal)), Afterwards.GoesOn, world =>
        {
            PeerMessage honest = world.Once(() => Held(world));
            Proposal none = honest.Proposal.Clone(), other = honest.Proposal.Clone();
            none.Signature = ByteString.Empty;
            other.Body = new ProposalBody(OtherProposal.BodyOf(other)) { TimeUnixMs = 1 }.ToByteString();
            world.Say(world.Alpha, world.Beta, new PeerMessage { Proposal = none });
            world.Say(world.Alpha, world.Beta, new PeerMessage { Proposal = other });
        }) { Cost = Cost.Words.And(2 * HostileWorld.Storm, checks: 1), Times = 2 * HostileWorld.Storm };
        yield return new("a signed batch that cannot be read", Sequencer, ChannelCodes.MessageMalformed, "message", Proof.Proposal(static (_, _, body) => body is null), Afterwards.GoesOn, world =>
        {
            Proposal garbage = world.Once(() => Held(world)).Proposal.Clone();
            garbage.Body = ByteString.CopyFrom(0xff, 0xff, 0x00, 0x13);
            using SigningKey key = world.Banks.ChannelKey(world.Alpha);
            ChannelContext own = world.Banks.Context(world.Alpha);
            garbage = SignedProposal.Sign(own, (long)garbage.Term, (long)garbage.Sequence, new Digest(garbage.PreviousHead.Span), garbage.Body.Span, key).ToProposal(garbage.Body);
            world.Say(world.Alpha, world.Beta, new PeerMessage { Proposal = garbage });
        }) { Cost = Cost.Words.And(HostileWorld.Storm, checks: 1), Times = HostileWorld.Storm };
        yield return new("a batch that hides a field before its entries", Sequencer, ChannelCodes.MessageMalformed, "message", Proof.Proposal(static (_, _, body) => body is not null), Afterwards.GoesOn, world =>
        {
            Proposal honest = world.Once(() => Held(world)).Proposal;
            // Field 2 is the items; here it is a number, which every reader drops.
            ByteString body = ByteString.CopyFrom([0x10, 0x00, .. honest.Body.Span]);
            using SigningKey key = world.Banks.ChannelKey(world.Alpha);
            Proposal padded = SignedProposal.Sign(world.Banks.Context(world.Alpha), (long)honest.Term, (long)honest.Sequence, new Digest(honest.PreviousHead.Span), body.Span, key).ToProposal(body);
            world.Say(world.Alpha, world.Beta, new PeerMessage { Proposal = padded });
        }) { Cost = Cost.Words.And(HostileWorld.Storm, checks: 1), Times = HostileWorld.Storm };
        yield return new("a time of its own", Sequencer, ChannelCodes.TimeRefused, "message", Proof.Proposal(static (world, _, body) => body!.TimeUnixMs > world.Banks.Now.AddMinutes(30).ToUnixTimeMilliseconds()), Afterwards.GoesOnInTheNextTerm, world =>
        {
            PeerMessage? late = null;
            world.Change(world.Alpha, world.Beta, Kind.Proposal, message => [late = OtherProposal.Of(world.Banks, world.Alpha, message.Proposal, static p => p.Body.TimeUnixMs += 3_600_000)]);
            world.Banks.Pay(world.Alpha, 1_00);
            world.Say(world.Alpha, world.Beta, world.Once(() => late!));
        }) { Cost = Cost.Batch.And(HostileWorld.Storm, sends: 1) };
        yield return new("a limit that the victim did not grant", Sequencer, ChannelCodes.GrantNotOrdered, "message", Proof.Proposal(static (_, _, body) => body!.Grants.Single() is { Member: 0, Generation: 1 }), Afterwards.GoesOnInTheNextTerm, world =>
        {
            PeerMessage? raised = null;
            LimitGrant own = new() { Currency = "EUR", MinorUnits = 1_000_000_00, Generation = 1, Salt = ByteString.CopyFrom(new byte[Digest.Length]) };
            world.Change(world.Alpha, world.Beta, Kind.Proposal, message => [raised = OtherProposal.Of(world.Banks, world.Alpha, message.Proposal, p => p.Body.Grants.Add(own))]);
            world.Banks.Pay(world.Alpha, 1_00);
            world.Say(world.Alpha, world.Beta, world.Once(() => raised!));
        }) { Cost = Cost.Batch.And(HostileWorld.Storm, sends: 1) };
        yield return new("batches for one place without end in one batch", Sequencer, ChannelCodes.SecondHead, TwoProposals, Proof.Of(AreTwoProposals), Afterwards.GoesOnInTheNextTerm, static world =>
        {
            PeerBatch many = world.Once(() =>
            {
                PeerMessage honest = Held(world);
                PeerBatch batch = new() { Suite = 1, Network = TwoBanks.Network };
                batch.Messages.Add(Enumerable.Range(0, HostileWorld.Storm).Select(i => OtherProposal.Of(world.Banks, world.Alpha, honest.Proposal, p => p.Body.TimeUnixMs += 3_600_000 + i)));
                return batch;
            });
            world.Say(world.Alpha, world.Beta, many.ToByteArray(), times: 1);
        }) { Cost = Cost.Batch.And(HostileWorld.Storm, checks: 1), Times = HostileWorld.Storm - 1 };
    }

    private static IEnumerable<HostileCase> OfTheEndorser()
    {
        yield return OfEndorser("an endorsement that expired", LedgerCodes.EndorsementExpired, "message", Proof.Endorsement(static (world, answer) => answer.Endorsement.NotAfterUnixMs < world.Banks.Now.AddMinutes(-30).ToUnixTimeMilliseconds()), Afterwards.GoesOnInTheNextTerm, world =>
            Sign(world, static (_, answer) => answer.Endorsement.NotAfterUnixMs -= 3_600_000)) with { Cost = Cost.OwnBatch.And(HostileWorld.Storm, checks: 1) };
        yield return OfEndorser("an endorsement until a time that no calendar has", ChannelCodes.EndorsementInvalid, "message", Proof.Message(static (_, message) => message.Endorsement.Endorsement.NotAfterUnixMs == long.MaxValue), Afterwards.GoesOnInTheNextTerm, world =>
            Sign(world, static (_, answer) => answer.Endorsement.NotAfterUnixMs = long.MaxValue)) with { Cost = Cost.OwnBatch.And(HostileWorld.Storm, checks: 1) };
        yield return OfEndorser("an endorsement of another channel", ChannelCodes.EndorsementInvalid, "message", Proof.Endorsement(static (world, answer) => answer.Channel.Equals(world.Channel), static world => world.WithGamma(world.Beta)), Afterwards.GoesOnInTheNextTerm, world =>
            Sign(world, static (_, _) => { }, channel: world.WithGamma(world.Beta))) with { Cost = Cost.OwnBatch.And(HostileWorld.Storm, checks: 1) };
        yield return OfEndorser("an endorsement of another network", ChannelCodes.EndorsementInvalid, "message", Proof.Endorsement(static (world, answer) => answer.Channel.Equals(world.Channel), network: "other"), Afterwards.GoesOnInTheNextTerm, world =>
            Sign(world, static (_, _) => { }, network: "other")) with { Cost = Cost.OwnBatch.And(HostileWorld.Storm, checks: 1) };
        yield return OfEndorser("an endorsement of a head that the batch does not lead to", ChannelCodes.EndorsementInvalid, "message", Proof.Endorsement(static (world, answer) => answer.Refusals.Count == 0 && (long)answer.Sequence > world.Banks.View(world.Alpha).Sequence), Afterwards.GoesOnInTheNextTerm, world =>
            Sign(world, static (_, answer) => answer.Head = Lies.Flipped(answer.Head, 3))) with { Cost = Cost.OwnBatch };
        yield return OfEndorser("an endorsement with a refusal of no entry", ChannelCodes.EndorsementInvalid, "message", Proof.Message(static (_, message) => message.Endorsement.Refusals.Single().Refusal.EntryId.IsEmpty), Afterwards.GoesOnInTheNextTerm, world =>
            Sign(world, static (_, answer) => answer.Refusals.Add(new IndexedRefusal { Index = 0, Refusal = new Refusal() }))) with { Cost = Cost.OwnBatch };
        yield return OfEndorser("an endorsement of an old term", ChannelCodes.Late, "message", Proof.Endorsement(static (world, answer) => (long)answer.Term < world.Banks.View(world.Alpha).Term), Afterwards.GoesOn, world =>
        {
            PeerMessage old = world.Once(() => OfTheOldTerm(world, world.Beta, world.Alpha, Kind.Endorsement));
            world.Say(world.Beta, world.Alpha, old);
        }) with { Cost = Cost.Office, IsCommon = true };
        yield return OfEndorser("two endorsements for one previous head and term", ChannelCodes.SecondHead, "endorsement known + endorsement offered", Proof.Of(AreTwoSignatures), Afterwards.GoesOn, world =>
        {
            world.Change(world.Beta, world.Alpha, Kind.Endorsement, message => [message, Second(world, message.Endorsement)]);
            world.Banks.Pay(world.Alpha, 1_00);
        }) with { Cost = Cost.OwnBatch };
        yield return OfEndorser("a second endorsement for a head that is final", ChannelCodes.SecondHead, "endorsement known + endorsement offered", Proof.Of(AreTwoSignatures), Afterwards.GoesOn, world =>
        {
            PeerMessage honest = world.Capture(world.Beta, world.Alpha, Kind.Endorsement, () => world.Banks.Pay(world.Alpha, 1_00));
            world.Say(world.Beta, world.Alpha, Second(world, honest.Endorsement));
        }) with { Cost = Cost.OwnBatch.And(HostileWorld.Storm, checks: 1) };
        yield return OfEndorser("a second endorsement for an older head that is final", ChannelCodes.SecondHead, "endorsement known + endorsement offered", Proof.Of(AreTwoSignatures), Afterwards.GoesOn, world =>
        {
            PeerMessage honest = world.Capture(world.Beta, world.Alpha, Kind.Endorsement, () => world.Banks.Pay(world.Alpha, 1_00));
            world.Banks.Pay(world.Alpha, 1_00);
            world.Say(world.Beta, world.Alpha, Second(world, honest.Endorsement));
        }) with { Cost = new Cost(Written: 64, Rows: 30, Kilobytes: 20, Sends: 20, Checks: 20).And(HostileWorld.Storm, checks: 1) };
        yield return OfEndorser("a second endorsement for a head that is final, after a restart", ChannelCodes.SecondHead, "endorsement known + endorsement offered", Proof.Of(AreTwoSignatures), Afterwards.GoesOn, world =>
        {
            PeerMessage honest = world.Capture(world.Beta, world.Alpha, Kind.Endorsement, () => world.Banks.Pay(world.Alpha, 1_00));
            world.Alpha.Restart();
            world.Say(world.Beta, world.Alpha, Second(world, honest.Endorsement));
        }) with { Cost = Cost.OwnBatch.And(HostileWorld.Storm, checks: 1).AndRestart() };
        yield return OfEndorser("an objection in words of its own", Core.Nodes.NodeCodes.ForeignCode, "message", Proof.Message(static (_, message) => message.Endorsement.Objection == "<b>mine"), Afterwards.GoesOnInTheNextTerm, world =>
        {
            PeerMessage? said = null;
            world.Change(world.Beta, world.Alpha, Kind.Endorsement, message =>
            {
                EndorsementAnswer answer = message.Endorsement;
                return [said = new PeerMessage { Endorsement = new EndorsementAnswer { Channel = answer.Channel, Term = answer.Term, Sequence = answer.Sequence, PreviousHead = answer.PreviousHead, Objection = "<b>mine" } }];
            });
            world.Banks.Pay(world.Alpha, 1_00);
            world.Say(world.Beta, world.Alpha, world.Once(() => said!));
        }) with { Cost = Cost.OwnBatch.And(HostileWorld.Storm, written: 1, sends: 1, checks: 1) };
        yield return OfEndorser("entries with a wrong commitment, handed over", ChannelCodes.CommitmentMismatch, "entry", Proof.HandedOver(Proof.DoesNotOpen), Afterwards.GoesOn, world =>
        {
            EntryForge forge = world.Forge(world.Beta);
            Lies.All["a commitment that is another's"].Tell(forge);
            world.Say(world.Beta, world.Alpha, new PeerMessage { Commands = new Commands { Channel = world.Channel, Term = 1, Entries = { forge.Seal() } } });
        });
        yield return OfEndorser("commands without entries", ChannelCodes.MessageMalformed, "message", Proof.Message(static (world, message) => message.Commands.Channel.Equals(world.Channel) && message.Commands.Entries.Count == 0), Afterwards.GoesOn, static world =>
            world.Say(world.Beta, world.Alpha, new PeerMessage { Commands = new Commands { Channel = world.Channel, Term = 1 } })) with { Times = HostileWorld.Storm };
        yield return OfEndorser("commands without end in one batch", ChannelCodes.MessageMalformed, "body", Proof.PeerBody, Afterwards.GoesOn, static world =>
        {
            PeerBatch batch = new() { Suite = 1, Network = TwoBanks.Network };
            batch.Messages.Add(Enumerable.Repeat(new PeerMessage { Commands = new Commands { Channel = world.Channel, Term = 1, Entries = { new SealedEntry() } } }, Core.Nodes.PeerBatches.MaxOfChannel + 1));
            world.Say(world.Beta, world.Alpha, batch.ToByteArray());
        }) with { Times = HostileWorld.Storm };
        yield return OfEndorser("consents to a channel that is open", ChannelCodes.TooOften, "message", Proof.Message(static (world, message) => message.OpenAnswer.TermsHash.Equals(TermsHash(world))), Afterwards.GoesOn, static world =>
            world.Say(world.Beta, world.Alpha, new PeerMessage { OpenAnswer = new OpenAnswer { TermsHash = TermsHash(world) } })) with { Times = HostileWorld.Storm - 1, IsCommon = true };
        yield return OfEndorser("a return of another amount, handed over", ChannelCodes.InstanceDiffers, "entry", Proof.HandedOver(Proof.Opens(static (_, entry) => entry is { Actor: 1, Link: not null })), Afterwards.GoesOn, world =>
        {
            Instance paid = world.Once(() => world.Paid(world.Alpha, 1_00));
            Value?[] more = [new MoneyValue("EUR", 2_00), .. paid.Fields.Skip(1)];
            world.Say(world.Beta, world.Alpha, new PeerMessage { Commands = new Commands { Channel = world.Channel, Term = 1, Entries = { world.Return(world.Beta, paid with { Fields = more }) } } }, times: 1);
        }) with { Cost = Cost.OwnBatch with { Written = 44, Rows = 18, Kilobytes = 16 } };
        yield return OfEndorser("an offer of nothing", ChannelCodes.EntryNotOurs, "entry", Proof.HandedOver(Proof.Opens(static (_, entry) => Equals(entry.Values[0], new MoneyValue("EUR", 0)))), Afterwards.GoesOn, world =>
        {
            ChannelContext own = world.Banks.Context(world.Beta);
            OpenedEntry like = world.Payment(world.Beta);
            OpenedEntry nothing = EntrySealer.Seal(own, like.Plan, like.Action, [new MoneyValue("EUR", 0), .. like.Values.Skip(1)], world.Banks.Now, new SeededEntropy(3));
            world.Say(world.Beta, world.Alpha, new PeerMessage { Commands = new Commands { Channel = world.Channel, Term = 1, AreOffers = true, Entries = { nothing.Shared } } });
        }) with { Times = HostileWorld.Storm };
        yield return OfEndorser("offers beyond their number", ChannelCodes.EntryMalformed, "message", Proof.Message(static (_, message) => message.Commands is { AreOffers: true, Entries.Count: > Core.Bank.BilateralOffsetting.MaxOffers }), Afterwards.GoesOn, static world => world.Say(world.Beta, world.Alpha,
            new PeerMessage { Commands = new Commands { Channel = world.Channel, Term = 1, AreOffers = true, Entries = { Enumerable.Repeat(new SealedEntry(), Core.Bank.BilateralOffsetting.MaxOffers + 1) } } }))
            with { Times = HostileWorld.Storm };
        yield return OfEndorser("offers beyond their size", ChannelCodes.EntryMalformed, "message", Proof.Message(static (_, message) => message.Commands is { AreOffers: true, Entries.Count: Core.Bank.BilateralOffsetting.MaxOffers }), Afterwards.GoesOn, static world => world.Say(world.Beta, world.Alpha,
            new PeerMessage { Commands = new Commands { Channel = world.Channel, Term = 1, AreOffers = true, Entries = { Enumerable.Range(0, Core.Bank.BilateralOffsetting.MaxOffers).Select(i => SizeTests.Largest(world.Banks, world.Beta, i)) } } }, times: 1));
        yield return OfEndorser("an entry with a header beyond its size, handed over", ChannelCodes.EntryMalformed, "entry", Proof.HandedOver(static (_, _, entry) => entry.Header.Length > 5 << 20), Afterwards.GoesOn, static world =>
        {
            SealedEntry entry = world.Payment(world.Beta).Shared.Clone();
            entry.Header = ByteString.CopyFrom([.. entry.Header.Span, .. SizeTests.Padding(5 << 20)]);
            world.Say(world.Beta, world.Alpha, new PeerMessage { Commands = new Commands { Channel = world.Channel, Term = 1, Entries = { entry } } }, times: 2);
        });
        yield return OfEndorser("entries replayed", ChannelCodes.Late, "message", Proof.Message(static (_, message) => message.Commands.Entries.Count > 0), Afterwards.GoesOn, world =>
            world.Say(world.Beta, world.Alpha, world.Capture(world.Beta, world.Alpha, Kind.Commands, () => world.Banks.Pay(world.Beta, 1_00)))) with { Cost = Cost.Batch with { Sends = 5 }, IsCommon = true };
    }

    private static bool IsSigned(HostileWorld world, Proposal proposal)
    {
        OpenedChannel opened = Proof.Opened(world);
        using VerifyingKey alpha = new(opened.MemberKeys[0]);
        return SignedProposal.TryRead(proposal, out SignedProposal? signed) && signed.IsSignedBy(TwoBanks.Network, opened.TermsHash, alpha);
    }

    private static ByteString TermsHash(HostileWorld world) => HostileWorld.Bytes(world.Banks.Context(world.Alpha).Terms.Hash);

    private static HostileCase OfEndorser(string name, string code, string evidence, Proof proof, Afterwards after, Action<HostileWorld> attack) => new(name, Endorser, code, evidence, proof, after, attack)
    {
        Victim = static world => world.Alpha,
        Party = static world => world.Beta.Id.ToString(),
    };

    /// <summary>The sequencer lies in each entry of its own; the member refuses it with a leaf, so that the channel goes on.</summary>
    private static HostileCase FalseEntry(string name, string lie, string code) => new(name, Sequencer, code, "entry in its batch", Proof.Entry(Proof.DoesNotOpen), Afterwards.GoesOn, world =>
    {
        ChannelContext own = world.Banks.Context(world.Alpha);
        world.Change(world.Alpha, world.Beta, Kind.Proposal, message =>
        {
            // What Beta handed over is Beta's.
            if (OtherProposal.BodyOf(message.Proposal).Items[0].Entry is not { } first || !EntryOpener.TryOpen(own, first, out OpenedEntry? entry, out _) || entry.Actor != own.Own) return [message];
            EntryForge forge = world.Forge(world.Alpha, entry);
            Lies.All[lie].Tell(forge);
            return [OtherProposal.Of(world.Banks, world.Alpha, message.Proposal, p => p.Body.Items[0].Entry = forge.Seal())];
        });
        for (int i = 0; i < 3; i++) world.Banks.Pay(world.Alpha, 1_00);
    }) { Cost = Cost.ThreeBatches };

    /// <summary>The sequencer slips an entry in beside its own.</summary>
    private static void Slip(HostileWorld world, SealedEntry entry)
    {
        world.Change(world.Alpha, world.Beta, Kind.Proposal, message => [OtherProposal.Of(world.Banks, world.Alpha, message.Proposal, p => p.Body.Items.Add(new BatchItem { Entry = entry }))]);
        world.Banks.Pay(world.Alpha, 1_00);
    }

    /// <summary>Beta signs something else than it should, with its own key.</summary>
    private static void Sign(HostileWorld world, Action<HostileWorld, EndorsementAnswer> change, Digest? channel = null, string network = TwoBanks.Network)
    {
        PeerMessage? said = null;
        world.Change(world.Beta, world.Alpha, Kind.Endorsement, message =>
        {
            EndorsementAnswer answer = message.Endorsement;
            change(world, answer);
            answer.Endorsement.Signature = Signature(world, answer, channel ?? world.Banks.Channel, network);
            return [said = message];
        });
        world.Banks.Pay(world.Alpha, 1_00);
        world.Say(world.Beta, world.Alpha, world.Once(() => said!));
    }

    private static ByteString Signature(HostileWorld world, EndorsementAnswer answer, Digest channel, string network)
    {
        using SigningKey key = world.Banks.ChannelKey(world.Beta);
        HeadFields head = new(channel, (long)answer.Term, (long)answer.Sequence, new Digest(answer.PreviousHead.Span), new Digest(answer.Head.Span));
        return ByteString.CopyFrom(key.Sign(RecordHashes.Endorsement(network, head, DateTimeOffset.FromUnixTimeMilliseconds(Math.Min(answer.Endorsement.NotAfterUnixMs, DateTimeOffset.MaxValue.ToUnixTimeMilliseconds())))));
    }

    private static PeerMessage Second(HostileWorld world, Proposal proposal) => OtherProposal.Of(world.Banks, world.Alpha, proposal, static p => p.Body.TimeUnixMs++);

    /// <summary>What somebody said before the office changed hands.</summary>
    private static PeerMessage OfTheOldTerm(HostileWorld world, TestNode from, TestNode to, Kind kind)
    {
        PeerMessage old = world.Capture(from, to, kind, () => world.Banks.Pay(world.Alpha, 1_00));
        world.LetBetaTakeOver();
        return old;
    }

    /// <summary>A good proposal of Alpha's that does not arrive until everything else has been said.</summary>
    private static PeerMessage Held(HostileWorld world)
    {
        PeerMessage? held = null;
        world.Change(world.Alpha, world.Beta, Kind.Proposal, message =>
        {
            held = message.Clone();
            return [];
        });
        world.Banks.Pay(world.Alpha, 1_00);
        world.Banks.OnPeer = null;
        return held!;
    }

    private static PeerMessage Second(HostileWorld world, EndorsementAnswer answer)
    {
        EndorsementAnswer second = answer.Clone();
        second.Head = Lies.Flipped(second.Head, 0);
        second.Endorsement.Signature = Signature(world, second, world.Banks.Channel, TwoBanks.Network);
        return new PeerMessage { Endorsement = second };
    }

    /// <summary>Anybody who has the opening sees that the sequencer signed two batches for one place, and nobody else did.</summary>
    private static void AreTwoProposals(HostileWorld world, PieceView piece)
    {
        Assert.True(OpenedChannel.TryRead(world.Banks.Opening(world.Alpha).Record, TwoBanks.Network, out OpenedChannel? opened, out _));
        using VerifyingKey alpha = new(opened.MemberKeys[0]), beta = new(opened.MemberKeys[1]);
        ProposalClaim[] claims = [.. piece.Parts.Select(static part => ProposalClaim.Parser.ParseFrom(part.Body))];
        Assert.True(SignedProposal.AreTwoForOnePlace(TwoBanks.Network, opened.TermsHash, alpha, claims[0], claims[1]));
        Assert.False(SignedProposal.AreTwoForOnePlace(TwoBanks.Network, opened.TermsHash, beta, claims[0], claims[1]));
    }

    /// <summary>Anybody who has the opening sees that one key signed two heads for one place.</summary>
    private static void AreTwoSignatures(HostileWorld world, PieceView piece)
    {
        Assert.True(OpenedChannel.TryRead(world.Banks.Opening(world.Alpha).Record, TwoBanks.Network, out OpenedChannel? opened, out _));
        using VerifyingKey beta = new(opened.MemberKeys[1]);
        EndorsedHead[] heads = [.. piece.Parts.Select(part => EndorsedHead.TryRead(HeadRecord.Parser.ParseFrom(part.Body), out EndorsedHead? head) ? head : throw new InvalidOperationException("No head."))];
        Assert.All(heads, head => Assert.Contains(Enumerable.Range(0, head.Endorsements.Count), i => head.IsEndorsedBy(TwoBanks.Network, i, beta)));
        Assert.Equal((heads[0].Fields.Channel, heads[0].Fields.Term, heads[0].Fields.PreviousHead), (heads[1].Fields.Channel, heads[1].Fields.Term, heads[1].Fields.PreviousHead));
        Assert.NotEqual(heads[0].Fields.Head, heads[1].Fields.Head);
    }
}
