using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Settlement.Client;
using Settlement.Host.Iso20022;
using Settlement.Tests.EndToEnd.Host;

namespace Settlement.Tests.EndToEnd.BadInput;

/// <summary>
/// Bad messages through the back office's door. A document that cannot be read is refused and leaves nothing. A transfer that
/// breaks a rule ends RJCT with its reason, and leaves what the bank must be able to show: the message, the instruction and
/// its report, and its reference where the reference was good.
/// </summary>
[Collection(RunningNetworkGroup.Name)]
public sealed class BadMessageTests(RunningNetwork network)
{
    private const string Messages = "/v1/instructions";

    // What the words with @ stand for is in Body.
    private const string Documents = """
        nothing at all                     | application/xml  | @empty | 400 FF01
        not XML                            | application/xml  | pay 10 euro | 400 FF01
        an element that is not closed      | application/xml  | <a> | 400 FF01
        truncated in the middle            | application/xml  | @half | 400 FF01
        two roots                          | application/xml  | <a/><b/> | 400 FF01
        a document type                    | application/xml  | <!DOCTYPE a><a/> | 400 FF01
        an external entity                 | application/xml  | <!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a> | 400 FF01
        an external parameter entity       | application/xml  | <!DOCTYPE a [<!ENTITY % b SYSTEM "http://127.0.0.1:1/">%b;]><a/> | 400 FF01
        a billion laughs                   | application/xml  | @laughs | 400 FF01
        an entity that is not declared     | application/xml  | <a>&b;</a> | 400 FF01
        nested too deep                    | application/xml  | @deep-xml | 400 FF01
        too many attributes                | application/xml  | @attributes | 400 FF01
        a name that is too long            | application/xml  | @long-name | 400 FF01
        bytes that are not UTF-8           | application/xml  | @latin-1 | 400 FF01
        an encoding that nobody knows      | application/xml  | <?xml version="1.0" encoding="x-none"?><a/> | 400 FF01
        an encoding that is not safe       | application/xml  | <?xml version="1.0" encoding="utf-7"?><a/> | 400 FF01
        another encoding than declared     | application/xml  | <?xml version="1.0" encoding="utf-16"?><a/> | 400 FF01
        a character that XML forbids       | application/xml  | <a>&#x1;</a> | 400 FF01
        EBCDIC                             | application/xml  | @ebcdic | 400 FF01
        UTF-32                             | application/xml  | @utf-32 | 400 FF01
        no namespace                       | application/xml  | <Document/> | 400 FF01
        an unknown namespace               | application/xml  | <Document xmlns="urn:example"/> | 400 FF01
        an unknown version                 | application/xml  | <Document xmlns="urn:iso:std:iso:20022:tech:xsd:pacs.008.001.99"/> | 400 FF01
        a message that is not settled      | application/xml  | <Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.054.001.08"/> | 400 FF01
        an empty message                   | application/xml  | <Document xmlns="urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08"/> | 400 FF01
        too large                          | application/xml  | @large-xml | 413 HO105
        too large, of untold length        | application/xml  | @large-xml chunked | 413 HO105
        JSON in XML's place                | application/xml  | {} | 400 FF01
        XML in JSON's place                | application/json | <a/> | 400 FF01
        JSON that ends early               | application/json | {"messageId": | 400 FF01
        a JSON list                        | application/json | [] | 400 FF01
        a JSON null                        | application/json | null | 400 FF01
        a comment                          | application/json | {/* */} | 400 FF01
        a repeated member                  | application/json | {"amount":"1","amount":"2"} | 400 FF01
        half a character                   | application/json | {"messageId":"\ud800"} | 400 FF01
        bytes that are not UTF-8           | application/json | @latin-1 | 400 FF01
        nested too deep                    | application/json | @deep-json | 400 FF01
        too large                          | application/json | @large-json | 413 HO105
        too large, of untold length        | application/json | @large-json chunked | 413 HO105
        an unknown content type            | text/plain       | hello | 415 HO106
        a content type of a form           | application/x-www-form-urlencoded | a=b | 415 HO106
        no body and no content type        |                  | @empty | 415 HO106
        """;

    private const string XmlParts = """
        no message id                      | <MsgId>MESSAGE</MsgId> => | 400 FF01
        an element that nobody knows       | <ChrgBr>SLEV</ChrgBr> => <ChrgBr>SLEV</ChrgBr><More/> | RJCT FF01
        two amounts                        | <ChrgBr> => <IntrBkSttlmAmt Ccy="EUR">1.00</IntrBkSttlmAmt><ChrgBr> | RJCT FF01
        a document type around it          | <Document => <!DOCTYPE Document><Document | 400 FF01
        more transactions announced        | <NbOfTxs>1< => <NbOfTxs>2< | 400 AM18
        a sum that is not the sum          | </NbOfTxs> => </NbOfTxs><CtrlSum>10.01</CtrlSum> | 400 AM10
        a total that is not the sum        | </NbOfTxs> => </NbOfTxs><TtlIntrBkSttlmAmt Ccy="EUR">9.99</TtlIntrBkSttlmAmt> | 400 AM10
        check digit of the payer's number  | <InstgAgt><FinInstnId><BICFI>BANADEFFXXX</BICFI> => <InstgAgt><FinInstnId><ClrSysMmbId><ClrSysId><Cd>USABA</Cd></ClrSysId><MmbId>011104239</MmbId></ClrSysMmbId> | RJCT RC03
        check digit of the payee's number  | <InstdAgt><FinInstnId><BICFI>BANBDEFFXXX</BICFI> => <InstdAgt><FinInstnId><ClrSysMmbId><ClrSysId><Cd>USABA</Cd></ClrSysId><MmbId>011104239</MmbId></ClrSysMmbId> | RJCT RC04
        a BIC of no country                | <InstdAgt><FinInstnId><BICFI>BANBDEFFXXX< => <InstdAgt><FinInstnId><BICFI>BANBQQFFXXX< | RJCT RC04
        a LEI with wrong check digits      | <BICFI>BANBDEFFXXX</BICFI> => <BICFI>BANBDEFFXXX</BICFI><LEI>529900T8BM49AURSDO56</LEI> | RJCT RC04
        no agent of the payee              | <InstdAgt><FinInstnId><BICFI>BANBDEFFXXX</BICFI></FinInstnId></InstdAgt> => | RJCT RC04
        check digits of the debtor's IBAN  | DE89370400440532013000 => DE88370400440532013000 | RJCT AC02
        check digits of the creditor's     | FR1420041010050500013M02606 => FR1520041010050500013M02606 | RJCT AC03
        an IBAN that is too short          | FR1420041010050500013M02606 => FR142004101005050001 | RJCT AC03
        zero                               | >10.00< => >0.00< | RJCT AM01
        negative                           | >10.00< => >-10.00< | RJCT FF01
        too precise                        | >10.00< => >10.001< | RJCT CH20
        too large to hold                  | >10.00< => >999999999999999999< | RJCT AM02
        an amount with an exponent         | >10.00< => >1e1< | RJCT FF01
        an amount that is not a number     | >10.00< => >NaN< | RJCT FF01
        an unknown currency                | "EUR" => "QQQ" | RJCT AM03
        a currency that the channel lacks  | "EUR" => "USD" | RJCT AM03
        no currency                        | Ccy="EUR" => | RJCT FF01
        a bank without a channel           | <InstdAgt><FinInstnId><BICFI>BANBDEFFXXX< => <InstdAgt><FinInstnId><BICFI>OTHRDEFFXXX< | RJCT CNOR
        the regulator as payee             | <InstdAgt><FinInstnId><BICFI>BANBDEFFXXX< => <InstdAgt><FinInstnId><BICFI>SUPEDEFFXXX< | RJCT CNOR
        itself as payee                    | <InstdAgt><FinInstnId><BICFI>BANBDEFFXXX< => <InstdAgt><FinInstnId><BICFI>BANADEFFXXX< | RJCT CNOR
        another bank as payer              | <InstgAgt><FinInstnId><BICFI>BANADEFFXXX< => <InstgAgt><FinInstnId><BICFI>BANBDEFFXXX< | RJCT DNOR
        yesterday                          | 2026-03-02</IntrBk => 2026-03-01</IntrBk | RJCT DT01
        the first day there is             | 2026-03-02</IntrBk => 0001-01-01</IntrBk | RJCT DT01
        tomorrow                           | 2026-03-02</IntrBk => 2026-03-03</IntrBk | RJCT DT04
        the last day there is              | 2026-03-02</IntrBk => 9999-12-31</IntrBk | RJCT DT04
        a day that the month lacks         | 2026-03-02</IntrBk => 2026-02-30</IntrBk | RJCT DT01
        no date                            | <IntrBkSttlmDt>2026-03-02</IntrBkSttlmDt> => | RJCT DT01
        a UETR that is settled             | <TxId>REFERENCE</TxId> => <TxId>ANOTHER</TxId><UETR>3f1c9f6e-6d1f-4c39-9a0b-5f2f4b8f2a11</UETR> | RJCT DU03
        a UETR that is none                | <TxId>REFERENCE</TxId> => <TxId>ANOTHER</TxId><UETR>3f1c9f6e</UETR> | RJCT FF01
        a reference that is settled        | REFERENCE => SETTLED-WITHOUT-UETR | RJCT DU03
        a reference as instruction id      | <EndToEndId>END-TO-END</EndToEndId><TxId>REFERENCE</TxId> => <InstrId>SETTLED-WITHOUT-UETR</InstrId><EndToEndId>E</EndToEndId> | RJCT DU03
        an end-to-end id that is too long  | END-TO-END => 123456789012345678901234567890123456 | RJCT FF01
        a time that has passed             | <IntrBkSttlmDt>2026-03-02</IntrBkSttlmDt> => <IntrBkSttlmDt>2026-03-02</IntrBkSttlmDt><SttlmTmReq><TillTm>09:30:00Z</TillTm></SttlmTmReq> | RJCT TM01
        a time that is none                | <IntrBkSttlmDt>2026-03-02</IntrBkSttlmDt> => <IntrBkSttlmDt>2026-03-02</IntrBkSttlmDt><SttlmTmReq><TillTm>25:30:00Z</TillTm></SttlmTmReq> | RJCT FF01
        the same once more, as it was      | >10.00< => >10.00< | RJCT DU03
        """;

    private const string JsonMembers = """
        a member that nobody knows         | more = "1" | RJCT FF01
        a member in another case           | Amount = "1" | RJCT FF01
        no message id                      | messageId = null | RJCT FF01
        no amount                          | amount = null | RJCT FF01
        an amount that is a number         | amount = 10 | RJCT FF01
        an amount that is a list           | amount = [] | RJCT FF01
        zero                               | amount = "0" | RJCT AM01
        negative                           | amount = "-1.00" | RJCT FF01
        too precise                        | amount = "1.001" | RJCT CH20
        too precise for the yen            | currency = "JPY"; amount = "1.1" | RJCT CH20
        an unknown currency                | currency = "QQQ" | RJCT AM03
        a currency in small letters        | currency = "eur" | RJCT AM03
        a currency that the channel lacks  | currency = "USD" | RJCT AM03
        check digit of the payer's number  | instructingAgent = "USABA:011104239" | RJCT RC03
        check digit of the payee's number  | instructedAgent = "USABA:011104239" | RJCT RC04
        a clearing system nobody knows     | instructedAgent = "NOSUCH:1" | RJCT CNOR
        check digits of the debtor's IBAN  | debtor = {"name": "D", "iban": "DE88370400440532013000"} | RJCT AC02
        check digits of the creditor's     | creditor = {"name": "C", "iban": "DE88370400440532013000"} | RJCT AC03
        an IBAN and an account             | creditor = {"name": "C", "iban": "DE89370400440532013000", "account": "1"} | RJCT FF01
        a member of a party nobody knows   | debtor = {"name": "D", "born": "1970-01-01"} | RJCT FF01
        a party that is a text             | debtor = "D" | RJCT FF01
        no party                           | debtor = null | RJCT FF01
        a bank without a channel           | instructedAgent = "OTHRDEFFXXX" | RJCT CNOR
        another bank as payer              | instructingAgent = "BANBDEFFXXX" | RJCT DNOR
        yesterday                          | settlementDate = "2026-03-01" | RJCT DT01
        tomorrow                           | settlementDate = "2026-03-03" | RJCT DT04
        no date                            | settlementDate = null | RJCT DT01
        a UETR that is settled             | uetr = "3f1c9f6e-6d1f-4c39-9a0b-5f2f4b8f2a11" | RJCT DU03
        a UETR in capital letters          | uetr = "3F1C9F6E-6D1F-4C39-9A0B-5F2F4B8F2A11" | RJCT FF01
        a reference that is settled        | transactionId = "SETTLED-WITHOUT-UETR" | RJCT DU03
        a text with a forbidden character  | remittance = "\u0000" | RJCT FF01
        a time that has passed             | transactionId = "TOO-LATE"; notAfter = "09:30:00Z" | RJCT TM01
        a time that is none                | notBefore = "half past nine" | RJCT FF01
        """;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public Task ADocumentThatCannotBeReadLeavesNothing() => AllEndAsTheTableSaysAsync(Case.Rows(Documents).Select(static row =>
        Message(row[0], row[1], Body(row[2]), row[3]) with { IsChunked = row[2].EndsWith("chunked", StringComparison.Ordinal) }));

    [Fact]
    public Task ATransferOfXmlThatBreaksARuleEndsWithItsReason() => AllEndAsTheTableSaysAsync(Case.Rows(XmlParts).Select(static row =>
    {
        string[] change = row[1].Split("=>", StringSplitOptions.TrimEntries);
        return Message(row[0], "application/xml", XmlTransfer.With(change[0], change[1]), row[2]);
    }));

    [Fact]
    public Task ATransferOfJsonThatBreaksARuleEndsWithItsReason() => AllEndAsTheTableSaysAsync(Case.Rows(JsonMembers).Select(static row =>
        Message(row[0], "application/json", JsonTransfer.Of([.. row[1].Split(';', StringSplitOptions.TrimEntries).Select(Change)]), row[2])));

    [Fact]
    public async Task AReferenceIsUsedUpForBothBanksAndWithinOneMessage()
    {
        byte[] back = JsonTransfer.Of(("uetr", RunningNetwork.SettledUetr), ("instructingAgent", HostNetwork.BankB), ("instructedAgent", HostNetwork.BankA));
        Case other = Message("a UETR that the other bank settled", "application/json", back, "RJCT DU03") with { Node = HostNetwork.BankB };
        Assert.Equal(other.Expected, await other.OutcomeAsync(network.Nodes.Node(other.Node).ApiAddress, Ct));
        using SettlementClient bank = network.Nodes.BackOffice(HostNetwork.BankA);
        MessageReceipt receipt = await bank.SubmitAsync(XmlTransfer.TwiceUnder("8c5c2e44-7f7e-4c1b-8a51-2f1d2a9b7c01"), "application/xml", null, TimeSpan.FromSeconds(20), Ct);
        Assert.Equal(["ACSC", "RJCT DU03"], receipt.Instructions.Select(static one => $"{one.Status} {one.Reason}".Trim()));
        await network.QuietAsync(Ct);
    }

    [Fact]
    public async Task AKeyBelongsToOneBody()
    {
        byte[] first = JsonTransfer.Of(("transactionId", "KEY-1")), second = JsonTransfer.Of(("transactionId", "KEY-2"));
        using SettlementClient bank = network.Nodes.BackOffice(HostNetwork.BankA);
        MessageReceipt taken = await bank.SubmitAsync(first, "application/json", "a-key", TimeSpan.FromSeconds(20), Ct);
        await network.QuietAsync(Ct);
        SortedDictionary<string, string> before = await network.StateAsync(Ct);
        for (int i = 0; i < 3; i++)
        {
            MessageReceipt again = await bank.SubmitAsync(first, "application/json", "a-key", TimeSpan.Zero, Ct);
            Assert.Equal(taken.MessageId, again.MessageId);
            Assert.Equal(taken.Instructions, again.Instructions);
            Case other = Message("another body", "application/json", second, "409 BK002") with { Headers = new Dictionary<string, string> { ["Idempotency-Key"] = "a-key" } };
            Assert.Equal(other.Expected, await other.OutcomeAsync(network.Nodes.Node(HostNetwork.BankA).ApiAddress, Ct));
        }

        await network.AssertUnchangedAsync(before, Ct);
    }

    [Theory]
    [InlineData("wait=999999")]
    [InlineData("respond-async, wait=2147483647")]
    public async Task AWaitIsCutToWhatTheNodeAllows(string preference)
    {
        using HttpClient client = new() { BaseAddress = network.Nodes.Node(HostNetwork.BankA).ApiAddress };
        using HttpRequestMessage request = new(HttpMethod.Post, Messages) { Content = new ByteArrayContent(JsonTransfer.Of(("amount", "0"))) };
        request.Content.Headers.ContentType = new("application/json");
        request.Headers.Authorization = new("Bearer", TestNodes.BackOfficeToken);
        request.Headers.Add("Prefer", preference);
        using HttpResponseMessage response = await client.SendAsync(request, Ct);
        Assert.Equal("wait=30", Assert.Single(response.Headers.GetValues("Preference-Applied")));
    }

    /// <summary>Sends every row, then looks at what is left: of a document that was refused nothing, of a transfer that was
    /// rejected its message, instruction, report and event, and its reference when only its time had passed.</summary>
    private async Task AllEndAsTheTableSaysAsync(IEnumerable<Case> cases)
    {
        SortedDictionary<string, string> before = await network.StateAsync(Ct);
        List<string> wrong = [];
        int rejected = 0, late = 0;
        foreach (Case one in cases)
        {
            string outcome = await one.OutcomeAsync(network.Nodes.Node(one.Node).ApiAddress, Ct);
            if (outcome != one.Expected) wrong.Add($"{one.Name}: {outcome} instead of {one.Expected}");
            if (outcome.StartsWith("RJCT", StringComparison.Ordinal)) rejected++;
            if (outcome == "RJCT TM01") late++;
        }

        Assert.True(wrong.Count == 0, string.Join(Environment.NewLine, wrong));
        const string bank = HostNetwork.BankA;
        await network.AssertUnchangedAsync(
            before, Ct, (bank, "payload_messages", rejected), (bank, "payload_instructions", rejected), (bank, "payload_outbox", rejected),
            (bank, "mt_events", rejected), (bank, "payload_facts", late));
        await network.SettleOneAsync(Ct);
        await network.QuietAsync(Ct);
    }

    private static Case Message(string name, string type, byte[] body, string expected) =>
        new(name, HostNetwork.BankA, HttpMethod.Post, Messages, TestNodes.BackOfficeToken, type.Length == 0 ? null : type, body, expected);

    private static (string, JsonNode?) Change(string change)
    {
        string[] sides = change.Split('=', 2, StringSplitOptions.TrimEntries);
        return (sides[0], JsonNode.Parse(sides[1]));
    }

    private static byte[] Body(string cell) => cell.Split(' ')[0] switch
    {
        "@empty" => [],
        "@half" => Encoding.UTF8.GetBytes(XmlTransfer.Good)[..(XmlTransfer.Good.Length / 2)],
        "@laughs" => Encoding.UTF8.GetBytes(Laughs()),
        "@deep-xml" => Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("<a>", 100_000)) + string.Concat(Enumerable.Repeat("</a>", 100_000))),
        "@attributes" => Encoding.UTF8.GetBytes($"<a {string.Join(' ', Enumerable.Range(0, 10_000).Select(static i => $"a{i}='1'"))}/>"),
        "@long-name" => Encoding.UTF8.GetBytes($"<{new string('a', 1_000_000)}>"),
        "@latin-1" => Encoding.Latin1.GetBytes("<Document>Müller</Document>"),
        "@ebcdic" => [0x4C, 0x6F, 0xA7, 0x94, 0x93, 0x40],
        "@utf-32" => Encoding.UTF32.GetBytes("<?xml version='1.0'?><a/>"),
        "@deep-json" => Encoding.UTF8.GetBytes("{\"debtor\":" + new string('[', 10_000) + new string(']', 10_000) + "}"),
        "@large-json" => Spaces(Bounds.MaxJsonBytes + 1),
        "@large-xml" => Spaces(Bounds.MaxDocumentBytes + 1),
        _ => Encoding.UTF8.GetBytes(cell),
    };

    private static byte[] Spaces(int length)
    {
        byte[] spaces = new byte[length];
        spaces.AsSpan().Fill((byte)' ');
        return spaces;
    }

    private static string Laughs()
    {
        StringBuilder text = new("<!DOCTYPE a [<!ENTITY e0 \"ha\">");
        for (int i = 1; i <= 30; i++) text.Append(CultureInfo.InvariantCulture, $"<!ENTITY e{i} \"&e{i - 1};&e{i - 1};\">");
        return text.Append("]><a>&e30;</a>").ToString();
    }
}
