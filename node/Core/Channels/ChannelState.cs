using System.Diagnostics.CodeAnalysis;
using Settlement.Core.Cryptography;
using Settlement.Core.Merkle;

namespace Settlement.Core.Channels;

/// <summary>A limit as the other member has granted it since the channel opened.</summary>
/// <param name="MinorUnits">How far below zero the position may fall.</param>
/// <param name="Generation">How often it was granted.</param>
public readonly record struct GrantedLimit(long MinorUnits, long Generation);

/// <summary>A member's funds in a channel and the salt of the leaf that commits to them.</summary>
/// <param name="Member">The member.</param>
/// <param name="Currency">In what.</param>
/// <param name="MinorUnits">How much; what is set aside is a part of it.</param>
/// <param name="Salt">32 random bytes.</param>
/// <param name="Reserved">What instances of contracts have set aside, and no payment may take.</param>
/// <param name="Granted">The limit that holds; null while it is the terms'.</param>
public sealed record Position(int Member, string Currency, long MinorUnits, byte[] Salt, long Reserved = 0, GrantedLimit? Granted = null)
{
    /// <summary>The leaf of the positions' tree.</summary>
    public Digest Leaf(string network, Digest channel)
    {
        HashWriter leaf = new HashWriter("settlement/position", Salt).Text(network).Digest(channel).UInt32((uint)Member).Text(Currency).Int64(MinorUnits).Int64(Reserved);
        if (Granted is { } granted) leaf.Int64(granted.MinorUnits).Int64(granted.Generation);
        return leaf.Finish();
    }
}

/// <summary>
/// What a channel's members agree on after a batch: positions, and the log of contract states. It is immutable: a batch
/// that is not final yet has a state of its own, and dies with it.
/// </summary>
public sealed class ChannelState
{
    /// <summary>The root is over the positions in this order, so it must be the same under every culture.</summary>
    private static readonly Comparer<(string Currency, int Member)> Order = Comparer<(string Currency, int Member)>.Create((a, b) =>
        string.CompareOrdinal(a.Currency, b.Currency) is var byCurrency and not 0 ? byCurrency : a.Member.CompareTo(b.Member));

    private readonly SortedDictionary<(string Currency, int Member), Position> positions;
    private readonly CompactRange contracts;
    private readonly SortedDictionary<Digest, HeldLeg> legs;
    private readonly SortedDictionary<Digest, EndedLeg> ended;

    private ChannelState(SortedDictionary<(string, int), Position> positions, CompactRange contracts, SortedDictionary<Digest, HeldLeg> legs, SortedDictionary<Digest, EndedLeg> ended)
    {
        this.ended = ended;
        this.positions = positions;
        this.contracts = contracts;
        this.legs = legs;
    }

    /// <summary>Before the first batch.</summary>
    public static ChannelState Empty => new(new(Order), new CompactRange(), [], []);

    /// <summary>From a snapshot.</summary>
    public static ChannelState Restore(IEnumerable<Position> positions, CompactRange contracts, IEnumerable<HeldLeg> legs, IEnumerable<KeyValuePair<Digest, EndedLeg>> ended)
    {
        ChannelState state = new(new(Order), contracts, [], []);
        foreach (HeldLeg leg in legs) state.legs.Add(leg.Group.Id, leg);
        foreach ((Digest group, EndedLeg leg) in ended) state.ended.Add(group, leg);
        foreach (Position position in positions) state.positions[(position.Currency, position.Member)] = position;
        return state;
    }

    /// <summary>The positions, by currency, then member.</summary>
    public IEnumerable<Position> Positions => positions.Values;

    /// <summary>The frontier of the log of contract states.</summary>
    public CompactRange Contracts => contracts;

    /// <summary>The legs that are set aside, by group. The root has them in it: their entries in the log of contract states, what they take
    /// in the positions, and what they move in leaves of their own.</summary>
    public IReadOnlyDictionary<Digest, HeldLeg> Legs => legs;

    /// <summary>Groups whose leg has ended here before their time.</summary>
    public IReadOnlyDictionary<Digest, EndedLeg> Ended => ended;

    /// <summary>A member's funds; zero before the first movement.</summary>
    public long PositionOf(int member, string currency) => positions.TryGetValue((currency, member), out Position? position) ? position.MinorUnits : 0;

    /// <summary>What instances of contracts have set aside of a member's funds.</summary>
    public long ReservedOf(int member, string currency) => positions.TryGetValue((currency, member), out Position? position) ? position.Reserved : 0;

    /// <summary>How far one of the members is below zero; zero where neither is.</summary>
    public Int128 OwedIn(string currency) => Int128.Max(0, Int128.Max(-(Int128)PositionOf(0, currency), -(Int128)PositionOf(1, currency)));

    /// <summary>How far below zero a member's position may fall: as the other member granted it last, or as the terms have it.</summary>
    public long LimitOf(ChannelTerms terms, int member, string currency) => GrantedOf(member, currency)?.MinorUnits ?? terms.LimitOf(member, currency);

    /// <summary>The same, where it was granted since the channel opened.</summary>
    public GrantedLimit? GrantedOf(int member, string currency) => positions.TryGetValue((currency, member), out Position? position) ? position.Granted : null;

    /// <summary>The root over positions and contract states.</summary>
    public Digest Root(string network, Digest channel) =>
        RootOf(network, channel, Rfc6962.RootOf([.. positions.Values.Select(p => p.Leaf(network, channel))]), contracts.Count, contracts.Root, LegsRoot(network, channel));

    /// <summary>The root over the roots of positions, contract states and, where there are any, legs.</summary>
    internal static Digest RootOf(string network, Digest channel, Digest positions, long contractCount, Digest contractRoot, Digest? legs)
    {
        HashWriter root = new HashWriter("settlement/state").Text(network).Digest(channel).Digest(positions).Int64(contractCount).Digest(contractRoot);
        return (legs is { } held ? root.Digest(held) : root).Finish();
    }

    /// <summary>The legs that change positions once they apply, in the order of the tree over them.</summary>
    public IReadOnlyList<HeldLeg> MovingLegs => [.. legs.Values.Where(static leg => leg.Changes.Count > 0)];

    /// <summary>The root over them; null where there is none.</summary>
    public Digest? LegsRoot(string network, Digest channel) => MovingLegs is { Count: > 0 } moving ? Rfc6962.RootOf([.. moving.Select(leg => leg.Leaf(network, channel, LegSalt(leg.Group.Id)))]) : null;

    /// <summary>What hides a leg in its leaf: all salts of the positions give it, so that one of them, which its holder may show somebody, gives
    /// nothing of it, and everybody who reads positions has it.</summary>
    public byte[] LegSalt(Digest group)
    {
        HashWriter salt = new("settlement/leg-salt");
        foreach (Position position in positions.Values) salt.Bytes(position.Salt);
        return salt.Digest(group).Finish().ToArray();
    }

    /// <summary>A copy that a batch with this time may change.</summary>
    internal Draft Begin(long timeUnixMs) => new(this, timeUnixMs);

    private static CompactRange Copy(CompactRange range) => CompactRange.TryRestore(range.Count, range.Nodes, out CompactRange? copy)
        ? copy
        : throw new InvalidOperationException("A frontier always restores.");

    /// <summary>A state under construction.</summary>
    internal sealed class Draft
    {
        private readonly SortedDictionary<(string Currency, int Member), Position> positions;
        private readonly CompactRange contracts;
        private SortedDictionary<Digest, HeldLeg> legs;
        private SortedDictionary<Digest, EndedLeg> ended;
        private bool ownsLegs;
        private bool ownsEnded;
        // On the way it may be more than a position counts.
        private readonly Dictionary<(string Currency, int Member), (Int128 MinorUnits, Int128 Reserved)> changed = [];
        // Limits that the batch changes.
        private readonly Dictionary<(string Currency, int Member), GrantedLimit> granted = [];

        internal Draft(ChannelState origin, long timeUnixMs)
        {
            positions = new(origin.positions, Order);
            contracts = Copy(origin.contracts);
            legs = origin.legs;
            ended = origin.ended;
            foreach (Digest over in origin.ended.Where(e => e.Value.UntilUnixMs <= timeUnixMs).Select(static e => e.Key)) OwnEnded().Remove(over);
        }

        internal IReadOnlyDictionary<Digest, EndedLeg> Ended => ended;

        /// <summary>The leg of a group has ended at a time, and is remembered where that is before its group's.</summary>
        internal void EndLeg(HeldLeg leg, long timeUnixMs)
        {
            RemoveLeg(leg.Group.Id);
            long until = leg.Group.ExpiresAt.ToUnixTimeMilliseconds();
            if (until > timeUnixMs) OwnEnded().Add(leg.Group.Id, new EndedLeg(leg.Actor, until));
        }

        internal IReadOnlyDictionary<Digest, HeldLeg> Legs => legs;

        internal void AddLeg(HeldLeg leg) => OwnLegs().Add(leg.Group.Id, leg);

        internal void RemoveLeg(Digest group) => OwnLegs().Remove(group);

        internal (Int128 MinorUnits, Int128 Reserved) PositionOf(int member, string currency)
        {
            if (changed.TryGetValue((currency, member), out (Int128 MinorUnits, Int128 Reserved) value)) return value;
            return positions.TryGetValue((currency, member), out Position? position) ? (position.MinorUnits, position.Reserved) : default;
        }

        internal void SetPosition(int member, string currency, Int128 minorUnits, Int128 reserved) => changed[(currency, member)] = (minorUnits, reserved);

        /// <summary>What a position gets when everything that is set aside for it applies.</summary>
        internal Int128 IncomingOf(int member, string currency)
        {
            Int128 incoming = 0;
            foreach (HeldLeg leg in legs.Values)
            {
                foreach (LegMovement change in leg.Changes)
                {
                    if (change.Units > 0 && change.Member == member && change.Currency == currency) incoming += change.Units;
                }
            }

            return incoming;
        }

        /// <summary>Finds a position that is not what fits.</summary>
        internal bool TryFindBeyond(Predicate<Int128> fits, out int member, [NotNullWhen(true)] out string? currency)
        {
            foreach (((string code, int holder), (Int128 minorUnits, Int128 reserved)) in changed)
            {
                (member, currency) = (holder, code);
                if (!fits(minorUnits + IncomingOf(holder, code)) || !fits(reserved)) return true;
            }

            (member, currency) = (-1, null);
            return false;
        }

        internal long LimitOf(ChannelTerms terms, int member, string currency) => GrantedOf(member, currency)?.MinorUnits ?? terms.LimitOf(member, currency);

        /// <summary>Changes a limit; false where the batch has done so before, or the grant does not follow the one that holds.</summary>
        internal bool TryGrant(int member, string currency, GrantedLimit limit) =>
            limit.Generation == (GrantedOf(member, currency)?.Generation ?? 0) + 1 && granted.TryAdd((currency, member), limit);

        private GrantedLimit? GrantedOf(int member, string currency) => granted.TryGetValue((currency, member), out GrantedLimit limit) ? limit
            : positions.TryGetValue((currency, member), out Position? position) ? position.Granted : null;

        internal void AppendContractState(Digest leaf) => contracts.Append(leaf);

        /// <summary>Every position of the channel gets a leaf with a fresh salt, so nobody sees which of them moved.</summary>
        internal ChannelState Finish(PositionSalts salts, long sequence)
        {
            foreach (HeldLeg leg in legs.Values.Where(static l => l.Sequence == 0).ToList()) OwnLegs()[leg.Group.Id] = leg with { Sequence = sequence };
            foreach ((int member, string currency, byte[] salt) in salts.All)
            {
                (Int128 minorUnits, Int128 reserved) = PositionOf(member, currency);
                positions[(currency, member)] = new Position(member, currency, checked((long)minorUnits), salt, checked((long)reserved), GrantedOf(member, currency));
            }

            return new ChannelState(positions, contracts, legs, ended);
        }

        // Most batches touch none.
        private SortedDictionary<Digest, HeldLeg> OwnLegs()
        {
            if (!ownsLegs) legs = new SortedDictionary<Digest, HeldLeg>(legs);
            ownsLegs = true;
            return legs;
        }

        private SortedDictionary<Digest, EndedLeg> OwnEnded()
        {
            if (!ownsEnded) ended = new SortedDictionary<Digest, EndedLeg>(ended);
            ownsEnded = true;
            return ended;
        }
    }
}
