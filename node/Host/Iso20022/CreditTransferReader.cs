using System.Globalization;
using System.Numerics;
using System.Xml;
using Settlement.Core.Monetary;

namespace Settlement.Host.Iso20022;

/// <summary>Reads one Document of credit transfers, and keeps the rules that span its transfers.</summary>
internal sealed class CreditTransferReader(XmlReader xml, MessageGrammar grammar)
{
    // The decimal places at which sums are kept; no accepted number has more.
    private const int SumScale = 18;

    private readonly StructureReader structure = new(xml, grammar.Namespace);
    private readonly FaultList messageFaults = new();
    private readonly List<ReadTransfer> transfers = [];
    private SourceNode? header;
    private BigInteger sum;
    private bool sumIsKnown = true;

    /// <summary>The element that is being read.</summary>
    public SourceNode? Current => structure.Current;

    /// <summary>Reads the Document the reader stands on.</summary>
    public ReadMessage Read(SourceNode document)
    {
        structure.Faults = messageFaults;
        Content.Sequence body = (Content.Sequence)grammar.Body.Content;
        structure.ReadChildren(document, new Content.Sequence(grammar.Body), (message, _) => structure.ReadChildren(message, body, ReadPart));
        if (messageFaults.First is null) CheckTotals();
        if (messageFaults.First is { } fault) return ReadMessage.Malformed.For(fault);
        MessageHeader read = new(
            grammar.MessageType, header!.Child("MsgId")!.Text, header.Child("CreDtTm")!.Text, transfers.Count, BusinessMessageId: null);
        return new ReadMessage.Transfers(read, transfers);
    }

    private void ReadPart(SourceNode node, ElementRule rule)
    {
        structure.BeginPart();
        if (!string.Equals(rule.Name, MessageGrammar.TransactionName, StringComparison.Ordinal))
        {
            structure.Read(node, rule.Content);
            // The first header counts; a second is a fault already.
            if (rule.Name is "GrpHdr") header ??= node;
            return;
        }

        if (transfers.Count == Bounds.MaxTransactions) throw structure.Beyond($"More than {Bounds.MaxTransactions} transactions.");
        FaultList faults = new();
        structure.Faults = faults;
        structure.Read(node, rule.Content);
        structure.Faults = messageFaults;
        Add(node.Child("IntrBkSttlmAmt"));
        // With a faulty header the message is refused, and its transfers may lack what the header says for them.
        if (header is not null && messageFaults.First is null) transfers.Add(TransferMapping.Map(grammar, header, node, faults));
    }

    private void Add(SourceNode? amount)
    {
        if (amount is not null && DecimalDigits.TryRead(amount.Text, Bounds.MaxNumberCharacters, out DecimalDigits digits)
            && digits.Significant <= Money.MaxDigits)
            sum += digits.Scale(SumScale);
        else sumIsKnown = false;
    }

    // NbOfTxs is binding and CtrlSum is when it is given. The sum is not compared when a transfer without a readable
    // amount is refused anyway: its refusal says more.
    private void CheckTotals()
    {
        SourceNode count = header!.Child("NbOfTxs")!;
        if (long.Parse(count.Text, CultureInfo.InvariantCulture) != transfers.Count)
            messageFaults.Add(ReasonCodes.InvalidNumberOfTransactions, count, $"The message holds {transfers.Count} transaction(s).");
        if (!sumIsKnown) return;
        Compare(header.Child("CtrlSum"));
        Compare(header.Child("TtlIntrBkSttlmAmt"));
    }

    private void Compare(SourceNode? total)
    {
        if (total is null) return;
        if (!DecimalDigits.TryRead(total.Text, Bounds.MaxNumberCharacters, out DecimalDigits digits) || digits.Scale(SumScale) != sum)
            messageFaults.Add(ReasonCodes.InvalidControlSum, total, "The amounts of the transactions do not add up to it.");
    }
}
