using System.Numerics;

namespace Settlement.Core.Channels;

/// <summary>A set of a channel's participants: bit <c>n</c> stands for participant number <c>n</c>.</summary>
public readonly record struct AudienceMask(uint Bits) : IComparable<AudienceMask>
{
    /// <summary>The mask of the members.</summary>
    public static AudienceMask Members(int count) => new((1u << count) - 1);

    /// <summary>How many are in the set.</summary>
    public int Count => BitOperations.PopCount(Bits);

    /// <summary>Their numbers, rising.</summary>
    public IEnumerable<int> Numbers
    {
        get
        {
            for (uint rest = Bits; rest != 0; rest &= rest - 1) yield return BitOperations.TrailingZeroCount(rest);
        }
    }

    /// <summary>Whether the participant is in the set.</summary>
    public bool Contains(int number) => (Bits >> number & 1) == 1;

    /// <summary>The set with one more.</summary>
    public AudienceMask With(int number) => new(Bits | 1u << number);

    /// <inheritdoc/>
    public int CompareTo(AudienceMask other) => Bits.CompareTo(other.Bits);
}
