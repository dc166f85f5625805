using Settlement.Contracts;

namespace Settlement.Tests.Simulation.Worlds;

/// <summary>The contracts of the library that every channel of a world has.</summary>
internal static class Library
{
    /// <summary>Their sources.</summary>
    public static IReadOnlyList<string> Sources { get; } = [Read("GrossPayment.contract"), Read("PoolFunding.contract"), Read("Escrow.contract")];

    private static string Read(string name)
    {
        using Stream stream = typeof(ContractCompiler).Assembly.GetManifestResourceStream(name) ?? throw new InvalidOperationException($"{name} is not in the library.");
        using StreamReader reader = new(stream);
        return reader.ReadToEnd();
    }
}
