using System.Runtime.CompilerServices;

namespace Settlement.Contracts;

/// <summary>What kind of participant may take the part of a party.</summary>
public enum PartyKind
{
    /// <summary>A bank, which may hold a position.</summary>
    Bank,

    /// <summary>A supervisor, which never holds money.</summary>
    Regulator,
}

/// <summary>A part that participants play in the contract. An observer reads and never acts.</summary>
/// <param name="Index">Its place in the contract, from 0.</param>
/// <param name="Name">Its name.</param>
/// <param name="Kind">Who may play it.</param>
/// <param name="Observes">True for an observer; all others are members and run every action.</param>
/// <param name="Most">How many participants may play it at once; 1 when it is not several.</param>
/// <param name="Doc">What the contract says of it.</param>
public sealed record Party(int Index, string Name, PartyKind Kind, bool Observes, int Most = 1, string? Doc = null)
{
    /// <summary>True when several participants may play it.</summary>
    public bool IsSeveral => Most > 1;

    /// <inheritdoc/>
    public override int GetHashCode() => Index;
}

/// <summary>One participant, by the part it plays.</summary>
/// <param name="Party">The party's place in the contract.</param>
/// <param name="Number">Which of several, from 0.</param>
public readonly record struct Seat(int Party, int Number = 0);

/// <summary>A unit in which quantities are counted, such as points or shares.</summary>
/// <param name="Index">Its place in the contract, from 0.</param>
/// <param name="Name">Its name, which is never three capital letters: those are currencies.</param>
/// <param name="Doc">What the contract says of it.</param>
public sealed record Unit(int Index, string Name, string? Doc = null);

/// <summary>
/// A set of codes: an enumeration of the contract, or an external set of ISO 20022. An external set grows without the
/// contract, and all nodes must come to one result, so its values are checked by their form alone.
/// </summary>
/// <param name="Name">The name of the type.</param>
/// <param name="External">The name of the external set, or null.</param>
/// <param name="Codes">The codes listed; empty for an external set.</param>
/// <param name="Doc">What the contract says of it.</param>
public sealed record CodeSet(string Name, string? External, IReadOnlySet<string> Codes, string? Doc = null)
{
    /// <summary>The longest code of an external set, as the schemas have it.</summary>
    public const int ExternalLength = 4;

    /// <summary>Whether a value can be the code.</summary>
    public bool Admits(string code) => External is null ? Codes.Contains(code) : CodeValue.IsCode(code) && code.Length <= ExternalLength;
}

/// <summary>A value that an instance holds, or a parameter that an action takes.</summary>
/// <param name="Index">Its place, from 0; an action's parameters continue after the contract's fields.</param>
/// <param name="Name">Its name.</param>
/// <param name="Type">What it holds.</param>
/// <param name="Optional">True when it may be absent.</param>
/// <param name="Audience">Who reads it, in the order of the parties' indexes; never empty.</param>
/// <param name="PersonalOf">The bank whose customer's personal data it is, which exports it; null when it is not personal.</param>
/// <param name="Doc">What the contract says of it.</param>
public sealed record Field(
    int Index, string Name, FieldType Type, bool Optional, IReadOnlyList<Party> Audience, Party? PersonalOf, string? Doc = null)
{
    /// <summary>The audience as a set.</summary>
    internal Label Readers { get; } = Label.Of(Audience);

    /// <summary>By its place and its own audience, which parameters of two actions do not share, and not by how much is written about it.</summary>
    public override int GetHashCode() => HashCode.Combine(Index, RuntimeHelpers.GetHashCode(Audience));

    /// <summary>True when the party is in the audience.</summary>
    public bool IsReadBy(Party party)
    {
        ArgumentNullException.ThrowIfNull(party);
        return Readers.Contains(party.Index);
    }
}

/// <summary>Where an instance of the contract stands.</summary>
/// <param name="Index">Its place in the contract, from 0.</param>
/// <param name="Name">Its name.</param>
/// <param name="MayRest">True when an instance may stay here for ever.</param>
/// <param name="Doc">What the contract says of it.</param>
public sealed record State(int Index, string Name, bool MayRest, string? Doc = null)
{
    /// <inheritdoc/>
    public override int GetHashCode() => Index;
}
