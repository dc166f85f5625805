using System.Text;
using Settlement.Tests.EndToEnd.Host;

namespace Settlement.Tests.EndToEnd.BadInput;

/// <summary>A pacs.008 of one transfer of 10 euro from bank A to bank B, of which parts can be replaced.</summary>
internal static class XmlTransfer
{
    public const string Good = $"""
        <?xml version="1.0" encoding="UTF-8"?>
        <Document xmlns="urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08"><FIToFICstmrCdtTrf>
          <GrpHdr><MsgId>MESSAGE</MsgId><CreDtTm>2026-03-02T08:00:00Z</CreDtTm><NbOfTxs>1</NbOfTxs><SttlmInf><SttlmMtd>CLRG</SttlmMtd></SttlmInf></GrpHdr>
          <CdtTrfTxInf>
            <PmtId><EndToEndId>END-TO-END</EndToEndId><TxId>REFERENCE</TxId></PmtId>
            <IntrBkSttlmAmt Ccy="EUR">10.00</IntrBkSttlmAmt><IntrBkSttlmDt>{RunningNetwork.Day}</IntrBkSttlmDt><ChrgBr>SLEV</ChrgBr>
            <InstgAgt><FinInstnId><BICFI>{HostNetwork.BankA}</BICFI></FinInstnId></InstgAgt>
            <InstdAgt><FinInstnId><BICFI>{HostNetwork.BankB}</BICFI></FinInstnId></InstdAgt>
            <Dbtr><Nm>A debtor</Nm></Dbtr><DbtrAcct><Id><IBAN>DE89370400440532013000</IBAN></Id></DbtrAcct>
            <DbtrAgt><FinInstnId><BICFI>{HostNetwork.BankA}</BICFI></FinInstnId></DbtrAgt>
            <CdtrAgt><FinInstnId><BICFI>{HostNetwork.BankB}</BICFI></FinInstnId></CdtrAgt>
            <Cdtr><Nm>A creditor</Nm></Cdtr><CdtrAcct><Id><IBAN>FR1420041010050500013M02606</IBAN></Id></CdtrAcct>
          </CdtTrfTxInf>
        </FIToFICstmrCdtTrf></Document>
        """;

    /// <summary>The message with one part replaced, which it must have.</summary>
    public static byte[] With(string part, string replacement)
    {
        Assert.Contains(part, Good, StringComparison.Ordinal);
        return Encoding.UTF8.GetBytes(Good.Replace(part, replacement, StringComparison.Ordinal));
    }

    /// <summary>The message with a second transfer and with both under one UETR.</summary>
    public static byte[] TwiceUnder(string uetr)
    {
        int begin = Good.IndexOf("<CdtTrfTxInf>", StringComparison.Ordinal), end = Good.IndexOf("</FIToFICstmrCdtTrf>", StringComparison.Ordinal);
        string twice = Good.Insert(end, Good[begin..end]).Replace("<NbOfTxs>1<", "<NbOfTxs>2<", StringComparison.Ordinal);
        return Encoding.UTF8.GetBytes(twice.Replace("</TxId>", $"</TxId><UETR>{uetr}</UETR>", StringComparison.Ordinal));
    }
}
