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
/// <param name="heads">Checks heads.</param>
/// <param name="contracts">The contracts whose redemptions this agent pays.</param>
internal sealed class RedemptionCheck(string network, HeadCheck heads, IReadOnlyList<Contract> contracts)
{
    /// <summary>The code of the refusal; empty where all is shown.</summary>
    /// <param name="bank">Who asks.</param>
    /// <param name="channel">The channel's id, as the request has it.</param>
    /// <param name="entry">The entry's id, as the request has it.</param>
    /// <param name="request">The request.</param>
    /// <param name="known">The largest checkpoint that this agent has verified itself.</param>
    /// <param name="leaf">The index of the head's leaf in the log; below zero where that is not shown.</param>
    /// <param name="isForked">Whether the ledger signed another log of that size.</param>
    public string Judge(ParticipantId bank, Digest channel, EntryId entry, RedeemRequest request, Checkpoint known, out long leaf, out bool isForked)
    {
        isForked = false;
        leaf = -1;
        if (RecordHashes.Channel(request.OpeningBody.Span) != channel || !heads.TryReadOpening(request.OpeningBody, out Digest terms, out IReadOnlyList<PublicKey>? keys)) return AgentCodes.OpeningDiffers;
        if (request.Entry is not { } proof || request.Head is not { } head) return AgentCodes.Malformed;
        if (!heads.TryNotarised(channel, terms, keys, head, known, out (HeadFields Fields, long Leaf) notarised, out isForked)) return AgentCodes.HeadNotNotarised;
        leaf = notarised.Leaf;
        if (!Digest.TryRead(proof.Root.Span, out Digest root) || !HeadCheck.Leads(BatchLeaf.OfEntry(root), (long)proof.Index, (long)proof.Count, proof.BatchPath, head.BatchRoot)) return AgentCodes.EntryNotProven;
        if (!Parsing.TryParse(EntryHeader.Parser, proof.Header.Span, out EntryHeader? header)) return AgentCodes.EntryNotProven;
        Contract? contract = contracts.FirstOrDefault(c => header.ContractHash.Span.SequenceEqual(c.Hash));
        if (contract is null || header.Action >= contract.Actions.Count || contract.Actions[(int)header.Action].Redemption is not { } redemption) return AgentCodes.NotARedemption;
        // The tree has a leaf for the header and for each field, and its size follows from the contract alone.
        long leaves = (long)BitOperations.RoundUpToPowerOf2((uint)(1 + contract.Fields.Count));
        if (!HeadCheck.Leads(Rfc6962.HashLeaf(proof.Header.Span), 0, leaves, proof.HeaderPath, root) || !IsOf(header, channel, entry, contract)) return AgentCodes.EntryNotProven;
        if (!Opens(channel, entry, redemption.Amount, leaves, proof, root, request)) return AgentCodes.EntryNotProven;
        Digest signed = RedemptionText.Request(network, channel, entry, bank, request.Currency, request.MinorUnits);
        return HeadCheck.Verifies(keys[(int)header.Parties[redemption.From.Index]], signed, request.Signature) ? "" : AgentCodes.NotTheHolder;
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
        return HeadCheck.Leads(Rfc6962.HashLeaf(commitment.ToArray()), 1 + amount.Index, leaves, proof.AmountPath, root);
    }
}
