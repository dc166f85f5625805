namespace Settlement.Contracts;

/// <summary>A second in UTC, of the years 1 to 9999.</summary>
public sealed record DateTimeType : FieldType
{
    internal override bool IsOrdered => true;

    /// <inheritdoc/>
    public override int MaxCanonicalLength => DateTimeValue.CanonicalLength;

    /// <inheritdoc/>
    public override string Written => "datetime";

    /// <inheritdoc/>
    public override string? Refusal(Value value) => value is not DateTimeValue time ? PlatformCodes.WrongType
        : time.UnixSeconds is >= DateTimeValue.First and <= DateTimeValue.Last ? null : PlatformCodes.OutOfBounds;
}

/// <summary>A length of time in whole seconds.</summary>
public sealed record DurationType : FieldType
{
    internal override bool IsOrdered => true;

    /// <inheritdoc/>
    public override int MaxCanonicalLength => sizeof(long);

    /// <inheritdoc/>
    public override string Written => "duration";

    /// <inheritdoc/>
    public override string? Refusal(Value value) => value is DurationValue ? null : PlatformCodes.WrongType;
}

/// <summary>A length of time that only a calendar can measure. No field has it: it stands beside a date.</summary>
internal sealed record PeriodType : FieldType
{
    public override int MaxCanonicalLength => 0;

    public override string Written => "a number of days, weeks or months";

    public override string? Refusal(Value value) => PlatformCodes.WrongType;
}
