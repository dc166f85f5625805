using static Settlement.Host.Iso20022.ElementRule;
using static Settlement.Host.Iso20022.TextRule;

namespace Settlement.Host.Iso20022;

/// <summary>
/// The parts of pacs.008.001.08 and pacs.009.001.08 that the two messages share. Identifiers of the parties that settle and
/// their date are plain texts here: they are judged later, each with a reason of its own instead of FF01.
/// </summary>
internal static class CreditTransferGrammar
{
    internal static readonly Content PassedOver = new Content.PassedOver();
    internal static readonly Content Text35 = new Content.Text(Max(35));
    internal static readonly Content Text70 = new Content.Text(Max(70));
    internal static readonly Content Text140 = new Content.Text(Max(140));
    internal static readonly Content JudgedText = Text140;
    internal static readonly Content JudgedDate = new Content.Text(new TextRule("1 to 140 characters", Max(140).Accepts, Collapses: true));
    internal static readonly Content IsoDate = new Content.Text(Date);
    internal static readonly Content IsoDateTime = new Content.Text(TextRule.DateTime);
    internal static readonly Content AnyAmount = new Content.Amount(Amount, CurrencyCode);
    internal static readonly Content SettledAmount = new Content.Amount(SettlementAmount, Max(Bounds.MaxShownCharacters));

    private static readonly Content Text4 = new Content.Text(Max(4));
    private static readonly Content Text16 = new Content.Text(Max(16));
    private static readonly Content CountryText = new Content.Text(Country);

    private static readonly Content GenericId30 = new Content.Sequence(
        One("Id", new Content.Text(Exact4)), One("Issr", Text35), Optional("SchmeNm", Text35));

    internal static readonly Content PostalAddress = new Content.Sequence(
        Optional("AdrTp", new Content.Choice(One("Cd", new Content.Text(OneOf("ADDR", "PBOX", "HOME", "BIZZ", "MLTO", "DLVY"))), One("Prtry", GenericId30))),
        Optional("Dept", Text70), Optional("SubDept", Text70), Optional("StrtNm", Text70), Optional("BldgNb", Text16),
        Optional("BldgNm", Text35), Optional("Flr", Text70), Optional("PstBx", Text16), Optional("Room", Text70),
        Optional("PstCd", Text16), Optional("TwnNm", Text35), Optional("TwnLctnNm", Text35), Optional("DstrctNm", Text35),
        Optional("CtrySubDvsn", Text35), Optional("Ctry", CountryText), UpTo(7, "AdrLine", Text70));

    // The agents that settle and the customers' banks: their identifiers are judged (RC03, RC04).
    internal static readonly Content JudgedAgent = AgentWith(JudgedText, JudgedText);

    internal static readonly Content Agent = AgentWith(new Content.Text(Bic), new Content.Text(TextRule.Lei));

    internal static readonly Content JudgedAccount = AccountWith(JudgedText);

    internal static readonly Content Account = AccountWith(new Content.Text(TextRule.Iban));

    internal static readonly Content Party = new Content.Sequence(
        Optional("Nm", Text140), Optional("PstlAdr", PostalAddress),
        Optional("Id", new Content.Choice(
            One("OrgId", new Content.Sequence(
                Optional("AnyBIC", new Content.Text(Bic)), Optional("LEI", new Content.Text(TextRule.Lei)), Any("Othr", GenericId(Text4)))),
            One("PrvtId", new Content.Sequence(Optional("DtAndPlcOfBirth", PassedOver), Any("Othr", GenericId(Text4)))))),
        Optional("CtryOfRes", CountryText), Optional("CtctDtls", PassedOver));

    internal static readonly Content PaymentIdentification = new Content.Sequence(
        Optional("InstrId", Text35), One("EndToEndId", Text35), Optional("TxId", Text35),
        Optional("UETR", new Content.Text(UuidV4)), Optional("ClrSysRef", Text35));

    internal static readonly Content PaymentType = new Content.Sequence(
        Optional("InstrPrty", new Content.Text(OneOf("HIGH", "NORM"))),
        Optional("ClrChanl", new Content.Text(OneOf("RTGS", "RTNS", "MPNS", "BOOK"))),
        Any("SvcLvl", Coded(4)), Optional("LclInstrm", Coded(35)), Optional("CtgyPurp", Coded(4)));

    internal static readonly Content GroupHeader = new Content.Sequence(
        One("MsgId", Text35), One("CreDtTm", IsoDateTime), Optional("BtchBookg", new Content.Text(TextRule.Boolean)),
        One("NbOfTxs", new Content.Text(Max15Digits)), Optional("CtrlSum", new Content.Text(ControlSum)),
        Optional("TtlIntrBkSttlmAmt", AnyAmount), Optional("IntrBkSttlmDt", JudgedDate),
        One("SttlmInf", new Content.Sequence(
            One("SttlmMtd", new Content.Text(OneOf("INDA", "INGA", "COVE", "CLRG"))), Optional("SttlmAcct", Account),
            Optional("ClrSys", Coded(3)), Optional("InstgRmbrsmntAgt", Agent), Optional("InstgRmbrsmntAgtAcct", Account),
            Optional("InstdRmbrsmntAgt", Agent), Optional("InstdRmbrsmntAgtAcct", Account),
            Optional("ThrdRmbrsmntAgt", Agent), Optional("ThrdRmbrsmntAgtAcct", Account))),
        Optional("PmtTpInf", PaymentType), Optional("InstgAgt", JudgedAgent), Optional("InstdAgt", JudgedAgent));

    /// <summary>From the payment's identification to the time of settlement: the beginning of every transfer.</summary>
    internal static readonly ElementRule[] Beginning =
    [
        One("PmtId", PaymentIdentification), Optional("PmtTpInf", PaymentType), One("IntrBkSttlmAmt", SettledAmount),
        Optional("IntrBkSttlmDt", JudgedDate), Optional("SttlmPrty", new Content.Text(OneOf("URGT", "HIGH", "NORM"))),
        Optional("SttlmTmIndctn", new Content.Sequence(Optional("DbtDtTm", IsoDateTime), Optional("CdtDtTm", IsoDateTime))),
        Optional("SttlmTmReq", new Content.Sequence(
            Optional("CLSTm", new Content.Text(Time)), Optional("TillTm", new Content.Text(Time)),
            Optional("FrTm", new Content.Text(Time)), Optional("RjctTm", new Content.Text(Time)))),
    ];

    /// <summary>The agents between the banks, with the two that settle.</summary>
    internal static readonly ElementRule[] Agents =
    [
        .. Numbered("PrvsInstgAgt"),
        Optional("InstgAgt", JudgedAgent), Optional("InstdAgt", JudgedAgent),
        .. Numbered("IntrmyAgt"),
    ];

    internal static readonly ElementRule[] SupplementaryData =
        [Any("SplmtryData", new Content.Sequence(Optional("PlcAndNm", new Content.Text(Max(350))), One("Envlp", PassedOver)))];

    /// <summary>A choice of an external code and a proprietary one.</summary>
    internal static Content Coded(int length) => new Content.Choice(One("Cd", new Content.Text(Max(length))), One("Prtry", Text35));

    /// <summary>A code to act on with a text, both optional.</summary>
    internal static Content InstructionWith(params string[] codes) =>
        new Content.Sequence(Optional("Cd", new Content.Text(OneOf(codes))), Optional("InstrInf", Text140));

    private static IEnumerable<ElementRule> Numbered(string name) => Enumerable.Range(1, 3).SelectMany(number =>
        (ElementRule[])[Optional($"{name}{number}", Agent), Optional($"{name}{number}Acct", Account)]);

    private static Content.Sequence GenericId(Content code) => new(
        One("Id", Text35), Optional("SchmeNm", new Content.Choice(One("Cd", code), One("Prtry", Text35))), Optional("Issr", Text35));

    private static Content.Sequence AgentWith(Content bic, Content lei) => new(
        One("FinInstnId", new Content.Sequence(
            Optional("BICFI", bic),
            Optional("ClrSysMmbId", new Content.Sequence(Optional("ClrSysId", Coded(5)), One("MmbId", Text35))),
            Optional("LEI", lei), Optional("Nm", Text140), Optional("PstlAdr", PostalAddress), Optional("Othr", GenericId(Text4)))),
        Optional("BrnchId", new Content.Sequence(
            Optional("Id", Text35), Optional("LEI", new Content.Text(TextRule.Lei)), Optional("Nm", Text140), Optional("PstlAdr", PostalAddress))));

    private static Content.Sequence AccountWith(Content iban) => new(
        One("Id", new Content.Choice(
            One("IBAN", iban),
            One("Othr", new Content.Sequence(One("Id", new Content.Text(Max(34))), Optional("SchmeNm", Coded(4)), Optional("Issr", Text35))))),
        Optional("Tp", Coded(4)), Optional("Ccy", new Content.Text(CurrencyCode)), Optional("Nm", Text70),
        Optional("Prxy", new Content.Sequence(Optional("Tp", Coded(4)), One("Id", new Content.Text(Max(2048))))));
}
