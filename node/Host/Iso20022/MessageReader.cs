using System.Runtime.InteropServices;
using System.Xml;

namespace Settlement.Host.Iso20022;

/// <summary>
/// Reads pacs.008.001.08 and pacs.009.001.08, alone or inside any wrapper with a business application header beside them.
/// It reads a stream of nodes and never the tree of a whole message, resolves nothing, and refuses document types.
/// </summary>
internal static class MessageReader
{
    private const string HeaderPrefix = MessageGrammar.NamespacePrefix + "head.001.001.";
    private const string HeaderName = "AppHdr";
    private const string DocumentName = "Document";

    /// <summary>Reads one document. Never throws for what is in it.</summary>
    public static ReadMessage Read(ReadOnlyMemory<byte> document)
    {
        if (document.Length > Bounds.MaxDocumentBytes)
            return Malformed("/", 0, 0, $"The document has more than {Bounds.MaxDocumentBytes} bytes.");
        EnvelopeReader? envelope = null;
        try
        {
            using XmlReader xml = XmlReader.Create(Open(document), Settings());
            envelope = new EnvelopeReader(xml);
            return envelope.Read();
        }
        catch (XmlException refused)
        {
            // The platform's own words for a document type tell how to allow one, which is not for the sender to know.
            if (!refused.Message.Contains("DTD", StringComparison.Ordinal)) return Malformed(envelope?.Place ?? "/", refused.LineNumber, refused.LinePosition, StructureReader.Shown(refused.Message, Bounds.MaxReasonCharacters));
            (int line, int column) = refused.LineNumber > 0 ? (refused.LineNumber, refused.LinePosition) : DocumentTypeAt(document);
            return Malformed(envelope?.Place ?? "/", line, column, "A document type definition is not allowed.");
        }
    }

    // The platform's reader does not tell where: behind the white space, comments and instructions that may stand before it.
    private static (int Line, int Column) DocumentTypeAt(ReadOnlyMemory<byte> document)
    {
        using StreamReader reader = new(Open(document));
        string text = reader.ReadToEnd();
        int at = 0;
        while (true)
        {
            while (at < text.Length && char.IsWhiteSpace(text[at])) at++;
            ReadOnlySpan<char> rest = text.AsSpan(at);
            if (rest.StartsWith("<!DOCTYPE")) return (text.AsSpan(0, at).Count('\n') + 1, at - text.AsSpan(0, at).LastIndexOf('\n'));
            string? end = rest.StartsWith("<!--") ? "-->" : rest.StartsWith("<?") ? "?>" : null;
            int ends = end is null ? -1 : rest.IndexOf(end, StringComparison.Ordinal);
            // In an encoding that only its declaration names, nothing is found, and no place is told.
            if (ends < 0) return (0, 0);
            at += ends + end!.Length;
        }
    }

    private static ReadMessage.Malformed Malformed(string place, int line, int column, string reason) =>
        new(ReasonCodes.InvalidFileFormat, place, line, column, reason);

    private static MemoryStream Open(ReadOnlyMemory<byte> document) => MemoryMarshal.TryGetArray(document, out ArraySegment<byte> bytes)
        ? new MemoryStream(bytes.Array!, bytes.Offset, bytes.Count, writable: false)
        : new MemoryStream(document.ToArray(), writable: false);

    private static XmlReaderSettings Settings() => new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        MaxCharactersInDocument = Bounds.MaxDocumentBytes,
        MaxCharactersFromEntities = Bounds.MaxTextCharacters,
        ConformanceLevel = ConformanceLevel.Document,
        IgnoreComments = true,
        IgnoreProcessingInstructions = true,
        CheckCharacters = true,
    };

    /// <summary>Finds the business message and its header, whatever wraps them.</summary>
    private sealed class EnvelopeReader(XmlReader xml)
    {
        private readonly StructureReader outer = new(xml, "");
        private readonly Stack<SourceNode> path = new();
        private CreditTransferReader? body;
        private ReadMessage? found;
        private string? headerType;
        private string? businessMessageId;
        private SourceNode? definition;
        private string definitionId = "";

        public string Place => body?.Current?.Place ?? (path.TryPeek(out SourceNode? node) ? node.Place : "/");

        public ReadMessage Read()
        {
            string? rootType = null;
            while (xml.Read())
            {
                if (xml.NodeType == XmlNodeType.EndElement) path.Pop();
                if (xml.NodeType != XmlNodeType.Element) continue;
                outer.CheckBounds();
                rootType ??= TypeOf(xml.NamespaceURI, xml.LocalName);
                SourceNode node = outer.NodeHere(path.TryPeek(out SourceNode? parent) ? parent : null, null, 1);
                if (EnterPart(node) is { } ended) return ended;
                // Still on a start tag: this is a wrapper, and what it holds comes next.
                if (xml.NodeType == XmlNodeType.Element && !xml.IsEmptyElement ) path.Push(node);
            }

            return found is null ? new ReadMessage.Unsupported(headerType ?? rootType ?? "") : CheckHeader(found);
        }

        private ReadMessage? EnterPart(SourceNode node)
        {
            bool isIso = xml.NamespaceURI.StartsWith(MessageGrammar.NamespacePrefix, StringComparison.Ordinal);
            if (isIso && xml.NamespaceURI.StartsWith(HeaderPrefix, StringComparison.Ordinal) && xml.LocalName is HeaderName)
                return ReadHeader(node);

            MessageGrammar? grammar = Array.Find(MessageGrammar.All, known => string.Equals(known.Namespace, xml.NamespaceURI, StringComparison.Ordinal));
            if (grammar is not null)
            {
                if (xml.LocalName is not DocumentName)
                    return Refused(node, $"A message of this namespace begins with the element {DocumentName}.");
                if (found is not null) return Refused(node, "A second business message in one envelope.");
                body = new CreditTransferReader(xml, grammar);
                found = body.Read(node);
                return found is ReadMessage.Malformed ? found : null;
            }

            // Another message of the standard: nothing in it is looked at.
            return isIso && xml.LocalName is DocumentName ? new ReadMessage.Unsupported(TypeOf(xml.NamespaceURI, xml.LocalName)) : null;
        }

        private ReadMessage.Malformed? ReadHeader(SourceNode node)
        {
            if (headerType is not null) return Refused(node, "A second header in one envelope.");
            headerType = TypeOf(xml.NamespaceURI, xml.LocalName);
            if (xml.IsEmptyElement) return null;
            StructureReader reader = new(xml, xml.NamespaceURI);
            reader.BeginPart();
            int depth = xml.Depth;
            Content.Text text35 = new(TextRule.Max(35));
            while (xml.Read() && xml.Depth > depth)
            {
                if (xml.NodeType != XmlNodeType.Element) continue;
                SourceNode child = reader.NodeHere(node, null, 1);
                if (xml.LocalName is not ("BizMsgIdr" or "MsgDefIdr"))
                {
                    reader.PassOver();
                    continue;
                }

                reader.Read(child, text35);
                if (child.Name is "BizMsgIdr") businessMessageId = child.Text;
                else
                {
                    definition = child;
                    definitionId = child.Text;
                }
            }

            return reader.Faults.First is { } fault ? ReadMessage.Malformed.For(fault) : null;
        }

        // A header that names another message than the one it heads would be signed for that other one.
        private ReadMessage CheckHeader(ReadMessage message)
        {
            if (message is not ReadMessage.Transfers transfers) return message;
            if (definition is not null && !string.Equals(definitionId, transfers.Header.MessageType, StringComparison.Ordinal))
                return Refused(definition, "The header names another message than the document.");
            return transfers with { Header = transfers.Header with { BusinessMessageId = businessMessageId } };
        }

        private static ReadMessage.Malformed Refused(SourceNode node, string reason) =>
            Malformed(node.Place, node.Line, node.Column, reason);

        private static string TypeOf(string space, string root)
        {
            if (space.StartsWith(MessageGrammar.NamespacePrefix, StringComparison.Ordinal)) space = space[MessageGrammar.NamespacePrefix.Length..];
            return StructureReader.Shown(space.Length > 0 ? space : $"no namespace: {root}");
        }
    }
}
