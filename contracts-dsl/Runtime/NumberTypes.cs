using System.Globalization;

namespace Settlement.Contracts;

/// <summary>Whole units of something that the contract declares, such as points.</summary>
/// <param name="Unit">The unit.</param>
public sealed record QuantityType(Unit Unit) : FieldType
{
    internal override bool IsOrdered => true;

    /// <inheritdoc/>
    public override int MaxCanonicalLength => sizeof(long);

    /// <inheritdoc/>
    public override string Written => $"quantity({Unit.Name})";

    /// <inheritdoc/>
    public override string? Refusal(Value value) => value is QuantityValue quantity && quantity.Unit == Unit.Name ? null : PlatformCodes.WrongType;
}

/// <summary>A decimal number with a fixed count of digits after its point.</summary>
/// <param name="Scale">The digits after the point, 0 to 12.</param>
public sealed record RateType(int Scale) : FieldType
{
    /// <summary>The most digits after the point.</summary>
    public const int ScaleLimit = 12;

    internal override bool IsOrdered => true;

    /// <inheritdoc/>
    public override int MaxCanonicalLength => sizeof(long);

    /// <inheritdoc/>
    public override string Written => string.Create(CultureInfo.InvariantCulture, $"rate({Scale})");

    /// <inheritdoc/>
    public override string? Refusal(Value value) => value is not RateValue rate ? PlatformCodes.WrongType
        : rate.Scale == Scale ? null : PlatformCodes.OutOfBounds;
}

/// <summary>Two whole numbers above zero.</summary>
public sealed record RatioType : FieldType
{
    /// <inheritdoc/>
    public override int MaxCanonicalLength => 2 * sizeof(long);

    /// <inheritdoc/>
    public override string Written => "ratio";

    /// <inheritdoc/>
    public override string? Refusal(Value value) => value is not RatioValue ratio ? PlatformCodes.WrongType
        : ratio is { Numerator: > 0, Denominator: > 0 } ? null : PlatformCodes.OutOfBounds;
}

/// <summary>True or false.</summary>
public sealed record BooleanType : FieldType
{
    /// <inheritdoc/>
    public override int MaxCanonicalLength => 1;

    /// <inheritdoc/>
    public override string Written => "boolean";

    /// <inheritdoc/>
    public override string? Refusal(Value value) => value is BooleanValue ? null : PlatformCodes.WrongType;
}
