namespace Settlement.Contracts;

/// <summary>
/// The codes of refusals that the platform gives, whatever the contract says. They are an S and three digits, a form
/// that a contract's own <c>else</c> codes may not take, so that the two never mix.
/// </summary>
public static class PlatformCodes
{
    /// <summary>The action cannot be taken in the state the instance is in, or there is no such instance, or there is one already.</summary>
    public const string WrongState = "S001";

    /// <summary>A field or parameter that is not optional has no value.</summary>
    public const string Missing = "S002";

    /// <summary>A value has another type than its field.</summary>
    public const string WrongType = "S003";

    /// <summary>A value has the type of its field and breaks its bounds: too long, empty, or of characters it may not have.</summary>
    public const string OutOfBounds = "S004";

    /// <summary>Amounts of different currencies meet in one comparison or sum.</summary>
    public const string CurrenciesDiffer = "S005";

    /// <summary>A result does not fit 64 bits, or the calendar.</summary>
    public const string Overflow = "S006";

    /// <summary>An amount to be moved or issued is zero or negative.</summary>
    public const string NothingToMove = "S007";

    /// <summary>There are more or fewer values than the contract has fields or the action has parameters.</summary>
    public const string WrongCount = "S008";

    /// <summary>The sum of an empty list of money, which has no currency.</summary>
    public const string NothingToAdd = "S009";

    /// <summary>The participant that takes the action is not the one who may.</summary>
    public const string WrongActor = "S010";

    /// <summary>The action is taken before or after the time in which it can be.</summary>
    public const string OutsideWindow = "S011";

    /// <summary>A division by zero.</summary>
    public const string DividedByZero = "S012";

    /// <summary>Money would move from a participant to itself, or to somebody who holds none.</summary>
    public const string NoPosition = "S013";

    /// <summary>All of them, each with what it means, in order.</summary>
    public static IReadOnlyList<(string Code, string Meaning)> All { get; } =
    [
        (WrongState, "the action cannot be taken in this state"),
        (Missing, "a value that is not optional is absent"),
        (WrongType, "a value has another type than its field"),
        (OutOfBounds, "a value breaks the bounds of its type"),
        (CurrenciesDiffer, "amounts of different currencies meet"),
        (Overflow, "a result does not fit 64 bits or the calendar"),
        (NothingToMove, "an amount to be moved is not positive"),
        (WrongCount, "there are too many or too few values"),
        (NothingToAdd, "the sum of an empty list of money"),
        (WrongActor, "the participant is not the one who may act"),
        (OutsideWindow, "the action is taken too early or too late"),
        (DividedByZero, "a division by zero"),
        (NoPosition, "money would move to who has it or to who can hold none"),
    ];

    /// <summary>True for every text of the reserved form, used or not.</summary>
    public static bool IsReserved(string code) =>
        code is ['S', var a, var b, var c] && char.IsAsciiDigit(a) && char.IsAsciiDigit(b) && char.IsAsciiDigit(c);
}
