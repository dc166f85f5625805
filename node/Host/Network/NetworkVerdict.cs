using Settlement.Client;

namespace Settlement.Host.Network;

/// <summary>What the regulator of a network can prove.</summary>
/// <param name="Reports">Its verdicts on each channel that it knows.</param>
/// <param name="KnowsAll">Whether it knows every channel that was opened.</param>
internal sealed record NetworkVerdict(IReadOnlyList<AuditReport> Reports, bool KnowsAll)
{
    /// <summary>Entries that were checked.</summary>
    public long Entries => Reports.Sum(static report => report.Entries);

    /// <summary>Whether everything was delivered and is authentic.</summary>
    public bool Complete => KnowsAll && Reports.All(static report => report.Delivered.Holds && report.Authentic.Holds);

    /// <summary>Whether everything was run again with the same outcome.</summary>
    public bool ReExecuted => KnowsAll && Reports.All(static report => report.ReExecuted.Holds);

    /// <summary>What is missing or wrong.</summary>
    public IEnumerable<string> Findings => Reports.SelectMany(static report => report.Delivered.Findings.Concat(report.Authentic.Findings).Concat(report.ReExecuted.Findings)
        .Select(finding => $"channel {report.Channel}: {finding.Code} {finding.Place}"));
}
