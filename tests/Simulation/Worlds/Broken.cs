using Google.Protobuf;
using Settlement.Core.Bank;
using Settlement.Core.Cryptography;
using Settlement.Core.Notarisation;
using Settlement.Core.Store;
using Settlement.Core.Vault.Records;
using Settlement.Wire.Agent;

namespace Settlement.Tests.Simulation.Worlds;

/// <summary>How transactions are spoilt in worlds that are broken on purpose.</summary>
internal static class Broken
{
    /// <summary>A part of a transaction, as a store without atomic commits would leave it.</summary>
    public static StoreTransaction Part(StoreTransaction whole, Chance chance)
    {
        StoreTransaction part = new();
        part.Appends.AddRange(whole.Appends.Where(_ => chance.Happens(500)));
        part.Writes.AddRange(whole.Writes.Where(_ => chance.Happens(500)));
        part.Deletes.AddRange(whole.Deletes.Where(_ => chance.Happens(500)));
        return part;
    }

    /// <summary>What a leg moves when it applies is in the positions twice, if it is a cut or if it is none.</summary>
    public static void PayLegTwice(MachineNode node, StoreTransaction commit, bool isCut)
    {
        for (int i = 0; i < commit.Writes.Count; i++)
        {
            PayloadWrite write = commit.Writes[i];
            if (write.Kind != PayloadKind.Snapshots || node.Store.Find(write.Kind, write.Key) is not { } before) continue;
            ByteString[] applied = [.. commit.Writes.Where(w => w.Kind == PayloadKind.Batches && w.Key.AsSpan().StartsWith(write.Key))
                .SelectMany(static w => BatchRow.Parser.ParseFrom(w.Body).Outcomes).Where(static o => o.IsCommitted).Select(static o => o.Group)];
            SnapshotRow row = node.Rows.Open(write.Kind, write.Key, write.Body, SnapshotRow.Parser);
            foreach (LegRow leg in node.Rows.Open(write.Kind, write.Key, before, SnapshotRow.Parser).Legs.Where(l => l.Cut is not null == isCut && applied.Any(g => g.Span.SequenceEqual(RecordHashes.Group(l.GroupBody.Span).ToArray()))))
                foreach (LegChange change in leg.Changes) row.Positions.First(p => p.Member == change.Member && p.Currency == change.Currency).MinorUnits += change.Units;
            commit.Writes[i] = node.Rows.Replace(write.Kind, write.Key, row) with { Mode = write.Mode };
        }
    }

    /// <summary>A redemption that is paid leaves nothing behind, neither its posting nor what it moved.</summary>
    public static void LoseRedemption(MachineNode agent, StoreTransaction commit)
    {
        PostingRow[] lost = [.. commit.Writes.Where(static w => w.Kind == PayloadKind.Postings).Select(w => agent.Rows.Open(w.Kind, w.Key, w.Body, PostingRow.Parser)).Where(IsRedemption)];
        commit.Writes.RemoveAll(w => w.Kind == PayloadKind.Postings && IsRedemption(agent.Rows.Open(w.Kind, w.Key, w.Body, PostingRow.Parser)));
        commit.Writes.RemoveAll(w => w.Kind == PayloadKind.Snapshots && agent.Rows.Open(w.Kind, w.Key, w.Body, BookRow.Parser) is var book
            && lost.Any(l => l.Currency == book.Currency && (book.Holder == l.Debit || book.Holder == l.Credit)));
    }

    /// <summary>The answer to a bank has every round that is to be confirmed as one in which sums are opened.</summary>
    public static byte[] AskEarly(byte[] body)
    {
        AgentReply reply = AgentReply.Parser.ParseFrom(body);
        foreach (CycleView view in reply.Cycles?.Cycles.Where(static c => c.Stage == CycleStage.Confirming) ?? []) (view.Stage, view.IsAwaited) = (CycleStage.Opening, true);
        return reply.ToByteArray();
    }

    /// <summary>That a sum is opened is not in the vault.</summary>
    public static void ForgetSum(MachineNode node, StoreTransaction commit)
    {
        HashSet<string> keys = [.. node.World.Workload.Currencies.Select(c => Convert.ToHexString(node.Rows.LookupKey("opened-sum", c.Code)))];
        commit.Writes.RemoveAll(w => w.Kind == PayloadKind.Settings && keys.Contains(Convert.ToHexString(w.Key)));
    }

    private static bool IsRedemption(PostingRow row) => row.Refusal.Length == 0 && Digest.TryParse(row.Debit, out _);

    /// <summary>Now and then, an instruction that was accepted is written as settled.</summary>
    public static void SettleEarly(MachineNode node, StoreTransaction commit, Chance chance)
    {
        for (int i = 0; i < commit.Writes.Count; i++)
        {
            PayloadWrite write = commit.Writes[i];
            if (write.Kind != PayloadKind.Instructions || !chance.Happens(100)) continue;
            InstructionRow row = node.Rows.Open(write.Kind, write.Key, write.Body, InstructionRow.Parser);
            if (row.Status != (int)InstructionStatus.Accepted) continue;
            row.Status = (int)InstructionStatus.Settled;
            commit.Writes[i] = node.Rows.Replace(write.Kind, write.Key, row) with { Mode = write.Mode };
        }
    }
}
