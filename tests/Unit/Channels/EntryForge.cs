using Google.Protobuf;
using Settlement.Contracts;
using Settlement.Core.Channels;
using Settlement.Core.Commitments;
using Settlement.Core.Cryptography;
using Settlement.Core.Envelopes;
using Settlement.Wire.Channels;

namespace Settlement.Tests.Channels;

/// <summary>Seals entries as <see cref="EntrySealer"/> does, and lies wherever it is told to. Unchanged, it tells the truth.</summary>
internal sealed class EntryForge(ChannelContext context, ContractPlan plan, ContractAction action, IReadOnlyList<Value?> values, EntryId id, DateTimeOffset now, IEntropy entropy, Instance? before = null)
{
    public ChannelContext Context => context;

    public IReadOnlyList<uint> Parties { get; set; } = before?.Parties ?? plan.PartiesFor(action, context.Own);

    /// <summary>Changes what is committed to and opened, before the commitments are computed.</summary>
    public Func<FieldOpening, FieldOpening> Committed { get; set; } = opening => opening;

    /// <summary>Changes what an envelope opens, after the commitments were computed; by group.</summary>
    public Func<int, List<FieldOpening>, List<FieldOpening>> Opened { get; set; } = (_, openings) => openings;

    /// <summary>Changes the bytes inside an envelope.</summary>
    public Func<byte[], byte[]> Plaintext { get; set; } = bytes => bytes;

    /// <summary>Changes where an envelope says that it belongs.</summary>
    public Func<EnvelopeContext, EnvelopeContext> Belongs { get; set; } = place => place;

    /// <summary>Changes the audience under whose key the content key travels.</summary>
    public Func<AudienceMask, AudienceMask> WrappedFor { get; set; } = audience => audience;

    public Action<EntryHeader> Header { get; set; } = _ => { };

    public Action<SealedEntry> Entry { get; set; } = _ => { };

    public SealedEntry Seal()
    {
        IReadOnlyList<EnvelopeGroup> groups = plan.GroupsOf(action);
        byte[] commitments = new byte[values.Count * Digest.Length];
        List<List<FieldOpening>> openings = [];
        foreach (EnvelopeGroup group in groups)
        {
            openings.Add([.. group.Fields.Select(f => Committed(new FieldOpening(f.Index, before?.Generation + 1 ?? InstanceLink.FirstGeneration, FieldCommitment.NewSalt(entropy), values[f.Index]?.ToCanonical())))]);
            foreach (FieldOpening o in openings[^1])
                FieldCommitment.Compute(o.Salt, context.Terms.Network, context.Channel, id, o.FieldIndex, o.Version, o.Value).CopyTo(commitments.AsSpan(o.FieldIndex * Digest.Length));
        }

        EntryHeader header = new()
        {
            Suite = 1, Channel = ByteString.CopyFrom(context.Channel.ToArray()), ContractHash = ByteString.CopyFrom(plan.Contract.Hash), Action = (uint)action.Index,
            EntryId = ByteString.CopyFrom(id.ToArray()), InstanceId = ByteString.CopyFrom(id.ToArray()), TimeUnixMs = now.ToUnixTimeMilliseconds(),
        };
        InstanceLink.To(before)?.Write(header);
        header.Parties.Add(Parties);
        SealedEntry entry = new() { Commitments = ByteString.CopyFrom(commitments) };
        IReadOnlyList<uint> honest = Parties;
        for (int i = 0; i < groups.Count; i++) Add(entry, header, i, groups[i], openings, honest);
        Header(header);
        entry.Header = header.ToByteString();
        Entry(entry);
        return entry;
    }

    private void Add(SealedEntry entry, EntryHeader header, int index, EnvelopeGroup group, List<List<FieldOpening>> openings, IReadOnlyList<uint> honest)
    {
        AudienceMask audience = ContractPlan.MaskOf(group, honest);
        EnvelopeContext place = Belongs(EntrySealer.EnvelopeContextOf(context, id, group, audience, honest));
        byte[] plaintext = Plaintext(EnvelopePlaintext.Encode(Opened(index, [.. openings[index]]), group.PaddedLength));
        byte[] ciphertext = ContentCipher.Encrypt(plaintext, place.AssociatedData(), entropy, out byte[] contentKey);
        header.Envelopes.Add(new EnvelopeReference
        {
            Audience = audience.Bits, Subject = EntrySealer.SubjectOf(group, honest), Epoch = context.Epoch.Number, Hash = ByteString.CopyFrom(Envelope.Hash(ciphertext).ToArray()),
        });
        Assert.True(context.Epoch.TryGet(WrappedFor(audience), out WrappingKey? key));
        entry.Envelopes.Add(new SealedEnvelope { Ciphertext = ByteString.CopyFrom(ciphertext), WrappedKey = ByteString.CopyFrom(key.Wrap(contentKey, place.AssociatedData(), entropy)) });
    }
}
