using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Merkle;
using Settlement.Core.Notarisation;
using Settlement.Core.Participants;
using Settlement.Wire.Agent;
using Settlement.Wire.Ledger;

namespace Settlement.Core.Agent;

/// <summary>What the settlement agent can check of a channel that it is not in: its keys follow from its id, and a head from both members'
/// endorsements and the ledger's receipt.</summary>
/// <param name="network">The network.</param>
/// <param name="checkpointKey">The ledger's checkpoint key.</param>
internal sealed class HeadCheck(string network, PublicKey checkpointKey)
{
    /// <summary>Reads a channel's opening.</summary>
    /// <param name="bytes">Its body, whose hash the caller compares with the channel's id.</param>
    /// <param name="terms">The salted hash of the terms.</param>
    /// <param name="keys">The members' keys, in their order.</param>
    public bool TryReadOpening(ByteString bytes, out Digest terms, [NotNullWhen(true)] out IReadOnlyList<PublicKey>? keys)
    {
        terms = default;
        keys = null;
        if (!Parsing.TryParse(OpeningBody.Parser, bytes.Span, out OpeningBody? body) || body.Suite != Suite.Current || body.Network != network) return false;
        if (!Digest.TryRead(body.TermsHash.Span, out terms) || body.MemberKeys.Count != ChannelTerms.MemberCount) return false;
        List<PublicKey> read = [];
        foreach (ByteString key in body.MemberKeys)
        {
            if (!PublicKey.TryRead(key.Span, out PublicKey member) || read.Contains(member)) return false;
            read.Add(member);
        }

        keys = read;
        return true;
    }

    /// <summary>Whether a member of the channel whose opening is shown signed something, and which.</summary>
    /// <param name="opening">The opening's body.</param>
    /// <param name="signed">What it is that a member signs.</param>
    /// <param name="signature">As it is shown.</param>
    /// <param name="terms">The salted hash of the terms.</param>
    /// <param name="keys">The members' keys, in their order.</param>
    /// <param name="member">The member.</param>
    public bool IsMember(ByteString opening, Digest signed, ByteString signature, out Digest terms, out IReadOnlyList<PublicKey> keys, out int member)
    {
        member = -1;
        keys = [];
        if (!TryReadOpening(opening, out terms, out IReadOnlyList<PublicKey>? read)) return false;
        keys = read;
        member = read.ToList().FindIndex(key => Verifies(key, signed, signature));
        return member >= 0;
    }

    /// <summary>Whether a signature is of a key.</summary>
    public static bool Verifies(PublicKey key, Digest signed, ByteString signature)
    {
        using VerifyingKey verifier = new(key);
        return verifier.Verify(signed, signature.Span);
    }

    /// <summary>Whether both members endorsed the head and the ledger has it.</summary>
    /// <param name="channel">The channel.</param>
    /// <param name="terms">The salted hash of its terms.</param>
    /// <param name="keys">Its members' keys.</param>
    /// <param name="proof">What is shown.</param>
    /// <param name="known">The largest checkpoint that this agent has verified itself.</param>
    /// <param name="isForked">Whether the ledger signed another log of that size.</param>
    public bool IsNotarised(Digest channel, Digest terms, IReadOnlyList<PublicKey> keys, HeadProof proof, Checkpoint known, out bool isForked) =>
        TryNotarised(channel, terms, keys, proof, known, out _, out isForked);

    /// <summary>The same, and where it stands in the log.</summary>
    /// <param name="channel">The channel.</param>
    /// <param name="terms">The salted hash of its terms.</param>
    /// <param name="keys">Its members' keys.</param>
    /// <param name="proof">What is shown.</param>
    /// <param name="known">The largest checkpoint that this agent has verified itself.</param>
    /// <param name="notarised">The head, and the index of its leaf.</param>
    /// <param name="isForked">Whether the ledger signed another log of that size.</param>
    public bool TryNotarised(Digest channel, Digest terms, IReadOnlyList<PublicKey> keys, HeadProof proof, Checkpoint known, out (HeadFields Fields, long Leaf) notarised, out bool isForked)
    {
        isForked = false;
        notarised = default;
        using LedgerView view = new(network, checkpointKey);
        if (!view.TryRestore(proof.Checkpoint, out _)) return false;
        isForked = view.Checkpoint.Size == known.Size && view.Checkpoint.Root != known.Root;
        if (isForked || !view.TryVerify(proof.Receipt, out Leaf? leaf, out _)) return false;
        if (leaf.RecordCase != Leaf.RecordOneofCase.Head || !EndorsedHead.TryRead(leaf.Head, out EndorsedHead? head) || head.Fields.Channel != channel) return false;
        if (!Digest.TryRead(proof.BatchRoot.Span, out Digest batch) || !Digest.TryRead(proof.StateRoot.Span, out Digest state)) return false;
        ChannelHead claimed = new(head.Fields.Term, head.Fields.Sequence, head.Fields.PreviousHead, batch, state, proof.TimeUnixMs);
        if (claimed.Hash(network, terms, channel) != head.Fields.Head) return false;
        using VerifyingKey first = new(keys[0]), second = new(keys[1]);
        notarised = (head.Fields, (long)leaf.Index);
        return head.IsEndorsedBy(network, [first, second]);
    }

    /// <summary>Whether a member closed the channel at a head, and the ledger has it.</summary>
    /// <param name="keys">The members' keys.</param>
    /// <param name="head">The head.</param>
    /// <param name="receipt">Of the close's leaf.</param>
    /// <param name="checkpoint">Under which it is shown.</param>
    /// <param name="known">The largest checkpoint that this agent has verified itself.</param>
    /// <param name="isForked">Whether the ledger signed another log of that size.</param>
    public bool IsClosed(IReadOnlyList<PublicKey> keys, HeadFields head, LeafReceipt? receipt, string checkpoint, Checkpoint known, out bool isForked)
    {
        isForked = false;
        using LedgerView view = new(network, checkpointKey);
        if (!view.TryRestore(checkpoint, out _)) return false;
        isForked = view.Checkpoint.Size == known.Size && view.Checkpoint.Root != known.Root;
        if (isForked || !view.TryVerify(receipt, out Leaf? leaf, out _)) return false;
        if (leaf.RecordCase != Leaf.RecordOneofCase.Close || !SignedClose.TryRead(leaf.Close, out SignedClose? close) || close.Member >= keys.Count) return false;
        if ((close.Channel, close.Sequence, close.Head) != (head.Channel, head.Sequence, head.Head)) return false;
        using VerifyingKey member = new(keys[close.Member]);
        return close.IsSignedBy(network, member);
    }

    /// <summary>The log under a checkpoint that was found to be the ledger's.</summary>
    public LedgerView View(string checkpoint)
    {
        LedgerView view = new(network, checkpointKey);
        return view.TryRestore(checkpoint, out _) ? view : throw new InvalidOperationException("A checkpoint that was verified is not the ledger's.");
    }

    /// <summary>Whether a leaf leads to a root.</summary>
    public static bool Leads(Digest leaf, long index, long count, IReadOnlyList<ByteString> path, ByteString root) =>
        Digest.TryRead(root.Span, out Digest read) && Leads(leaf, index, count, path, read);

    /// <summary>Whether a leaf leads to a root.</summary>
    public static bool Leads(Digest leaf, long index, long count, IReadOnlyList<ByteString> path, Digest root) =>
        MerklePath.TryRead(path, out List<Digest> siblings) && MerkleProof.VerifyInclusion(leaf, index, count, siblings, root);
}
