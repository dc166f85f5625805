using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Reading;
using Settlement.Core.Regulator;
using Settlement.Core.Store;

namespace Settlement.Host.Fuzz.Worlds;

/// <summary>Goes through the supervisor's vault as its audit door does, and through what somebody made of it.</summary>
internal sealed class FuzzAudit(FuzzNode supervisor, Digest channel)
{
    /// <summary>Audits the channel.</summary>
    /// <param name="change">What becomes of a row when it is read.</param>
    public ChannelVerdict Run(Func<PayloadKey, byte[], byte[]> change)
    {
        ChannelContext context = supervisor.Channel(channel) ?? throw new BrokenPromise("a supervisor knows its channel", channel.ToString());
        ChannelAudit audit = new(context, supervisor.VaultKey, supervisor.Directory);
        foreach (StoredPayload head in supervisor.Scan(PayloadKind.Heads))
        {
            if (VaultReader.SequenceOf(channel, head.Key) is not { } sequence) continue;
            byte[]? batch = Read(PayloadKind.Batches, head.Key), keys = Read(PayloadKind.ContentKeys, head.Key);
            Dictionary<PayloadKey, byte[]> decisions = [];
            foreach (PayloadKey key in batch is null ? [] : audit.DecisionKeys(batch))
            {
                if (supervisor.Find(key.Kind, key.Key) is { } decision) decisions[key] = decision;
            }

            audit.Take(sequence, change(new PayloadKey(PayloadKind.Heads, head.Key), head.Body), batch, keys, [], decisions);
        }

        return audit.Finish();

        byte[]? Read(PayloadKind kind, byte[] key) => supervisor.Find(kind, key) is { } body ? change(new PayloadKey(kind, key), body) : null;
    }
}
