using Settlement.Contracts;
using Settlement.Core.Bank;
using Settlement.Core.Channels;
using Settlement.Core.Regulator;
using Settlement.Core.Store;
using Settlement.Core.Vault.Records;
using Settlement.Tests.Bank;
using Settlement.Tests.Simulation;
using Settlement.Wire.Channels;

namespace Settlement.Tests.Channels;

public sealed class FalseEntryTests
{
    public static TheoryData<string> Lies => [.. Channels.Lies.All.Keys];

    [Theory]
    [MemberData(nameof(Lies))]
    public void A_false_entry_does_not_open(string lie)
    {
        using TwoBanks world = new TwoBanks().Open();
        ChannelContext sender = world.Context(world.Beta);
        EntryForge forge = Forge(sender, Honest(sender));
        Assert.True(EntryOpener.TryOpen(world.Context(world.Alpha), forge.Seal(), out OpenedEntry? opened, out _));
        Assert.Equal(Honest(sender).Values, opened.Values);
        Channels.Lies.All[lie].Tell(forge);
        Assert.False(EntryOpener.TryOpen(world.Context(world.Alpha), forge.Seal(), out _, out string code));
        Assert.Equal(Channels.Lies.All[lie].Code, code);
    }

    [Theory]
    [MemberData(nameof(Lies))]
    public void A_sequencer_that_proposes_a_false_entry_gets_a_refusal_leaf_with_the_code(string lie)
    {
        using TwoBanks world = new TwoBanks().Open();
        world.Fund(world.Alpha, 100_00);
        ChannelContext context = world.Context(world.Alpha);
        world.OnPeer = (from, to, message) =>
        {
            if (from != world.Alpha || to != world.Beta || message.Proposal is not { } proposal) return [message];
            return [OtherProposal.Of(world, world.Alpha, proposal, other =>
            {
                Assert.True(EntryOpener.TryOpen(context, other.Body.Items[0].Entry, out OpenedEntry? entry, out _));
                EntryForge forge = Forge(context, entry);
                Channels.Lies.All[lie].Tell(forge);
                other.Body.Items[0].Entry = forge.Seal();
            })];
        };
        byte[] paid = world.Pay(world.Alpha, 30_00);
        world.Pass(TimeSpan.FromSeconds(2));
        Assert.Equal((InstructionStatus.Rejected, Channels.Lies.All[lie].Code), world.StatusOf(world.Alpha, paid));
        Assert.Equal([100_00, 0], [world.Position(world.Alpha), world.Position(world.Beta)]);
        Assert.Empty(world.Alpha.Vault.Scan(PayloadKind.InFlight));
        Assert.Empty(world.Alpha.Vault.Scan(PayloadKind.Waiting));
        world.AssertGoesOn();
        Assert.True(world.Audit() is { IsComplete: true, ReExecuted: true });
    }

    [Theory]
    [MemberData(nameof(Lies))]
    public void A_member_that_hands_a_false_entry_over_changes_nothing_and_is_reported(string lie)
    {
        using TwoBanks world = new TwoBanks().Open();
        ChannelContext context = world.Context(world.Beta);
        EntryForge forge = Forge(context, Honest(context));
        Channels.Lies.All[lie].Tell(forge);
        PayloadKind[] kinds = [PayloadKind.Snapshots, PayloadKind.InFlight, PayloadKind.Waiting, PayloadKind.Proposals, PayloadKind.Entries, PayloadKind.Batches, PayloadKind.ContentKeys, PayloadKind.Facts, PayloadKind.Instructions];
        string before = world.Alpha.Vault.Text(kinds);
        Commands commands = new() { Channel = Google.Protobuf.ByteString.CopyFrom(world.Channel.ToArray()), Term = 1 };
        commands.Entries.Add(forge.Seal());
        world.Send(world.Beta, world.Alpha, new PeerMessage { Commands = commands });
        Assert.Equal(before, world.Alpha.Vault.Text(kinds));
        Assert.Contains(Channels.Lies.All[lie].Code, world.Alpha.Alarms);
        world.Fund(world.Alpha, 100).Fund(world.Beta, 100);
        world.AssertGoesOn();
    }

    [Fact]
    public void An_entry_opens_only_in_its_own_channel()
    {
        using TwoBanks here = new TwoBanks(1).Open(), there = new TwoBanks(2).Open();
        ChannelContext sender = here.Context(here.Beta);
        SealedEntry entry = EntrySealer.Seal(sender, sender.Terms.Contracts[0], sender.Terms.Contracts[0].Contract.Actions[0], Honest(sender).Values, here.Now, new SeededEntropy(5)).Sealed;
        Assert.True(EntryOpener.TryOpen(here.Context(here.Alpha), entry, out _, out _));
        Assert.False(EntryOpener.TryOpen(there.Context(there.Alpha), entry, out _, out string code));
        Assert.Equal(ChannelCodes.EntryMalformed, code);
    }

    private static EntryForge Forge(ChannelContext context, OpenedEntry entry) =>
        new(context, entry.Plan, entry.Action, entry.Values, entry.Id, DateTimeOffset.FromUnixTimeMilliseconds(entry.TimeUnixMs), new SeededEntropy(7));

    private static OpenedEntry Honest(ChannelContext context)
    {
        ContractPlan plan = context.Terms.Contracts[0];
        Value?[] values = [new MoneyValue("EUR", 5_00), new DateValue(TwoBanks.Day), new TextValue("E2E"), new TextValue("f47ac10b-58cc-4372-a567-0e02b2c3d479"), null,
            new TextValue("Debtor"), null, new TextValue("Creditor"), null, null];
        return EntrySealer.Seal(context, plan, plan.Contract.Actions[0], values, TwoBanks.Start, new SeededEntropy(6));
    }
}
