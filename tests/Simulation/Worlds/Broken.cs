using Settlement.Core.Bank;
using Settlement.Core.Store;
using Settlement.Core.Vault.Records;

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
