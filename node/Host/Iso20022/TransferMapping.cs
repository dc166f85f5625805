using Settlement.Core.Identifiers;
using Settlement.Core.Instructions;
using Settlement.Core.Monetary;

namespace Settlement.Host.Iso20022;

/// <summary>Makes a <see cref="CreditTransfer"/> of the elements of one transaction and of the group header above it.</summary>
internal sealed class TransferMapping
{
    private readonly MessageGrammar grammar;
    private readonly SourceNode header;
    private readonly SourceNode transaction;
    private readonly FaultList faults;
    private readonly TransferRules rules;

    private TransferMapping(MessageGrammar grammar, SourceNode header, SourceNode transaction, FaultList faults)
    {
        this.grammar = grammar;
        this.header = header;
        this.transaction = transaction;
        this.faults = faults;
        rules = new TransferRules(faults);
    }

    /// <summary>The transfer, or its refusal when <paramref name="faults"/> holds or gets a fault.</summary>
    public static ReadTransfer Map(MessageGrammar grammar, SourceNode header, SourceNode transaction, FaultList faults) =>
        new TransferMapping(grammar, header, transaction, faults).Map();

    private ReadTransfer Map()
    {
        bool isCustomer = ReferenceEquals(grammar, MessageGrammar.Customer);
        AgentMapping agents = new(faults);
        ParticipantId? instructing = agents.Settling(HereOrInHeader("InstgAgt"), transaction, "InstgAgt", ReasonCodes.InvalidDebtorBank);
        ParticipantId? instructed = agents.Settling(HereOrInHeader("InstdAgt"), transaction, "InstdAgt", ReasonCodes.InvalidCreditorBank);
        agents.Check(transaction.Child("DbtrAgt"), ReasonCodes.InvalidDebtorBank);
        agents.Check(transaction.Child("CdtrAgt"), ReasonCodes.InvalidCreditorBank);
        if (!isCustomer)
        {
            agents.Check(transaction.Child("Dbtr"), ReasonCodes.InvalidDebtorBank);
            agents.Check(transaction.Child("Cdtr"), ReasonCodes.InvalidCreditorBank);
        }

        SourceNode? amountNode = transaction.Child("IntrBkSttlmAmt");
        Money? amount = amountNode is null ? null : rules.Amount(amountNode, amountNode.Currency, amountNode);
        DateOnly? date = rules.Date(HereOrInHeader("IntrBkSttlmDt"), transaction, "IntrBkSttlmDt");
        TransferParty debtor = new(NameOf("Dbtr", isCustomer), Account("DbtrAcct", ReasonCodes.InvalidDebtorAccount));
        TransferParty creditor = new(NameOf("Cdtr", isCustomer), Account("CdtrAcct", ReasonCodes.InvalidCreditorAccount));
        SourceNode? type = HereOrInHeader("PmtTpInf");
        Priority priority = TransferRules.PriorityOf((transaction.Child("SttlmPrty") ?? type?.Child("InstrPrty"))?.Text);
        SourceNode? times = transaction.Child("SttlmTmReq");
        DateTimeOffset? from = rules.Time(times?.Child("FrTm"), date), till = rules.Time(times?.Child("TillTm"), date), reject = rules.Time(times?.Child("RjctTm"), date);
        string? remittance = RemittanceMapping.Read(transaction.Child("RmtInf"), faults);

        SourceNode? ids = transaction.Child("PmtId");
        string messageId = header.Child("MsgId")?.Text ?? "";
        string? instructionId = ids?.Child("InstrId")?.Text;
        string? endToEndId = ids?.Child("EndToEndId")?.Text;
        string? transactionId = ids?.Child("TxId")?.Text;
        Uetr? uetr = Uetr.TryParse(ids?.Child("UETR")?.Text, out Uetr read) ? read : null;
        if (ids?.Child("EndToEndId") is { } end && OneLine(end.Text) is null) faults.Add(ReasonCodes.InvalidFileFormat, end, "The element holds nothing but white space.");
        if (faults.First is { } fault)
        {
            TransferIdentification identification = new(
                grammar.MessageType, messageId, Short(instructionId), Short(endToEndId), Short(transactionId), uetr, instructing, instructed);
            return new ReadTransfer.Rejected(identification, fault.Code, fault.Place, fault.Line, fault.Column, fault.Reason);
        }

        return new ReadTransfer.Valid(new CreditTransfer(
            grammar.MessageType, messageId, OneLine(instructionId), OneLine(endToEndId)!, OneLine(transactionId), uetr, amount!.Value, date!.Value, priority,
            instructing!.Value, instructed!.Value, debtor, creditor, OneLine(remittance))
        {
            // Until when it may settle, and by when it must: this node has one answer to both.
            NotBefore = from, NotAfter = till < reject ? till : reject ?? till,
        });
    }

    /// <summary>
    /// Text of an entry is one line. Indentation and line breaks of the document are no part of what the sender says, so runs of
    /// white space become one space; the message itself is kept as it came. Of nothing but white space nothing is left.
    /// </summary>
    private static string? OneLine(string? text) =>
        string.IsNullOrWhiteSpace(text) ? null : string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    // The standard lets the group header speak for all transfers, and then forbids the transfers to.
    private SourceNode? HereOrInHeader(string name)
    {
        SourceNode? here = transaction.Child(name);
        SourceNode? above = header.Child(name);
        if (here is not null && above is not null)
            faults.Add(ReasonCodes.InvalidFileFormat, here, "The element stands in the group header already.");
        return here ?? above;
    }

    // A reference that breaks its facets is not repeated in an answer, whose own schema it would break.
    private static string? Short(string? reference) => reference is { Length: > 0 and <= 35 } ? reference : null;

    private string NameOf(string role, bool isCustomer)
    {
        SourceNode? party = transaction.Child(role);
        if (!isCustomer) return OneLine(AgentMapping.NameOf(party)) ?? "";
        SourceNode? organisation = party?.Find("Id", "OrgId");
        return (party?.Child("Nm") ?? organisation?.Child("AnyBIC") ?? organisation?.Child("LEI")
            ?? organisation?.Find("Othr", "Id") ?? party?.Find("Id", "PrvtId", "Othr", "Id"))?.Text is { } name ? OneLine(name) ?? "" : "";
    }

    private string? Account(string name, string code)
    {
        SourceNode? id = transaction.Find(name, "Id");
        return id?.Child("IBAN") is { } iban ? rules.Iban(iban, code) : OneLine(id?.Find("Othr", "Id")?.Text);
    }
}
