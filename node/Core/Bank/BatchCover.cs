using Settlement.Core.Channels;
using Settlement.Core.Nodes;

namespace Settlement.Core.Bank;

/// <summary>What a sequencer's batch does not cover leaves it, before it is proposed.</summary>
/// <param name="node">The node.</param>
/// <param name="offsetting">Knows which own payments have no room without what was to settle with them.</param>
/// <param name="returned">Takes an own payment that waits for another batch.</param>
internal sealed class BatchCover(NodeContext node, BilateralOffsetting offsetting, Action<ChannelSide, Command.Own> returned)
{
    /// <summary>Payments that the batch does not cover wait on, own ones in the queue; all else is refused.</summary>
    public void RefuseUncovered(ChannelSide channel, BatchExecution execution, List<Command.Own> taken, HashSet<OpenedEntry> offered)
    {
        // Offsets first: one of which a half is missing must not use up what others that are on their way are covered by.
        TakeBack(channel, execution, taken);
        do RefuseUncoveredAlone(channel, execution, taken, offered); while (TakeBack(channel, execution, taken));
    }

    /// <summary>Own payments that have no room without what was to settle with them wait on, too. True when there are some: then what they covered
    /// is judged anew.</summary>
    private bool TakeBack(ChannelSide channel, BatchExecution execution, List<Command.Own> taken)
    {
        IReadOnlyList<Command.Own> back = offsetting.WithoutRoom(channel, execution.Slots, taken);
        execution.Leave([.. back.Select(static own => own.Entry!)]);
        foreach (Command.Own own in back)
        {
            taken.Remove(own);
            returned(channel, own);
        }

        return back.Count > 0;
    }

    private void RefuseUncoveredAlone(ChannelSide channel, BatchExecution execution, List<Command.Own> taken, HashSet<OpenedEntry> offered)
    {
        Command.Own? OwnOf(OpenedEntry entry) => taken.Find(t => t.Entry == entry);
        foreach (OpenedEntry entry in execution.RefuseUncovered(e => offered.Contains(e) || OwnOf(e) is { IsPayment: true }))
        {
            if (OwnOf(entry) is not { } own)
            {
                if (offered.Contains(entry)) channel.TakenIn.Drop(entry);
            }
            else if (own is { IsPayment: true })
            {
                taken.Remove(own);
                returned(channel, own);
            }
            else
            {
                WaitingRows.WriteSealed(node, channel, own);
            }
        }
    }
}
