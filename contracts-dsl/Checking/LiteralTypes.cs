using Settlement.Contracts.Language;

namespace Settlement.Contracts.Checking;

/// <summary>
/// What a literal becomes beside something of a type: a text in quotes a code, an integer or a decimal with fewer digits a rate.
/// </summary>
internal sealed class LiteralTypes(DiagnosticBag diagnostics)
{
    public static bool IsZero(Bound bound) => bound.Expression is Expression.Constant { Value: IntegerValue { Number: 0 } };

    /// <summary>Makes the literals among two sides of the other's type. False after a report.</summary>
    /// <param name="leftSpan">The left side's place.</param>
    /// <param name="left">The left side.</param>
    /// <param name="rightSpan">The right side's place.</param>
    /// <param name="right">The right side.</param>
    /// <param name="zeroIsAmount">True where 0 stays as it is beside an amount.</param>
    public bool TryAlign(TextSpan leftSpan, ref Bound left, TextSpan rightSpan, ref Bound right, bool zeroIsAmount)
    {
        if (!TryFit(leftSpan, ref left, right.Type) || !TryFit(rightSpan, ref right, left.Type)) return false;
        return IsPossible(leftSpan, left, right) && IsPossible(rightSpan, right, left);
    }

    /// <summary>Makes a literal of the wanted type, if it can be; anything else stays as it is. False after a report.</summary>
    public bool TryFit(TextSpan span, ref Bound bound, FieldType wanted)
    {
        if (bound.Expression is Expression.Choice choice && bound.Type is TextType && wanted is CodeType or CodeSetType) return TryFit(span, ref bound, choice, wanted);
        if (bound.Expression is not Expression.Constant { Value: var value }) return true;
        switch (value, wanted)
        {
            case (IntegerValue integer, RateType rate): return TryScale(span, ref bound, integer.Number, 0, rate);
            case (RateValue number, RateType rate) when number.Scale < rate.Scale: return TryScale(span, ref bound, number.Digits, number.Scale, rate);
            case (RateValue number, RateType rate) when number.Scale > rate.Scale:
                diagnostics.Report(Rules.UnitsMixed, span, $"this number has more digits after its point than a {rate.Written}");
                return false;
            case (TextValue text, CodeType or CodeSetType): return TryCode(span, ref bound, text.Text, wanted);
            default: return true;
        }
    }

    /// <summary>A choice between two texts in quotes is one between two codes.</summary>
    private bool TryFit(TextSpan span, ref Bound bound, Expression.Choice choice, FieldType wanted)
    {
        Bound then = Bound.Plain(choice.Then, bound.Type), otherwise = Bound.Plain(choice.Otherwise, bound.Type);
        if (!TryFit(span, ref then, wanted) || !TryFit(span, ref otherwise, wanted)) return false;
        if (then.Type == wanted && otherwise.Type == wanted) bound = Bound.Plain(choice with { Then = then.Expression!, Otherwise = otherwise.Expression! }, wanted);
        return true;
    }

    private bool TryScale(TextSpan span, ref Bound bound, long digits, int scale, RateType rate)
    {
        if (Arithmetic.Multiply(digits, Arithmetic.PowerOfTen(rate.Scale - scale)) is { } scaled)
        {
            bound = Bound.Plain(new Expression.Constant(new RateValue(scaled, rate.Scale)), rate);
            return true;
        }

        diagnostics.Report(Rules.BadNumber, span, $"this number does not fit a {rate.Written}");
        return false;
    }

    private bool TryCode(TextSpan span, ref Bound bound, string text, FieldType wanted)
    {
        string? reason = !CodeValue.IsCode(text) ? "a code is 1 to 35 capital letters and digits"
            : wanted is CodeSetType type && !type.Set.Admits(text) ? $"it is not one of {type.Set.Name}" : null;
        if (reason is null && wanted is CodeSetType { Set.External: { } external } && ExternalCodes.Find(external) is { } known && !known.Contains(text))
            diagnostics.Report(Rules.UnknownExternalCode, span, $"'{text}' is not among the codes of {external} that are known here", "look it up: the set may have grown");
        if (reason is null) bound = Bound.Plain(new Expression.Constant(new CodeValue(text)), wanted);
        else diagnostics.Report(Rules.NeverEqual, span, $"this text can never be the value: {reason}");
        return reason is null;
    }

    /// <summary>A text literal that the other side can never be.</summary>
    private bool IsPossible(TextSpan span, Bound side, Bound other)
    {
        if (side.Expression is not Expression.Constant { Value: TextValue text } || other.Type is not TextType type || other.Expression is Expression.Constant) return true;
        if (type.Refusal(text) is null) return true;
        string called = other.Expression is Expression.Read read ? $"'{read.Field.Name}'" : "the other side";
        diagnostics.Report(Rules.NeverEqual, span, $"this text can never be the value: {called} is a {type.Written}");
        return false;
    }
}
