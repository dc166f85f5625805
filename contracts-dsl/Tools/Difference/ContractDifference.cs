using System.Globalization;
using System.Text;

namespace Settlement.Contracts;

/// <summary>
/// What grew, shrank or merely changed from one contract to the next. It is careful: what cannot be shown to be narrower
/// counts as widened.
/// </summary>
public sealed class ContractDifference
{
    private ContractDifference(Contract before, Contract after, IReadOnlyList<DifferenceFinding> findings)
    {
        Before = before;
        After = after;
        Findings = findings;
    }

    /// <summary>The contract that is in use.</summary>
    public Contract Before { get; }

    /// <summary>The contract that is to follow it.</summary>
    public Contract After { get; }

    /// <summary>Everything found, the widened first; empty when both have one hash.</summary>
    public IReadOnlyList<DifferenceFinding> Findings { get; }

    /// <summary>True when anybody reads, is told or can do more, or may.</summary>
    public bool HasWidened => Findings.Any(f => f.Kind == DifferenceKind.Widened);

    /// <summary>True when the new contract names the old one as the version that it replaces, or is the same.</summary>
    public bool Follows => Findings.All(f => f.Kind != DifferenceKind.Misnumbered);

    /// <summary>Compares two contracts.</summary>
    public static ContractDifference Between(Contract before, Contract after)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(after);
        FindingList findings = new();
        if (before.CanonicalText != after.CanonicalText)
        {
            Number(before, after, findings);
            new DeclarationDifference(before, after, findings).Run();
            new ObserverDifference(before, after, findings).Run();
            new ActionDifference(before, after, findings).Run();
            new WordDifference(before, after, findings).Run();
        }

        return new ContractDifference(before, after, findings.Ordered());
    }

    /// <summary>All of it for people. The text has LF line ends.</summary>
    public string Render()
    {
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"{Before} -> {After}\n");
        if (Findings.Count == 0) return text.Append("\nThe two are the same contract.\n").ToString();
        foreach (IGrouping<DifferenceKind, DifferenceFinding> group in Findings.GroupBy(f => f.Kind))
        {
            text.Append(CultureInfo.InvariantCulture, $"\n{group.Key}\n");
            foreach (DifferenceFinding finding in group) text.Append("  ").Append(finding.Sentence).Append('\n');
        }

        return text.Append(HasWidened ? "\n" : "\nNothing widened.\n").ToString();
    }

    private static void Number(Contract before, Contract after, FindingList findings)
    {
        string? fault = before.Name != after.Name ? $"{after.Name} is another contract than {before.Name}, not a version of it."
            : after.Version <= before.Version ? string.Create(CultureInfo.InvariantCulture, $"The new contract differs and needs a version above {before.Version}; it says {after.Version}.")
            : after.Replaces is null ? string.Create(CultureInfo.InvariantCulture, $"Version {after.Version} does not say 'replaces {before.Version}'.")
            : after.Replaces != before.Version ? string.Create(CultureInfo.InvariantCulture, $"Version {after.Version} replaces version {after.Replaces}, and not {before.Version}.") : null;
        if (fault is not null) findings.Add(DifferenceKind.Misnumbered, after.Name, fault);
    }
}
