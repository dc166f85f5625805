using System.Text;
using Settlement.Host.Iso20022;

namespace Settlement.Tests.Unit.Iso20022;

/// <summary>Texts of messages whose parts a test replaces.</summary>
internal static class Message
{
    public const string Payer = "<InstgAgt><FinInstnId><BICFI>ALDEDEFF</BICFI></FinInstnId></InstgAgt>";
    public const string Payee = "<InstdAgt><FinInstnId><ClrSysMmbId><ClrSysId><Cd>USABA</Cd></ClrSysId><MmbId>011104238</MmbId></ClrSysMmbId></FinInstnId></InstdAgt>";
    public const string Amount = "<IntrBkSttlmAmt Ccy=\"EUR\">1250.50</IntrBkSttlmAmt>";
    public const string Date = "<IntrBkSttlmDt>2026-03-02</IntrBkSttlmDt>";
    public const string Uetr = "<UETR>8a562c67-ca16-48ba-b074-65581be6f011</UETR>";
    public const string DebtorAccount = "<DbtrAcct><Id><IBAN>DE89370400440532013000</IBAN></Id></DbtrAcct>";
    public const string CreditorAccount = "<CdtrAcct><Id><Othr><Id>56478374687</Id></Othr></Id></CdtrAcct>";
    public const string Header =
        "<GrpHdr><MsgId>MSG1</MsgId><CreDtTm>2026-03-02T08:00:00Z</CreDtTm><NbOfTxs>1</NbOfTxs><SttlmInf><SttlmMtd>CLRG</SttlmMtd></SttlmInf></GrpHdr>";
    public const string Transaction =
        "<CdtTrfTxInf><PmtId><InstrId>I1</InstrId><EndToEndId>E1</EndToEndId><TxId>T1</TxId>" + Uetr + "</PmtId>"
        + "<PmtTpInf><InstrPrty>HIGH</InstrPrty></PmtTpInf>" + Amount + Date + "<ChrgBr>SHAR</ChrgBr>" + Payer + Payee
        + "<Dbtr><Nm>Ada Lovelace</Nm></Dbtr>" + DebtorAccount
        + "<DbtrAgt><FinInstnId><BICFI>ALDEDEFF</BICFI></FinInstnId></DbtrAgt><CdtrAgt><FinInstnId><BICFI>BORIFRPP</BICFI></FinInstnId></CdtrAgt>"
        + "<Cdtr><Nm>Corporation B</Nm></Cdtr>" + CreditorAccount
        + "<RmtInf><Ustrd>Invoice 7</Ustrd></RmtInf></CdtTrfTxInf>";

    public const string Namespace = "urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08";
    public const string Customer =
        "<Document xmlns=\"" + Namespace + "\"><FIToFICstmrCdtTrf>" + Header + Transaction + "</FIToFICstmrCdtTrf></Document>";

    public static ReadMessage Read(string xml) => MessageReader.Read(Encoding.UTF8.GetBytes(xml));

    /// <summary>The customer message with one part replaced; the part must be there.</summary>
    public static string With(string part, string replacement, string message = Customer)
    {
        Assert.Contains(part, message, StringComparison.Ordinal);
        return message.Replace(part, replacement, StringComparison.Ordinal);
    }

    public static ReadTransfer.Rejected Rejected(string xml) =>
        Assert.IsType<ReadTransfer.Rejected>(Assert.Single(Assert.IsType<ReadMessage.Transfers>(Read(xml)).Items));

    public static ReadTransfer.Valid Valid(string xml) =>
        Assert.IsType<ReadTransfer.Valid>(Assert.Single(Assert.IsType<ReadMessage.Transfers>(Read(xml)).Items));
}
