namespace Settlement.Host.Iso20022;

/// <summary>
/// Makes one text of 140 characters of a transfer's remittance information. Unstructured texts are joined by spaces and must
/// fit. Of structured information the numbers of documents and the creditor's reference are kept: as many as fit, with the
/// count of those left out, since they only point to what the parties hold themselves.
/// </summary>
internal static class RemittanceMapping
{
    private const int MaxLength = 140;
    private const string Separator = ", ";

    // Room for the separator and a count of what was left out.
    private const int CountLength = 8;

    /// <summary>The text; none where nothing is said.</summary>
    public static string? Read(SourceNode? remittance, FaultList faults)
    {
        if (remittance is null) return null;
        string[] free = [.. remittance.Children.Where(child => child.Name is "Ustrd").Select(child => child.Text)];
        if (free.Length > 0)
        {
            string joined = string.Join(' ', free);
            if (joined.EnumerateRunes().Count() <= MaxLength) return joined;
            faults.Add(ReasonCodes.InvalidFileFormat, remittance, $"The unstructured remittance has more than {MaxLength} characters in all.");
            return null;
        }

        string[] references = [.. remittance.Children.Where(child => child.Name is "Strd").SelectMany(References)];
        return references.Length == 0 ? null : Fitting(references);
    }

    private static IEnumerable<string> References(SourceNode structured)
    {
        foreach (SourceNode child in structured.Children)
        {
            string? reference = child.Name switch
            {
                "RfrdDocInf" => child.Child("Nb")?.Text,
                "CdtrRefInf" => child.Child("Ref")?.Text,
                _ => null,
            };
            if (reference is not null) yield return reference;
        }
    }

    private static string Fitting(string[] references)
    {
        string all = string.Join(Separator, references);
        if (all.Length <= MaxLength) return all;
        int kept = references.Length;
        do kept--;
        while (string.Join(Separator, references.Take(kept)).Length > MaxLength - CountLength);
        return $"{string.Join(Separator, references.Take(kept))}{Separator}+{references.Length - kept}";
    }
}
