using System.Text;
using System.Xml;
using System.Xml.Linq;
using System.Xml.Schema;
using Settlement.Core.Identifiers;
using Settlement.Host.Iso20022;

namespace Settlement.Tests.Unit.Iso20022;

public sealed class StatusReportWriterTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 2, 10, 30, 0, 250, TimeSpan.FromHours(1));

    public static TheoryData<string> Statuses() => [.. StatusCodes.All];

    [Theory, MemberData(nameof(Statuses))]
    public void A_report_keeps_the_schema_whatever_the_status(string status)
    {
        StatusReason? reason = status is "RJCT" or "PDNG" ? new StatusReason("AM04", new string('é', 200)) : null;
        byte[] full = StatusReportWriter.Write(Report(new TransferStatus(
            status, reason, "I1", "E1", "T1", Uetr("8a562c67-ca16-48ba-b074-65581be6f011"), Now, new DateOnly(2026, 3, 2))));
        Validate(full);
        Validate(StatusReportWriter.Write(Report(new TransferStatus(status, null, null, null, null, null, null, null))));
    }

    [Fact]
    public void A_report_of_a_refused_message_keeps_the_schema()
    {
        StatusReport refused = Report() with
        {
            Original = new OriginalMessage("", "pacs.008.001.08", null),
            Refusal = new StatusReason("FF01", "Unexpected end & <so on>\u0001."),
            InstructedAgent = null,
        };
        byte[] written = StatusReportWriter.Write(refused);
        Validate(written);
        Assert.Contains("<OrgnlMsgId>NOTPROVIDED</OrgnlMsgId>", Encoding.UTF8.GetString(written), StringComparison.Ordinal);
    }

    [Fact]
    public void It_says_what_it_was_given()
    {
        byte[] written = StatusReportWriter.Write(Report(
            new TransferStatus("ACSC", null, "I1", "E1", "T1", null, Now, new DateOnly(2026, 3, 2)),
            new TransferStatus("RJCT", new StatusReason("DU03", "The UETR was used."), null, "E2", null, null, null, null)));
        XDocument document = XDocument.Parse(Encoding.UTF8.GetString(written));
        XNamespace ns = StatusReportWriter.Namespace;
        XElement[] transfers = [.. document.Descendants(ns + "TxInfAndSts")];
        Assert.Equal(["ACSC", "RJCT"], transfers.Select(transfer => transfer.Element(ns + "TxSts")!.Value));
        Assert.Equal("2026-03-02T09:30:00.250Z", transfers[0].Element(ns + "AccptncDtTm")!.Value);
        Assert.Equal("DU03", transfers[1].Descendants(ns + "Cd").First().Value);
        Assert.Equal("ALDEDEFFXXX", document.Descendants(ns + "BICFI").First().Value);
        Assert.Equal("011104238", document.Descendants(ns + "MmbId").First().Value);
        Assert.All(transfers, transfer => Assert.Equal("MSG1", transfer.Descendants(ns + "OrgnlMsgId").Single().Value));
    }

    [Fact]
    public void What_the_schema_cannot_hold_is_a_bug()
    {
        Assert.Throws<ArgumentException>(() => StatusReportWriter.Write(Report() with { MessageId = new string('x', 36) }));
        Assert.Throws<ArgumentException>(() => StatusReportWriter.Write(Report(new TransferStatus("DONE", null, null, null, null, null, null, null))));
    }

    private static StatusReport Report(params TransferStatus[] transfers) => new(
        "RPT1", Now, Participant("ALDEDEFF"), Participant("USABA:011104238"),
        new OriginalMessage("MSG1", "pacs.008.001.08", "2026-03-02T08:00:00Z"), null, transfers);

    private static ParticipantId Participant(string text) => ParticipantId.TryParse(text, out ParticipantId id) ? id : throw new ArgumentException(text);

    private static Uetr Uetr(string text) => Core.Identifiers.Uetr.TryParse(text, out Uetr uetr) ? uetr : throw new ArgumentException(text);

    private static void Validate(byte[] report)
    {
        XmlReaderSettings settings = new() { ValidationType = ValidationType.Schema };
        settings.Schemas.Add(null, Path.Combine(SharedFiles.Folder("iso20022", "xsd"), "pacs.002.001.10.xsd"));
        settings.ValidationFlags |= XmlSchemaValidationFlags.ReportValidationWarnings;
        settings.ValidationEventHandler += (_, problem) => Assert.Fail(problem.Message);
        using XmlReader xml = XmlReader.Create(new MemoryStream(report), settings);
        while (xml.Read()) { }
    }
}
