namespace Settlement.Contracts;

/// <summary>The contracts that ship with the platform.</summary>
public static class ContractLibrary
{
    private const string Extension = ".contract";

    private static readonly Lazy<IReadOnlyList<Contract>> Loaded = new(LoadAll);

    /// <summary>Every contract of the library, by name.</summary>
    public static IReadOnlyList<Contract> All => Loaded.Value;

    /// <summary>The contract of this name.</summary>
    /// <exception cref="ArgumentException">When the library has none.</exception>
    public static Contract Load(string name) =>
        All.FirstOrDefault(c => c.Name == name) ?? throw new ArgumentException($"The library has no contract {name}.", nameof(name));

    private static List<Contract> LoadAll()
    {
        List<Contract> contracts = [];
        foreach (string file in EmbeddedText.Names(Extension))
        {
            Compilation compilation = ContractCompiler.Compile(file, EmbeddedText.Read(file));
            contracts.Add(compilation.Contract
                ?? throw new InvalidOperationException($"{file} of the library does not compile: {compilation.Diagnostics[0].Message}"));
        }

        return contracts;
    }
}
