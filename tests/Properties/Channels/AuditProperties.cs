using FsCheck;
using FsCheck.Fluent;
using Settlement.Core.Regulator;
using Settlement.Core.Store;
using Settlement.Core.Vault.Records;
using Settlement.Tests.Bank;
using Settlement.Tests.Properties.Cryptography;

namespace Settlement.Tests.Properties.Channels;

public sealed class AuditProperties
{
    private static readonly PayloadKind[] Kinds = [PayloadKind.Batches, PayloadKind.ContentKeys, PayloadKind.Heads];

    [Fact]
    public void Any_changed_byte_of_what_a_supervisor_keeps_turns_a_verdict_and_never_throws()
    {
        using TwoBanks world = new TwoBanks().Open();
        world.Fund(world.Alpha, 100_00).Fund(world.Beta, 100_00);
        world.Submit(world.Alpha, world.Transfer(world.Alpha, 10_00), world.Transfer(world.Alpha, 20_00));
        // A refusal is among the leaves: Beta refuses what Alpha's commitment no longer opens.
        world.OnPeer = (_, to, message) =>
        {
            if (to != world.Beta || message.Proposal is not { } proposal) return [message];
            return [OtherProposal.Of(world, world.Alpha, proposal, static other =>
            {
                byte[] commitments = other.Body.Items[0].Entry.Commitments.ToByteArray();
                commitments[0] ^= 1;
                other.Body.Items[0].Entry.Commitments = Google.Protobuf.ByteString.CopyFrom(commitments);
            })];
        };
        world.Pay(world.Alpha, 1_00);
        world.OnPeer = null;
        world.Pay(world.Beta, 5_00);
        world.Pass(TimeSpan.FromSeconds(5));
        Assert.True(world.Audit() is { IsComplete: true, ReExecuted: true, Entries: 6 });
        List<(PayloadKind Kind, StoredPayload Row)> rows = [.. Kinds.SelectMany(k => world.Supervisor.Vault.Scan(k).Select(r => (k, r)))];
        Samples.ForAll(
            from row in Gen.Elements(rows.AsEnumerable()) from place in Samples.Choice from change in Gen.Choose(1, 255) select (row, place, change),
            sample =>
            {
                byte[] body = [.. sample.row.Row.Body];
                body[sample.place % (uint)body.Length] ^= (byte)sample.change;
                world.Supervisor.Vault.Overwrite(sample.row.Kind, sample.row.Row.Key, body);
                ChannelVerdict verdict = world.Audit();
                world.Supervisor.Vault.Overwrite(sample.row.Kind, sample.row.Row.Key, sample.row.Row.Body);
                // The place of a head in the log is for finding it; no verdict depends on it.
                bool isSameHead = sample.row.Kind == PayloadKind.Heads && IsSameHead(sample.row.Row.Body, body);
                Assert.Equal(isSameHead, verdict is { IsComplete: true, ReExecuted: true });
            },
            runs: 1_500);
        Assert.True(world.Audit() is { IsComplete: true, ReExecuted: true });
    }

    private static bool IsSameHead(byte[] kept, byte[] changed)
    {
        try
        {
            return NotarisedRow.Parser.ParseFrom(kept).Head.Equals(NotarisedRow.Parser.ParseFrom(changed).Head);
        }
        catch (Google.Protobuf.InvalidProtocolBufferException)
        {
            return false;
        }
    }
}
