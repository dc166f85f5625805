using Google.Protobuf;
using Settlement.Core.Bank;
using Settlement.Core.Cryptography;
using Settlement.Core.Notarisation;
using Settlement.Core.Reading;
using Settlement.Core.Store;
using Settlement.Core.Vault.Records;
using Settlement.Tests.Simulation.Worlds;
using Settlement.Wire.Channels;

namespace Settlement.Tests.Simulation.Models;

/// <summary>What a bank's step made durable, as its vault's rows say it.</summary>
internal sealed class StepFacts
{
    public StepFacts(MachineNode node, StoreTransaction commit)
    {
        foreach (PayloadWrite write in commit.Writes)
        {
            switch (write.Kind)
            {
                case PayloadKind.Instructions when node.Rows.Open(write.Kind, write.Key, write.Body, InstructionRow.Parser) is { HasTransfer: true } row:
                    Payments[Convert.ToHexStringLower(write.Key)] = row;
                    break;
                case PayloadKind.Waiting:
                    Work[Convert.ToHexStringLower(write.Key)] = (write.Key, WaitingRow.Parser.ParseFrom(write.Body));
                    break;
                case PayloadKind.Batches:
                    Final.Add((new Digest(write.Key.AsSpan(0, Digest.Length)), BatchRow.Parser.ParseFrom(write.Body).Sequence));
                    break;
                case PayloadKind.Snapshots:
                    Snapshots[new Digest(write.Key)] = node.Rows.Open(write.Kind, write.Key, write.Body, SnapshotRow.Parser);
                    break;
                case PayloadKind.InFlight:
                    InFlight.Add(node.Rows.Open(write.Kind, write.Key, write.Body, InFlightRow.Parser));
                    break;
                case PayloadKind.Proposals:
                    Proposed[new Digest(write.Key.AsSpan(0, Digest.Length))] = [];
                    break;
                case PayloadKind.Outbox:
                    foreach (ReportRow report in node.Rows.Open(write.Kind, write.Key, write.Body, ReportsRow.Parser).Reports.Where(static r => r.Status == (int)InstructionStatus.Queued))
                    {
                        string id = Convert.ToHexStringLower(report.Instruction.Span);
                        Waits[id] = Waits.GetValueOrDefault(id) + 1;
                    }

                    break;
                case PayloadKind.Settings:
                    HasSettings = true;
                    break;
            }
        }

        foreach (PayloadWrite write in commit.Writes.Where(static w => w.Kind == PayloadKind.Entries))
        {
            Digest channel = new(write.Key.AsSpan(0, Digest.Length));
            // The entries of a batch that became final are written again where some were refused.
            if (commit.Writes.Exists(w => w.Kind == PayloadKind.Proposals && w.Key.AsSpan().SequenceEqual(write.Key))) Proposed[channel] = [.. EntriesRow.Parser.ParseFrom(write.Body).Entries.Where(static e => e.Header.Length > 0).Select(IdOf)];
        }

        Final.Sort(static (a, b) => a.Sequence.CompareTo(b.Sequence));
        Done = [.. commit.Deletes.Where(static d => d.Kind == PayloadKind.Waiting).Select(static d => Convert.ToHexStringLower(d.Key))];
        HasSettings |= commit.Deletes.Exists(static d => d.Kind == PayloadKind.Settings);
    }

    /// <summary>Instructions of payments that were written, by id.</summary>
    public Dictionary<string, InstructionRow> Payments { get; } = new(StringComparer.Ordinal);

    /// <summary>How often the back office is told of a payment, by id, that it waits: when it is taken in, and when it comes back.</summary>
    public Dictionary<string, int> Waits { get; } = new(StringComparer.Ordinal);

    /// <summary>Work that is not finished.</summary>
    public Dictionary<string, (byte[] Key, WaitingRow Row)> Work { get; } = new(StringComparer.Ordinal);

    /// <summary>Work that is.</summary>
    public IReadOnlyList<string> Done { get; }

    /// <summary>Batches that are final for this bank now, in the order of their sequence.</summary>
    public List<(Digest Channel, long Sequence)> Final { get; } = [];

    public Dictionary<Digest, SnapshotRow> Snapshots { get; } = [];

    public List<InFlightRow> InFlight { get; } = [];

    /// <summary>By channel: the entries of a batch that was proposed or endorsed.</summary>
    public Dictionary<Digest, List<Digest>> Proposed { get; } = [];

    /// <summary>Whether a limit or the business day was written.</summary>
    public bool HasSettings { get; }

    /// <summary>Work that was sealed, and the entries that it has now.</summary>
    public IEnumerable<(string Work, Digest Entry)> Sealed => Work.Where(static w => w.Value.Row.SealedEntry.Length > 0)
        .Select(static w => (w.Key, IdOf(SealedEntry.Parser.ParseFrom(w.Value.Row.SealedEntry))));

    /// <summary>The group of the offset that a payment is sealed for; null where it is for none.</summary>
    public Digest? OffsetOf(string payment) => Work.TryGetValue(payment, out (byte[] Key, WaitingRow Row) work) && work.Row.SealedEntry.Length > 0
        && EntryHeader.Parser.ParseFrom(SealedEntry.Parser.ParseFrom(work.Row.SealedEntry).Header).Offset is { } call ? RecordHashes.Group(OffsetLegBody.Parser.ParseFrom(call.LegBody).GroupBody.Span) : null;

    /// <summary>The id in an entry's header.</summary>
    public static Digest IdOf(SealedEntry entry) => new(EntryHeader.Parser.ParseFrom(entry.Header).EntryId.Span);
}
