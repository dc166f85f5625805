using System.Text.RegularExpressions;

namespace Settlement.Contracts;

/// <summary>Contracts of the library to begin a new one with.</summary>
public static partial class ContractTemplates
{
    /// <summary>What <c>contract new</c> begins with unless it is told otherwise.</summary>
    public const string Usual = "payment";

    // Those of the library that are there.
    private static readonly IReadOnlyDictionary<string, string> Library = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        [Usual] = "GrossPayment",
        ["offset"] = "OffsetPayment",
        ["funding"] = "PoolFunding",
        ["pvp"] = "PaymentVersusPayment",
        ["dvp"] = "DeliveryVersusPayment",
        ["delivery"] = "SecuritiesDelivery",
        ["netting"] = "NettedObligation",
        ["standing-order"] = "StandingOrder",
        ["receivable"] = "ReceivableFinance",
        ["points"] = "LoyaltyExchange",
        ["loan"] = "SyndicatedDrawdown",
        ["escrow"] = "Escrow",
    };

    /// <summary>Their names, in order.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Library.Keys.Order(StringComparer.Ordinal)];

    /// <summary>
    /// The contract and its scenarios under another name, as version 1. Null when the name cannot be that of a contract: it
    /// must be a name that is not reserved.
    /// </summary>
    /// <exception cref="ArgumentException">When there is no such template.</exception>
    public static (string Contract, string Scenarios)? Make(string template, string name)
    {
        ArgumentNullException.ThrowIfNull(template);
        ArgumentNullException.ThrowIfNull(name);
        if (!Library.TryGetValue(template, out string? original)) throw new ArgumentException($"There is no template {template}.", nameof(template));
        Contract contract = ContractLibrary.Load(original);
        if (!PartyValue.IsName(name)) return null;
        string source = Header().Replace(contract.Source, $"contract {name} version 1", 1);
        string scenarios = ScenarioTable.OfLibrary(original)!.Replace($"scenarios for {original}", $"scenarios for {name}", StringComparison.Ordinal);
        return ContractCompiler.Compile(name, source).Contract?.Name == name ? (source, scenarios) : null;
    }

    [GeneratedRegex(@"^contract[ \t]+\w+[ \t]+version[ \t]+[0-9]+([ \t]+replaces[ \t]+[0-9]+)?", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Header();
}
