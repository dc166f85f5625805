using Google.Protobuf;
using Settlement.Contracts;
using Settlement.Core.Commitments;
using Settlement.Core.Cryptography;
using Settlement.Core.Envelopes;
using Settlement.Core.Notarisation;
using Settlement.Wire.Channels;

namespace Settlement.Core.Channels;

/// <summary>Turns an action's values into an entry: fresh salts, commitments, one envelope an audience and data subject.</summary>
public static class EntrySealer
{
    /// <summary>Seals an action that this member takes.</summary>
    /// <param name="context">The channel.</param>
    /// <param name="plan">One of its contracts.</param>
    /// <param name="action">An action of the contract.</param>
    /// <param name="values">A value, or null for an absent one, for every field as it is after the action, and then every parameter.</param>
    /// <param name="now">The entry's time.</param>
    /// <param name="entropy">Randomness.</param>
    /// <param name="before">The instance that it acts on; null where it creates one.</param>
    /// <param name="groupBody">The group whose leg it is; null where it stands for itself.</param>
    /// <param name="offset">The offset in which it settles; null where it is no such payment.</param>
    public static OpenedEntry Seal(ChannelContext context, ContractPlan plan, ContractAction action, IReadOnlyList<Value?> values,
        DateTimeOffset now, IEntropy entropy, Instance? before = null, ByteString? groupBody = null, OffsetLeg? offset = null)
    {
        EntryId id = EntryId.Generate(entropy);
        IReadOnlyList<uint> parties = before?.Parties ?? plan.PartiesFor(action, values, context.Own) ?? throw new ArgumentException("Nobody is named who acts.", nameof(values));
        InstanceLink? link = InstanceLink.To(before);
        int version = link?.Generation ?? InstanceLink.FirstGeneration;
        EntryHeader header = new()
        {
            Suite = Suite.Current,
            Channel = ByteString.CopyFrom(context.Channel.ToArray()),
            ContractHash = ByteString.CopyFrom(plan.Contract.Hash),
            Action = (uint)action.Index,
            EntryId = ByteString.CopyFrom(id.ToArray()),
            InstanceId = ByteString.CopyFrom(id.ToArray()),
            TimeUnixMs = now.ToUnixTimeMilliseconds(),
        };
        link?.Write(header);
        if (groupBody is not null) header.GroupBody = groupBody;
        if (offset is not null) header.Offset = OffsetLeg.WithoutNet(offset.Call);
        if (action.By.Party is null) header.Actor = (uint)context.Own + 1;
        header.Parties.Add(parties);
        SealedEntry entry = new();
        byte[] commitments = new byte[values.Count * Digest.Length];
        List<ContentKey?> contentKeys = [];
        foreach (EnvelopeGroup group in plan.GroupsOf(action))
        {
            List<FieldOpening> openings = [.. group.Fields.Select(f => new FieldOpening(f.Index, version, FieldCommitment.NewSalt(entropy), values[f.Index]?.ToCanonical()))];
            foreach (FieldOpening o in openings)
            {
                FieldCommitment.Compute(o.Salt, context.Terms.Network, context.Channel, id, o.FieldIndex, o.Version, o.Value)
                    .CopyTo(commitments.AsSpan(o.FieldIndex * Digest.Length));
            }

            AudienceMask audience = ContractPlan.MaskOf(group, parties);
            EnvelopeContext envelope = EnvelopeContextOf(context, id, group, audience, parties);
            byte[] binding = envelope.AssociatedData();
            (byte[] ciphertext, byte[] contentKey) = Envelope.Seal(binding, openings, group.PaddedLength, entropy);
            header.Envelopes.Add(new EnvelopeReference
            {
                Audience = audience.Bits,
                Subject = SubjectOf(group, parties),
                Epoch = context.Epoch.Number,
                Hash = ByteString.CopyFrom(Envelope.Hash(ciphertext).ToArray()),
            });
            contentKeys.Add(new ContentKey(contentKey, binding));
            if (!context.Epoch.TryGet(audience, out WrappingKey? key)) throw new InvalidOperationException("A member seals only to audiences it belongs to.");
            entry.Envelopes.Add(new SealedEnvelope
            {
                Ciphertext = UnsafeByteOperations.UnsafeWrap(ciphertext),
                WrappedKey = UnsafeByteOperations.UnsafeWrap(key.Wrap(contentKey, binding, entropy)),
            });
        }

        entry.Header = UnsafeByteOperations.UnsafeWrap(header.ToByteArray());
        entry.Commitments = UnsafeByteOperations.UnsafeWrap(commitments);
        Digest root = EntryTree.Root(entry.Header.Span, commitments);
        return new OpenedEntry(entry, id, plan, action, parties, root, values, contentKeys, header.TimeUnixMs) 
        {
            Link = link, Before = before, NamedActor = action.By.Party is null ? context.Own : null,
            Group = offset?.Group ?? GroupOf(context, header), Offset = offset,
        };
    }

    private static ChannelGroup? GroupOf(ChannelContext context, EntryHeader header) => header.GroupBody.IsEmpty ? null
        : ChannelGroup.TryRead(header.GroupBody, context.Terms.Network, out ChannelGroup? group, out string code) ? group : throw new ArgumentException($"It is no group: {code}.", nameof(header));

    internal static uint SubjectOf(EnvelopeGroup group, IReadOnlyList<uint> parties) => group.Subject < 0 ? 0 : parties[group.Subject] + 1;

    internal static EnvelopeContext EnvelopeContextOf(ChannelContext context, EntryId id, EnvelopeGroup group, AudienceMask audience, IReadOnlyList<uint> parties) =>
        new(context.Terms.Network, context.Channel, id, (int)audience.Bits, (int)SubjectOf(group, parties), context.Epoch.Number);
}
