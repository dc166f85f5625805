using Google.Protobuf;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Machines;
using Settlement.Core.Nodes;
using Settlement.Core.Notarisation;
using Settlement.Core.Store;
using Settlement.Core.Vault;
using Settlement.Core.Vault.Records;
using Settlement.Wire.Ledger;

namespace Settlement.Core.Agent;

/// <summary>
/// The settlement agent's own channel, of which it is both members. To the ledger it is a channel like any other: a head of it stands for
/// what a group moves over accounts, such as the list of cuts of a round, and reserving under that head says that the agent has set its postings
/// aside. No such group is committed without. Heads that no group needs any more are forgotten, since there are many of them in a day.
/// </summary>
internal sealed class AgentChannel : IDisposable
{
    private static readonly byte[] RowKey = RowKeys.Name("agent-channel");
    private static readonly TimeSpan EndorsementLife = TimeSpan.FromMinutes(1);

    private readonly NodeContext node;
    private readonly LedgerDesk ledger;
    private readonly Retry retry;
    private readonly HashSet<Digest> reserved = [];
    private readonly HashSet<Digest> refused = [];
    private readonly Dictionary<Digest, long> headOf = [];
    private AgentChannelRow? row;
    private SigningKey[] keys = [];
    private bool isAsked;

    public AgentChannel(NodeContext node, LedgerDesk ledger, RecoveredRows rows)
    {
        this.node = node;
        this.ledger = ledger;
        retry = node.NewRetry();
        foreach (StoredPayload stored in rows.Of(PayloadKind.Channels).Where(static r => r.Key.AsSpan().SequenceEqual(RowKey)))
            row = node.Rows.Open(PayloadKind.Channels, stored.Key, stored.Body, AgentChannelRow.Parser);
        if (row is null) return;
        keys = [.. row.PrivateKeys.Select(static k => SigningKey.FromScalar(k.Span))];
        reserved.UnionWith(row.Reserved.Select(static group => new Digest(group.Span)));
    }

    /// <summary>Its id. It comes into being when it is first asked for.</summary>
    public Digest Id => RecordHashes.Channel(Row().OpeningBody.Span);

    /// <summary>The next head, which stands for what a group moves; durable before it is submitted.</summary>
    /// <returns>Its sequence.</returns>
    public long Append(Digest group, Digest moves)
    {
        AgentChannelRow known = Row();
        Digest previous = HeadAt(known.Forgotten + known.Heads.Count);
        known.Heads.Add(ByteString.CopyFrom(new HashWriter("settlement/agent-head").Digest(previous).Digest(moves).Finish().ToArray()));
        Keep();
        headOf[group] = known.Forgotten + known.Heads.Count;
        return headOf[group];
    }

    /// <summary>A group that was under way when the vault was written needs its head.</summary>
    public void Recover(Digest group, long head) => headOf[group] = head;

    /// <summary>Brings the ledger as far as that a group is reserved under a head, one record at a time.</summary>
    /// <returns>Whether it is.</returns>
    public bool Reserve(ChannelGroup group, long head)
    {
        if (reserved.Contains(group.Id)) return true;
        AgentChannelRow known = Row();
        if (isAsked || !retry.IsDue(node.Now)) return false;
        if (!known.IsOpen) Submit(group.Id, new Submission { Opening = Opening(known) }, () => known.IsOpen = true);
        else if (known.Notarised < head) Submit(group.Id, new Submission { Head = Head(known, known.Notarised + 1) }, () => known.Notarised++);
        else Submit(group.Id, new Submission { Reserve = Reservation(group, head) }, () => reserved.Add(group.Id));
        return false;
    }

    /// <summary>Whether the ledger has shown the reservation of a group; without it there is no commitment.</summary>
    public bool HasReserved(Digest group) => reserved.Contains(group);

    /// <summary>Whether the ledger said last, and for good, that it does not have the reservation of a group. One that it has it shows again, however late.</summary>
    public bool IsRefused(Digest group) => refused.Contains(group);

    /// <summary>The group is decided.</summary>
    public void Forget(Digest group)
    {
        reserved.Remove(group);
        refused.Remove(group);
        headOf.Remove(group);
        AgentChannelRow known = Row();
        // The newest that the ledger has is the one before the next.
        long needed = headOf.Values.Append(known.Notarised).Min();
        while (known.Forgotten + 1 < needed)
        {
            known.Heads.RemoveAt(0);
            known.Forgotten++;
        }

        Keep();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (SigningKey key in keys) key.Dispose();
    }

    private void Submit(Digest group, Submission submission, Action done)
    {
        isAsked = true;
        ledger.Submit(submission, (result, leaf) =>
        {
            isAsked = false;
            bool isShown = leaf is not null && Shows(leaf, submission);
            if (leaf is not null && !isShown) node.Alarm(LedgerCodes.ReceiptLeaf, "ledger");
            if (!isShown)
            {
                // Too late, or beyond what the ledger takes of one participant: the group's time ends it.
                if (leaf is null) node.Note(KnownCodes.OrForeign(result.Code), "ledger");
                if (result.Code != LedgerCodes.QuotaUsed) refused.Add(group);
                retry.Tried(node.Now);
                return;
            }

            retry.Reset();
            refused.Remove(group);
            done();
            Keep();
        });
    }

    /// <summary>Whether a leaf says what was submitted. Signatures may be those of an earlier time.</summary>
    private static bool Shows(Leaf leaf, Submission said) => said.RecordCase switch
    {
        Submission.RecordOneofCase.Opening => leaf.Opening?.Body == said.Opening.Body,
        Submission.RecordOneofCase.Head => leaf.Head is { } head && head.Channel == said.Head.Channel && head.Sequence == said.Head.Sequence && head.Head == said.Head.Head,
        _ => leaf.Reserve is { } reserve && reserve.GroupBody == said.Reserve.GroupBody && reserve.Channel == said.Reserve.Channel && reserve.Head == said.Reserve.Head,
    };

    private OpeningRecord Opening(AgentChannelRow known)
    {
        OpeningRecord record = new() { Body = known.OpeningBody };
        record.Signatures.Add(keys.Select(key => ByteString.CopyFrom(key.Sign(Id))));
        return record;
    }

    private HeadRecord Head(AgentChannelRow known, long sequence)
    {
        Digest previous = HeadAt(sequence - 1), head = HeadAt(sequence);
        HeadRecord record = new()
        {
            Channel = Bytes(Id), Term = (ulong)TermOfOffice.First, Sequence = (ulong)sequence, PreviousHead = Bytes(previous), Head = Bytes(head),
        };
        long notAfter = (node.Now + EndorsementLife).ToUnixTimeMilliseconds();
        Digest signed = RecordHashes.Endorsement(node.Network, new HeadFields(Id, TermOfOffice.First, sequence, previous, head), DateTimeOffset.FromUnixTimeMilliseconds(notAfter));
        record.Endorsements.Add(keys.Select(key => new Endorsement { NotAfterUnixMs = notAfter, Signature = ByteString.CopyFrom(key.Sign(signed)) }));
        return record;
    }

    private ReserveRecord Reservation(ChannelGroup group, long head)
    {
        Digest at = HeadAt(head);
        ReserveRecord record = new() { GroupBody = group.Body, Channel = Bytes(Id), Head = Bytes(at) };
        record.Signatures.Add(keys.Select(key => ByteString.CopyFrom(key.Sign(RecordHashes.Reservation(node.Network, group.Id, Id, at)))));
        return record;
    }

    private Digest HeadAt(long sequence) => sequence == 0 ? Digest.Zero : new Digest(Row().Heads[checked((int)(sequence - Row().Forgotten)) - 1].Span);

    private AgentChannelRow Row()
    {
        if (row is not null) return row;
        keys = [SigningKey.Generate(node.Entropy), SigningKey.Generate(node.Entropy)];
        OpeningBody body = new() { Suite = Suite.Current, Network = node.Network, TermsHash = Random(), EpochHash = Random() };
        body.MemberKeys.Add(keys.Select(static key => ByteString.CopyFrom(key.PublicKey.ToArray())));
        row = new AgentChannelRow { OpeningBody = body.ToByteString() };
        row.PrivateKeys.Add(keys.Select(static key => ByteString.CopyFrom(key.ToScalar())));
        Keep();
        return row;
    }

    private void Keep()
    {
        row!.Reserved.Clear();
        row.Reserved.Add(reserved.Order().Select(Bytes));
        node.Write(node.Rows.Replace(PayloadKind.Channels, RowKey, row));
    }

    /// <summary>It has no terms and no envelopes, which the ledger cannot tell of any channel.</summary>
    private ByteString Random()
    {
        byte[] random = new byte[Digest.Length];
        node.Entropy.Fill(random);
        return ByteString.CopyFrom(random);
    }

    private static ByteString Bytes(Digest digest) => ByteString.CopyFrom(digest.ToArray());
}
