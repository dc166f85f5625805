using System.Globalization;
using System.Text;

namespace Settlement.Contracts;

/// <summary>The explanation as plain text.</summary>
internal static class ExplanationText
{
    public const string NothingDisclosed = "No action discloses anything: what a party sees follows from what it reads.";
    public const string NothingPersonal = "Nobody learns personal data but the bank whose customer it is about, so nothing is a transfer.";
    public const string NoObservers = "The contract has no observers.";

    public static string Render(Contract contract)
    {
        StringBuilder text = new();
        text.Append(Title(contract)).Append('\n');
        if (contract.Doc is { } doc) text.Append(doc).Append('\n');
        text.Append(CultureInfo.InvariantCulture, $"hash {Convert.ToHexStringLower(contract.Hash)}\n");
        text.Append("\nWho takes part\n\n");
        foreach (Party party in contract.Parties) text.Append(Participant(party)).Append('\n');
        string[] terms = [.. Terms(contract)];
        if (terms.Length > 0) Section(text, "Units and codes", terms, "");
        text.Append("\nWho reads what\n\n").Append(Matrix(contract));
        text.Append("\nWhat can happen\n\n");
        foreach (ContractAction action in contract.Actions)
        {
            if (action.Index > 0) text.Append('\n');
            text.Append(ActionSentences.Of(action)).Append('\n');
            foreach (var (depth, line) in ActionSentences.Statements(action)) text.Append(' ', 2 + 2 * depth).Append(line).Append('\n');
        }

        text.Append("\nStates (Mermaid)\n\n").Append(StateDiagram.AsMermaid(contract));
        Section(text, "What is disclosed on purpose", Told(contract), NothingDisclosed);
        Transfers(text, contract);
        text.Append("\nWhat it can cost\n\n").Append(Costs(contract));
        text.Append("\nWho can run it again\n\n");
        foreach (Verification verification in Verification.Of(contract)) text.Append(verification.Sentence).Append('\n');
        if (contract.Parties.All(p => !p.Observes)) text.Append(NoObservers).Append('\n');
        return text.ToString();
    }

    /// <summary>Name and version, and which version it is meant to follow.</summary>
    public static string Title(Contract contract) =>
        contract.Replaces is { } replaced ? string.Create(CultureInfo.InvariantCulture, $"{contract}, replaces version {replaced}") : contract.ToString();

    /// <summary>A party in words.</summary>
    public static string Participant(Party party)
    {
        string many = party.IsSeveral ? string.Create(CultureInfo.InvariantCulture, $"up to {party.Most} {(party.Kind == PartyKind.Bank ? "banks" : "regulators")}") : party.Kind == PartyKind.Bank ? "a bank" : "a regulator";
        string role = party.Observes ? $"{many} that {(party.IsSeveral ? "observe" : "observes")} and never {(party.IsSeveral ? "act" : "acts")}" : many;
        return $"{party.Name}: {role}.{(party.Doc is { } doc ? $" {doc}" : "")}";
    }

    /// <summary>The units and sets of codes in words.</summary>
    public static IEnumerable<string> Terms(Contract contract) =>
        contract.Units.Select(u => $"{u.Name}: a unit, counted in whole ones.{(u.Doc is { } doc ? $" {doc}" : "")}").Concat(contract.CodeSets.Select(s =>
            $"{s.Name}: {(s.External is { } external ? $"a code of the ISO 20022 external set {external}" : $"one of {string.Join(", ", s.Codes.Order(StringComparer.Ordinal))}")}.{(s.Doc is { } doc ? $" {doc}" : "")}"));

    /// <summary>What parties that do not read it are told, and what the settlement agent may be shown.</summary>
    public static IEnumerable<string> Told(Contract contract) =>
        ToldOnPurpose.Of(contract).Select(static d => d.Sentence).Concat(OfferedToAgent.Of(contract).Select(static o => o.Sentence));

    public static string Matrix(Contract contract)
    {
        List<string[]> rows = [["field", "type", .. contract.Parties.Select(p => p.Name), "personal of"]];
        rows.AddRange(ReadingRow.Of(contract).Select(row => (string[])
            [row.Name, row.Type, .. contract.Parties.Select(p => row.Field.IsReadBy(p) ? "reads" : "-"), row.Field.PersonalOf?.Name ?? ""]));
        return Table(rows);
    }

    private static void Transfers(StringBuilder text, Contract contract)
    {
        IReadOnlyList<Transfer> transfers = Transfer.Of(contract);
        Section(text, "Where personal data goes", transfers.GroupBy(t => (t.FieldName, t.Exporter))
            .Select(g => $"{g.Key.FieldName}: {g.Key.Exporter.Name} exports it to {ActionSentences.And(g.Select(t => t.To))}."), NothingPersonal);
        if (transfers.Count > 0) text.Append(Transfer.Basis).Append('\n');
    }

    private static string Costs(Contract contract)
    {
        List<string[]> rows = [["action", "steps at most", "bytes at most"]];
        foreach (ContractAction action in contract.Actions)
        {
            CostBound cost = CostBound.Of(contract.Fields, action);
            rows.Add([action.Name, cost.Steps.ToString(CultureInfo.InvariantCulture), cost.Bytes.ToString(CultureInfo.InvariantCulture)]);
        }

        return Table(rows);
    }

    private static void Section(StringBuilder text, string title, IEnumerable<string> lines, string nothing)
    {
        text.Append(CultureInfo.InvariantCulture, $"\n{title}\n\n");
        foreach (string line in lines.DefaultIfEmpty(nothing)) text.Append(line).Append('\n');
    }

    private static string Table(List<string[]> rows)
    {
        int[] widths = [.. Enumerable.Range(0, rows[0].Length).Select(i => rows.Max(r => r[i].Length))];
        StringBuilder text = new();
        for (int i = 0; i < rows.Count; i++)
        {
            text.Append(string.Join("  ", rows[i].Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd()).Append('\n');
            if (i == 0) text.Append(string.Join("  ", widths.Select(w => new string('-', w)))).Append('\n');
        }

        return text.ToString();
    }
}
