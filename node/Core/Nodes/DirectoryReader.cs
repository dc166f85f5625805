using Settlement.Core.Alarms;
using Settlement.Core.Machines;
using Settlement.Core.Notarisation;
using Settlement.Core.Participants;
using Settlement.Wire.Ledger;

namespace Settlement.Core.Nodes;

/// <summary>Lists this node at the ledger, and reads who else is listed there.</summary>
internal sealed class DirectoryReader(NodeContext context, LedgerWitness ledger)
{
    private const int Page = 500;

    private readonly Retry listing = context.NewRetry();
    private bool isListing;
    private DateTimeOffset due = DateTimeOffset.MinValue;
    private ulong next;

    /// <summary>Told when the directory was read to its end.</summary>
    public Action WhenRead { get; set; } = static () => { };

    /// <summary>Whether it is time to read on.</summary>
    public bool IsDue => context.Now >= due;

    /// <summary>It is read again at once.</summary>
    public void Refresh() => due = DateTimeOffset.MinValue;

    /// <summary>The node's own record, which goes to the ledger once a start; null when it went, or must wait.</summary>
    public PendingSubmission? Introduce()
    {
        if (isListing || !listing.IsDue(context.Now)) return null;
        isListing = true;
        return new PendingSubmission(new Submission { Participant = context.Parts.OwnRecord }, OnListed, 0);
    }

    /// <summary>The next page.</summary>
    public DirectoryQuery Query()
    {
        // Due again from here on, not from each reply: a node that asks often for other things reads it all the same.
        due = context.Now + context.Settings.DirectoryInterval;
        return new DirectoryQuery { From = next, Limit = Page };
    }

    /// <summary>What the ledger said of it.</summary>
    public void Read(LedgerReply reply)
    {
        bool changed = false;
        if (reply.Directory.Count > Page)
        {
            context.Alarm(LedgerCodes.NoProgress, "directory");
            return;
        }

        foreach (LeafReceipt receipt in reply.Directory)
        {
            if (!ledger.IsIncluded(receipt, out Leaf? leaf, out LedgerDoubt? doubt))
            {
                ledger.Doubt(doubt, "directory", receipt);
                return;
            }

            // Each is beyond the one before, or a ledger could say the same full page for ever and be asked at once each time.
            if (leaf.Index < next)
            {
                ledger.Hear(EvidencePart.Of("receipt", receipt));
                context.Alarm(LedgerCodes.NoProgress, "directory");
                return;
            }

            next = leaf.Index + 1;
            if (leaf.RecordCase == Leaf.RecordOneofCase.Participant
                && ListedParticipant.TryRead(leaf.Participant, context.Network, out ListedParticipant? listed, out _))
            {
                ledger.Hear(EvidencePart.Of("receipt", receipt));
                changed |= Note(listed);
            }
        }

        // A full page says that there is more.
        if (reply.Directory.Count >= Page) Refresh();
        if (changed) context.Then(new Effect.DirectoryChanged());
        if (reply.Directory.Count < Page) WhenRead();
    }

    private bool Note(ListedParticipant listed)
    {
        // Its owner watches a participant's entry: a record under this node's name that is not its own is reported.
        if (listed.Id == context.Parts.Keys.Participant && listed.RootKey != context.Parts.Keys.Root.PublicKey)
            context.Alarm(LedgerCodes.RootChanged, listed.Id.ToString());
        return context.Parts.Directory.Add(listed, context.Now);
    }

    private void OnListed(SubmissionResult result, Leaf? leaf)
    {
        if (result.Code == LedgerCodes.QuotaUsed)
        {
            // Nobody's fault: strangers have one quota together, which others may have used up, and the ledger takes the same record after a wait.
            context.Note(result.Code, context.Parts.Keys.Participant.ToString());
            listing.Tried(context.Now);
            isListing = false;
            return;
        }

        if (result.Code.Length > 0) context.Alarm(KnownCodes.OrForeign(result.Code), context.Parts.Keys.Participant.ToString());
        Refresh();
    }
}
