using Settlement.Core.Channels;
using Settlement.Core.Bank;
using Settlement.Core.Cryptography;
using Settlement.Core.Instructions;
using Settlement.Core.Nodes;
using Settlement.Core.Participants;
using Settlement.Core.Store;
using Settlement.Core.Vault;
using Settlement.Core.Vault.Records;
using Settlement.Tests.Simulation;
using Settlement.Wire.Channels;

namespace Settlement.Tests.Bank;

/// <summary>What a node believes and keeps when somebody lists a false record, or the vault is looked at without its key.</summary>
public sealed class HardeningTests
{
    [Fact]
    public void A_channel_has_nothing_to_do_with_a_participant_of_another_root_than_the_terms_pin()
    {
        using TwoBanks world = new TwoBanks().Open();
        world.Fund(world.Alpha, 10_00);
        world.Alpha.Restart();
        SeededEntropy entropy = new(7);
        using ParticipantKeys others = new(TwoBanks.Network, world.Beta.Id, SigningKey.Generate(entropy), AgreementKey.Generate(entropy), SigningKey.Generate(entropy).PublicKey);
        Assert.True(Participant.TryRead(Participant.Write(others, "false", "", "bank", new Uri("https://false.example"), 9, world.Now.AddDays(-1), world.Now.AddDays(1), null),
            TwoBanks.Network, world.Now, out Participant? listed));
        Assert.True(world.Alpha.Directory.Add(listed));
        int sent = 0;
        world.OnPeer = (from, to, message) =>
        {
            sent += from == world.Alpha && to == world.Beta ? 1 : 0;
            return [message];
        };
        byte[] paid = world.Pay(world.Alpha, 1_00);
        world.Pass(TimeSpan.FromSeconds(5));
        Assert.Equal(0, sent);
        Assert.Equal((InstructionStatus.Accepted, null), world.StatusOf(world.Alpha, paid));
        world.Alpha.Alarms.Clear();
        world.Send(world.Beta, world.Alpha, new PeerMessage { Finality = new FinalityNotice { Channel = Google.Protobuf.ByteString.CopyFrom(world.Channel.ToArray()), Sequence = 9 } });
        Assert.Equal([ChannelCodes.ChannelUnknown], world.Alpha.Alarms);
    }

    [Fact]
    public void The_reason_of_a_refusal_is_not_in_the_clear()
    {
        SeededEntropy entropy = new(3);
        using VaultKey key = VaultKey.Generate(entropy);
        VaultRows rows = new(key, entropy);
        Digest channel = new(new byte[Digest.Length]);
        BatchRow row = new() { Sequence = 4 };
        row.Items.Add(new BatchItem { Entry = new SealedEntry() });
        row.Items.Add(new BatchItem { Refusal = BatchLeaf.Refuse(Core.Commitments.EntryId.TryRead(new byte[Core.Commitments.EntryId.Length], out Core.Commitments.EntryId id) ? id : default, "AM04", entropy) });
        byte[] body = BatchRows.Write(rows, channel, row);
        BatchRow kept = BatchRow.Parser.ParseFrom(body);
        Assert.Equal(("", 0), (kept.Items[1].Refusal.Code, kept.Items[1].Refusal.Salt.Length));
        Assert.Equal(row, BatchRows.Read(rows, channel, body, null));
        kept.Sequence = 5;
        Assert.Throws<InvalidOperationException>(() => BatchRows.Read(rows, channel, Google.Protobuf.MessageExtensions.ToByteArray(kept), null));
    }

    [Fact]
    public void A_restart_keeps_the_order_in_which_payments_were_accepted()
    {
        using TwoBanks world = new TwoBanks().Open();
        world.Fund(world.Beta, 100_00);
        world.OnPeer = (_, _, _) => [];
        List<byte[]> paid = [.. Enumerable.Range(1, 8).Select(i => world.Pay(world.Beta, i))];
        List<string> Order() => [.. world.Beta.Vault.Scan(PayloadKind.Waiting).Select(r => (r.Key, WaitingRow.Parser.ParseFrom(r.Body).Order))
            .OrderBy(r => r.Order).Select(r => Convert.ToHexString(r.Key))];
        Assert.Equal(paid.Select(Convert.ToHexString), Order());
        world.Beta.Restart();
        paid.Add(world.Pay(world.Beta, 9));
        Assert.Equal(paid.Select(Convert.ToHexString), Order());
    }

    [Fact]
    public void What_the_ledger_calls_a_code_is_one()
    {
        using TwoBanks world = new TwoBanks().Open();
        world.Fund(world.Alpha, 10_00).Fund(world.Beta, 10_00);
        world.OnLedgerReply = (_, reply) =>
        {
            foreach (Settlement.Wire.Ledger.SubmissionResult result in reply.Results) result.Code = "LG020\nAlarm LG053 about the ledger";
            return reply;
        };
        world.Pay(world.Alpha, 1_00);
        Assert.All(world.Alpha.Alarms, code => Assert.Matches("^[A-Z0-9]{1,35}$", code));
        Assert.Contains(NodeCodes.ForeignCode, world.Alpha.Alarms);
        world.AssertGoesOn();
    }
}
