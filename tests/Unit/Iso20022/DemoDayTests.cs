using System.Globalization;
using System.Xml;
using System.Xml.Schema;
using Settlement.Core.Instructions;
using Settlement.Host.Iso20022;

namespace Settlement.Tests.Unit.Iso20022;

/// <summary>The day that ships with the project holds exactly what its README says.</summary>
public sealed class DemoDayTests
{
    private static readonly string Folder = Path.Combine(SharedFiles.ProjectRoot, "ops", "network", "day");

    [Fact]
    public void The_day_reads_as_its_table_says()
    {
        SortedDictionary<string, int> counted = new(StringComparer.Ordinal);
        foreach ((string _, ReadMessage message) in Messages())
            foreach (string outcome in Outcomes(message))
                counted[outcome] = counted.GetValueOrDefault(outcome) + 1;
        Assert.Equal(Lines(Table()), Lines(counted));
    }

    [Fact]
    public void Its_duplicates_and_past_dates_are_left_to_the_bank()
    {
        CreditTransfer[] valid = [.. Messages().Select(pair => pair.Message).OfType<ReadMessage.Transfers>()
            .SelectMany(message => message.Items).OfType<ReadTransfer.Valid>().Select(item => item.Transfer)];
        Assert.Equal(6, valid.Length - valid.Select(transfer => transfer.Uetr).Distinct().Count());
        Assert.Single(valid, transfer => transfer.SettlementDate < new DateOnly(2026, 3, 2));
        Assert.Equal(7, valid.SelectMany(transfer => new[] { transfer.InstructingAgent, transfer.InstructedAgent }).Distinct().Count());
        Assert.All(valid, transfer => Assert.NotEqual(transfer.InstructingAgent, transfer.InstructedAgent));
        Assert.Equal(["EUR", "JPY", "USD"], valid.Select(transfer => transfer.Amount.Currency.Code).Distinct().Order(StringComparer.Ordinal));
        Assert.Equal(Enum.GetValues<Priority>(), valid.Select(transfer => transfer.Priority).Distinct().Order());
    }

    [Fact]
    public void Messages_without_a_planted_fault_keep_the_schema()
    {
        string schemas = SharedFiles.Folder("iso20022", "xsd");
        XmlSchemaSet set = new();
        foreach (string name in (string[])["pacs.008.001.08.xsd", "pacs.009.001.08.xsd", "head.001.001.02.xsd"]) set.Add(null, Path.Combine(schemas, name));
        set.Compile();
        foreach ((string file, ReadMessage message) in Messages())
        {
            if (message is not ReadMessage.Transfers transfers || !transfers.Items.All(item => item is ReadTransfer.Valid)) continue;
            using XmlReader xml = XmlReader.Create(file);
            while (xml.Read() && !(xml.NodeType == XmlNodeType.Element && xml.LocalName is "Document")) { }
            XmlReaderSettings settings = new() { ValidationType = ValidationType.Schema, Schemas = set };
            settings.ValidationEventHandler += (_, problem) => Assert.Fail($"{Path.GetFileName(file)}: {problem.Message}");
            using XmlReader validating = XmlReader.Create(xml.ReadSubtree(), settings);
            while (validating.Read()) { }
        }
    }

    private static IEnumerable<(string File, ReadMessage Message)> Messages() =>
        Directory.GetFiles(Folder, "*.xml").Order(StringComparer.Ordinal).Select(file => (file, MessageReader.Read(File.ReadAllBytes(file))));

    private static IEnumerable<string> Outcomes(ReadMessage message) => message switch
    {
        ReadMessage.Transfers transfers => transfers.Items.Select(item => item is ReadTransfer.Rejected rejected ? $"refused {rejected.ReasonCode}" : "valid"),
        ReadMessage.Malformed malformed => [$"message refused {malformed.Code}"],
        ReadMessage.Unsupported unsupported => [$"unsupported {unsupported.MessageType}"],
        _ => throw new InvalidOperationException("The hierarchy is closed."),
    };

    // Rows such as "| refused AM01 | 2 | … |".
    private static SortedDictionary<string, int> Table()
    {
        SortedDictionary<string, int> table = new(StringComparer.Ordinal);
        foreach (string line in File.ReadAllLines(Path.Combine(Folder, "..", "README.md")).TakeWhile(line => line is not "## What settling them gives"))
        {
            string[] cells = line.Split('|', StringSplitOptions.TrimEntries);
            if (cells.Length > 3 && int.TryParse(cells[2], NumberStyles.None, CultureInfo.InvariantCulture, out int count)) table[cells[1]] = count;
        }

        return table;
    }

    private static IEnumerable<string> Lines(SortedDictionary<string, int> counts) => counts.Select(pair => $"{pair.Key}: {pair.Value}");
}
