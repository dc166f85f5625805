using System.Text;
using Settlement.Host.Iso20022;
using static Settlement.Tests.Unit.Iso20022.Message;

namespace Settlement.Tests.Unit.Iso20022;

/// <summary>One row for each thing that can be wrong: what is replaced, the reason, and the end of the place.</summary>
public sealed class RefusalTests
{
    private const string Deep = "<a>";

    public static TheoryData<string, string, string, string> WrongTransfers() => new()
    {
        { ">1250.50<", ">0<", "AM01", "IntrBkSttlmAmt" },
        { ">1250.50<", ">0.000<", "AM01", "IntrBkSttlmAmt" },
        { ">1250.50<", ">-0.00<", "AM01", "IntrBkSttlmAmt" },
        { ">1250.50<", ">1250.501<", "CH20", "IntrBkSttlmAmt" },
        { ">1250.50<", ">0.000000000000000001<", "CH20", "IntrBkSttlmAmt" },
        { "Ccy=\"EUR\">1250.50<", "Ccy=\"JPY\">1250.50<", "CH20", "IntrBkSttlmAmt" },
        { ">1250.50<", ">-1.00<", "FF01", "IntrBkSttlmAmt" },
        { ">1250.50<", ">1,000.00<", "FF01", "IntrBkSttlmAmt" },
        { ">1250.50<", ">1e3<", "FF01", "IntrBkSttlmAmt" },
        { ">1250.50<", "><", "FF01", "IntrBkSttlmAmt" },
        { ">1250.50<", ">12345678901234567.89<", "FF01", "IntrBkSttlmAmt" },
        { ">1250.50<", ">999999999999999999<", "AM02", "IntrBkSttlmAmt" },
        { "Ccy=\"EUR\"", "Ccy=\"XXX\"", "AM03", "IntrBkSttlmAmt" },
        { "Ccy=\"EUR\"", "Ccy=\"XAU\"", "AM03", "IntrBkSttlmAmt" },
        { "Ccy=\"EUR\"", "Ccy=\"eur\"", "AM03", "IntrBkSttlmAmt" },
        { " Ccy=\"EUR\"", "", "FF01", "IntrBkSttlmAmt/@Ccy" },
        { Amount, Amount + Amount, "FF01", "IntrBkSttlmAmt" },
        { Amount, "", "FF01", "CdtTrfTxInf[1]/IntrBkSttlmAmt" },
        { Amount + Date, Date + Amount, "FF01", "IntrBkSttlmAmt" },
        { Date, "", "DT01", "IntrBkSttlmDt" },
        { ">2026-03-02<", ">2026-02-30<", "DT01", "IntrBkSttlmDt" },
        { ">2026-03-02<", ">02.03.2026<", "DT01", "IntrBkSttlmDt" },
        { Payer, "", "RC03", "CdtTrfTxInf[1]/InstgAgt" },
        { Payee, "", "RC04", "CdtTrfTxInf[1]/InstdAgt" },
        { "011104238", "011104239", "RC04", "InstdAgt/FinInstnId/ClrSysMmbId/MmbId" },
        { "<ClrSysId><Cd>USABA</Cd></ClrSysId>", "", "RC04", "InstdAgt/FinInstnId" },
        { "<InstgAgt><FinInstnId><BICFI>ALDEDEFF<", "<InstgAgt><FinInstnId><BICFI>ALDEQQFF<", "RC03", "InstgAgt/FinInstnId/BICFI" },
        { "<CdtrAgt><FinInstnId><BICFI>BORIFRPP</BICFI>", "<CdtrAgt><FinInstnId><LEI>529900T8BM49AURSDO56</LEI>", "RC04", "CdtrAgt/FinInstnId/LEI" },
        { "DE89370400440532013000", "DE89370400440532013001", "AC02", "DbtrAcct/Id/IBAN" },
        { "<Othr><Id>56478374687</Id></Othr>", "<IBAN>FR0000000</IBAN>", "AC03", "CdtrAcct/Id/IBAN" },
        { "<EndToEndId>E1</EndToEndId>", "", "FF01", "PmtId/EndToEndId" },
        { ">E1<", ">123456789012345678901234567890123456<", "FF01", "PmtId/EndToEndId" },
        { ">E1<", "><", "FF01", "PmtId/EndToEndId" },
        { ">E1<", "> \t<", "FF01", "PmtId/EndToEndId" },
        { "8a562c67-ca16-48ba", "8a562c67-ca16-18ba", "FF01", "PmtId/UETR" },
        { "8a562c67-ca16-48ba", "8A562C67-ca16-48ba", "FF01", "PmtId/UETR" },
        { "<ChrgBr>SHAR<", "<ChrgBr>BOTH<", "FF01", "ChrgBr" },
        { "<ChrgBr>SHAR</ChrgBr>", "", "FF01", "ChrgBr" },
        { "<ChrgBr>", "<Unknown/><ChrgBr>", "FF01", "Unknown" },
        { "<ChrgBr>", "<ChrgBr xmlns=\"urn:other\"/><ChrgBr>", "FF01", "ChrgBr" },
        { "<ChrgBr>", "<ChrgBr color=\"red\">", "FF01", "ChrgBr/@color" },
        { "<ChrgBr>", "text<ChrgBr>", "FF01", "CdtTrfTxInf[1]" },
        { "<Nm>Ada Lovelace</Nm>", "<Nm>Ada<b/></Nm>", "FF01", "Dbtr/Nm/b" },
        { "<IBAN>DE89370400440532013000</IBAN>", "", "FF01", "DbtrAcct/Id/IBAN|Othr" },
        { "<IBAN>DE89370400440532013000</IBAN>", "<IBAN>DE89370400440532013000</IBAN><Othr><Id>1</Id></Othr>", "FF01", "DbtrAcct/Id/Othr" },
        { "</GrpHdr>", Payer + "</GrpHdr>", "FF01", "CdtTrfTxInf[1]/InstgAgt" },
        { "<Ustrd>Invoice 7</Ustrd>", "<Ustrd>" + Hundred + "</Ustrd><Ustrd>" + Hundred + "</Ustrd>", "FF01", "RmtInf" },
        // Several faults: the precedence decides, not the order in the document.
        { Amount, "<IntrBkSttlmAmt Ccy=\"XXX\">0</IntrBkSttlmAmt>", "AM03", "IntrBkSttlmAmt" },
        { Amount + Date, "<IntrBkSttlmAmt Ccy=\"EUR\">0</IntrBkSttlmAmt><IntrBkSttlmDt>never</IntrBkSttlmDt>", "AM01", "IntrBkSttlmAmt" },
        { Date + "<ChrgBr>SHAR", "<IntrBkSttlmDt>never</IntrBkSttlmDt><ChrgBr>BOTH", "FF01", "ChrgBr" },
    };

    [Theory, MemberData(nameof(WrongTransfers))]
    public void A_wrong_transfer_is_refused_with_its_reason_and_place(string part, string replacement, string code, string place)
    {
        ReadTransfer.Rejected rejected = Rejected(With(part, replacement));
        Assert.Equal(code, rejected.ReasonCode);
        Assert.EndsWith("/" + place, rejected.Place, StringComparison.Ordinal);
        Assert.StartsWith("/Document/FIToFICstmrCdtTrf/", rejected.Place, StringComparison.Ordinal);
        Assert.Equal(1, rejected.Line);
        Assert.True(rejected.Column > 0);
        Assert.NotEmpty(rejected.Reason);
    }

    public static TheoryData<string, string, string, string> WrongMessages() => new()
    {
        { "<NbOfTxs>1<", "<NbOfTxs>2<", "AM18", "/Document/FIToFICstmrCdtTrf/GrpHdr/NbOfTxs" },
        { "<NbOfTxs>1<", "<NbOfTxs>one<", "FF01", "/Document/FIToFICstmrCdtTrf/GrpHdr/NbOfTxs" },
        { "</NbOfTxs>", "</NbOfTxs><CtrlSum>1250.51</CtrlSum>", "AM10", "/Document/FIToFICstmrCdtTrf/GrpHdr/CtrlSum" },
        { "<MsgId>MSG1</MsgId>", "", "FF01", "/Document/FIToFICstmrCdtTrf/GrpHdr/MsgId" },
        { "2026-03-02T08:00:00Z", "yesterday", "FF01", "/Document/FIToFICstmrCdtTrf/GrpHdr/CreDtTm" },
        { "</GrpHdr>", "<InstgAgt/></GrpHdr>", "FF01", "/Document/FIToFICstmrCdtTrf/GrpHdr/InstgAgt/FinInstnId" },
        { Header, "", "FF01", "/Document/FIToFICstmrCdtTrf/GrpHdr" },
        { Header, Header + Header, "FF01", "/Document/FIToFICstmrCdtTrf/GrpHdr" },
        { Transaction, "", "FF01", "/Document/FIToFICstmrCdtTrf/CdtTrfTxInf" },
        { Header + Transaction, Transaction + Header, "FF01", "/Document/FIToFICstmrCdtTrf/GrpHdr" },
        { "FIToFICstmrCdtTrf", "FICdtTrf", "FF01", "/Document/FICdtTrf" },
        { "Document", "Dokument", "FF01", "/Dokument" },
        { "</Document>", "", "FF01", "/Document" },
        { "</Document>", "</Document><Document/>", "FF01", "/" },
        { "<Document ", "<!DOCTYPE Document><Document ", "FF01", "/" },
        { "Ada Lovelace", "&ada;", "FF01", "/Document/FIToFICstmrCdtTrf/CdtTrfTxInf[1]/Dbtr/Nm" },
        { "Ada Lovelace", "&#0;", "FF01", "/Document/FIToFICstmrCdtTrf/CdtTrfTxInf[1]/Dbtr/Nm" },
        { "</Dbtr>", "</Debtor>", "FF01", "/Document/FIToFICstmrCdtTrf/CdtTrfTxInf[1]/Dbtr" },
    };

    [Theory, MemberData(nameof(WrongMessages))]
    public void A_wrong_message_is_refused_as_a_whole(string part, string replacement, string code, string place)
    {
        ReadMessage.Malformed malformed = Assert.IsType<ReadMessage.Malformed>(Read(With(part, replacement)));
        Assert.Equal((code, place), (malformed.Code, malformed.Place));
        Assert.Equal(1, malformed.Line);
        Assert.NotEmpty(malformed.Reason);
    }

    [Theory]
    [InlineData("<!DOCTYPE a><a/>", 1, 1)]
    [InlineData("<?xml version='1.0'?>\n<!-- <!DOCTYPE b> -->\r\n  <!DOCTYPE a [<!ENTITY b 'c'>]><a/>", 3, 3)]
    [InlineData("<a>\n <!DOCTYPE a></a>", 2, 4)]
    public void A_document_type_is_refused_where_it_stands(string document, int line, int column)
    {
        ReadMessage.Malformed malformed = Assert.IsType<ReadMessage.Malformed>(MessageReader.Read(Utf8(document)));
        Assert.Equal(("FF01", line, column), (malformed.Code, malformed.Line, malformed.Column));
    }

    public static TheoryData<string, byte[]> Hostile() => new()
    {
        { "billion laughs", Utf8("<!DOCTYPE a [<!ENTITY a \"lol\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">]>" + With("Ada Lovelace", "&b;")) },
        { "external entity", Utf8("<!DOCTYPE a [<!ENTITY a SYSTEM \"file:///etc/passwd\">]>" + With("Ada Lovelace", "&a;")) },
        { "external subset", Utf8("<!DOCTYPE a SYSTEM \"http://example.invalid/a.dtd\">" + Customer) },
        { "deep nesting", Utf8(With("</CdtTrfTxInf>", "<SplmtryData><Envlp>" + string.Concat(Enumerable.Repeat(Deep, 100_000)))) },
        { "deep wrappers", Utf8(string.Concat(Enumerable.Repeat(Deep, 100_000))) },
        { "huge text", Utf8(With("Ada Lovelace", new string('x', 10_000_000))) },
        { "many attributes", Utf8(With("<ChrgBr>", "<ChrgBr " + string.Join(' ', Enumerable.Range(0, 10_000).Select(i => $"a{i}=\"\"")) + ">")) },
        { "many elements", Utf8(With("<Ustrd>Invoice 7</Ustrd>", string.Concat(Enumerable.Repeat("<Ustrd>x</Ustrd>", 100_000)))) },
        { "many transactions", Utf8(With(Transaction, string.Concat(Enumerable.Repeat("<CdtTrfTxInf/>", Bounds.MaxTransactions + 1)))) },
        { "too many bytes", new byte[Bounds.MaxDocumentBytes + 1] },
        { "utf-7", Encoding.ASCII.GetBytes("<?xml version=\"1.0\" encoding=\"utf-7\"?>" + Customer.Replace("<", "+ADw-", StringComparison.Ordinal)) },
        { "an unknown encoding", Encoding.ASCII.GetBytes("<?xml version=\"1.0\" encoding=\"x-none\"?>" + Customer) },
        { "an encoding that lies", [.. Encoding.Unicode.GetPreamble(), .. Utf8(Customer)] },
        { "broken UTF-8", [.. Utf8(Customer)[..^200], 0xFF, 0xFE, .. Utf8(Customer)[^200..]] },
        { "nothing", [] },
        { "a byte order mark only", [0xEF, 0xBB, 0xBF] },
        { "not XML", Utf8("{\"amount\":1}") },
        { "XML 1.1", Utf8("<?xml version=\"1.1\"?>" + Customer) },
    };

    [Theory, MemberData(nameof(Hostile))]
    public void A_hostile_document_is_refused_in_bounded_work(string kind, byte[] document)
    {
        Assert.NotEmpty(kind);
        ReadMessage.Malformed malformed = Assert.IsType<ReadMessage.Malformed>(MessageReader.Read(document));
        Assert.Equal("FF01", malformed.Code);
        Assert.True(malformed.Place.Length < 4_000);
    }

    [Fact]
    public void A_truncated_message_is_refused_at_every_length()
    {
        byte[] document = Utf8(Customer);
        for (int length = 0; length < document.Length; length++)
            Assert.IsType<ReadMessage.Malformed>(MessageReader.Read(document.AsMemory(0, length)));
    }

    private const string Hundred =
        "1234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890";

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);
}
