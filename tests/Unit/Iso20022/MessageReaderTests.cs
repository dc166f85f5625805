using System.Text;
using Settlement.Core.Instructions;
using Settlement.Host.Iso20022;
using static Settlement.Tests.Unit.Iso20022.Message;

namespace Settlement.Tests.Unit.Iso20022;

public sealed class MessageReaderTests
{
    [Fact]
    public void A_customer_transfer_is_read_whole()
    {
        CreditTransfer transfer = Valid(Customer).Transfer;
        Assert.Equal("pacs.008.001.08", transfer.MessageType);
        Assert.Equal("MSG1", transfer.MessageId);
        Assert.Equal(("I1", "E1", "T1"), (transfer.InstructionId, transfer.EndToEndId, transfer.TransactionId));
        Assert.Equal("8a562c67-ca16-48ba-b074-65581be6f011", transfer.Uetr.ToString());
        Assert.Equal("1250.50 EUR", transfer.Amount.ToString());
        Assert.Equal(new DateOnly(2026, 3, 2), transfer.SettlementDate);
        Assert.Equal(Priority.High, transfer.Priority);
        Assert.Equal("ALDEDEFFXXX", transfer.InstructingAgent.ToString());
        Assert.Equal("USABA:011104238", transfer.InstructedAgent.ToString());
        Assert.Equal(new TransferParty("Ada Lovelace", "DE89370400440532013000"), transfer.Debtor);
        Assert.Equal(new TransferParty("Corporation B", "56478374687"), transfer.Creditor);
        Assert.Equal("Invoice 7", transfer.Remittance);
    }

    [Fact]
    public void Every_shared_credit_transfer_is_valid_and_every_other_message_is_named()
    {
        int valid = 0, unsupported = 0;
        foreach (string file in Directory.GetFiles(SharedFiles.Folder("iso20022", "samples"), "*.xml"))
        {
            switch (MessageReader.Read(File.ReadAllBytes(file)))
            {
                case ReadMessage.Transfers transfers:
                    Assert.All(transfers.Items, item => Assert.IsType<ReadTransfer.Valid>(item));
                    valid += transfers.Items.Count;
                    break;
                case ReadMessage.Unsupported other:
                    Assert.Matches(@"^(pacs|camt|head)\.\d{3}\.\d{3}\.\d{2}$", other.MessageType);
                    unsupported++;
                    break;
                case ReadMessage.Malformed malformed:
                    Assert.Fail($"{Path.GetFileName(file)}: {malformed}");
                    break;
            }
        }

        Assert.Equal((12, 17), (valid, unsupported));
    }

    public static TheoryData<string, string> Equivalents() => new()
    {
        { "prefixes", With("<", "<p:", With("</", "<\0/")).Replace("<p:\0/", "</p:", StringComparison.Ordinal).Replace("xmlns=", "xmlns:p=", StringComparison.Ordinal) },
        { "comments, processing instructions and CDATA", With("Ada Lovelace", "<![CDATA[Ada]]> <!-- x -->Love<?y z?>lace") },
        { "character references", With("Ada Lovelace", "Ad&#97; Lovel&#x61;ce") },
        { "schema location", With("<Document ", "<Document xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:schemaLocation=\"a b\" ") },
        { "white space", With("><", ">\r\n\t<") },
        { "white space in numbers and dates", With(">1250.50<", ">\n 1250.50 <", With(">2026-03-02<", "> 2026-03-02\t<")) },
        { "white space and line breaks in texts", With("Ada Lovelace", "\r\n   Ada\tLovelace\n  ", With("Invoice 7", "Invoice\n7")) },
        { "zeros", With(">1250.50<", ">+001250.500000<") },
        { "supplementary data", With("</CdtTrfTxInf>", "<SplmtryData><PlcAndNm>x</PlcAndNm><Envlp><a xmlns=\"urn:a\" b=\"c\">d<e/></a></Envlp></SplmtryData></CdtTrfTxInf>") },
        { "a wrapper with a header", $"<w:Msg xmlns:w=\"urn:w\"><w:Body>{Head("pacs.008.001.08")}{Customer}</w:Body><w:End/></w:Msg>" },
        { "a declaration", "<?xml version=\"1.0\" encoding=\"utf-8\" standalone=\"yes\"?>" + Customer },
        { "the date in the header", With("<SttlmInf>", Date + "<SttlmInf>", With(Date, "")) },
        { "the agents in the header", With("</GrpHdr>", Payer + Payee + "</GrpHdr>", With(Payer + Payee, "")) },
        { "the right sum", With("</NbOfTxs>", "</NbOfTxs><CtrlSum>1250.5</CtrlSum><TtlIntrBkSttlmAmt Ccy=\"EUR\">1250.50</TtlIntrBkSttlmAmt>") },
    };

    [Theory, MemberData(nameof(Equivalents))]
    public void The_same_message_in_another_dress_is_the_same_transfer(string dress, string xml)
    {
        Assert.NotEmpty(dress);
        Assert.Equal(Valid(Customer).Transfer, Valid(xml).Transfer);
    }

    [Theory, InlineData("utf-16"), InlineData("utf-16BE"), InlineData("utf-8")]
    public void Byte_order_marks_and_utf_16_are_read(string encodingName)
    {
        Encoding encoding = Encoding.GetEncoding(encodingName);
        byte[] bytes = [.. encoding.GetPreamble(), .. encoding.GetBytes(Customer)];
        ReadMessage.Transfers read = Assert.IsType<ReadMessage.Transfers>(MessageReader.Read(bytes));
        Assert.Equal(Valid(Customer), Assert.Single(read.Items));
    }

    [Fact]
    public void A_header_gives_the_business_message_its_name()
    {
        ReadMessage.Transfers read = Assert.IsType<ReadMessage.Transfers>(Read($"<a>{Head("pacs.008.001.08")}{Customer}</a>"));
        Assert.Equal("BIZ1", read.Header.BusinessMessageId);
        ReadMessage.Malformed other = Assert.IsType<ReadMessage.Malformed>(Read($"<a>{Head("pacs.009.001.08")}{Customer}</a>"));
        Assert.Equal("/a/AppHdr/MsgDefIdr", other.Place);
    }

    [Fact]
    public void An_envelope_holds_one_header_and_one_message()
    {
        string head = Head("pacs.008.001.08");
        Assert.Equal("/a/AppHdr", Assert.IsType<ReadMessage.Malformed>(Read($"<a>{head}{head}{Customer}</a>")).Place);
        Assert.Equal("/a/Document", Assert.IsType<ReadMessage.Malformed>(Read($"<a>{Customer}{Customer}</a>")).Place);
        string long36 = With("BIZ1", new string('x', 36), head);
        Assert.Equal("/a/AppHdr/BizMsgIdr", Assert.IsType<ReadMessage.Malformed>(Read($"<a>{long36}{Customer}</a>")).Place);
    }

    [Fact]
    public void A_message_as_large_as_the_bounds_allow_is_read()
    {
        string many = With(Transaction, string.Concat(Enumerable.Repeat(Transaction, Bounds.MaxTransactions)),
            With("<NbOfTxs>1<", $"<NbOfTxs>{Bounds.MaxTransactions}<"));
        ReadMessage.Transfers read = Assert.IsType<ReadMessage.Transfers>(Read(many));
        Assert.Equal(Bounds.MaxTransactions, read.Items.Count);
        Assert.All(read.Items, item => Assert.IsType<ReadTransfer.Valid>(item));
    }

    [Theory]
    [InlineData("<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.054.001.08'><x/></Document>", "camt.054.001.08")]
    [InlineData("<Document xmlns='urn:iso:std:iso:20022:tech:xsd:pacs.008.001.10'/>", "pacs.008.001.10")]
    [InlineData("<AppHdr xmlns='urn:iso:std:iso:20022:tech:xsd:head.001.001.02'/>", "head.001.001.02")]
    [InlineData("<Document xmlns='urn:example'/>", "urn:example")]
    [InlineData("<Document/>", "no namespace: Document")]
    public void What_is_not_a_credit_transfer_is_named(string xml, string type) =>
        Assert.Equal(new ReadMessage.Unsupported(type), Read(xml));

    [Fact]
    public void The_transfers_of_one_message_stand_on_their_own()
    {
        string bad = With(">1250.50<", ">0.00<", Transaction);
        string two = With(Transaction, Transaction + bad, With("<NbOfTxs>1<", "<NbOfTxs>2<"));
        ReadMessage.Transfers read = Assert.IsType<ReadMessage.Transfers>(Read(two));
        Assert.IsType<ReadTransfer.Valid>(read.Items[0]);
        ReadTransfer.Rejected rejected = Assert.IsType<ReadTransfer.Rejected>(read.Items[1]);
        Assert.Equal(("AM01", "/Document/FIToFICstmrCdtTrf/CdtTrfTxInf[2]/IntrBkSttlmAmt"), (rejected.ReasonCode, rejected.Place));
        Assert.Equal("E1", rejected.Identification.EndToEndId);
        Assert.Equal("ALDEDEFFXXX", rejected.Identification.InstructingAgent.ToString());
    }

    [Fact]
    public void Names_of_institutions_and_structured_remittance_are_read()
    {
        string strd = "<RmtInf>" + string.Concat(Enumerable.Range(1, 9).Select(number =>
            $"<Strd><RfrdDocInf><Nb>INVOICE-2026-00000000{number}</Nb></RfrdDocInf></Strd>")) + "</RmtInf>";
        string remittance = Valid(With("<RmtInf><Ustrd>Invoice 7</Ustrd></RmtInf>", strd)).Transfer.Remittance!;
        Assert.EndsWith("INVOICE-2026-000000005, +4", remittance, StringComparison.Ordinal);
        Assert.True(remittance.Length <= 140);

        string institution = With("pacs.008", "pacs.009", With("FIToFICstmrCdtTrf", "FICdtTrf", With("<ChrgBr>SHAR</ChrgBr>", "")))
            .Replace("<Dbtr><Nm>Ada Lovelace</Nm></Dbtr>", "<Dbtr><FinInstnId><BICFI>ALDEDEFF</BICFI></FinInstnId></Dbtr>", StringComparison.Ordinal)
            .Replace("<Cdtr><Nm>Corporation B</Nm></Cdtr>", "<Cdtr><FinInstnId><Nm>Bank B</Nm></FinInstnId></Cdtr>", StringComparison.Ordinal);
        CreditTransfer transfer = Valid(institution).Transfer;
        Assert.Equal(("pacs.009.001.08", "ALDEDEFF", "Bank B"), (transfer.MessageType, transfer.Debtor.Name, transfer.Creditor.Name));
    }

    private static string Head(string type) =>
        $"<AppHdr xmlns=\"urn:iso:std:iso:20022:tech:xsd:head.001.001.02\"><Fr><x>y</x></Fr><BizMsgIdr>BIZ1</BizMsgIdr><MsgDefIdr>{type}</MsgDefIdr></AppHdr>";

    [Fact]
    public void A_reference_of_white_space_is_none()
    {
        CreditTransfer transfer = Valid(With(">T1<", ">\t<", With(">I1<", "> \n <"))).Transfer;
        Assert.Null(transfer.TransactionId);
        Assert.Null(transfer.InstructionId);
        Assert.Equal("E1", transfer.EndToEndId);
    }

    [Fact]
    public void What_the_parser_says_of_a_document_is_short()
    {
        string name = new('a', 100_000);
        ReadMessage.Malformed refused = Assert.IsType<ReadMessage.Malformed>(Read($"<{name}></b>"));
        Assert.InRange(refused.Reason.Length, 1, 201);
        Assert.InRange(refused.Place.Length, 1, 100);
    }
}
