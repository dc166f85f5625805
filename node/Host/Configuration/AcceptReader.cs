using System.Globalization;
using Settlement.Contracts;
using Settlement.Core.Identifiers;
using Settlement.Core.Monetary;

namespace Settlement.Host.Configuration;

/// <summary>Reads what a node accepts: contracts, and the limits that it grants in channels which others propose.</summary>
internal sealed class AcceptReader(PropertyReader read, NodeFile.AcceptSection? section, string baseFolder)
{
    private const string ContractExtension = ".contract";
    private const int MaximumLimits = 10_000;

    /// <summary>The contracts, one of each name.</summary>
    public List<Contract> ReadContracts()
    {
        List<Contract> contracts = [];
        IReadOnlyList<string?>? names = section?.Contracts;
        if (names is null or { Count: 0 }) read.Missing("accept.contracts", "the names of the library's contracts that this bank takes part in, or whose redemptions this agent pays");
        for (int i = 0; i < (names?.Count ?? 0); i++)
        {
            if (ReadContract($"accept.contracts[{i}]", names![i] ?? "") is { } contract) contracts.Add(contract);
        }

        if (contracts.DistinctBy(static contract => contract.Name).Count() != contracts.Count)
            read.Invalid("accept.contracts", "two contracts of one name; an order to open a channel could not tell them apart");
        return contracts;
    }

    /// <summary>The largest limits, in minor units, of currencies and of units of the accepted contracts.</summary>
    public Dictionary<(ParticipantId Counterparty, string Currency), long> ReadLimits(IReadOnlyList<Contract> accept)
    {
        HashSet<string> units = [.. accept.SelectMany(static contract => contract.Units).Select(static unit => unit.Name)];
        Dictionary<(ParticipantId, string), long> limits = [];
        IReadOnlyList<NodeFile.LimitSection?> sections = section?.Limits ?? [];
        if (sections.Count > MaximumLimits) read.Invalid("accept.limits", $"more than {MaximumLimits}");
        for (int i = 0; i < Math.Min(sections.Count, MaximumLimits); i++)
        {
            string property = $"accept.limits[{i}]";
            ParticipantId counterparty = read.Participant($"{property}.participant", sections[i]?.Participant);
            if (sections[i]?.Currency is { } unit && units.Contains(unit))
            {
                if (!long.TryParse(sections[i]!.Amount, NumberStyles.None, CultureInfo.InvariantCulture, out long limit) || limit == 0) read.Invalid($"{property}.amount", "not a whole number above zero, as a string");
                else if (!limits.TryAdd((counterparty, unit), limit)) read.Invalid(property, "the same participant and unit twice");
            }
            else if (!Currency.TryParse(sections[i]?.Currency, out Currency currency)) read.Invalid($"{property}.currency", "not a code of ISO 4217, nor a unit of an accepted contract");
            else if (sections[i]?.Amount is not { } text || Money.ReadAmount(text, currency, out Money amount) != AmountFault.None) read.Invalid($"{property}.amount", "not a decimal number above zero that fits the currency, as a string");
            else if (!limits.TryAdd((counterparty, currency.Code), amount.MinorUnits)) read.Invalid(property, "the same participant and currency twice");
        }

        return limits;
    }

    // A contract of the library by its name, or one of the bank's own by its file.
    private Contract? ReadContract(string property, string name)
    {
        if (!name.EndsWith(ContractExtension, StringComparison.Ordinal))
        {
            Contract? known = ContractLibrary.All.FirstOrDefault(known => string.Equals(known.Name, name, StringComparison.Ordinal));
            if (known is null)
                read.Invalid(property, $"neither a file that ends in {ContractExtension} nor a contract of the library, which has {string.Join(", ", ContractLibrary.All.Select(static c => c.Name))}");
            return known;
        }

        string location = read.Text(property, name, $"a file that ends in {ContractExtension}");
        if (location.Length == 0) return null;
        string path = Path.GetFullPath(location, baseFolder);
        try
        {
            if (new FileInfo(path).Length > ContractCompiler.MaxFileBytes) read.Invalid(property, $"{path} has more than {ContractCompiler.MaxFileBytes} bytes");
            else if (ContractCompiler.Compile(Path.GetFileName(path), File.ReadAllText(path)) is { Contract: { } own }) return own;
            else read.Invalid(property, $"{path} has errors; `settlement contract check` names them");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            read.Invalid(property, $"{path} cannot be read: {error.Message}");
        }

        return null;
    }
}
