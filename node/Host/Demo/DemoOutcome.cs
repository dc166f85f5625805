namespace Settlement.Host.Demo;

/// <summary>How one transaction ended.</summary>
/// <param name="Submission">What it was handed in with.</param>
/// <param name="Instruction">The bank's id of it; null when the whole document was refused.</param>
/// <param name="Status">ACSC, RJCT or PDNG.</param>
/// <param name="Reason">The ISO 20022 reason of a refusal.</param>
internal sealed record DemoOutcome(Submission Submission, string? Instruction, string Status, string? Reason)
{
    public const string Final = "ACSC";
    public const string Rejected = "RJCT";
    public const string Queued = "PDNG";

    /// <summary>Whether a status says that nothing more will happen by itself today.</summary>
    public static bool IsAnswer(string? status) => status is Final or Rejected or Queued;
}
