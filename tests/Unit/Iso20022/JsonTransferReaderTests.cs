using System.Text;
using Settlement.Core.Instructions;
using Settlement.Host.Iso20022;

namespace Settlement.Tests.Unit.Iso20022;

public sealed class JsonTransferReaderTests
{
    private const string Whole =
        """
        {"messageId":"MSG1","instructionId":"I1","endToEndId":"E1","transactionId":"T1","uetr":"8a562c67-ca16-48ba-b074-65581be6f011",
         "amount":"1250.50","currency":"EUR","settlementDate":"2026-03-02","priority":"HIGH",
         "instructingAgent":"ALDEDEFF","instructedAgent":"USABA:011104238",
         "debtor":{"name":"Ada Lovelace","iban":"DE89370400440532013000"},"creditor":{"name":"Corporation B","account":"56478374687"},
         "remittance":"Invoice 7"}
        """;

    [Fact]
    public void The_same_transfer_comes_in_by_both_doors() =>
        Assert.Equal(Message.Valid(Message.Customer), Assert.Single(Assert.IsType<ReadMessage.Transfers>(Read(Whole)).Items));

    [Theory]
    [InlineData("\"1250.50\"", "1250.50", "FF01", "/amount")]
    [InlineData("\"1250.50\"", "\"0\"", "AM01", "/amount")]
    [InlineData("\"1250.50\"", "\"1.005\"", "CH20", "/amount")]
    [InlineData("\"1250.50\"", "\"-1\"", "FF01", "/amount")]
    [InlineData("\"EUR\"", "\"XXX\"", "AM03", "/currency")]
    [InlineData("\"amount\":\"1250.50\",", "", "FF01", "/amount")]
    [InlineData("\"endToEndId\":\"E1\"", "\"endToEndId\":null", "FF01", "/endToEndId")]
    [InlineData("\"E1\"", "\"E\\u0001\"", "FF01", "/endToEndId")]
    [InlineData("\"E1\"", "\"\"", "FF01", "/endToEndId")]
    [InlineData("2026-03-02", "2026-02-30", "DT01", "/settlementDate")]
    [InlineData("\"settlementDate\":\"2026-03-02\",", "", "DT01", "/settlementDate")]
    [InlineData("011104238", "011104239", "RC04", "/instructedAgent")]
    [InlineData("\"instructingAgent\":\"ALDEDEFF\",", "", "RC03", "/instructingAgent")]
    [InlineData("0532013000", "0532013001", "AC02", "/debtor/iban")]
    [InlineData("\"iban\":", "\"account\":\"1\",\"iban\":", "FF01", "/debtor/account")]
    [InlineData("\"name\":\"Ada Lovelace\",", "", "FF01", "/debtor/name")]
    [InlineData("\"name\":\"Ada", "\"nom\":\"x\",\"name\":\"Ada", "FF01", "/debtor/nom")]
    [InlineData("\"creditor\":{\"name\":\"Corporation B\",\"account\":\"56478374687\"}", "\"creditor\":7", "FF01", "/creditor")]
    [InlineData("\"HIGH\"", "\"high\"", "FF01", "/priority")]
    [InlineData("8a562c67-ca16-4", "8a562c67-ca16-1", "FF01", "/uetr")]
    [InlineData("\"priority\"", "\"prio\"", "FF01", "/prio")]
    public void A_wrong_member_is_refused_with_its_reason_and_place(string part, string replacement, string code, string place)
    {
        ReadMessage.Transfers read = Assert.IsType<ReadMessage.Transfers>(Read(Message.With(part, replacement, Whole)));
        ReadTransfer.Rejected rejected = Assert.IsType<ReadTransfer.Rejected>(Assert.Single(read.Items));
        Assert.Equal((code, place), (rejected.ReasonCode, rejected.Place));
    }

    [Theory]
    [InlineData("{\"messageId\":\"MSG1\"", "{\"messageId\":\"MSG1\",\"messageId\":\"MSG2\"")]
    [InlineData("\"E1\"", "\"\\ud800\"")]
    [InlineData("\"E1\"", "{\"a\":{\"b\":{\"c\":{\"d\":1}}}}")]
    [InlineData("\"remittance\":\"Invoice 7\"}", "\"remittance\":\"Invoice 7\",}")]
    [InlineData("\"remittance\":\"Invoice 7\"}", "")]
    [InlineData("{\"messageId\"", "/*x*/{\"messageId\"")]
    public void What_is_not_one_clear_object_is_refused_as_a_whole(string part, string replacement) =>
        Assert.Equal("FF01", Assert.IsType<ReadMessage.Malformed>(Read(Message.With(part, replacement, Whole))).Code);

    [Theory, InlineData(""), InlineData("[]"), InlineData("7"), InlineData("null"), InlineData("<Document/>")]
    public void Other_documents_are_refused(string text) => Assert.IsType<ReadMessage.Malformed>(Read(text));

    [Fact]
    public void A_document_beyond_the_bound_is_refused() =>
        Assert.IsType<ReadMessage.Malformed>(Read(Whole + new string(' ', Bounds.MaxJsonBytes)));

    [Fact]
    public void An_institution_transfer_is_named()
    {
        string institution = Message.With("{\"messageId\"", "{\"messageType\":\"pacs.009.001.08\",\"messageId\"", Whole);
        CreditTransfer transfer = Assert.IsType<ReadTransfer.Valid>(Assert.Single(Assert.IsType<ReadMessage.Transfers>(Read(institution)).Items)).Transfer;
        Assert.Equal("pacs.009.001.08", transfer.MessageType);
    }

    private static ReadMessage Read(string json) => JsonTransferReader.Read(Encoding.UTF8.GetBytes(json));
}
