using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using Settlement.Core.Cryptography;
using Settlement.Core.Merkle;
using Settlement.Core.Participants;
using Settlement.Wire.Channels;

namespace Settlement.Core.Channels;

/// <summary>
/// What a sequencer signs of a proposal's body: the root of an RFC 6962 tree whose leaves are the body's fields, each as it was sent
/// with its tag and length. So one entry, or the time, is shown to have been proposed without the rest of the batch. Bytes that are no
/// field are one leaf together with all that follows them, so that every body has a root, also one that nobody can read.
/// </summary>
public static class ProposalTree
{
    /// <summary>Leaves at most; an honest body has far fewer. What comes beyond is in the last one, so that what is not verified yet costs
    /// no more hashes than this.</summary>
    public const int MaxParts = 8_192;

    private const int ItemsField = ProposalBody.ItemsFieldNumber;

    /// <summary>The root over a body.</summary>
    public static Digest RootOf(ReadOnlySpan<byte> body)
    {
        CompactRange range = new();
        for (int begin = 0; begin < body.Length;)
        {
            int end = End(body, begin, range.Count);
            range.Append(Rfc6962.HashLeaf(body[begin..end]));
            begin = end;
        }

        return range.Root;
    }

    /// <summary>How many leaves a body has, which is what its root costs.</summary>
    public static int PartsOf(ReadOnlySpan<byte> body)
    {
        int parts = 0;
        for (int begin = 0; begin < body.Length; parts++) begin = End(body, begin, parts);
        return parts;
    }

    /// <summary>Whether a body has more fields than leaves, which no honest one has.</summary>
    public static bool IsBeyond(ReadOnlySpan<byte> body)
    {
        int parts = 0;
        for (int begin = 0; begin < body.Length; parts++)
        {
            if (parts == MaxParts - 1) return FieldEnd(body, begin) < body.Length;
            begin = FieldEnd(body, begin);
        }

        return false;
    }

    /// <summary>One item of a body with its path.</summary>
    /// <param name="signed">What was signed of the body.</param>
    /// <param name="body">The body as it was sent.</param>
    /// <param name="item">The item's place among the items.</param>
    public static ProposalExcerpt OfItem(SignedProposal signed, ByteString body, int item)
    {
        int seen = -1;
        return Excerpt(signed, body, (field, _) => field == ItemsField && ++seen == item);
    }

    /// <summary>The same with the item's hash in its place: whoever still has its bytes shows by them what was proposed.</summary>
    public static ProposalExcerpt OfItemHash(SignedProposal signed, ByteString body, int item)
    {
        ProposalExcerpt excerpt = OfItem(signed, body, item);
        foreach (ProposalPart part in excerpt.Shown) (part.Hash, part.Bytes) = (ByteString.CopyFrom(Rfc6962.HashLeaf(part.Bytes.Span).ToArray()), ByteString.Empty);
        return excerpt;
    }

    /// <summary>What of a body is no item, such as its time, as far as there is room.</summary>
    /// <param name="signed">What was signed of the body.</param>
    /// <param name="body">The body as it was sent.</param>
    /// <param name="room">Bytes of the excerpt at most.</param>
    public static ProposalExcerpt OfRest(SignedProposal signed, ByteString body, int room)
    {
        // A path has at most as many hashes as the leaves have bits, and a part its place and lengths.
        const int path = 14 * (Digest.Length + 4) + 24;
        int left = room - signed.ToClaim().CalculateSize() - 64;
        return Excerpt(signed, body, (field, size) => field != ItemsField && size + path <= left && (left -= size + path) >= 0);
    }

    /// <summary>Whether all that an excerpt shows is in what the sequencer signed for its place, and what that is. Anybody can tell who has the
    /// channel's opening.</summary>
    /// <param name="excerpt">The excerpt.</param>
    /// <param name="network">The network's name.</param>
    /// <param name="termsHash">As the channel's opening has it.</param>
    /// <param name="sequencer">The channel key of the member in office, as the opening has it.</param>
    /// <param name="shown">The body with nothing but what is shown.</param>
    public static bool TryVerify(ProposalExcerpt excerpt, string network, Digest termsHash, VerifyingKey sequencer, [NotNullWhen(true)] out ProposalBody? shown)
    {
        shown = null;
        if (excerpt.Claim is null || !SignedProposal.TryRead(excerpt.Claim, out SignedProposal? signed) || !signed.IsSignedBy(network, termsHash, sequencer)) return false;
        using MemoryStream bytes = new();
        long last = -1;
        foreach (ProposalPart part in excerpt.Shown)
        {
            // Shown twice, one part would be two things that were proposed.
            if (part.Index <= last) return false;
            last = part.Index;
            Digest leaf = Rfc6962.HashLeaf(part.Bytes.Span);
            if (!part.Hash.IsEmpty && (!part.Bytes.IsEmpty || !Digest.TryRead(part.Hash.Span, out leaf))) return false;
            if (!MerklePath.TryRead(part.Path, out List<Digest> path) || !MerkleProof.VerifyInclusion(leaf, part.Index, excerpt.Parts, path, signed.Body)) return false;
            bytes.Write(part.Bytes.Span);
        }

        return Parsing.TryParse(ProposalBody.Parser, bytes.ToArray(), out shown);
    }

    private static ProposalExcerpt Excerpt(SignedProposal signed, ByteString body, Func<int, int, bool> isShown)
    {
        MerkleTree tree = new();
        ProposalExcerpt excerpt = new() { Claim = signed.ToClaim() };
        for (int begin = 0; begin < body.Length;)
        {
            int end = End(body.Span, begin, tree.Count);
            ReadOnlySpan<byte> part = body.Span[begin..end];
            if (isShown(FieldOf(part), part.Length)) excerpt.Shown.Add(new ProposalPart { Index = tree.Count, Bytes = ByteString.CopyFrom(part) });
            tree.Append(Rfc6962.HashLeaf(part));
            begin = end;
        }

        excerpt.Parts = tree.Count;
        foreach (ProposalPart part in excerpt.Shown) part.Path.Add(tree.InclusionPath(part.Index, tree.Count).Select(static hash => ByteString.CopyFrom(hash.ToArray())));
        return excerpt;
    }

    private static int End(ReadOnlySpan<byte> body, int begin, long before) => before == MaxParts - 1 ? body.Length : FieldEnd(body, begin);

    private static int FieldOf(ReadOnlySpan<byte> part)
    {
        int at = 0;
        return TryVarint(part, ref at, out ulong tag) ? (int)(tag >> 3) : 0;
    }

    /// <summary>Where the field that begins here ends; the end of the body where it is none.</summary>
    private static int FieldEnd(ReadOnlySpan<byte> body, int begin)
    {
        int at = begin;
        if (!TryVarint(body, ref at, out ulong tag)) return body.Length;
        ulong length = 0;
        switch (tag & 7)
        {
            case 0 when TryVarint(body, ref at, out _):
                return at;
            case 1:
                length = sizeof(ulong);
                break;
            case 2 when TryVarint(body, ref at, out length):
                break;
            case 5:
                length = sizeof(uint);
                break;
            default:
                return body.Length;
        }

        return length > (ulong)(body.Length - at) ? body.Length : at + (int)length;
    }

    private static bool TryVarint(ReadOnlySpan<byte> body, ref int at, out ulong value)
    {
        value = 0;
        for (int shift = 0; shift < 64 && at < body.Length; shift += 7)
        {
            byte next = body[at++];
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80) return true;
        }

        return false;
    }
}
