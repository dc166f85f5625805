using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using Google.Protobuf;
using Settlement.Contracts;
using Settlement.Core.Channels;
using Settlement.Core.Commitments;
using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;
using Settlement.Core.Merkle;
using Settlement.Core.Notarisation;
using Settlement.Core.Participants;
using Settlement.Wire.Agent;
using Settlement.Wire.Channels;
using Settlement.Wire.Ledger;

namespace Settlement.Core.Agent;

/// <summary>
/// Whether a bank has shown that an entry of a channel took an amount from its position. Nobody is believed: the channel's keys
/// follow from its id, the head from their endorsements and the ledger's receipt, the entry from the head, the amount from the entry.
/// </summary>
/// <param name="network">The network.</param>
/// <param name="checkpointKey">The ledger's checkpoint key.</param>
/// <param name="contracts">The contracts whose redemptions this agent pays.</param>
internal sealed class RedemptionCheck(string network, PublicKey checkpointKey, IReadOnlyList<Contract> contracts)
{
    /// <summary>The code of the refusal; empty where all is shown.</summary>
    /// <param name="bank">Who asks.</param>
    /// <param name="channel">The channel's id, as the request has it.</param>
    /// <param name="entry">The entry's id, as the request has it.</param>
    /// <param name="request">The request.</param>
    /// <param name="known">The largest checkpoint that this agent has verified itself.</param>
    /// <param name="isForked">Whether the ledger signed another log of that size.</param>
    public string Judge(ParticipantId bank, Digest channel, EntryId entry, RedeemRequest request, Checkpoint known, out bool isForked)
    {
        isForked = false;
        if (RecordHashes.Channel(request.OpeningBody.Span) != channel || !TryReadOpening(request.OpeningBody, out Digest terms, out IReadOnlyList<PublicKey>? keys)) return AgentCodes.OpeningDiffers;
        if (request.Entry is not { } proof || request.Head is not { } head) return AgentCodes.Malformed;
        if (!IsNotarised(channel, terms, keys, head, known, out isForked)) return AgentCodes.HeadNotNotarised;
        if (!Digest.TryRead(proof.Root.Span, out Digest root) || !Leads(BatchLeaf.OfEntry(root), (long)proof.Index, (long)proof.Count, proof.BatchPath, head.BatchRoot)) return AgentCodes.EntryNotProven;
        if (!Parsing.TryParse(EntryHeader.Parser, proof.Header.Span, out EntryHeader? header)) return AgentCodes.EntryNotProven;
        Contract? contract = contracts.FirstOrDefault(c => header.ContractHash.Span.SequenceEqual(c.Hash));
        if (contract is null || header.Action >= contract.Actions.Count || contract.Actions[(int)header.Action].Redemption is not { } redemption) return AgentCodes.NotARedemption;
        // The tree has a leaf for the header and for each field, and its size follows from the contract alone.
        long leaves = (long)BitOperations.RoundUpToPowerOf2((uint)(1 + contract.Fields.Count));
        if (!Leads(Rfc6962.HashLeaf(proof.Header.Span), 0, leaves, proof.HeaderPath, root) || !IsOf(header, channel, entry, contract)) return AgentCodes.EntryNotProven;
        if (!Opens(channel, entry, redemption.Amount, leaves, proof, root, request)) return AgentCodes.EntryNotProven;
        return IsSigned(bank, channel, entry, keys[(int)header.Parties[redemption.From.Index]], request) ? "" : AgentCodes.NotTheHolder;
    }

    private bool TryReadOpening(ByteString bytes, out Digest terms, [NotNullWhen(true)] out IReadOnlyList<PublicKey>? keys)
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

    private bool IsNotarised(Digest channel, Digest terms, IReadOnlyList<PublicKey> keys, HeadProof proof, Checkpoint known, out bool isForked)
    {
        isForked = false;
        using LedgerView view = new(network, checkpointKey);
        if (!view.TryRestore(proof.Checkpoint, out _)) return false;
        isForked = view.Checkpoint.Size == known.Size && view.Checkpoint.Root != known.Root;
        if (isForked || !view.TryVerify(proof.Receipt, out Leaf? leaf, out _)) return false;
        if (leaf.RecordCase != Leaf.RecordOneofCase.Head || !EndorsedHead.TryRead(leaf.Head, out EndorsedHead? head) || head.Fields.Channel != channel) return false;
        if (!Digest.TryRead(proof.BatchRoot.Span, out Digest batch) || !Digest.TryRead(proof.StateRoot.Span, out Digest state)) return false;
        ChannelHead claimed = new(head.Fields.Term, head.Fields.Sequence, head.Fields.PreviousHead, batch, state, proof.TimeUnixMs);
        if (claimed.Hash(network, terms, channel) != head.Fields.Head) return false;
        using VerifyingKey first = new(keys[0]), second = new(keys[1]);
        return head.IsEndorsedBy(network, [first, second]);
    }

    /// <summary>An entry of this channel and id that creates its instance, between two members.</summary>
    private static bool IsOf(EntryHeader header, Digest channel, EntryId entry, Contract contract) =>
        header.Suite == Suite.Current && header.Channel.Span.SequenceEqual(channel.ToArray()) && header.EntryId.Span.SequenceEqual(entry.ToArray())
        && header.InstanceId == header.EntryId && header.PreviousEntry.Length == 0 && header.Parties.Count == contract.Parties.Count
        && contract.Parties.All(p => p.Observes || header.Parties[p.Index] < ChannelTerms.MemberCount);

    private bool Opens(Digest channel, EntryId entry, Field amount, long leaves, EntryProof proof, Digest root, RedeemRequest request)
    {
        if (proof.AmountSalt.Length != FieldCommitment.SaltLength) return false;
        byte[] value = new MoneyValue(request.Currency, request.MinorUnits).ToCanonical();
        Digest commitment = FieldCommitment.Compute(proof.AmountSalt.Span, network, channel, entry, amount.Index, InstanceLink.FirstGeneration, value);
        return Leads(Rfc6962.HashLeaf(commitment.ToArray()), 1 + amount.Index, leaves, proof.AmountPath, root);
    }

    private bool IsSigned(ParticipantId bank, Digest channel, EntryId entry, PublicKey member, RedeemRequest request)
    {
        using VerifyingKey key = new(member);
        return key.Verify(RedemptionText.Request(network, channel, entry, bank, request.Currency, request.MinorUnits), request.Signature.Span);
    }

    private static bool Leads(Digest leaf, long index, long count, IReadOnlyList<ByteString> path, ByteString root) =>
        Digest.TryRead(root.Span, out Digest read) && Leads(leaf, index, count, path, read);

    private static bool Leads(Digest leaf, long index, long count, IReadOnlyList<ByteString> path, Digest root)
    {
        List<Digest> siblings = [];
        foreach (ByteString sibling in path)
        {
            if (!Digest.TryRead(sibling.Span, out Digest digest)) return false;
            siblings.Add(digest);
        }

        return MerkleProof.VerifyInclusion(leaf, index, count, siblings, root);
    }
}
