using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace Settlement.Host.Fuzz.Mutations;

/// <summary>Changes of XML: its elements and texts while it is a tree, then its declaration, entities and encoding as text.</summary>
internal static class XmlMutator
{
    private const int MostChanges = 4;
    private const int MostCopies = 120;
    private const int DeepestNest = 400;

    // Roughly, tags included.
    private const int BytesOfElement = 40;

    private static readonly string[] Names =
    [
        "Nm", "Id", "Othr", "Cd", "Prtry", "LEI", "BICFI", "UETR", "InstrId", "EndToEndId", "ChrgBr", "PmtTpInf", "SttlmPrty", "InstgAgt", "InstdAgt", "RmtInf", "Strd", "Ustrd", "Purp", "GrpHdr",
        "CdtTrfTxInf", "IntrBkSttlmAmt", "AppHdr", "Document", "MsgDefIdr", "BizMsgIdr", "CtrlSum", "NbOfTxs", "Bogus",
    ];

    private static readonly string[] Namespaces =
    [
        "", "urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08", "urn:iso:std:iso:20022:tech:xsd:pacs.009.001.08", "urn:iso:std:iso:20022:tech:xsd:head.001.001.02",
        "urn:iso:std:iso:20022:tech:xsd:camt.054.001.08", "http://www.w3.org/2001/XMLSchema-instance", "urn:x",
    ];

    private static readonly string[] Prologues =
    [
        "<!DOCTYPE x>", "<!DOCTYPE x [<!ENTITY a \"b\">]>", "<!DOCTYPE x SYSTEM \"file:///etc/passwd\">",
        "<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;\">]>", "<?x y?>", "<!-- x -->", "<x/>", "\uFEFF",
    ];

    private static readonly string[] Pieces =
        ["&c;", "&a;", "&#0;", "&#x0;", "&#xD800;", "&#x10FFFF;", "&#x110000;", "&amp;", "&lt;", "<![CDATA[", "<![CDATA[x]]>", "]]>", "<!-- x --", "<?xml version=\"1.0\"?>", "<a", "</a>", "xmlns:a=\"urn:a\" "];

    private static readonly string[] Encodings = ["utf-16", "utf-8", "iso-8859-1", "us-ascii", "utf-7", "utf-32", "ibm037", "shift_jis", "x", ""];

    /// <summary>Changes a document; one that is no XML is changed as text.</summary>
    public static byte[] Mutate(byte[] document, Chance chance, byte[] other)
    {
        if (chance.Percent(15)) return ByteMutator.Mutate(document, chance, other);
        string text = chance.Percent(85) && Parse(document) is { } tree ? Changed(tree, chance) : Encoding.UTF8.GetString(document);
        if (chance.Percent(25)) text = ChangeText(text, chance, Encoding.UTF8.GetString(other));
        byte[] bytes = TextMutator.Encode(text, chance);
        return bytes.Length <= ByteMutator.MaximumBytes ? bytes : bytes[..ByteMutator.MaximumBytes];
    }

    private static XDocument? Parse(byte[] document)
    {
        try
        {
            using MemoryStream stream = new(document, writable: false);
            return XDocument.Load(stream, LoadOptions.PreserveWhitespace);
        }
        catch (XmlException)
        {
            return null;
        }
    }

    private static string Changed(XDocument tree, Chance chance)
    {
        for (int changes = chance.From(1, MostChanges); changes > 0; changes--) Change(tree, chance);
        try
        {
            return tree.ToString(chance.Percent(50) ? SaveOptions.DisableFormatting : SaveOptions.None);
        }
        catch (Exception error) when (error is ArgumentException or XmlException or InvalidOperationException)
        {
            // A character that XML has not, or a prefix without its namespace: the writer will not have it.
            return "<x/>";
        }
    }

    private static void Change(XDocument tree, Chance chance)
    {
        if (tree.Root is null) return;
        XElement[] elements = [.. tree.Root.DescendantsAndSelf()];
        XElement element = chance.Pick(elements), second = chance.Pick(elements);
        switch (chance.Below(11))
        {
            case 0 when element != tree.Root:
                element.Remove();
                break;
            case 1 when element != tree.Root:
                for (int copies = chance.Percent(10) ? ByteMutator.Copies(chance, MostCopies, elements.Length * BytesOfElement) : 1; copies > 0; copies--) element.AddAfterSelf(new XElement(element));
                break;
            case 2 when element != tree.Root && element.NextNode is XElement next:
                next.Remove();
                element.AddBeforeSelf(next);
                break;
            case 3:
                element.Name = element.Name.Namespace + chance.Pick(Names);
                break;
            case 4:
                element.Name = XNamespace.Get(chance.Pick(Namespaces)) + element.Name.LocalName;
                break;
            case 5:
                element.Add(new XElement(element.Name.Namespace + chance.Pick(Names), chance.Pick(TextMutator.Telling)));
                break;
            case 6:
                element.SetAttributeValue(chance.Percent(50) ? "Ccy" : chance.Pick(Names), chance.Pick(TextMutator.Telling));
                break;
            case 7:
                for (int i = chance.From(1, 60); i > 0; i--) element.SetAttributeValue("a" + i.ToString(System.Globalization.CultureInfo.InvariantCulture), "x");
                break;
            case 8:
                Nest(element, chance.From(1, DeepestNest));
                break;
            case 9 when element != second && !second.Ancestors().Contains(element):
                if (elements.Length * BytesOfElement < ByteMutator.MaximumBytes) element.ReplaceNodes(second.Nodes());
                break;
            default:
                if (!element.HasElements) element.Value = chance.Percent(60) ? chance.Pick(TextMutator.Telling) : TextMutator.Mutate(element.Value, chance, second.Value);
                else element.Add(chance.Pick(TextMutator.Telling));
                break;
        }
    }

    private static void Nest(XElement element, int depth)
    {
        XElement innermost = new(element.Name, element.Nodes());
        for (; depth > 0; depth--) innermost = new XElement(element.Name, innermost);
        element.ReplaceNodes(innermost);
    }

    private static string ChangeText(string text, Chance chance, string other) => chance.Below(5) switch
    {
        0 => chance.Pick(Prologues) + text,
        1 => $"<?xml version=\"{(chance.Percent(80) ? "1.0" : "1.1")}\" encoding=\"{chance.Pick(Encodings)}\"?>{text}",
        2 => text.Insert(chance.Below(text.Length + 1), chance.Pick(Pieces)),
        3 => text + chance.Pick(Prologues) + (chance.Percent(50) ? text : ""),
        _ => TextMutator.Mutate(text, chance, other),
    };
}
