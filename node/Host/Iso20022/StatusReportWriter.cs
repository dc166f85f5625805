using System.Globalization;
using System.Text;
using System.Xml;
using Settlement.Core.Identifiers;

namespace Settlement.Host.Iso20022;

/// <summary>Writes a pacs.002.001.10 that keeps its schema, as UTF-8 without a byte order mark.</summary>
internal static class StatusReportWriter
{
    /// <summary>The namespace of the message.</summary>
    public const string Namespace = MessageGrammar.NamespacePrefix + "pacs.002.001.10";

    /// <summary>What stands where a mandatory reference could not be read.</summary>
    public const string NotProvided = "NOTPROVIDED";

    private const int MaxReference = 35;
    private const int MaxExplanation = 105;

    /// <summary>The report as bytes.</summary>
    /// <exception cref="ArgumentException">When a reference is too long or a status is not one of <see cref="StatusCodes"/>.</exception>
    public static byte[] Write(StatusReport report)
    {
        if (report.Transfers.Count > StatusReport.MaxTransfers)
            throw new ArgumentException($"More than {StatusReport.MaxTransfers} transfers.", nameof(report));
        using MemoryStream bytes = new();
        using (XmlWriter xml = XmlWriter.Create(bytes, new XmlWriterSettings { Encoding = new UTF8Encoding(false) }))
        {
            xml.WriteStartElement("Document", Namespace);
            xml.WriteStartElement("FIToFIPmtStsRpt", Namespace);
            WriteHeader(xml, report);
            if (report.Refusal is not null) WriteRefusal(xml, report.Original, report.Refusal);
            foreach (TransferStatus transfer in report.Transfers) WriteTransfer(xml, report, transfer);
            xml.WriteEndElement();
            xml.WriteEndElement();
        }

        return bytes.ToArray();
    }

    private static void WriteHeader(XmlWriter xml, StatusReport report)
    {
        xml.WriteStartElement("GrpHdr", Namespace);
        Reference(xml, "MsgId", report.MessageId);
        Text(xml, "CreDtTm", DateTimeText(report.CreatedAt));
        Agent(xml, "InstgAgt", report.InstructingAgent);
        Agent(xml, "InstdAgt", report.InstructedAgent);
        xml.WriteEndElement();
    }

    private static void WriteRefusal(XmlWriter xml, OriginalMessage original, StatusReason refusal)
    {
        xml.WriteStartElement("OrgnlGrpInfAndSts", Namespace);
        WriteOriginal(xml, original);
        Text(xml, "GrpSts", StatusCodes.Rejected);
        WriteReason(xml, refusal);
        xml.WriteEndElement();
    }

    private static void WriteTransfer(XmlWriter xml, StatusReport report, TransferStatus transfer)
    {
        if (Array.IndexOf(StatusCodes.All, transfer.Status) < 0)
            throw new ArgumentException($"{transfer.Status} is not a status this node reports.", nameof(report));
        xml.WriteStartElement("TxInfAndSts", Namespace);
        xml.WriteStartElement("OrgnlGrpInf", Namespace);
        WriteOriginal(xml, report.Original);
        xml.WriteEndElement();
        Reference(xml, "OrgnlInstrId", transfer.InstructionId);
        Reference(xml, "OrgnlEndToEndId", transfer.EndToEndId);
        Reference(xml, "OrgnlTxId", transfer.TransactionId);
        Reference(xml, "OrgnlUETR", transfer.Uetr?.ToString(), Uetr.Length);
        Text(xml, "TxSts", transfer.Status);
        if (transfer.Reason is not null) WriteReason(xml, transfer.Reason);
        if (transfer.AcceptedAt is { } accepted) Text(xml, "AccptncDtTm", DateTimeText(accepted));
        if (transfer.SettledOn is { } day)
        {
            xml.WriteStartElement("FctvIntrBkSttlmDt", Namespace);
            Text(xml, "Dt", day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
            xml.WriteEndElement();
        }

        Agent(xml, "InstgAgt", report.InstructingAgent);
        Agent(xml, "InstdAgt", report.InstructedAgent);
        xml.WriteEndElement();
    }

    private static void WriteOriginal(XmlWriter xml, OriginalMessage original)
    {
        Reference(xml, "OrgnlMsgId", original.MessageId.Length == 0 ? NotProvided : original.MessageId);
        Reference(xml, "OrgnlMsgNmId", original.MessageType);
        if (original.CreationDateTime is not null) Text(xml, "OrgnlCreDtTm", original.CreationDateTime);
    }

    private static void WriteReason(XmlWriter xml, StatusReason reason)
    {
        xml.WriteStartElement("StsRsnInf", Namespace);
        xml.WriteStartElement("Rsn", Namespace);
        // The external code list holds codes of four characters; what is longer is a code of this node's own.
        Reference(xml, reason.Code.Length <= 4 ? "Cd" : "Prtry", reason.Code);
        xml.WriteEndElement();
        if (!string.IsNullOrEmpty(reason.Explanation)) Text(xml, "AddtlInf", Cut(reason.Explanation));
        xml.WriteEndElement();
    }

    private static void Agent(XmlWriter xml, string name, ParticipantId? agent)
    {
        if (agent is not { } participant) return;
        xml.WriteStartElement(name, Namespace);
        xml.WriteStartElement("FinInstnId", Namespace);
        if (participant.ClearingMember is { } member)
        {
            xml.WriteStartElement("ClrSysMmbId", Namespace);
            xml.WriteStartElement("ClrSysId", Namespace);
            Text(xml, member.ClearingSystem.Length <= 5 ? "Cd" : "Prtry", member.ClearingSystem);
            xml.WriteEndElement();
            Text(xml, "MmbId", member.Member);
            xml.WriteEndElement();
        }
        else
        {
            Text(xml, "BICFI", participant.ToString());
        }

        xml.WriteEndElement();
        xml.WriteEndElement();
    }

    private static void Reference(XmlWriter xml, string name, string? value, int maxLength = MaxReference)
    {
        if (value is null) return;
        if (value.Length == 0 || value.EnumerateRunes().Count() > maxLength) throw new ArgumentException($"{name} must have 1 to {maxLength} characters.", nameof(value));
        Text(xml, name, value);
    }

    private static void Text(XmlWriter xml, string name, string value) => xml.WriteElementString(name, Namespace, value);

    private static string DateTimeText(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    // Whole characters only, and none that XML cannot carry: an explanation may quote what a parser said.
    private static string Cut(string text)
    {
        StringBuilder kept = new(Math.Min(text.Length, MaxExplanation));
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (kept.Length + rune.Utf16SequenceLength > MaxExplanation) break;
            bool isXml = rune.Utf16SequenceLength == 2 || XmlConvert.IsXmlChar((char)rune.Value);
            kept.Append(isXml ? rune.ToString() : "?");
        }

        return kept.ToString();
    }
}
