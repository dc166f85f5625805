using Google.Protobuf;
using Settlement.Contracts;
using Settlement.Core.Channels;
using Settlement.Core.Commitments;
using Settlement.Core.Cryptography;
using Settlement.Core.Nodes;
using Settlement.Core.Participants;
using Settlement.Core.Reading;
using Settlement.Core.Store;
using Settlement.Core.Vault;
using Settlement.Core.Vault.Records;
using Settlement.Wire.Channels;

namespace Settlement.Core.Bank;

/// <summary>
/// Where instances stand, in the vault. What an instance is lies in the rows of its newest entry's batch; which entry is the
/// newest is a fact of its own for instances that were acted on, so that a creation costs no row.
/// </summary>
internal static class InstanceRows
{
    private const byte Mark = 2;

    /// <summary>The row of an instance that was acted on. Ids are random and stand in the rows of entries, so they need no keyed hash;
    /// mark and length tell the key from any other fact's.</summary>
    public static PayloadKey Key(Digest channel, EntryId instance)
    {
        byte[] key = new byte[1 + 2 * Digest.Length];
        key[0] = Mark;
        channel.CopyTo(key.AsSpan(1));
        instance.Value.CopyTo(key.AsSpan(1 + Digest.Length));
        return new PayloadKey(PayloadKind.Facts, key);
    }

    /// <summary>The rows of a batch.</summary>
    public static IEnumerable<PayloadKey> BatchKeys(Digest channel, long sequence)
    {
        byte[] key = RowKeys.Batch(channel, sequence);
        return [new(PayloadKind.Batches, key), new(PayloadKind.Entries, key), new(PayloadKind.ContentKeys, key)];
    }

    /// <summary>What must be looked up before an entry on an instance can be judged; nothing for a creation.</summary>
    public static IEnumerable<PayloadKey> Needs(ChannelSide channel, OpenedEntry entry) =>
        entry.Link is not { } link ? [] : link.Sequence > channel.Sequence ? [Key(channel.Id, link.Instance)] : [Key(channel.Id, link.Instance), Objections.EntryFact(link.Previous), .. BatchKeys(channel.Id, link.Sequence)];

    /// <summary>Looks up the instance that an entry acts on, from the rows that were read for this step. What it finds stays true; whether
    /// it is the newest is asked again whenever the entry is judged.</summary>
    public static void Resolve(NodeContext node, ChannelSide channel, OpenedEntry entry)
    {
        if (entry is { Link: { } link, Before: null }) entry.Before = Read(node, channel, link.Previous, link.Sequence);
    }

    /// <summary>The instance as a final entry left it; null where there is no such entry, or its keys were erased.</summary>
    public static Instance? Read(NodeContext node, ChannelSide channel, EntryId entry, long sequence)
    {
        PayloadKey[] keys = [.. BatchKeys(channel.Id, sequence)];
        return node.Find(keys[0]) is { } batch && node.Find(keys[1]) is { } entries && node.Find(keys[2]) is { } contentKeys
            && KeptEntries.Find(node.Rows, channel.Context, entry, batch, entries, contentKeys) is { } found && IsThere(node, found.Entry)
            ? Instance.After(found.Entry, found.State, found.Sequence)
            : null;
    }

    /// <summary>Whether an entry of a final batch has led anywhere: a leg has once its group was committed, and then its fact says where it is.</summary>
    private static bool IsThere(NodeContext node, OpenedEntry entry) => entry.Group is null || node.Find(Objections.EntryFact(entry.Id)) is { Length: sizeof(long) };

    /// <summary>The newest final entry of an instance, as far as a row says one; else it is the entry that created it.</summary>
    public static InstanceRow? Newest(NodeContext node, Digest channel, EntryId instance) =>
        node.Find(Key(channel, instance)) is { } body ? InstanceRow.Parser.ParseFrom(body) : null;

    /// <summary>Whether the entry that this one follows is the newest final one of its instance.</summary>
    public static bool IsNewest(NodeContext node, Digest channel, InstanceLink link) =>
        Newest(node, channel, link.Instance) is { } row ? row.Newest.Span.SequenceEqual(link.Previous.ToArray()) : link.Previous == link.Instance;

    /// <summary>Writes that an entry on an instance became final.</summary>
    public static void Write(NodeContext node, Digest channel, OpenedEntry entry, State state, long sequence) => node.WriteFact(Key(channel, entry.Instance), new InstanceRow
    {
        Newest = ByteString.CopyFrom(entry.Id.ToArray()), Sequence = sequence, Generation = (uint)entry.Generation, State = (uint)state.Index,
    }.ToByteArray());

    /// <summary>The instance as a row keeps it that is needed before others can be read.</summary>
    public static InstanceBefore Keep(Instance instance)
    {
        InstanceBefore kept = new()
        {
            Instance = ByteString.CopyFrom(instance.Id.ToArray()), Newest = ByteString.CopyFrom(instance.Newest.ToArray()), Sequence = instance.Sequence,
            Generation = (uint)instance.Generation, ContractHash = ByteString.CopyFrom(instance.Plan.Contract.Hash), State = (uint)instance.State.Index,
        };
        kept.Parties.Add(instance.Parties);
        kept.Fields.Add(KeptValues.Write(instance.Fields));
        return kept;
    }

    /// <summary>The instance of such a row.</summary>
    public static Instance Restore(ChannelTerms terms, InstanceBefore kept)
    {
        if (!terms.TryFindContract(kept.ContractHash.Span, out ContractPlan? plan)) throw new InvalidOperationException("A stored instance is of no contract of its channel.");
        return new Instance(new EntryId(new Digest(kept.Instance.Span)), new EntryId(new Digest(kept.Newest.Span)), kept.Sequence, (int)kept.Generation, plan,
            plan.Contract.States[(int)kept.State], [.. kept.Parties], KeptValues.Read(plan.Contract.Fields, kept.Fields));
    }
}
