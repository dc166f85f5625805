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

    public const int StatementsOfAction = 250;
}
