using Google.Protobuf;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Notarisation;
using Settlement.Core.Reading;
using Settlement.Tests.Bank;
using Settlement.Wire.Channels;
using Settlement.Wire.Ledger;

namespace Settlement.Tests.Hostile;

/// <summary>Looks whether the evidence that was kept convicts whoever is recorded, and says before whom.</summary>
/// <param name="Before">Who is convinced by it: those who were not there, only if somebody signed.</param>
/// <param name="Check">Fails where it does not.</param>
internal sealed record Proof(string Before, Action<HostileWorld, HostileCase, PieceView> Check)
{
    public const string Everybody = "everybody";
    public const string Readers = "whoever reads the entry";
    public const string Victim = "the victim";

    /// <summary>Nothing is kept.</summary>
    public static Proof None { get; } = new("nobody", static (_, _, piece) => Assert.Fail($"{piece.Parts.Count} parts are kept."));

    /// <summary>Signed things that a test looks at itself.</summary>
    public static Proof Of(Action<HostileWorld, PieceView> check) => new(Everybody, (world, _, piece) => check(world, piece));

    /// <summary>What the victim says itself, beside signed things that show nothing without it.</summary>
    public static Proof Told(Action<HostileWorld, PieceView> check) => new(Victim, (world, _, piece) => check(world, piece));

    /// <summary>Every part is what came, or what went, to the byte; nobody signed it.</summary>
    public static Proof Said(Action<HostileWorld, PieceView> shows, int parts = 3) => new(Victim, (world, c, piece) =>
    {
        TestNode victim = c.Victim(world);
        Assert.All(piece.Parts.Take(parts), part => Assert.True(WasSaid(victim, part), $"{part.Name} was never said"));
        shows(world, piece);
    });

    /// <summary>The same, and what its first part shows.</summary>
    public static Proof Said<T>(MessageParser<T> parser, Func<HostileWorld, T, bool> shows, int parts = 3) where T : IMessage<T> =>
        Said((world, piece) => Assert.True(shows(world, parser.ParseFrom(piece.Parts[0].Body)), "It does not show it."), parts);

    /// <summary>A message, which nobody signed as a whole.</summary>
    public static Proof Message(Func<HostileWorld, PeerMessage, bool> shows) => new(Victim, (world, c, piece) =>
        Assert.True(shows(world, PeerMessage.Parser.ParseFrom(Whole(c.Victim(world), piece.Parts[0]))), "It does not show it."));

    /// <summary>Size and hash of what nobody can read: whoever still has the bytes can show that they are these.</summary>
    public static Proof Body(Func<byte[], bool> isWrong) => new(Victim, (world, c, piece) =>
    {
        Assert.Equal(0, piece.Parts[0].Body?.Length ?? 0);
        byte[] body = Assert.Single(c.Victim(world).Wire!.Where(said => IsHash(said, piece.Parts[0])).DistinctBy(static said => said.Length));
        Assert.True(isWrong(body), "It can be read.");
    });

    /// <summary>A batch of a peer that cannot be read.</summary>
    public static Proof PeerBody { get; } = Body(static body => !Core.Nodes.PeerBatches.TryRead(body, TwoBanks.Network, out _));

    /// <summary>A proposal that its sequencer signed for this channel. Of a long one the signed root is kept, with what is no entry.</summary>
    public static Proof Proposal(Func<HostileWorld, SignedProposal, ProposalBody?, bool> shows) => new(Everybody, (world, c, piece) =>
    {
        OpenedChannel opened = Opened(world);
        using VerifyingKey culprit = new(opened.MemberKeys[Culprit(world, c)]), other = new(opened.MemberKeys[1 - Culprit(world, c)]);
        ProposalBody? body;
        SignedProposal? signed;
        if (piece.Parts[0].Body is { } whole)
        {
            Proposal said = PeerMessage.Parser.ParseFrom(whole).Proposal;
            Assert.True(SignedProposal.TryRead(said, out signed));
            body = Core.Participants.Parsing.TryParse(ProposalBody.Parser, said.Body.Span, out ProposalBody? read) ? read : null;
        }
        else
        {
            ProposalExcerpt excerpt = ProposalExcerpt.Parser.ParseFrom(piece.Parts[1].Body);
            Assert.True(SignedProposal.TryRead(excerpt.Claim, out signed));
            Assert.True(ProposalTree.TryVerify(excerpt, TwoBanks.Network, opened.TermsHash, culprit, out body));
        }

        Assert.Equal((world.Banks.Channel, true, false), (signed.Channel, signed.IsSignedBy(TwoBanks.Network, opened.TermsHash, culprit), signed.IsSignedBy(TwoBanks.Network, opened.TermsHash, other)));
        Assert.True(shows(world, signed, body), "It does not show it.");
    });

    /// <summary>An entry that is shown to be in what the sequencer signed; whoever can open it sees what is wrong.</summary>
    public static Proof Entry(Func<HostileWorld, HostileCase, SealedEntry, bool> shows) => new(Readers, (world, c, piece) =>
    {
        OpenedChannel opened = Opened(world);
        using VerifyingKey culprit = new(opened.MemberKeys[Culprit(world, c)]), other = new(opened.MemberKeys[1 - Culprit(world, c)]);
        ProposalExcerpt excerpt = ProposalExcerpt.Parser.ParseFrom(piece.Parts[0].Body);
        Assert.True(ProposalTree.TryVerify(excerpt, TwoBanks.Network, opened.TermsHash, culprit, out ProposalBody? shown));
        Assert.False(ProposalTree.TryVerify(excerpt, TwoBanks.Network, opened.TermsHash, other, out _));
        Assert.Equal(HostileWorld.Bytes(world.Banks.Channel), excerpt.Claim.Channel);
        Assert.True(shows(world, c, Assert.Single(shown.Items).Entry), "It does not show it.");
    });

    /// <summary>An entry that was handed over, which nobody signs.</summary>
    public static Proof HandedOver(Func<HostileWorld, HostileCase, SealedEntry, bool> shows) => new(Victim, (world, c, piece) =>
        Assert.True(shows(world, c, SealedEntry.Parser.ParseFrom(Whole(c.Victim(world), piece.Parts[0]))), "It does not show it."));

    /// <summary>An endorsement that the other member signed.</summary>
    public static Proof Endorsement(Func<HostileWorld, EndorsementAnswer, bool> shows, Func<HostileWorld, Digest>? channel = null, string network = TwoBanks.Network) => new(Everybody, (world, c, piece) =>
    {
        EndorsementAnswer answer = PeerMessage.Parser.ParseFrom(Whole(c.Victim(world), piece.Parts[0])).Endorsement;
        Assert.Equal(world.Channel, answer.Channel);
        using VerifyingKey culprit = new(Opened(world).MemberKeys[Culprit(world, c)]);
        HeadFields head = new(channel?.Invoke(world) ?? world.Banks.Channel, (long)answer.Term, (long)answer.Sequence, new Digest(answer.PreviousHead.Span), new Digest(answer.Head.Span));
        Assert.True(culprit.Verify(RecordHashes.Endorsement(network, head, DateTimeOffset.FromUnixTimeMilliseconds(answer.Endorsement.NotAfterUnixMs)), answer.Endorsement.Signature.Span));
        Assert.True(shows(world, answer), "It does not show it.");
    });

    /// <summary>Whether the entry cannot be opened by the victim, for the reason that is recorded.</summary>
    public static bool DoesNotOpen(HostileWorld world, HostileCase c, SealedEntry entry) => !EntryOpener.TryOpen(world.Banks.Context(c.Victim(world)), entry, out _, out string code) && code == c.Code;

    /// <summary>Whether the entry opens, and is what is said of it.</summary>
    public static Func<HostileWorld, HostileCase, SealedEntry, bool> Opens(Func<HostileWorld, OpenedEntry, bool> shows) =>
        (world, c, entry) => EntryOpener.TryOpen(world.Banks.Context(c.Victim(world)), entry, out OpenedEntry? opened, out _) && shows(world, opened);

    /// <summary>What anybody knows of the attacked channel.</summary>
    public static OpenedChannel Opened(HostileWorld world) =>
        OpenedChannel.TryRead(world.Banks.Opening(world.Alpha).Record, TwoBanks.Network, out OpenedChannel? opened, out string code) ? opened : throw new InvalidOperationException(code);

    private static int Culprit(HostileWorld world, HostileCase c) => c.Party(world) == world.Alpha.Id.ToString() ? 0 : 1;

    private static bool WasSaid(TestNode victim, PartView part) => part.Body is { } body ? victim.Wire!.Any(said => said.AsSpan().IndexOf(body) >= 0) : victim.Wire!.Any(said => IsHash(said, part)) || TryWhole(victim, part) is not null;

    private static byte[] Whole(TestNode victim, PartView part) => TryWhole(victim, part) ?? throw new InvalidOperationException($"{part.Name} was never said.");

    /// <summary>The message or entry that the part is of, as it came: its bytes where they are kept, and else those that have its hash.</summary>
    private static byte[]? TryWhole(TestNode victim, PartView part)
    {
        if (part.Body is not null) return WasSaid(victim, part) ? part.Body : null;
        return victim.Wire!.Select(static said => Core.Participants.Parsing.TryParse(PeerBatch.Parser, said, out PeerBatch? batch) ? batch : new PeerBatch())
            .SelectMany(static batch => batch.Messages).SelectMany(static message => (IEnumerable<IMessage>)[message, .. message.Commands?.Entries ?? []])
            .Where(said => said.CalculateSize() == part.Size).Select(static said => said.ToByteArray()).FirstOrDefault(said => IsHash(said, part));
    }

    private static bool IsHash(byte[] said, PartView part) => said.Length == part.Size && Digest.Of(said).ToString().Equals(part.Sha256, StringComparison.OrdinalIgnoreCase);
}
