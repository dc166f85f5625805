using System.Text;
using System.Xml;
using System.Xml.Linq;
using System.Xml.Schema;
using FsCheck;
using FsCheck.Fluent;
using Settlement.Core.Instructions;
using Settlement.Host.Iso20022;

namespace Settlement.Tests.Properties.Iso20022;

public sealed class MessageReaderProperties
{
    private const string PassedOver = "Tp";

    private static readonly string[] Texts =
    [
        "", " ", "x", "0", "-1", "0.00", "1e5", " 5 ", "00.10", "123456789012345678901", "2026-13-01", "2026-03-02Z", "2026-03-02+14:00",
        "2026-03-02T10:00:00", "2026-03-02T10:00:00.1234567890Z", "2026-03-02T24:30:00Z", "true", "USD", "HIGH", "CLRG", "CRED", "NORM",
        "8a562c67-ca16-48ba-b074-65581be6f011", "ALDEDEFF", "ALDE1EFF", "DE89370400440532013000", "529900T8BM49AURSDO55",
        new string('x', 16), new string('x', 34), new string('x', 35), new string('x', 36), new string('x', 70), new string('x', 141), "\U0001F4B6",
    ];

    private static readonly string[] Names =
        ["Nm", "Id", "Othr", "Cd", "Prtry", "LEI", "BICFI", "UETR", "InstrId", "ChrgBr", "PmtTpInf", "SttlmPrty", "InstgAgt", "RmtInf", "Strd", "Purp", "Bogus"];

    private static readonly Arbitrary<int> Seeds = Gen.Choose(0, int.MaxValue - 1).ToArbitrary();

    [Fact]
    public void Damaged_bytes_never_throw_and_never_make_an_impossible_transfer() => Prop.ForAll(Seeds, seed =>
    {
        Random random = new(seed);
        byte[] bytes = [.. DayFiles.All[random.Next(DayFiles.All.Length)].Bytes];
        for (int damage = random.Next(1, 6); damage > 0; damage--) bytes = Damage(bytes, random);
        return IsPossible(MessageReader.Read(bytes)) && IsPossible(JsonTransferReader.Read(bytes));
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(4_000));

    [Fact]
    public void Reading_agrees_with_the_schema_on_changed_elements()
    {
        XmlSchemaSet schemas = new();
        foreach (string name in (string[])["pacs.008.001.08.xsd", "pacs.009.001.08.xsd"]) schemas.Add(null, Path.Combine(DayFiles.Schemas(), name));
        schemas.Compile();
        XDocument[] documents = [.. ValidDocuments()];
        int kept = 0, broken = 0;
        Prop.ForAll(Seeds, seed =>
        {
            Random random = new(seed);
            XDocument document = new(documents[random.Next(documents.Length)]);
            string change = Change(document, random);
            string? problem = null;
            document.Validate(schemas, (_, found) => problem ??= found.Message);
            if (problem is null) kept++;
            else broken++;
            ReadMessage read = MessageReader.Read(Encoding.UTF8.GetBytes(document.ToString(SaveOptions.DisableFormatting)));
            bool agrees = problem is null ? !BreaksSchema(read) : !IsAllValid(read);
            return agrees.Label($"{change}; schema: {problem}; read: {First(read)}");
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(4_000));
        Assert.True(kept > 200 && broken > 200, $"{kept} kept the schema, {broken} broke it.");
    }

    private static IEnumerable<XDocument> ValidDocuments()
    {
        foreach ((string _, byte[] bytes) in DayFiles.All)
        {
            if (!IsAllValid(MessageReader.Read(bytes))) continue;
            XElement root = XDocument.Load(new MemoryStream(bytes)).Root!;
            yield return new XDocument(root.DescendantsAndSelf().First(element => element.Name.LocalName is "Document"));
        }
    }

    private static string Change(XDocument document, Random random)
    {
        XElement[] elements = [.. document.Root!.Descendants().Where(element => !element.AncestorsAndSelf().Any(above => above.Name.LocalName is PassedOver))];
        XElement element = elements[random.Next(elements.Length)];
        string path = string.Join('/', element.AncestorsAndSelf().Reverse().Select(above => above.Name.LocalName));
        switch (random.Next(6))
        {
            case 0:
                element.Remove();
                return $"removed {path}";
            case 1:
                element.AddAfterSelf(new XElement(element));
                return $"repeated {path}";
            case 2:
                if (element.NextNode is not XElement next) return "nothing";
                next.Remove();
                element.AddBeforeSelf(next);
                return $"swapped {path} and {next.Name.LocalName}";
            case 3:
                XName name = document.Root.Name.Namespace + Names[random.Next(Names.Length)];
                element.AddAfterSelf(new XElement(name, Texts[random.Next(Texts.Length)]));
                return $"{name.LocalName} after {path}";
            case 4:
                if (element.HasAttributes) element.SetAttributeValue("Ccy", random.Next(2) == 0 ? null : "usd");
                return $"attribute of {path}";
            default:
                string text = Texts[random.Next(Texts.Length)];
                if (!element.HasElements) element.Value = text;
                return $"{path} = '{text}'";
        }
    }

    // FF01 for what the schema allows is right only where the message's own rules go beyond it.
    private static bool BreaksSchema(ReadMessage read) => First(read) is { Code: "FF01" } fault
        && !fault.Reason.Contains("group header already", StringComparison.Ordinal) && !fault.Reason.Contains("white space", StringComparison.Ordinal);

    private static (string Code, string Place, string Reason)? First(ReadMessage read) => read switch
    {
        ReadMessage.Malformed malformed => (malformed.Code, malformed.Place, malformed.Reason),
        ReadMessage.Transfers transfers => transfers.Items.OfType<ReadTransfer.Rejected>()
            .Select(item => ((string, string, string)?)(item.ReasonCode, item.Place, item.Reason)).FirstOrDefault(),
        _ => ("unsupported", "", ""),
    };

    private static bool IsAllValid(ReadMessage read) =>
        read is ReadMessage.Transfers transfers && transfers.Items.All(item => item is ReadTransfer.Valid);

    private static bool IsPossible(ReadMessage read) => read switch
    {
        ReadMessage.Transfers transfers => transfers.Items.OfType<ReadTransfer.Valid>().All(item => IsPossible(item.Transfer)),
        ReadMessage.Malformed malformed => malformed.Code.Length == 4 && malformed.Place.StartsWith('/') && malformed.Reason.Length > 0,
        _ => true,
    };

    private static bool IsPossible(CreditTransfer transfer) =>
        transfer.Amount.MinorUnits > 0
        && transfer.EndToEndId.Length is > 0 and <= 70 && transfer.MessageId.Length is > 0 and <= 70
        && transfer.InstructingAgent.ToString().Length > 0 && transfer.InstructedAgent.ToString().Length > 0
        && transfer.Debtor.Name.Length <= 280 && transfer.Creditor.Account is null or { Length: > 0 and <= 68 };

    private static byte[] Damage(byte[] bytes, Random random)
    {
        if (bytes.Length < 2) return bytes;
        int from = random.Next(bytes.Length);
        int length = Math.Min(random.Next(1, 60), bytes.Length - from);
        switch (random.Next(5))
        {
            case 0:
                bytes[from] ^= (byte)(1 << random.Next(8));
                return bytes;
            case 1:
                return [.. bytes[..from], .. bytes[(from + length)..]];
            case 2:
                return [.. bytes[..(from + length)], .. bytes[from..]];
            case 3:
                return bytes[..from];
            default:
                byte[] noise = new byte[length];
                random.NextBytes(noise);
                return [.. bytes[..from], .. noise, .. bytes[from..]];
        }
    }
}
