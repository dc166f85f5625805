using Settlement.Core.Cryptography;
using Settlement.Tests.Simulation.Worlds;

namespace Settlement.Tests.Simulation.Workload;

/// <summary>What a payer of a deal will do about it.</summary>
internal enum Conduct
{
    /// <summary>It orders what was agreed.</summary>
    Joins,

    /// <summary>It orders another amount.</summary>
    PaysAnother,

    /// <summary>It expects to be paid another amount.</summary>
    ExpectsAnother,

    /// <summary>It never orders anything.</summary>
    StaysAway,
}

/// <summary>What treasuries agreed to pay each other as a group, outside of the system.</summary>
/// <param name="Name">Its name; the tags of its payments begin with it.</param>
/// <param name="Life">How long the group may take.</param>
/// <param name="Parts">The payments.</param>
internal sealed record Deal(string Name, TimeSpan Life, IReadOnlyList<Part> Parts);

/// <summary>One payment of a deal.</summary>
/// <param name="Tag">What its leg says in its remittance.</param>
/// <param name="Channel">Where it is paid.</param>
/// <param name="Payer">By whom.</param>
/// <param name="Payee">To whom.</param>
/// <param name="Amount">How much, as it is written.</param>
/// <param name="Conduct">What the payer does.</param>
internal sealed record Part(string Tag, Digest Channel, MachineNode Payer, MachineNode Payee, string Amount, Conduct Conduct);
