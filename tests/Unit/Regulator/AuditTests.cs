using Google.Protobuf;
using Settlement.Core.Bank;
using Settlement.Core.Channels;
using Settlement.Core.Nodes;
using Settlement.Core.Notarisation;
using Settlement.Core.Regulator;
using Settlement.Core.Store;
using Settlement.Core.Vault.Records;
using Settlement.Tests.Bank;
using Settlement.Tests.Channels;
using Settlement.Wire.Channels;
using Settlement.Wire.Ledger;

namespace Settlement.Tests.Regulator;

/// <summary>Each verdict is turned by the tampering that it is for, and names the batch and the entry.</summary>
public sealed class AuditTests
{
    private const int Batch = 3;
    private const int WrapLength = Core.Cryptography.WrappingKey.WrapLength;

    [Fact]
    public void A_batch_that_was_deleted_is_not_delivered_and_its_entries_are_named()
    {
        using TwoBanks world = Settled();
        string[] ids = Ids(world);
        world.Supervisor.Vault.Delete(PayloadKind.Batches, Key(world));
        ChannelVerdict verdict = world.Audit();
        Assert.False(verdict.Delivered);
        Assert.True(verdict.Authentic);
        Assert.False(verdict.IsComplete);
        Assert.False(verdict.ReExecuted);
        AuditFault fault = Assert.Single(verdict.NotDelivered);
        Assert.Equal((Batch, ChannelCodes.DeliveryMissing), (fault.Sequence, fault.Code));
        Assert.Equal(ids, fault.Entries);
    }

    [Fact]
    public void A_gap_costs_no_more_than_the_faults_that_are_named_however_wide_it_is()
    {
        using TwoBanks world = Settled();
        ChannelAudit audit = new(world.Context(world.Supervisor), world.Supervisor.VaultKey, world.Supervisor.Directory);
        audit.Take(long.MaxValue, [], null, null, ["of the last"], new Dictionary<PayloadKey, byte[]>());
        ChannelVerdict verdict = audit.Finish();
        Assert.Equal((long.MaxValue, false, ChannelAudit.MaxFaults), (verdict.NotarisedSequence, verdict.Delivered, verdict.NotDelivered.Count));
        Assert.Equal(1, verdict.NotDelivered[0].Sequence);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void An_entry_that_was_deleted_from_a_batch_is_named(int place)
    {
        using TwoBanks world = Settled();
        string[] ids = Ids(world);
        Tamper(world, d => d.Items.RemoveAt(place));
        AuditFault fault = Assert.Single(world.Audit().NotDelivered);
        Assert.Equal((Batch, ChannelCodes.DeliveryMismatch, ids[place]), (fault.Sequence, fault.Code, Assert.Single(fault.Entries)));
    }

    [Fact]
    public void A_commitment_a_header_a_time_and_a_state_root_belong_to_the_head() => Assert.All(
        new Action<Delivery>[]
        {
            d => d.Items[0].Entry.Commitments = Lies.Flipped(d.Items[0].Entry.Commitments, 40),
            d => d.Items[1].Entry.Header = Lies.Flipped(d.Items[1].Entry.Header, 9),
            d => d.StateRoot = Lies.Flipped(d.StateRoot, 31),
            d => d.PreviousHead = Lies.Flipped(d.PreviousHead, 0),
            d => d.Channel = Lies.Flipped(d.Channel, 0),
            d => d.TimeUnixMs++,
            d => d.Term++,
            d => d.Sequence++,
            d => d.Sequence = ulong.MaxValue,
            d => d.Items.Add(d.Items[0].Clone()),
            d => d.Items.Add(new DeliveryItem()),
            d => (d.Items[0], d.Items[1]) = (d.Items[1].Clone(), d.Items[0].Clone()),
            d => d.Items.Clear(),
        },
        tampering =>
        {
            using TwoBanks world = Settled();
            Tamper(world, tampering);
            ChannelVerdict verdict = world.Audit();
            Assert.Equal((Batch, ChannelCodes.DeliveryMismatch), (Assert.Single(verdict.NotDelivered).Sequence, verdict.NotDelivered[0].Code));
            Assert.Empty(verdict.NotAuthentic);
            Assert.False(verdict.ReExecuted);
        });

    [Theory]
    [InlineData("ciphertext")]
    [InlineData("no ciphertext")]
    [InlineData("key erased")]
    [InlineData("keys shorter")]
    [InlineData("keys deleted")]
    public void An_opening_that_cannot_be_shown_is_not_authentic_and_its_entry_is_named(string tampering)
    {
        using TwoBanks world = Settled();
        string[] ids = Ids(world);
        byte[] keys = world.Supervisor.Vault.Find(PayloadKind.ContentKeys, Key(world))!;
        switch (tampering)
        {
            case "ciphertext":
                Tamper(world, d => d.Items[1].Entry.Envelopes[0].Ciphertext = Lies.Flipped(d.Items[1].Entry.Envelopes[0].Ciphertext, 5));
                break;
            case "no ciphertext":
                Tamper(world, d => d.Items[1].Entry.Envelopes[0].Ciphertext = ByteString.Empty);
                break;
            case "key erased":
                keys.AsSpan(WrapLength, WrapLength).Clear();
                world.Supervisor.Vault.Overwrite(PayloadKind.ContentKeys, Key(world), keys);
                break;
            case "keys shorter":
                world.Supervisor.Vault.Overwrite(PayloadKind.ContentKeys, Key(world), keys[..(2 * WrapLength - 1)]);
                break;
            default:
                world.Supervisor.Vault.Delete(PayloadKind.ContentKeys, Key(world));
                break;
        }

        ChannelVerdict verdict = world.Audit();
        Assert.True(verdict.Delivered);
        Assert.False(verdict.Authentic);
        Assert.False(verdict.ReExecuted);
        Assert.All(verdict.NotAuthentic, f => Assert.Equal((Batch, ChannelCodes.EnvelopeUnreadable), (f.Sequence, f.Code)));
        Assert.Equal(tampering == "keys deleted" ? ids : [ids[1]], verdict.NotAuthentic.Select(f => Assert.Single(f.Entries)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Without_the_position_salts_the_state_cannot_be_computed_again(bool isErased)
    {
        using TwoBanks world = Settled();
        byte[] keys = world.Supervisor.Vault.Find(PayloadKind.ContentKeys, Key(world))!;
        keys.AsSpan(keys.Length - WrapLength).Clear();
        if (isErased) world.Supervisor.Vault.Overwrite(PayloadKind.ContentKeys, Key(world), keys);
        else Tamper(world, d => d.PositionSalts.Ciphertext = Lies.Flipped(d.PositionSalts.Ciphertext, 7));
        ChannelVerdict verdict = world.Audit();
        Assert.True(verdict.IsComplete);
        Assert.False(verdict.ReExecuted);
        Assert.Equal((Batch, ChannelCodes.ReExecutionDiffers), (Assert.Single(verdict.NotReExecuted).Sequence, verdict.NotReExecuted[0].Code));
    }

    [Fact]
    public void A_head_that_was_deleted_or_changed_is_missed()
    {
        using TwoBanks world = Settled();
        byte[] head = world.Supervisor.Vault.Find(PayloadKind.Heads, Key(world))!;
        world.Supervisor.Vault.Delete(PayloadKind.Heads, Key(world));
        ChannelVerdict without = world.Audit();
        Assert.Contains(without.NotDelivered, f => f.Sequence == Batch && f.Code == ChannelCodes.DeliveryMismatch);
        Assert.False(without.ReExecuted);
        head[5] ^= 1;
        world.Supervisor.Vault.Overwrite(PayloadKind.Heads, Key(world), head);
        Assert.Contains(world.Audit().NotDelivered, f => f.Sequence == Batch && f.Code == ChannelCodes.DeliveryMismatch);
        world.Supervisor.Vault.Overwrite(PayloadKind.Heads, Key(world), [0xFF]);
        Assert.Contains(world.Audit().NotDelivered, f => f.Sequence == Batch && f.Code == ChannelCodes.DeliveryMismatch);
    }

    [Fact]
    public void Members_that_agree_on_what_the_contract_does_not_say_are_found_out()
    {
        // Both members sign a head whose state moved more than the entry says: the supervisor runs the contract itself.
        using TwoBanks world = Settled();
        ChannelContext supervisor = world.Context(world.Supervisor);
        Delivery kept = Delivery.Parser.ParseFrom(world.Supervisor.Vault.Find(PayloadKind.Batches, Key(world)));
        kept.StateRoot = ByteString.CopyFrom(new byte[32]);
        Assert.True(DeliveredBatch.TryHead(supervisor, kept, out Core.Cryptography.Digest head));
        world.Supervisor.Vault.Overwrite(PayloadKind.Batches, Key(world), kept.ToByteArray());
        world.Supervisor.Vault.Overwrite(PayloadKind.Heads, Key(world), new NotarisedRow { Head = ByteString.CopyFrom(head.ToArray()) }.ToByteArray());
        ChannelVerdict verdict = world.Audit();
        Assert.True(verdict.Authentic);
        Assert.Equal((Batch, ChannelCodes.ReExecutionDiffers), (Assert.Single(verdict.NotReExecuted).Sequence, verdict.NotReExecuted[0].Code));
        // The next batch still names the true head as its previous one.
        Assert.Equal([Batch + 1], verdict.NotDelivered.Select(f => (int)f.Sequence));
    }

    [Fact]
    public void An_observer_of_a_contract_that_hides_from_it_what_decides_gives_no_third_verdict()
    {
        string hidden = Settlement.Contracts.ContractLibrary.Load("GrossPayment").Source.Replace("amount            money               to payer, payee, supervisor", "amount            money               to payer, payee", StringComparison.Ordinal)
            .Replace("by payee, agreed by payer when Settled", "by payee, agreed by payer when Settled\n  discloses amount to supervisor", StringComparison.Ordinal)
            .Replace("by payer, agreed by payee\n", "by payer, agreed by payee\n  discloses amount to supervisor\n", StringComparison.Ordinal);
        using TwoBanks world = new TwoBanks(contracts: [hidden, Settlement.Contracts.ContractLibrary.Load("PoolFunding").Source]).Open();
        world.Fund(world.Alpha, 100_00);
        world.Pay(world.Alpha, 10_00);
        world.Pass(TimeSpan.FromSeconds(3));
        Assert.True(world.Audit() is { IsComplete: true, ReExecuted: null, Entries: 2 });
        Assert.Empty(world.Supervisor.Alarms);
    }

    [Fact]
    public void A_delivery_that_lies_is_not_held_and_the_true_one_is_asked_for()
    {
        using TwoBanks world = new TwoBanks().Open();
        world.Fund(world.Alpha, 100_00);
        int lies = 0;
        world.OnPeer = (_, to, message) =>
        {
            if (to == world.Supervisor && message.Delivery is { } delivery && lies++ < 3)
                delivery.Items[0].Entry.Commitments = Lies.Flipped(delivery.Items[0].Entry.Commitments, 3);
            return [message];
        };
        world.Pay(world.Alpha, 10_00);
        world.Pass(TimeSpan.FromSeconds(60));
        Assert.True(lies > 3);
        Assert.Contains(ChannelCodes.CommitmentMismatch, world.Supervisor.Alarms);
        Assert.True(world.Audit() is { IsComplete: true, ReExecuted: true, Entries: 2 });
    }

    [Fact]
    public void Before_the_agents_key_is_known_nothing_is_run_again_and_nothing_is_called_wrong()
    {
        using TwoBanks world = Settled();
        Assert.Equal([75_00L, 125_00], world.Audit().Positions.Where(p => p.Currency == "EUR").Select(p => p.MinorUnits));
        world.OnLedgerReply = (to, reply) => to == world.Supervisor ? null : reply;
        world.Supervisor.Restart();
        ChannelVerdict verdict = world.Audit();
        Assert.True(verdict is { IsComplete: true, ReExecuted: null, Entries: 5 });
        Assert.Equal(ChannelCodes.AgentNotKnown, Assert.Single(verdict.NotReExecuted).Code);
        Assert.Empty(verdict.Positions);
        world.OnLedgerReply = null;
        world.Pass(TimeSpan.FromSeconds(30));
        Assert.True(world.Audit() is { IsComplete: true, ReExecuted: true });
    }

    [Fact]
    public void A_log_that_is_not_the_signed_one_proves_no_delivery()
    {
        using TwoBanks world = Settled();
        Assert.Equal((world.Ledger.Count, null), (world.Observed().CheckpointSize, world.Observed().LogFault));
        ShowFalseLeaf(world);
        Assert.Equal(LedgerCodes.RootDiffers, world.Observed().LogFault);
        Assert.True(world.Observed().CheckpointSize < world.Ledger.Count);
        ChannelVerdict verdict = world.Audit();
        Assert.False(verdict.Delivered);
        Assert.False(verdict.ReExecuted);
        Assert.Equal((0L, LedgerCodes.RootDiffers), (verdict.NotDelivered[0].Sequence, verdict.NotDelivered[0].Code));
    }

    [Fact]
    public void A_false_leaf_is_not_kept_and_the_next_start_reads_the_log_again()
    {
        using TwoBanks world = Settled();
        ShowFalseLeaf(world);
        world.Supervisor.Restart();
        world.Pass(TimeSpan.FromSeconds(30));
        Assert.Equal((world.Ledger.Count, null), (world.Observed().CheckpointSize, world.Observed().LogFault));
        Assert.True(world.Audit() is { IsComplete: true, ReExecuted: true });
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_is_cut_off_the_end_is_found_at_the_next_start_and_read_in_the_log_again(bool hasOlderRow)
    {
        using TwoBanks world = Settled();
        byte[] channel = world.Channel.ToArray(), older = world.Supervisor.Vault.Find(PayloadKind.Snapshots, channel)!;
        world.Pay(world.Beta, 5_00);
        world.Pass(TimeSpan.FromSeconds(5));
        const int newest = 5;
        foreach (PayloadKind kind in new[] { PayloadKind.Batches, PayloadKind.ContentKeys, PayloadKind.Heads })
            world.Supervisor.Vault.Delete(kind, Core.Reading.VaultReader.BatchKey(world.Channel, newest));
        if (hasOlderRow) world.Supervisor.Vault.Overwrite(PayloadKind.Snapshots, channel, older);
        else world.Supervisor.Vault.Delete(PayloadKind.Snapshots, channel);
        // Nobody delivers it again: what counts is what the log says.
        world.OnPeer = (_, to, message) => to == world.Supervisor ? [] : [message];
        world.OnLedgerReply = (to, reply) => to == world.Supervisor ? null : reply;
        world.Supervisor.Restart();
        world.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal(NodeCodes.RowsMissing, world.Observed().LogFault);
        Assert.Equal((0L, NodeCodes.RowsMissing), (world.Audit().NotDelivered[0].Sequence, world.Audit().NotDelivered[0].Code));
        Assert.Contains(NodeCodes.RowsMissing, world.Supervisor.Alarms);

        world.OnLedgerReply = null;
        world.Pass(TimeSpan.FromSeconds(30));
        Assert.Equal(newest, Assert.Single(world.Observed().Channels).NotarisedSequence);
        Assert.Equal([(0L, NodeCodes.RowsMissing), (newest, ChannelCodes.DeliveryMissing)], world.Audit().NotDelivered.Select(static fault => (fault.Sequence, fault.Code)));
        world.OnPeer = null;
        world.Pay(world.Alpha, 1_00);
        world.Pass(TimeSpan.FromSeconds(30));
        Assert.False(world.Audit().IsComplete);
        Assert.True(world.Observed().Channels[0].NotarisedSequence > newest);
    }

    [Fact]
    public void A_channel_that_was_deleted_is_missed_at_the_next_start()
    {
        using TwoBanks world = Settled();
        foreach (PayloadKind kind in new[] { PayloadKind.Channels, PayloadKind.Snapshots, PayloadKind.Heads, PayloadKind.Batches, PayloadKind.ContentKeys })
        {
            foreach (StoredPayload row in world.Supervisor.Vault.Scan(kind)) world.Supervisor.Vault.Delete(kind, row.Key);
        }

        for (int start = 1; start <= 2; start++)
        {
            world.Supervisor.Restart();
            world.Pass(TimeSpan.FromSeconds(30));
            Assert.Equal(NodeCodes.RowsMissing, world.Observed().LogFault);
            Assert.Contains(NodeCodes.RowsMissing, world.Supervisor.Alarms);
        }
    }

    [Fact]
    public void Without_the_row_that_says_how_far_the_log_was_read_no_channel_is_complete()
    {
        using TwoBanks world = Settled();
        byte[] key = Core.Vault.RowKeys.Name("log");
        byte[] row = world.Supervisor.Vault.Find(PayloadKind.Settings, key)!;
        world.Supervisor.Vault.Delete(PayloadKind.Settings, key);
        for (int start = 1; start <= 2; start++)
        {
            world.Supervisor.Restart();
            world.Pass(TimeSpan.FromSeconds(30));
            Assert.Equal((0L, NodeCodes.RowsMissing), (world.Audit().NotDelivered[0].Sequence, world.Audit().NotDelivered[0].Code));
        }

        world.Supervisor.Vault.Overwrite(PayloadKind.Settings, key, row);
        world.Supervisor.Restart();
        world.Pass(TimeSpan.FromSeconds(30));
        Assert.True(world.Audit() is { IsComplete: true, ReExecuted: true });
    }

    /// <summary>One page of the log that the supervisor reads says something else than what was signed; a new head is in it.</summary>
    private static void ShowFalseLeaf(TwoBanks world)
    {
        bool isShown = false;
        world.OnLedgerReply = (to, reply) =>
        {
            if (isShown || to != world.Supervisor || reply.Log.Count == 0) return reply;
            isShown = true;
            Leaf leaf = Leaf.Parser.ParseFrom(reply.Log[0]);
            leaf.TimeUnixMs++;
            reply.Log[0] = leaf.ToByteString();
            return reply;
        };
        world.Pay(world.Alpha, 1_00);
        world.Pass(TimeSpan.FromSeconds(5));
    }

    private static TwoBanks Settled()
    {
        TwoBanks world = new TwoBanks().Open();
        world.Fund(world.Alpha, 100_00).Fund(world.Beta, 100_00);
        SubmissionAnswer answer = world.Submit(world.Alpha, world.Transfer(world.Alpha, 10_00), world.Transfer(world.Alpha, 20_00));
        Assert.All(answer.Instructions, i => Assert.Null(i.Reason));
        world.Pay(world.Beta, 5_00);
        world.Pass(TimeSpan.FromSeconds(5));
        Assert.True(world.Audit() is { IsComplete: true, ReExecuted: true, NotarisedSequence: 4, Entries: 5 });
        return world;
    }

    private static byte[] Key(TwoBanks world) => Core.Reading.VaultReader.BatchKey(world.Channel, Batch);

    private static string[] Ids(TwoBanks world) =>
        [.. Delivery.Parser.ParseFrom(world.Supervisor.Vault.Find(PayloadKind.Batches, Key(world))).Items.Select(i => Convert.ToHexStringLower(EntryHeader.Parser.ParseFrom(i.Entry.Header).EntryId.Span))];

    private static void Tamper(TwoBanks world, Action<Delivery> change)
    {
        Delivery kept = Delivery.Parser.ParseFrom(world.Supervisor.Vault.Find(PayloadKind.Batches, Key(world)));
        change(kept);
        world.Supervisor.Vault.Overwrite(PayloadKind.Batches, Key(world), kept.ToByteArray());
    }
}
