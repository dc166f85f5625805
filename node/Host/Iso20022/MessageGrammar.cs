using static Settlement.Host.Iso20022.CreditTransferGrammar;
using static Settlement.Host.Iso20022.ElementRule;
using static Settlement.Host.Iso20022.TextRule;

namespace Settlement.Host.Iso20022;

/// <summary>
/// A message this node settles. Every element of the message is known; what stands in parts that settlement does not use
/// (tax, regulatory reporting, contact details, amounts of invoices, underlying transfers) is passed over.
/// </summary>
/// <param name="MessageType">The message definition identifier.</param>
/// <param name="Body">The only child of Document.</param>
internal sealed record MessageGrammar(string MessageType, ElementRule Body)
{
    /// <summary>What every ISO 20022 namespace begins with; the message definition identifier follows.</summary>
    public const string NamespacePrefix = "urn:iso:std:iso:20022:tech:xsd:";

    /// <summary>The element of one transfer.</summary>
    public const string TransactionName = "CdtTrfTxInf";

    /// <summary>FIToFICustomerCreditTransferV08.</summary>
    public static readonly MessageGrammar Customer = new("pacs.008.001.08", One("FIToFICstmrCdtTrf", Message(new Content.Sequence(
    [
        .. Beginning,
        Optional("AccptncDtTm", IsoDateTime), Optional("PoolgAdjstmntDt", IsoDate), Optional("InstdAmt", AnyAmount),
        Optional("XchgRate", new Content.Text(Rate)), One("ChrgBr", new Content.Text(OneOf("DEBT", "CRED", "SHAR", "SLEV"))),
        Any("ChrgsInf", new Content.Sequence(One("Amt", AnyAmount), One("Agt", Agent))),
        .. Agents,
        Optional("UltmtDbtr", Party), Optional("InitgPty", Party), One("Dbtr", Party), Optional("DbtrAcct", JudgedAccount),
        One("DbtrAgt", JudgedAgent), Optional("DbtrAgtAcct", Account), One("CdtrAgt", JudgedAgent), Optional("CdtrAgtAcct", Account),
        One("Cdtr", Party), Optional("CdtrAcct", JudgedAccount), Optional("UltmtCdtr", Party),
        Any("InstrForCdtrAgt", InstructionWith("CHQB", "HOLD", "PHOB", "TELB")), Any("InstrForNxtAgt", InstructionWith("PHOA", "TELA")),
        Optional("Purp", Coded(4)), UpTo(10, "RgltryRptg", PassedOver), Optional("Tax", PassedOver), UpTo(10, "RltdRmtInf", PassedOver),
        Optional("RmtInf", new Content.Sequence(Any("Ustrd", Text140), Any("Strd", new Content.Sequence(
            Any("RfrdDocInf", new Content.Sequence(
                Optional("Tp", PassedOver), Optional("Nb", Text35), Optional("RltdDt", IsoDate), Any("LineDtls", PassedOver))),
            Optional("RfrdDocAmt", PassedOver),
            Optional("CdtrRefInf", new Content.Sequence(Optional("Tp", PassedOver), Optional("Ref", Text35))),
            Optional("Invcr", PassedOver), Optional("Invcee", PassedOver), Optional("TaxRmt", PassedOver),
            Optional("GrnshmtRmt", PassedOver), UpTo(3, "AddtlRmtInf", Text140))))),
        .. SupplementaryData,
    ]))));

    /// <summary>FinancialInstitutionCreditTransferV08.</summary>
    public static readonly MessageGrammar Institution = new("pacs.009.001.08", One("FICdtTrf", Message(new Content.Sequence(
    [
        .. Beginning,
        .. Agents,
        Optional("UltmtDbtr", Agent), One("Dbtr", JudgedAgent), Optional("DbtrAcct", JudgedAccount),
        Optional("DbtrAgt", JudgedAgent), Optional("DbtrAgtAcct", Account), Optional("CdtrAgt", JudgedAgent), Optional("CdtrAgtAcct", Account),
        One("Cdtr", JudgedAgent), Optional("CdtrAcct", JudgedAccount), Optional("UltmtCdtr", Agent),
        Any("InstrForCdtrAgt", InstructionWith("PHOB", "TELB")), Any("InstrForNxtAgt", InstructionWith("PHOA", "TELA")),
        Optional("Purp", Coded(4)), Optional("RmtInf", new Content.Sequence(Any("Ustrd", Text140))),
        Optional("UndrlygCstmrCdtTrf", PassedOver),
        .. SupplementaryData,
    ]))));

    /// <summary>Both messages.</summary>
    public static readonly MessageGrammar[] All = [Customer, Institution];

    /// <summary>The namespace of the document.</summary>
    public string Namespace => NamespacePrefix + MessageType;

    private static Content.Sequence Message(Content.Sequence transaction) =>
        new([One("GrpHdr", GroupHeader), Some(TransactionName, transaction), .. SupplementaryData]);
}
