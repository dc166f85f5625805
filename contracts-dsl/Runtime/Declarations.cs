namespace Settlement.Contracts;

/// <summary>What kind of participant may take the part of a party.</summary>
public enum PartyKind
{
    /// <summary>A bank, which may hold a position.</summary>
    Bank,

    /// <summary>A supervisor, which never holds money.</summary>
    Regulator,
}

/// <summary>A part that a participant plays in the contract. An observer reads and never acts.</summary>
/// <param name="Index">Its place in the contract, from 0.</param>
/// <param name="Name">Its name.</param>
/// <param name="Kind">Who may play it.</param>
/// <param name="Observes">True for an observer; all others are members and run every action.</param>
/// <param name="Doc">What the contract says of it.</param>
public sealed record Party(int Index, string Name, PartyKind Kind, bool Observes, string? Doc = null);

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
    /// <summary>True when the party is in the audience.</summary>
    public bool IsReadBy(Party party)
    {
        ArgumentNullException.ThrowIfNull(party);
        int low = 0, high = Audience.Count - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            Party reader = Audience[middle];
            if (reader.Index == party.Index) return reader == party;
            if (reader.Index < party.Index) low = middle + 1;
            else high = middle - 1;
        }

        return false;
    }
}

/// <summary>Where an instance of the contract stands.</summary>
/// <param name="Index">Its place in the contract, from 0.</param>
/// <param name="Name">Its name.</param>
/// <param name="MayRest">True when an instance may stay here for ever.</param>
/// <param name="Doc">What the contract says of it.</param>
public sealed record State(int Index, string Name, bool MayRest, string? Doc = null);
