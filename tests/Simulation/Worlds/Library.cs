using Settlement.Contracts;

namespace Settlement.Tests.Simulation.Worlds;

/// <summary>The contracts of the library that every channel of a world has.</summary>
internal static class Library
{
    /// <summary>What whoever acts on an escrow writes down for itself: nobody else in the world ever gets it, not even as ciphertext.</summary>
    public const string Note = "note";

    /// <summary>Their sources; an escrow is funded, accepted and refused with a note.</summary>
    public static IReadOnlyList<string> Sources { get; } = [Read("OffsetPayment.contract"), Read("PoolFunding.contract"), WithNotes(Read("Escrow.contract"))];

    private static string WithNotes(string escrow) => escrow
        .Replace("on fund by buyer", $"on fund({Note} text(35) to buyer) by buyer", StringComparison.Ordinal)
        .Replace("on accept by buyer", $"on accept({Note} text(35) to buyer) by buyer", StringComparison.Ordinal)
        .Replace("on refuse(reason refusal to buyer, seller)", $"on refuse(reason refusal to buyer, seller, {Note} text(35) to seller personal of seller)", StringComparison.Ordinal);

    private static string Read(string name)
    {
        using Stream stream = typeof(ContractCompiler).Assembly.GetManifestResourceStream(name) ?? throw new InvalidOperationException($"{name} is not in the library.");
        using StreamReader reader = new(stream);
        return reader.ReadToEnd();
    }
}
