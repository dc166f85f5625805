using Settlement.Contracts.Language;

namespace Settlement.Contracts;

/// <summary>
/// Lays a contract out as people like to read it: two spaces a level, declarations in columns, an empty line between
/// sections and actions. It changes white space alone. Comments, single empty lines between groups, and the places where
/// a sentence goes on in the next line are the author's and stay.
/// </summary>
public static class ContractFormatter
{
    /// <summary>Formats a source whose syntax can be read, whether or not it would pass the checks.</summary>
    /// <param name="fileName">The name that diagnostics show.</param>
    /// <param name="source">The text of one contract.</param>
    public static FormattedContract Format(string fileName, string source)
    {
        ArgumentNullException.ThrowIfNull(fileName);
        ArgumentNullException.ThrowIfNull(source);
        ParsedSource parsed = ParsedSource.Read(fileName, source);
        if (parsed.Diagnostics.Errors > 0) return new FormattedContract(null, parsed.Diagnostics.Ordered());
        return new FormattedContract(new Layout(parsed, FormatRow.Of(parsed)).Write(), []);
    }
}
