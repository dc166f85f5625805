using System.Net;
using System.Runtime.InteropServices;

namespace Settlement.Host.Peers;

/// <summary>
/// The turns of strangers, who may list themselves at a ledger. They have no name by which they could be told apart, and a body that
/// trickles holds its turn; so whoever comes has one, and where its address has its share, or all are taken, it is that of the one whose
/// body has been read longest. An honest newcomer's body is there at once. What has come in keeps its turn until it is answered:
/// that takes as long as the node does, and no stranger can draw it out.
/// </summary>
internal sealed class StrangerTurns(StrangerBounds bounds)
{
    private readonly Lock gate = new();
    private readonly LinkedList<Turn> reading = new();
    private readonly Dictionary<IPAddress, int> takenFrom = [];
    private int taken;

    /// <summary>A turn, to be given back; null when as many bodies as may be there are worked on.</summary>
    /// <param name="from">Where the request comes from.</param>
    public PeerTurn? TryTake(IPAddress from)
    {
        Turn? displaced = null;
        Turn turn;
        lock (gate)
        {
            bool isShareTaken = takenFrom.GetValueOrDefault(from) >= bounds.PerAddress;
            if (isShareTaken || taken >= bounds.AtOnce)
            {
                displaced = reading.FirstOrDefault(other => !isShareTaken || other.From.Equals(from));
                if (displaced is null) return null;
                Remove(displaced);
            }

            turn = new Turn(this, from);
            turn.Place = reading.AddLast(turn);
            taken++;
            CollectionsMarshal.GetValueRefOrAddDefault(takenFrom, from, out _)++;
        }

        displaced?.Displace();
        return turn;
    }

    private bool TryKeep(Turn turn)
    {
        lock (gate)
        {
            if (turn.IsOver) return false;
            if (turn.Place is { } place) reading.Remove(place);
            turn.Place = null;
            return true;
        }
    }

    private void GiveBack(Turn turn)
    {
        lock (gate)
        {
            if (!turn.IsOver) Remove(turn);
        }
    }

    private void Remove(Turn turn)
    {
        turn.IsOver = true;
        if (turn.Place is { } place) reading.Remove(place);
        turn.Place = null;
        taken--;
        if (--CollectionsMarshal.GetValueRefOrAddDefault(takenFrom, turn.From, out _) == 0) takenFrom.Remove(turn.From);
    }

    private sealed class Turn(StrangerTurns owner, IPAddress from) : PeerTurn
    {
        // It is left to the collector, since the one who takes the turn away may come after the one who gives it back; it has no timer.
        private readonly CancellationTokenSource displaced = new();

        public IPAddress From => from;

        /// <summary>Its place among those whose bodies are read; null where it is none of them. Only the owner sets it, under its lock.</summary>
        public LinkedListNode<Turn>? Place { get; set; }

        /// <summary>Whether it was given back or taken away. Only the owner sets it, under its lock.</summary>
        public bool IsOver { get; set; }

        public override CancellationToken Displaced => displaced.Token;

        public override bool TryKeep() => owner.TryKeep(this);

        /// <summary>Tells whoever has it that it was taken away.</summary>
        public void Displace() => displaced.Cancel();

        public override void Dispose() => owner.GiveBack(this);
    }
}
