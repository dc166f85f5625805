using System.Globalization;

namespace Settlement.Contracts;

/// <summary>One code of a set.</summary>
/// <param name="Set">The set.</param>
public sealed record CodeSetType(CodeSet Set) : FieldType
{
    /// <inheritdoc/>
    public override int MaxCanonicalLength => CodeValue.MaxLength;

    /// <inheritdoc/>
    public override string Written => Set.Name;

    /// <inheritdoc/>
    public override string? Refusal(Value value) => value is not CodeValue code ? PlatformCodes.WrongType
        : Set.Admits(code.Code) ? null : PlatformCodes.OutOfBounds;
}

/// <summary>One participant, by the part it plays. Whether the contract has that party, an evaluation checks.</summary>
public sealed record PartyType : FieldType
{
    private const int LongestNumber = 3;

    /// <inheritdoc/>
    public override int MaxCanonicalLength => Checking.Limits.NameLength + 1 + LongestNumber;

    /// <inheritdoc/>
    public override string Written => "party";

    /// <inheritdoc/>
    public override string? Refusal(Value value) => value is not PartyValue party ? PlatformCodes.WrongType
        : party is { Party.Length: >= 1 and <= Checking.Limits.NameLength, Number: >= 1 and <= Checking.Limits.Several } && PartyValue.IsName(party.Party)
            ? null : PlatformCodes.OutOfBounds;
}

/// <summary>At most <paramref name="Most"/> values of one simple type.</summary>
/// <param name="Element">The type of each.</param>
/// <param name="Most">How many there may be.</param>
public sealed record ListType(FieldType Element, int Most) : FieldType
{
    /// <inheritdoc/>
    public override int MaxCanonicalLength => ListValue.CountLength + Most * (ListValue.ElementLengthLength + Element.MaxCanonicalLength);

    /// <inheritdoc/>
    public override string Written => string.Create(CultureInfo.InvariantCulture, $"list({Most}) of {Element.Written}");

    /// <inheritdoc/>
    public override string? Refusal(Value value) => ListValue.RefusalOf(value, Element, 0, Most);
}

/// <summary>A value for each participant that plays a several party.</summary>
/// <param name="Element">The type of each.</param>
/// <param name="Party">The party.</param>
public sealed record EachType(FieldType Element, Party Party) : FieldType
{
    /// <inheritdoc/>
    public override int MaxCanonicalLength => ListValue.CountLength + Party.Most * (ListValue.ElementLengthLength + Element.MaxCanonicalLength);

    /// <inheritdoc/>
    public override string Written => $"{Element.Written} for each {Party.Name}";

    /// <inheritdoc/>
    public override string? Refusal(Value value) => ListValue.RefusalOf(value, Element, 1, Party.Most);
}
