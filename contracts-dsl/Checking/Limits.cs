namespace Settlement.Contracts.Checking;

/// <summary>How large a contract may be. What a leaf or a map of an entry counts in one byte stays below 256.</summary>
internal static class Limits
{
    /// <summary>Bytes of UTF-8 in one file.</summary>
    public const int FileBytes = 256 * 1024;

    public const int Parties = 250;

    /// <summary>The fields of the contract together with the parameters of any one action.</summary>
    public const int Fields = 250;

    public const int States = 250;

    public const int Actions = 250;

    public const int Units = 100;

    public const int CodeSets = 100;

    /// <summary>The codes of one set.</summary>
    public const int Codes = 1000;

    /// <summary>The participants that may play one several party.</summary>
    public const int Several = 100;

    /// <summary>As many as several parties have when their contract does not say it.</summary>
    public const int UsualSeveral = 16;

    /// <summary>The values of one list.</summary>
    public const int ListLength = 1000;

    /// <summary>The letters of a name.</summary>
    public const int NameLength = 64;

    public const int StatementsOfAction = 250;

    /// <summary>What may be looked at to follow personal data, what is reserved and who has agreed over all ways (CD206).</summary>
    public const int StepsOfChecks = 2_000_000;

    /// <summary>What may be looked at to prove that no automatic action is refused (CD609).</summary>
    public const int StepsOfProof = 6_000_000;
}
