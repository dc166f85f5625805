using System.Text;
using System.Xml;

namespace Settlement.Host.Iso20022;

/// <summary>
/// Reads elements after their grammar. A broken rule becomes a fault and reading goes on, so that a refused transfer can
/// still be named; what is not well-formed or beyond a bound throws <see cref="XmlException"/>, which ends the message.
/// </summary>
internal sealed class StructureReader(XmlReader xml, string messageNamespace)
{
    private const string SchemaInstance = "http://www.w3.org/2001/XMLSchema-instance";

    private readonly IXmlLineInfo position = (IXmlLineInfo)xml;
    private readonly char[] buffer = new char[256];
    private readonly StringBuilder text = new();
    private int elementsInPart;

    /// <summary>Where faults go; changed with every transfer.</summary>
    public FaultList Faults { get; set; } = new();

    /// <summary>The innermost element that is being read, for the place of what ends the message.</summary>
    public SourceNode? Current { get; private set; }

    /// <summary>Starts counting the elements of the next part of the message.</summary>
    public void BeginPart() => elementsInPart = 0;

    /// <summary>The node for the element the reader stands on.</summary>
    public SourceNode NodeHere(SourceNode? parent, ElementRule? rule, int occurrence)
    {
        string name = Shown(xml.LocalName);
        string label = rule is { Max: > 1 } ? $"{name}[{occurrence}]" : name;
        return new SourceNode(parent, label, position.LineNumber, position.LinePosition) { Name = name };
    }

    /// <summary>Reads the element the reader stands on, to its end tag or, when it is empty, to the element itself.</summary>
    public void Read(SourceNode node, Content content)
    {
        if (++elementsInPart > Bounds.MaxElementsInPart) throw Beyond($"More than {Bounds.MaxElementsInPart} elements in one part.");
        SourceNode? outer = Current;
        Current = node;
        ReadAttributes(node, content);
        switch (content)
        {
            case Content.Text simple:
                ReadText(node, simple.Rule);
                break;
            case Content.Amount amount:
                ReadText(node, amount.Rule);
                break;
            case Content.PassedOver:
                PassOver();
                break;
            default:
                ReadChildren(node, content, null);
                break;
        }

        Current = outer;
    }

    /// <summary>Reads the children of the element the reader stands on.</summary>
    /// <param name="node">The element.</param>
    /// <param name="content">Its sequence or choice.</param>
    /// <param name="read">Reads one child in place of this reader, which would keep it in the tree.</param>
    public void ReadChildren(SourceNode node, Content content, Action<SourceNode, ElementRule>? read)
    {
        SourceNode? outer = Current;
        Current = node;
        ContentProgress progress = new(content);
        foreach (bool _ in Elements(node))
        {
            if (!string.Equals(xml.NamespaceURI, messageNamespace, StringComparison.Ordinal))
            {
                Faults.Add(ReasonCodes.InvalidFileFormat, NodeHere(node, null, 1), "The element is not in the message's namespace.");
                PassOver();
                continue;
            }

            ElementRule? rule = progress.Next(xml.LocalName, out int occurrence, out string? missing, out string? problem);
            SourceNode child = NodeHere(node, rule, occurrence);
            if (missing is not null) Missing(node, missing);
            if (problem is not null) Faults.Add(ReasonCodes.InvalidFileFormat, child, problem);
            if (rule is null) PassOver();
            else if (read is not null) read(child, rule);
            else
            {
                Read(child, rule.Content);
                node.Add(child);
            }
        }

        if (progress.End() is { } absent) Missing(node, absent);
        Current = outer;
    }

    /// <summary>Passes over the element the reader stands on, within the bounds.</summary>
    public void PassOver()
    {
        CheckBounds();
        if (xml.IsEmptyElement) return;
        int depth = xml.Depth;
        while (xml.Read() && xml.Depth > depth)
            if (xml.NodeType == XmlNodeType.Element) CheckBounds();
    }

    /// <summary>Refuses what the reader stands on when it is nested too deeply or has too many attributes.</summary>
    public void CheckBounds()
    {
        if (xml.Depth > Bounds.MaxDepth) throw Beyond($"More than {Bounds.MaxDepth} elements inside each other.");
        if (xml.AttributeCount > Bounds.MaxAttributes) throw Beyond($"More than {Bounds.MaxAttributes} attributes on one element.");
    }

    /// <summary>The exception for what exceeds a bound, at the reader's position.</summary>
    public XmlException Beyond(string reason) => new(reason, null, position.LineNumber, position.LinePosition);

    /// <summary>A foreign name, short enough to repeat.</summary>
    public static string Shown(string name, int longest = Bounds.MaxShownCharacters) => name.Length <= longest ? name : string.Concat(name.AsSpan(0, longest), "…");

    private void Missing(SourceNode parent, string name) =>
        Faults.AddMissing(ReasonCodes.InvalidFileFormat, parent, name, "The element is missing.");

    // Stops at every child element, and faults text between them.
    private IEnumerable<bool> Elements(SourceNode node)
    {
        CheckBounds();
        if (xml.IsEmptyElement) yield break;
        int depth = xml.Depth;
        while (xml.Read() && xml.Depth > depth)
        {
            if (xml.NodeType == XmlNodeType.Element) yield return true;
            else if (xml.NodeType is XmlNodeType.Text or XmlNodeType.CDATA)
                Faults.Add(ReasonCodes.InvalidFileFormat, node, "The element holds elements only, no text.");
        }
    }

    private void ReadAttributes(SourceNode node, Content content)
    {
        CheckBounds();
        TextRule? currencyRule = (content as Content.Amount)?.CurrencyRule;
        if (xml.HasAttributes)
        {
            while (xml.MoveToNextAttribute())
            {
                if (xml.NamespaceURI is SchemaInstance or "http://www.w3.org/2000/xmlns/" or "http://www.w3.org/XML/1998/namespace") continue;
                if (currencyRule is not null && xml.LocalName is "Ccy" && xml.NamespaceURI.Length == 0) node.Currency = xml.Value;
                else if (content is not Content.PassedOver)
                    Faults.AddMissing(ReasonCodes.InvalidFileFormat, node, "@" + Shown(xml.LocalName), "The attribute does not belong here.");
            }

            xml.MoveToElement();
        }

        if (currencyRule is null) return;
        if (node.Currency is null) Faults.AddMissing(ReasonCodes.InvalidFileFormat, node, "@Ccy", "The currency is missing.");
        else if (!currencyRule.Accepts(node.Currency))
            Faults.AddMissing(ReasonCodes.InvalidFileFormat, node, "@Ccy", $"The attribute must be {currencyRule.Description}.");
    }

    private void ReadText(SourceNode node, TextRule rule)
    {
        text.Clear();
        if (!xml.IsEmptyElement)
        {
            int depth = xml.Depth;
            bool more = xml.Read();
            while (more && xml.Depth > depth)
            {
                if (xml.NodeType == XmlNodeType.Element)
                {
                    Faults.Add(ReasonCodes.InvalidFileFormat, NodeHere(node, null, 1), "The element does not belong here.");
                    PassOver();
                    more = xml.Read();
                }
                else
                {
                    AppendText();
                    more = xml.Read();
                }
            }
        }

        node.Text = rule.Collapses ? text.ToString().Trim(' ', '\t', '\r', '\n') : text.ToString();
        if (!rule.Accepts(node.Text)) Faults.Add(ReasonCodes.InvalidFileFormat, node, $"The element must be {rule.Description}.");
    }

    // In chunks, so that a text beyond the bound is never held as a whole.
    private void AppendText()
    {
        if (xml.NodeType is not (XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.Whitespace or XmlNodeType.SignificantWhitespace)) return;
        int read;
        while ((read = xml.ReadValueChunk(buffer, 0, buffer.Length)) > 0)
        {
            if (text.Length + read > Bounds.MaxTextCharacters) throw Beyond($"A text of more than {Bounds.MaxTextCharacters} characters.");
            text.Append(buffer, 0, read);
        }
    }
}
