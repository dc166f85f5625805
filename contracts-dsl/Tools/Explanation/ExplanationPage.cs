using System.Globalization;
using System.Net;
using System.Text;

namespace Settlement.Contracts;

/// <summary>
/// The explanation as one HTML page that a supervisor can print and sign. It is also well-formed XML, has no script and asks
/// for nothing else; whatever comes from the contract is escaped.
/// </summary>
internal sealed class ExplanationPage(Contract contract)
{
    private const string Style = """
        body { font: 11pt/1.45 Georgia, "Times New Roman", serif; color: #1a1a1a; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
        h1 { font-size: 1.7rem; margin: 0 0 .2rem } h2 { font-size: 1.15rem; margin: 1.8rem 0 .5rem; border-bottom: 1px solid #999; break-after: avoid }
        table { border-collapse: collapse; font-size: .9rem } th, td { border: 1px solid #999; padding: .2rem .55rem; text-align: left; vertical-align: top }
        th { background: #eee } td.reads { background: #cfe8d2 } td.none { background: #f3f3f3; color: #777 } td.personal { background: #fbe3b6 }
        td.number { text-align: right } tr, .action { break-inside: avoid } code, pre, svg text { font-family: "DejaVu Sans Mono", Menlo, Consolas, monospace }
        pre { font-size: .82rem; margin: .2rem 0 .9rem 1.2rem; white-space: pre-wrap } code { font-size: .85em; overflow-wrap: anywhere } p { margin: .3rem 0 }
        svg { max-width: 100%; height: auto } svg text { font-size: 12px; fill: #1a1a1a } svg text.name { font-weight: bold }
        svg rect { fill: #fff; stroke: #333 } svg rect.rest { fill: #e3edf7; stroke-width: 3 } svg rect.begin { fill: #f3f3f3; stroke-dasharray: 3 3 }
        svg .way { fill: none; stroke: #555 } svg .automatic { stroke-dasharray: 6 3 } svg .arrow { fill: #333 }
        .sign td { height: 2.6rem; min-width: 9rem } .scroll { overflow-x: auto }
        @page { margin: 18mm } @media print { body { margin: 0; max-width: none } * { print-color-adjust: exact; -webkit-print-color-adjust: exact } }
        """;

    private readonly StringBuilder html = new();

    /// <summary>Text as HTML and XML have it.</summary>
    public static string Escaped(string text) => WebUtility.HtmlEncode(text);

    public string Render()
    {
        string title = ExplanationText.Title(contract);
        html.Append("<!DOCTYPE html>\n<html lang=\"en\" xmlns=\"http://www.w3.org/1999/xhtml\">\n<head>\n<meta charset=\"utf-8\"/>\n");
        // By it a page is told from the files of others, which are not overwritten.
        html.Append("<meta name=\"generator\" content=\"settlement contract explain\"/>\n");
        html.Append("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\"/>\n");
        html.Append(CultureInfo.InvariantCulture, $"<title>{Escaped(title)}</title>\n<style>\n{Style}\n</style>\n</head>\n<body>\n<h1>{Escaped(title)}</h1>\n");
        if (contract.Doc is { } doc) Paragraph(doc);
        html.Append(CultureInfo.InvariantCulture, $"<p>Hash <code>{Convert.ToHexStringLower(contract.Hash)}</code></p>\n");
        Section("Who takes part", contract.Parties.Select(ExplanationText.Participant));
        if (ExplanationText.Terms(contract).Any()) Section("Units and codes", ExplanationText.Terms(contract));
        Matrix();
        Actions();
        Heading("From state to state");
        html.Append("<div class=\"scroll\">").Append(new StateDrawing(contract).Render()).Append("</div>\n");
        Paragraph("An instance may rest for ever in a state with a thick border. A broken line is an action that nobody decides.");
        Section("What is disclosed on purpose", ExplanationText.Told(contract).DefaultIfEmpty(ExplanationText.NothingDisclosed));
        Transfers();
        Costs();
        Section("Who can run it again", Verification.Of(contract).Select(v => v.Sentence));
        if (contract.Parties.All(p => !p.Observes)) Paragraph(ExplanationText.NoObservers);
        Signatures();
        return html.Append("</body>\n</html>\n").ToString();
    }

    private void Heading(string heading) => html.Append(CultureInfo.InvariantCulture, $"<h2>{Escaped(heading)}</h2>\n");

    private void Paragraph(string text) => html.Append(CultureInfo.InvariantCulture, $"<p>{Escaped(text)}</p>\n");

    private void Section(string heading, IEnumerable<string> paragraphs)
    {
        Heading(heading);
        foreach (string paragraph in paragraphs) Paragraph(paragraph);
    }

    private void Matrix()
    {
        Heading("Who reads what");
        Head(["field", "type", .. contract.Parties.Select(p => p.Name), "personal data of"]);
        foreach (ReadingRow row in ReadingRow.Of(contract))
        {
            html.Append("<tr>");
            Cell(row.Field.Doc is { } doc ? $"{row.Name}: {doc}" : row.Name);
            Cell(row.Type);
            foreach (Party party in contract.Parties) Cell(row.Field.IsReadBy(party) ? "reads" : "\u2013", row.Field.IsReadBy(party) ? "reads" : "none");
            Cell(row.Field.PersonalOf?.Name ?? "", row.Field.PersonalOf is null ? null : "personal");
            html.Append("</tr>\n");
        }

        html.Append("</table></div>\n");
    }

    private void Actions()
    {
        Heading("What can happen");
        foreach (ContractAction action in contract.Actions)
        {
            html.Append("<div class=\"action\">\n");
            Paragraph(ActionSentences.Of(action));
            html.Append("<pre>");
            foreach (var (depth, line) in ActionSentences.Statements(action)) html.Append(' ', 2 * depth).Append(Escaped(line)).Append('\n');
            html.Append("</pre>\n</div>\n");
        }
    }

    private void Transfers()
    {
        Heading("Where personal data goes");
        IReadOnlyList<Transfer> transfers = Transfer.Of(contract);
        if (transfers.Count == 0)
        {
            Paragraph(ExplanationText.NothingPersonal);
            return;
        }

        Head(["field", "from", "to", "basis, where the two are in different jurisdictions"]);
        foreach (Transfer transfer in transfers) Row(transfer.FieldName, transfer.Exporter.Name, transfer.To, "");
        html.Append("</table></div>\n");
        Paragraph(Transfer.Basis);
    }

    private void Costs()
    {
        Heading("What it can cost");
        Head(["action", "steps at most", "bytes at most"]);
        foreach (ContractAction action in contract.Actions)
        {
            CostBound cost = CostBound.Of(contract.Fields, action);
            html.Append("<tr>");
            Cell(action.Name);
            Cell(cost.Steps.ToString(CultureInfo.InvariantCulture), "number");
            Cell(cost.Bytes.ToString(CultureInfo.InvariantCulture), "number");
            html.Append("</tr>\n");
        }

        html.Append("</table></div>\n");
    }

    private void Signatures()
    {
        Heading("Signatures");
        Paragraph("Signed for the contract with the hash above, and for no other.");
        html.Append("<table class=\"sign\">\n<tr><th>for</th><th>name and function</th><th>place and date</th><th>signature</th></tr>\n");
        foreach (Party party in contract.Parties) Row(party.Name, "", "", "");
        html.Append("</table>\n");
    }

    private void Head(IEnumerable<string> columns)
    {
        html.Append("<div class=\"scroll\"><table>\n<tr>");
        foreach (string column in columns) html.Append(CultureInfo.InvariantCulture, $"<th>{Escaped(column)}</th>");
        html.Append("</tr>\n");
    }

    private void Row(params ReadOnlySpan<string> cells)
    {
        html.Append("<tr>");
        foreach (string cell in cells) Cell(cell);
        html.Append("</tr>\n");
    }

    private void Cell(string text, string? kind = null)
    {
        string attribute = kind is null ? "" : $" class=\"{kind}\"";
        html.Append(CultureInfo.InvariantCulture, $"<td{attribute}>{Escaped(text)}</td>");
    }
}
