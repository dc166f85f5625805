using System.Globalization;
using System.Security;
using System.Text;
using Settlement.Core.Identifiers;
using Settlement.Host.Demo;
using Settlement.Host.Iso20022;

namespace Settlement.Tests.EndToEnd.Network;

/// <summary>One payment for a test's day; what is not given is something plain.</summary>
internal sealed record Payment(string Payer, string Payee, string Amount)
{
    public string Currency { get; init; } = "EUR";

    public DateOnly Date { get; init; } = new(2026, 3, 2);

    public string Reference { get; init; } = "reference";

    public string? Uetr { get; init; }

    public string EndToEnd { get; init; } = "NOTPROVIDED";

    public string Debtor { get; init; } = "Debtor";

    public string? DebtorAccount { get; init; }

    public string Creditor { get; init; } = "Creditor";

    public string? CreditorAccount { get; init; }

    public string? Remittance { get; init; }
}

/// <summary>Writes pacs.008 messages for tests.</summary>
internal static class Pacs008
{
    public static string Message(Payment payment)
    {
        string Optional(string? value, string before, string after) => value is null ? "" : before + SecurityElement.Escape(value) + after;
        return $"""
            <?xml version="1.0" encoding="UTF-8"?>
            <Document xmlns="urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08"><FIToFICstmrCdtTrf>
              <GrpHdr><MsgId>{SecurityElement.Escape(payment.Reference)}</MsgId><CreDtTm>{payment.Date:yyyy-MM-dd}T08:00:00Z</CreDtTm><NbOfTxs>1</NbOfTxs><SttlmInf><SttlmMtd>CLRG</SttlmMtd></SttlmInf></GrpHdr>
              <CdtTrfTxInf>
                <PmtId><EndToEndId>{SecurityElement.Escape(payment.EndToEnd)}</EndToEndId><TxId>{SecurityElement.Escape(payment.Reference)}</TxId>{Optional(payment.Uetr, "<UETR>", "</UETR>")}</PmtId>
                <IntrBkSttlmAmt Ccy="{payment.Currency}">{payment.Amount}</IntrBkSttlmAmt>
                <IntrBkSttlmDt>{payment.Date:yyyy-MM-dd}</IntrBkSttlmDt>
                <ChrgBr>SLEV</ChrgBr>
                <InstgAgt><FinInstnId><BICFI>{payment.Payer}</BICFI></FinInstnId></InstgAgt>
                <InstdAgt><FinInstnId><BICFI>{payment.Payee}</BICFI></FinInstnId></InstdAgt>
                <Dbtr><Nm>{SecurityElement.Escape(payment.Debtor)}</Nm></Dbtr>
                {Optional(payment.DebtorAccount, "<DbtrAcct><Id><Othr><Id>", "</Id></Othr></Id></DbtrAcct>")}
                <DbtrAgt><FinInstnId><BICFI>{payment.Payer}</BICFI></FinInstnId></DbtrAgt>
                <CdtrAgt><FinInstnId><BICFI>{payment.Payee}</BICFI></FinInstnId></CdtrAgt>
                <Cdtr><Nm>{SecurityElement.Escape(payment.Creditor)}</Nm></Cdtr>
                {Optional(payment.CreditorAccount, "<CdtrAcct><Id><Othr><Id>", "</Id></Othr></Id></CdtrAcct>")}
                {Optional(payment.Remittance, "<RmtInf><Ustrd>", "</Ustrd></RmtInf>")}
              </CdtTrfTxInf>
            </FIToFICstmrCdtTrf></Document>
            """;
    }

    /// <summary>A day's input as the demo would read it from files.</summary>
    public static DemoInput Input(IEnumerable<Payment> payments) => new([.. payments.Select(static (payment, index) =>
    {
        byte[] bytes = Encoding.UTF8.GetBytes(Message(payment));
        return new DemoFile(index.ToString("00000", CultureInfo.InvariantCulture) + ".xml", bytes, "application/xml", MessageReader.Read(bytes));
    })]);

    public static ParticipantId Id(string text) => ParticipantId.TryParse(text, out ParticipantId id) ? id : throw new ArgumentException(text);
}
