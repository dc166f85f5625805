using Settlement.Contracts;

namespace Settlement.Tests.Properties.Contracts.Generation;

/// <summary>A name with a value, as the writer of a contract knows it: a field, a parameter, or a name that an action gives.</summary>
/// <param name="Name">As written.</param>
/// <param name="Type">What it holds.</param>
/// <param name="Optional">Whether it may be absent.</param>
/// <param name="Readers">The parties that may read it, a bit each.</param>
/// <param name="Personal">Whose personal data it is.</param>
/// <param name="IsParameter">Whether it ends with its action.</param>
internal sealed record Item(string Name, FieldType Type, bool Optional, ulong Readers, Party? Personal, bool IsParameter)
{
    /// <summary>The fields and parameters that it came from; null when it is one itself.</summary>
    public IReadOnlyList<Item>? From { get; init; }

    /// <summary>True for one that stays as it was created: it is reserved, or cited.</summary>
    public bool Fixed { get; init; }

    public IReadOnlyList<Item> Sources => From ?? [this];

    public bool Equals(Item? other) => ReferenceEquals(this, other);

    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(Name);
}

/// <summary>What the surroundings of an expression ask of all that it reads.</summary>
/// <param name="Hard">Parties that must read it.</param>
/// <param name="Soft">Parties that must read it, or have it disclosed to them.</param>
/// <param name="Total">Whether it may never refuse.</param>
/// <param name="Stored">Where the value is stored: what is personal may only go where it is personal too; null when it is not stored.</param>
internal readonly record struct Demand(ulong Hard, ulong Soft, bool Total = false, Item? Stored = null)
{
    public ulong Readers => Hard | Soft;
}
