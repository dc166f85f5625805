using System.Buffers.Binary;
using Settlement.Contracts;
using Settlement.Core.Channels;
using Settlement.Core.Commitments;
using Settlement.Core.Cryptography;

namespace Settlement.Core.Regulator;

/// <summary>
/// Where the instances of a channel stand, for one who runs it again from its beginning: the values that this observer reads, in
/// bytes. Instances in a state from which no action leads on are dropped. A million payments that could still be returned cost
/// some 190 MB while an audit runs: 110 bytes for each, and 80 for its place in the table.
/// </summary>
internal sealed class ObservedInstances
{
    private const int Absent = -1;
    private readonly ChannelTerms terms;
    private readonly Dictionary<Digest, byte[]> standing = [];
    // By contract and state.
    private readonly HashSet<(int Contract, int State)> open;

    public ObservedInstances(ChannelTerms terms)
    {
        this.terms = terms;
        open = [.. terms.Contracts.SelectMany(static (plan, i) => plan.Contract.Actions.SelectMany(static a => a.When).Select(state => (i, state.Index)))];
    }

    /// <summary>How many are kept.</summary>
    public int Count => standing.Count;

    /// <summary>The instance that an entry acts on; null for a creation, and where there is none that an action can leave.</summary>
    public Instance? Before(OpenedEntry entry) => entry.Link is { } link ? Find(link.Instance) : null;

    /// <summary>Where an instance stands; null where there is none that an action can leave.</summary>
    public Instance? Find(EntryId instance) => standing.TryGetValue(instance.Value, out byte[]? bytes) ? Read(instance, bytes) : null;

    /// <summary>An entry stands in a batch that was run.</summary>
    public void Take(OpenedEntry entry, State next, long sequence)
    {
        int contract = IndexOf(entry.Plan);
        if (open.Contains((contract, next.Index))) standing[entry.Instance.Value] = Write(entry, contract, next, sequence);
        else if (entry.Link is not null) standing.Remove(entry.Instance.Value);
    }

    /// <summary>Nothing more is run.</summary>
    public void Clear() => standing.Clear();

    private int IndexOf(ContractPlan plan)
    {
        for (int i = 0; i < terms.Contracts.Count; i++)
        {
            if (ReferenceEquals(terms.Contracts[i], plan)) return i;
        }

        throw new InvalidOperationException("An entry is of a contract of its terms.");
    }

    private static byte[] Write(OpenedEntry entry, int contract, State state, long sequence)
    {
        byte[]?[] values = [.. entry.Fields.Select(static v => v?.ToCanonical())];
        int length = sizeof(int) * (3 + values.Length) + sizeof(long) + entry.Parties.Count + values.Sum(static v => v?.Length ?? 0) + (entry.Link is null ? 0 : EntryId.Length);
        byte[] bytes = new byte[length];
        Span<byte> rest = bytes;
        Put(ref rest, contract);
        Put(ref rest, state.Index);
        Put(ref rest, entry.Generation);
        BinaryPrimitives.WriteInt64LittleEndian(rest, sequence);
        rest = rest[sizeof(long)..];
        foreach (uint party in entry.Parties)
        {
            rest[0] = (byte)party;
            rest = rest[1..];
        }

        foreach (byte[]? value in values)
        {
            Put(ref rest, value?.Length ?? Absent);
            value?.CopyTo(rest);
            rest = rest[(value?.Length ?? 0)..];
        }

        // The first entry has the instance's own id.
        if (entry.Link is not null) entry.Id.Value.CopyTo(rest);
        return bytes;
    }

    private Instance Read(EntryId instance, byte[] bytes)
    {
        ReadOnlySpan<byte> rest = bytes;
        ContractPlan plan = terms.Contracts[Take(ref rest)];
        State state = plan.Contract.States[Take(ref rest)];
        int generation = Take(ref rest);
        long sequence = BinaryPrimitives.ReadInt64LittleEndian(rest);
        rest = rest[sizeof(long)..];
        uint[] parties = new uint[plan.Contract.Parties.Count];
        for (int i = 0; i < parties.Length; i++) parties[i] = rest[i];
        rest = rest[parties.Length..];
        Value?[] values = new Value?[plan.Contract.Fields.Count];
        for (int i = 0; i < values.Length; i++)
        {
            int length = Take(ref rest);
            if (length == Absent) continue;
            if (!Value.TryReadCanonical(plan.Contract.Fields[i].Type, rest[..length], out values[i])) throw new InvalidOperationException("A value that was kept cannot be read.");
            rest = rest[length..];
        }

        EntryId newest = rest.IsEmpty ? instance : new EntryId(new Digest(rest));
        return new Instance(instance, newest, sequence, generation, plan, state, parties, values);
    }

    private static void Put(ref Span<byte> rest, int number)
    {
        BinaryPrimitives.WriteInt32LittleEndian(rest, number);
        rest = rest[sizeof(int)..];
    }

    private static int Take(ref ReadOnlySpan<byte> rest)
    {
        int number = BinaryPrimitives.ReadInt32LittleEndian(rest);
        rest = rest[sizeof(int)..];
        return number;
    }
}
