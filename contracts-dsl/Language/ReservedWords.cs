namespace Settlement.Contracts.Language;

/// <summary>
/// The words that have a fixed meaning and so cannot name anything but an action, which only 'on' introduces. Types,
/// kinds of party, units of time, roundings and functions are not among them: their place tells what they are.
/// </summary>
internal static class ReservedWords
{
    /// <summary>The words that begin a section or an action, in the order in which they come.</summary>
    public static readonly string[] Sections = ["units", "codes", "parties", "fields", "states", "on"];

    /// <summary>The words that begin a statement, or a line that belongs to one.</summary>
    public static readonly string[] Statements =
        ["let", "require", "set", "clear", "move", "reserve", "release", "issue", "redeem", "if", "otherwise", "end", "for", "discloses"];

    /// <summary>The words that begin a window.</summary>
    public static readonly string[] Windows = ["by", "within", "after"];

    /// <summary>Words that begin no line of their own: where one does, it goes on from the line above.</summary>
    public static readonly string[] Inner = ["and", "or", "else", "then", "rounded", "agreed", "when", .. Windows];

    /// <summary>
    /// The words of a line in which an action offers something to the settlement agent. No other line at the head of an action begins
    /// with a name, so that their place tells what they are, and neither is reserved.
    /// </summary>
    public const string Offers = "offers", Agent = "agent";

    public static readonly string[] Functions =
        ["sum", "count", "min", "max", "days", "date", "currency", "next_business_day", "is_business_day"];

    public static readonly IReadOnlySet<string> All = new HashSet<string>(
        [.. Sections, .. Statements, .. Inner, "contract", "version", "replaces", "iso", "several", "observes", "each", "optional", "to",
            "personal", "of", "may", "rest", "network", "any", "all", "from", "citing", "in", "not", "at", "true", "false", "now", "today",
            "present"],
        StringComparer.Ordinal);
}
