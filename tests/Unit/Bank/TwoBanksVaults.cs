using Settlement.Contracts;
using Settlement.Core.Bank;
using Settlement.Core.Channels;
using Settlement.Core.Commitments;
using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;
using Settlement.Core.Instructions;
using Settlement.Core.Reading;
using Settlement.Core.Regulator;
using Settlement.Core.Store;
using Settlement.Core.Vault.Records;
using Settlement.Tests.Simulation;

namespace Settlement.Tests.Bank;

/// <summary>What the vaults of the network hold, read as a node's doors and an auditor read it.</summary>
internal static class TwoBanksVaults
{
    /// <summary>The newest entry of an instance and its batch, as far as a bank's facts tell.</summary>
    public static (EntryId Entry, long Sequence)? PlaceOf(this TwoBanks network, TestNode bank, EntryId instance) =>
        VaultReader.ReadPlace(instance, bank.Vault.Get(VaultReader.InstanceKeys(network.Channel, instance)), network.Channel);

    /// <summary>An instance as an entry left it, read from a bank's vault.</summary>
    public static Instance Standing(this TwoBanks network, TestNode bank, EntryId entry, long sequence)
    {
        byte[] key = VaultReader.BatchKey(network.Channel, sequence);
        return KeptEntries.Find(bank.Rows, network.Context(bank), entry, bank.Vault.Find(PayloadKind.Batches, key)!, bank.Vault.Find(PayloadKind.Entries, key)!, bank.Vault.Find(PayloadKind.ContentKeys, key)!) is { } found
            ? Instance.After(found.Entry, found.State, found.Sequence) : throw new ArgumentException("There is no such entry.", nameof(entry));
    }

    /// <summary>All entries and refusals of the channel in a bank's vault.</summary>
    public static IReadOnlyList<EntryView> Entries(this TwoBanks network, TestNode bank)
    {
        VaultReader reader = new(TwoBanks.Network, bank.Id, bank.VaultKey);
        ChannelContext context = network.Context(bank);
        return [.. bank.Vault.Scan(PayloadKind.Batches).Where(r => VaultReader.SequenceOf(network.Channel, r.Key) is not null).SelectMany(r =>
            reader.ReadMemberBatch(context, r.Body, bank.Vault.Find(PayloadKind.Entries, r.Key), bank.Vault.Find(PayloadKind.ContentKeys, r.Key)!))];
    }

    /// <summary>Where an instance stands, as a bank's door shows it.</summary>
    public static InstanceView? InstanceOf(this TwoBanks network, TestNode bank, EntryId instance, long sequence = 0)
    {
        VaultReader reader = new(TwoBanks.Network, bank.Id, bank.VaultKey);
        (EntryId entry, long at) = network.PlaceOf(bank, instance) ?? (instance, sequence);
        if (at == 0) return null;
        ChannelContext context = network.Context(bank);
        List<EntryView> entries = [];
        (OpenedEntry Entry, State State)? newest = null;
        while (true)
        {
            byte[] key = VaultReader.BatchKey(network.Channel, at);
            if (reader.ReadEntry(context, entry, bank.Vault.Find(PayloadKind.Batches, key)!, bank.Vault.Find(PayloadKind.Entries, key)!, bank.Vault.Find(PayloadKind.ContentKeys, key)!) is not { } read) return null;
            newest ??= (read.Entry, read.State);
            entries.Add(read.View);
            if (read.Entry.Link is not { } link) return VaultReader.Show(context, newest.Value.Entry, newest.Value.State, entries);
            (entry, at) = (link.Previous, link.Sequence);
        }
    }

    /// <summary>The reports in a bank's outbox, in order.</summary>
    public static IReadOnlyList<ReportView> Reports(this TwoBanks network, TestNode bank)
    {
        VaultReader reader = new(TwoBanks.Network, bank.Id, bank.VaultKey);
        return [.. bank.Vault.Scan(PayloadKind.Outbox).SelectMany(r => reader.ReadReports(r.Key, r.Body))];
    }

    /// <summary>A payment of so much waits for cover; it is cancelled, so that it is in nobody's way.</summary>
    public static void AssertUncovered(this TwoBanks network, TestNode bank, long minorUnits)
    {
        SubmittedInstruction waits = Assert.Single(network.Submit(bank, network.Transfer(bank, minorUnits)).Instructions);
        Assert.Equal((InstructionStatus.Queued, "AM04"), (waits.Status, waits.Reason));
        Assert.Equal(InstructionStatus.Rejected, network.Ask<QueueChanged>(bank, call => new BankInput.ChangeQueued(call, waits.Id, new QueueChange.Cancel())).Status);
    }

    public static (InstructionStatus Status, string? Reason) StatusOf(this TwoBanks network, TestNode bank, byte[] instruction) => network.ViewOf(bank, instruction) is var view ? (view.Status, view.Reason) : default;

    public static InstructionView ViewOf(this TwoBanks network, TestNode bank, byte[] instruction) =>
        new VaultReader(TwoBanks.Network, bank.Id, bank.VaultKey).ReadInstruction(instruction, bank.Vault.Find(PayloadKind.Instructions, instruction)!);

    public static SnapshotRow Snapshot(this TwoBanks network, TestNode bank) =>
        bank.Rows.Open(PayloadKind.Snapshots, network.Channel.ToArray(), bank.Vault.Find(PayloadKind.Snapshots, network.Channel.ToArray())!, SnapshotRow.Parser);

    /// <summary>The channel as a participant holds it, epoch keys included: what a hostile one has at hand.</summary>
    public static ChannelContext Context(this TwoBanks network, TestNode node) => new VaultReader(TwoBanks.Network, node.Id, node.VaultKey).ReadChannel(network.OpeningOf(node))!;

    public static OpeningRow Opening(this TwoBanks network, TestNode node)
    {
        StoredPayload row = network.OpeningOf(node);
        return node.Rows.Open(PayloadKind.Channels, row.Key, row.Body, OpeningRow.Parser);
    }

    /// <summary>The secret key with which a member endorses.</summary>
    public static SigningKey ChannelKey(this TwoBanks network, TestNode bank) => SigningKey.FromScalar(network.Opening(bank).ChannelKey.Span);

    /// <summary>Goes through the supervisor's vault as its audit door does.</summary>
    public static ChannelVerdict Audit(this TwoBanks network)
    {
        ChannelContext context = network.Context(network.Supervisor);
        ChannelAudit audit = new(context, network.Supervisor.VaultKey, network.Supervisor.Directory);
        if (network.Observed().LogFault is { } fault) audit.TakeLogFault(fault);
        Dictionary<long, IReadOnlyList<string>> known = network.SupervisorHistory();
        foreach (StoredPayload head in network.Supervisor.Vault.Scan(PayloadKind.Heads))
        {
            if (VaultReader.SequenceOf(network.Channel, head.Key) is not { } sequence) continue;
            byte[]? batch = network.Supervisor.Vault.Find(PayloadKind.Batches, head.Key);
            Dictionary<PayloadKey, byte[]> decisions = (batch is null ? [] : audit.DecisionKeys(batch)).Where(key => network.Supervisor.Vault.Find(key.Kind, key.Key) is not null)
                .ToDictionary(static key => key, key => network.Supervisor.Vault.Find(key.Kind, key.Key)!);
            audit.Take(sequence, head.Body, batch, network.Supervisor.Vault.Find(PayloadKind.ContentKeys, head.Key), known.GetValueOrDefault(sequence) ?? [], decisions);
        }

        return audit.Finish();
    }

    private static Dictionary<long, IReadOnlyList<string>> SupervisorHistory(this TwoBanks network) =>
        network.Supervisor.Vault.Stream("channel-" + network.Channel).Where(e => e.Type == "batch_held").Select(e => System.Text.Json.JsonDocument.Parse(e.Data).RootElement)
            .ToDictionary(d => d.GetProperty("Sequence").GetInt64(), d => (IReadOnlyList<string>)[.. d.GetProperty("Entries").EnumerateArray().Select(e => e.GetString()!)]);

    // A node that is in several channels: the one between Alpha and Beta.
    private static StoredPayload OpeningOf(this TwoBanks network, TestNode node) => Assert.Single(node.Vault.Scan(PayloadKind.Channels), row =>
        network.Gamma is null || node.Rows.Open(PayloadKind.Channels, row.Key, row.Body, OpeningRow.Parser).Channel.Span.SequenceEqual(network.Channel.ToArray()));
}
