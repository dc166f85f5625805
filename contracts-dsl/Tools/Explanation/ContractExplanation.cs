namespace Settlement.Contracts;

/// <summary>Says to people what a contract means for them: who reads what, what can happen, and who can check it.</summary>
public static class ContractExplanation
{
    /// <summary>Everything that <c>contract explain</c> shows. The text has LF line ends.</summary>
    public static string Render(Contract contract)
    {
        ArgumentNullException.ThrowIfNull(contract);
        return ExplanationText.Render(contract);
    }

    /// <summary>The same as one JSON object; README.md documents its members, whose order is fixed.</summary>
    public static string ToJson(Contract contract)
    {
        ArgumentNullException.ThrowIfNull(contract);
        return ExplanationJson.Render(contract);
    }

    /// <summary>The same as one page that needs nothing else, to be printed and signed: no script, no other file.</summary>
    public static string ToHtml(Contract contract)
    {
        ArgumentNullException.ThrowIfNull(contract);
        return new ExplanationPage(contract).Render();
    }

    /// <summary>
    /// A table of a row for each field and parameter and a column for each party: <c>reads</c>, or <c>-</c>. A column more
    /// names the bank whose customer's data it is.
    /// </summary>
    public static string Matrix(Contract contract)
    {
        ArgumentNullException.ThrowIfNull(contract);
        return ExplanationText.Matrix(contract);
    }

    /// <summary>A Mermaid state diagram; a state where an instance may rest leads to the end sign.</summary>
    public static string StatesAsMermaid(Contract contract)
    {
        ArgumentNullException.ThrowIfNull(contract);
        return StateDiagram.AsMermaid(contract);
    }
}
