using System.Diagnostics.CodeAnalysis;
using Settlement.Contracts;
using Settlement.Core.Commitments;
using Settlement.Core.Cryptography;
using Settlement.Core.Envelopes;
using Settlement.Core.Notarisation;
using Settlement.Core.Participants;
using Settlement.Wire.Channels;

namespace Settlement.Core.Channels;

/// <summary>Checks an entry against its contract and opens what the reader may read. Hostile bytes give a code, never more.</summary>
public static class EntryOpener
{
    /// <summary>What an entry's header may take beside its references to envelopes, in bytes.</summary>
    public const int MaxHeaderBytes = 16 << 10;

    /// <summary>What a reference to an envelope takes in it at most: a hash, three numbers, and what tells them apart.</summary>
    public const int MaxReferenceBytes = 64;

    /// <summary>How the content key of an envelope is obtained: from its transport wrap, or from the vault.</summary>
    /// <param name="index">The envelope's place in the entry.</param>
    /// <param name="binding">What the envelope is bound to.</param>
    /// <param name="audience">Its readers.</param>
    /// <returns>Null when there is no key, or it does not unwrap.</returns>
    public delegate byte[]? ContentKeySource(int index, byte[] binding, AudienceMask audience);

    [ThreadStatic]
    private static long openingsOnThisThread;

    /// <summary>Entries that this thread has begun to open, which is what a hostile member can make a node pay most for: tests hold it to a bound.</summary>
    internal static long OpeningsOnThisThread => openingsOnThisThread;

    /// <summary>Opens an entry as it came over the wire.</summary>
    public static bool TryOpen(ChannelContext context, SealedEntry entry, [NotNullWhen(true)] out OpenedEntry? opened, out string code) =>
        TryOpen(context, entry, (index, binding, audience) =>
            context.Epoch.TryGet(audience, out WrappingKey? key)
                && key.TryUnwrap(entry.Envelopes[index].WrappedKey.Span, binding, out byte[]? contentKey) ? contentKey : null, out opened, out code);

    /// <summary>Opens an entry with content keys from elsewhere.</summary>
    public static bool TryOpen(ChannelContext context, SealedEntry entry, ContentKeySource keys, [NotNullWhen(true)] out OpenedEntry? opened, out string code)
    {
        openingsOnThisThread++;
        opened = null;
        code = ChannelCodes.EntryMalformed;
        if (!Parsing.TryParse(EntryHeader.Parser, entry.Header.Span, out EntryHeader? header)) return false;
        if (!IsWellFormed(context, header, out EntryId id, out ContractPlan? plan, out ContractAction? action, out InstanceLink? link)) return false;
        if (!TryReadGroup(context, header, out ChannelGroup? group, out OffsetLeg? offset)) return false;
        int fieldCount = plan.Contract.Fields.Count + action.Parameters.Count;
        IReadOnlyList<EnvelopeGroup> groups = plan.GroupsOf(action);
        // What it holds beside its fields would wait in mailboxes and lie in every vault.
        if (entry.Header.Length > MaxHeaderBytes + groups.Count * MaxReferenceBytes) return false;
        if (entry.Commitments.Length != fieldCount * Digest.Length || header.Envelopes.Count != groups.Count || entry.Envelopes.Count != groups.Count) return false;

        Value?[] values = new Value?[fieldCount];
        ContentKey?[] contentKeys = new ContentKey?[groups.Count];
        for (int i = 0; i < groups.Count; i++)
        {
            AudienceMask audience = ContractPlan.MaskOf(groups[i], header.Parties);
            EnvelopeReference reference = header.Envelopes[i];
            code = ChannelCodes.EntryMalformed;
            if (reference.Audience != audience.Bits || reference.Subject != EntrySealer.SubjectOf(groups[i], header.Parties)
                || reference.Epoch != context.Epoch.Number || reference.Hash.Length != Digest.Length) return false;
            if (!audience.Contains(context.Own))
            {
                // Nobody hoards what others are to read. An observer gets batches that are final, with nothing left to refuse: it drops it.
                if (context.Own < ChannelTerms.MemberCount && !SharedEntry.IsEmpty(entry.Envelopes[i])) return false;
                continue;
            }

            byte[] binding = EntrySealer.EnvelopeContextOf(context, id, groups[i], audience, header.Parties).AssociatedData();
            code = OpenGroup(context, entry, i, groups[i], reference, keys(i, binding, audience), binding, (id, link?.Generation ?? InstanceLink.FirstGeneration), values, out contentKeys[i]);
            if (code.Length > 0) return false;
        }

        Digest root = EntryTree.Root(entry.Header.Span, entry.Commitments.Span);
        opened = new OpenedEntry(entry, id, plan, action, header.Parties, root, values, contentKeys, header.TimeUnixMs)
        {
            Link = link, NamedActor = header.Actor == 0 ? null : (int)header.Actor - 1, Group = group, Offset = offset,
        };
        code = "";
        return true;
    }

    /// <summary>A leg creates an instance, in a channel of its group.</summary>
    private static bool TryReadGroup(ChannelContext context, EntryHeader header, out ChannelGroup? group, out OffsetLeg? offset)
    {
        group = null;
        offset = null;
        if (header.Offset is { } call)
        {
            if (call.Net is not null || !header.GroupBody.IsEmpty || header.Generation != 0 || !OffsetLeg.TryRead(call, context.Terms.Network, out offset) || offset.Channel != context.Channel) return false;
            group = offset.Group;
            return true;
        }

        return header.GroupBody.IsEmpty
            || (ChannelGroup.TryRead(header.GroupBody, context.Terms.Network, out group, out _) && group.Channels.Contains(context.Channel) && header.Generation == 0);
    }

    private static bool IsWellFormed(ChannelContext context, EntryHeader header, out EntryId id, [NotNullWhen(true)] out ContractPlan? plan,
        [NotNullWhen(true)] out ContractAction? action, out InstanceLink? link)
    {
        plan = null;
        action = null;
        link = null;
        if (!EntryId.TryRead(header.EntryId.Span, out id) || !UnixTime.TryRead(header.TimeUnixMs, out _)) return false;
        if (header.Suite != Suite.Current || !Digest.TryRead(header.Channel.Span, out Digest channel) || channel != context.Channel) return false;
        if (!context.Terms.TryFindContract(header.ContractHash.Span, out plan) || header.Action >= plan.Contract.Actions.Count) return false;
        action = plan.Contract.Actions[(int)header.Action];
        if (!InstanceLink.TryRead(header, action.Creates, id, out link)) return false;
        if (action.By.Party is null) return header.Actor is >= 1 and <= ChannelTerms.MemberCount && plan.IsAssignment(header.Parties);
        if (header.Actor != 0 || header.Parties.Count != plan.Contract.Parties.Count) return false;
        uint actor = header.Parties[action.By.Party.Index];
        return actor < ChannelTerms.MemberCount && header.Parties.SequenceEqual(plan.PartiesFor(action, (int)actor));
    }

    /// <summary>The empty code when the group opened and every opening matches its commitment.</summary>
    private static string OpenGroup(ChannelContext context, SealedEntry entry, int index, EnvelopeGroup group, EnvelopeReference reference,
        byte[]? contentKey, byte[] binding, (EntryId Id, int Version) of, Value?[] values, out ContentKey? usedKey)
    {
        usedKey = null;
        ReadOnlySpan<byte> ciphertext = entry.Envelopes[index].Ciphertext.Span;
        if (contentKey is null || ciphertext.Length != Envelope.CiphertextLength(group.PaddedLength)) return ChannelCodes.EnvelopeUnreadable;
        if (new Digest(reference.Hash.Span) != Envelope.Hash(ciphertext)) return ChannelCodes.EnvelopeUnreadable;
        if (!Envelope.TryOpen(binding, contentKey, ciphertext, out IReadOnlyList<FieldOpening>? openings)) return ChannelCodes.EnvelopeUnreadable;
        if (openings.Count != group.Fields.Count) return ChannelCodes.EntryMalformed;
        for (int i = 0; i < openings.Count; i++)
        {
            FieldOpening opening = openings[i];
            if (opening.FieldIndex != group.Fields[i].Index || opening.Version != of.Version) return ChannelCodes.EntryMalformed;
            Digest commitment = new(entry.Commitments.Span.Slice(opening.FieldIndex * Digest.Length, Digest.Length));
            if (!FieldCommitment.Matches(commitment, opening.Salt, context.Terms.Network, context.Channel, of.Id, opening.FieldIndex, opening.Version, opening.Value))
                return ChannelCodes.CommitmentMismatch;
            if (opening.Value is null) continue;
            if (!Value.TryReadCanonical(group.Fields[i].Type, opening.Value, out values[opening.FieldIndex])) return ChannelCodes.EntryMalformed;
        }

        usedKey = new ContentKey(contentKey, binding);
        return "";
    }
}
