using System.Numerics;
using Google.Protobuf;
using Settlement.Contracts;
using Settlement.Core.Bank;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;
using Settlement.Core.Monetary;
using Settlement.Core.Store;
using Settlement.Core.Vault.Records;
using Settlement.Tests.Channels;
using Settlement.Tests.Simulation;
using Settlement.Wire.Agent;
using Settlement.Wire.Channels;

namespace Settlement.Tests.Bank;

/// <summary>Money enters a channel once for each posting of the agent, and only as it was posted.</summary>
public sealed class PostingTests
{
    // The order of P-256 (FIPS 186-4, D.1.2.3): with s, n - s is a signature of the same digest.
    private static readonly BigInteger Order = BigInteger.Parse("0FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551", System.Globalization.NumberStyles.HexNumber, System.Globalization.CultureInfo.InvariantCulture);

    private static readonly byte[] FreshId = [.. Enumerable.Range(1, 16).Select(i => (byte)i)];

    private static readonly Dictionary<string, Func<TwoBanks, string>> FalsePostings = new(StringComparer.Ordinal)
    {
        ["signed by nobody"] = _ => PostingText.Write(FreshId, new byte[64]),
        ["signed by a member"] = world =>
        {
            using SigningKey key = world.ChannelKey(world.Beta);
            return Signed(world, key, world.Channel, world.Beta.Id, "EUR", 70_00);
        },
        ["of another channel"] = world => Signed(world, world.Posting, Digest.Zero, world.Beta.Id, "EUR", 70_00),
        ["of another beneficiary"] = world => Signed(world, world.Posting, world.Channel, world.Supervisor.Id, "EUR", 70_00),
        ["of another amount"] = world => Signed(world, world.Posting, world.Channel, world.Beta.Id, "EUR", 70_01),
        ["of another currency"] = world => Signed(world, world.Posting, world.Channel, world.Beta.Id, "JPY", 70_00),
        ["with another id"] = world => Convert.ToHexStringLower(new byte[16]) + Signed(world, world.Posting, world.Channel, world.Beta.Id, "EUR", 70_00)[32..],
        ["no posting at all"] = _ => "posting",
        ["cited before"] = Cited,
        ["cited before, and long ago"] = world =>
        {
            string cited = Cited(world);
            world.Pass(TimeSpan.FromMinutes(3));
            return cited;
        },
        ["cited before, in capitals"] = world => Cited(world)[..32].ToUpperInvariant() + Cited(world)[32..],
        ["cited before, with the other signature of its digest"] = world =>
        {
            Assert.True(PostingText.TryRead(Cited(world), out byte[]? id, out byte[]? signature));
            byte[] other = (Order - new BigInteger(signature.AsSpan(32), isUnsigned: true, isBigEndian: true)).ToByteArray(isUnsigned: true, isBigEndian: true);
            string text = PostingText.Write(id, [.. signature[..32], .. new byte[32 - other.Length], .. other]);
            Assert.NotEqual(Cited(world), text);
            return text;
        },
    };

    public static TheoryData<string> Postings => [.. FalsePostings.Keys];

    [Theory]
    [MemberData(nameof(Postings))]
    public void A_false_posting_brings_nothing_in(string lie)
    {
        using TwoBanks world = new TwoBanks().Open();
        world.Fund(world.Alpha, 100_00).Fund(world.Beta, 70_00);
        HandOver(world, Issue(world, FalsePostings[lie](world), 70_00));
        Assert.Equal(ChannelCodes.PostingRefused, LastRefusal(world.Alpha, world));
        Assert.Equal(ChannelCodes.PostingRefused, LastRefusal(world.Beta, world));
        Assert.Equal(70_00, world.Position(world.Beta));
        world.AssertGoesOn();
        Assert.True(world.Audit() is { IsComplete: true, ReExecuted: true });
    }

    [Theory]
    [MemberData(nameof(Postings))]
    public void An_endorser_refuses_a_false_posting_that_the_sequencer_lets_pass(string lie)
    {
        using TwoBanks world = new TwoBanks().Open();
        world.Fund(world.Alpha, 100_00).Fund(world.Beta, 70_00);
        ChannelContext alpha = world.Context(world.Alpha);
        // Beta's true citations stand for the sequencer's own: the beneficiary is the one who acts.
        SealedEntry entry = Issue(world, FalsePostings[lie](world), 70_00, alpha);
        List<string> refused = [];
        world.OnPeer = (_, to, message) =>
        {
            if (to == world.Beta && message.Proposal is { } proposal) return [OtherProposal.Of(world, world.Alpha, proposal, p => p.Body.Items.Add(new BatchItem { Entry = entry }))];
            if (message.Endorsement is { } answer) refused.AddRange(answer.Refusals.Where(r => r.Index == 1).Select(r => r.Refusal.Code));
            return [message];
        };
        world.Pay(world.Alpha, 1_00);
        // What is Beta's posting is not Alpha's either.
        Assert.Equal(ChannelCodes.PostingRefused, refused[0]);
        Assert.Equal(70_00, world.Position(world.Beta));
    }

    [Fact]
    public void A_posting_serves_once_also_within_one_batch()
    {
        using TwoBanks world = new TwoBanks().Open();
        world.Fund(world.Alpha, 100_00);
        Money amount = new(TwoBanks.Eur, 70_00);
        world.Credit(world.Beta, new Money(TwoBanks.Eur, 140_00));
        world.OnAgentReply = reply =>
        {
            Assert.Equal(2, reply.Funds.Count);
            (reply.Funds[1].PostingId, reply.Funds[1].Signature) = (reply.Funds[0].PostingId, reply.Funds[0].Signature);
            return reply;
        };
        long[] calls = [.. Enumerable.Range(0, 2).Select(_ => world.Tell(world.Beta, call => new BankInput.Fund(call, world.Channel, amount)))];
        world.Settle();
        Assert.Equal([null, ChannelCodes.PostingRefused], calls.Select(c => world.Answer<FundAnswer>(c)!.Refusal).Order());
        Assert.Equal(70_00, world.Position(world.Beta));
        world.AssertGoesOn();
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public void An_agent_that_gives_a_posting_again_owes_what_was_asked_for(bool isSequencer, bool isFinal)
    {
        using TwoBanks world = new TwoBanks().Open();
        TestNode bank = isSequencer ? world.Alpha : world.Beta;
        Money amount = new(TwoBanks.Eur, 70_00);
        world.Fund(world.Other(bank), 1_00).Credit(bank, new Money(TwoBanks.Eur, 140_00));
        GiveOnePosting(world);
        // The second comes while the first is on its way, or when nothing of it is in memory.
        if (!isFinal) world.OnPeer = static (_, _, message) => message.Endorsement is null ? [message] : [];
        long one = world.Tell(bank, call => new BankInput.Fund(call, world.Channel, amount));
        world.Settle();
        if (isFinal) world.Pass(TimeSpan.FromMinutes(3));
        long two = world.Tell(bank, call => new BankInput.Fund(call, world.Channel, amount));
        world.Settle();
        world.OnPeer = null;
        world.Pass(TimeSpan.FromSeconds(10));
        Assert.Equal((null, ChannelCodes.PostingRefused), (world.Answer<FundAnswer>(one)!.Refusal, world.Answer<FundAnswer>(two)!.Refusal));
        Assert.Equal(70_00, world.Position(bank));
        Assert.Contains(ChannelCodes.PostingRefused, bank.Alarms);
        Assert.DoesNotContain(ChannelCodes.EntryNotOurs, bank.Alarms);
        Assert.Empty(bank.Vault.Scan(PayloadKind.Waiting));
        bank.Restart();
        world.AssertGoesOn();
    }

    [Fact]
    public void A_supervisor_sees_that_members_let_a_posting_serve_twice()
    {
        using TwoBanks world = new TwoBanks().Open();
        GiveOnePosting(world);
        world.Fund(world.Beta, 70_00);
        foreach (TestNode bank in new[] { world.Alpha, world.Beta })
        {
            // They agree to forget it.
            foreach (StoredPayload row in bank.Vault.Scan(PayloadKind.Facts)) bank.Vault.Delete(PayloadKind.Facts, row.Key);
            bank.Restart();
        }

        world.Credit(world.Beta, new Money(TwoBanks.Eur, 70_00));
        world.Tell(world.Beta, call => new BankInput.Fund(call, world.Channel, new Money(TwoBanks.Eur, 70_00)));
        world.Pass(TimeSpan.FromSeconds(10));
        Assert.Equal(140_00, world.Position(world.Beta));
        Core.Regulator.ChannelVerdict verdict = world.Audit();
        Assert.Equal((true, true, false), (verdict.Delivered, verdict.Authentic, verdict.ReExecuted));
        Assert.Equal((2, ChannelCodes.ReExecutionDiffers), (Assert.Single(verdict.NotReExecuted).Sequence, verdict.NotReExecuted[0].Code));
    }

    [Fact]
    public void The_posting_is_checked_by_the_movement_and_not_by_the_names_that_a_contract_uses()
    {
        const string minting = """
            contract Minting version 1

            parties
              holder        bank
              counterparty  bank
              supervisor    regulator, observes

            fields
              decoy    money     to holder, counterparty, supervisor
              amount   money     to holder, counterparty, supervisor
              posting  text(128) to holder, counterparty, supervisor

            states
              Issued may rest

            on mint by holder, agreed by counterparty
              issue amount to holder citing posting
              -> Issued
            """;
        using TwoBanks world = new TwoBanks(contracts: [ContractLibrary.Load("GrossPayment").Source, ContractLibrary.Load("PoolFunding").Source, minting]).Open();
        world.Fund(world.Alpha, 100_00).Fund(world.Beta, 1_00);
        ChannelContext beta = world.Context(world.Beta);
        ContractPlan plan = beta.Terms.Contracts.Single(c => c.Contract.Name == "Minting");
        string posting = Signed(world, world.Posting, world.Channel, world.Beta.Id, "EUR", 1);
        Value?[] values = [new MoneyValue("EUR", 1), new MoneyValue("EUR", 1_000_000_00), new TextValue(posting)];
        HandOver(world, EntrySealer.Seal(beta, plan, plan.Contract.Actions[0], values, world.Now, new SeededEntropy(4)).Sealed);
        Assert.Equal(ChannelCodes.PostingRefused, LastRefusal(world.Beta, world));
        Assert.Equal(1_00, world.Position(world.Beta));
        world.AssertGoesOn();
    }

    [Fact]
    public void Entries_are_neither_replayed_nor_passed_off_as_the_other_members()
    {
        using TwoBanks world = new TwoBanks().Open();
        world.Fund(world.Alpha, 100_00).Fund(world.Beta, 100_00);
        List<SealedEntry> handed = [];
        world.OnPeer = (_, _, message) =>
        {
            if (message.Commands is { } commands) handed.AddRange(commands.Entries);
            if (message.Proposal is { } proposal) handed.AddRange(OtherProposal.BodyOf(proposal).Items.Where(i => i.Entry is not null).Select(i => i.Entry));
            return [message];
        };
        world.Pay(world.Beta, 10_00);
        world.Pay(world.Alpha, 5_00);
        long sequence = world.View(world.Alpha).Sequence;
        HandOver(world, [.. handed]);
        Assert.Equal(sequence, world.View(world.Alpha).Sequence);
        Assert.Contains(ChannelCodes.EntryNotOurs, world.Alpha.Alarms);

        // Minutes later, when nothing of it is in memory, and from the sequencer's side too.
        world.Pass(TimeSpan.FromMinutes(3));
        List<string> codes = [];
        world.OnPeer = (_, to, message) =>
        {
            if (to == world.Beta && message.Proposal is { } proposal)
                return [OtherProposal.Of(world, world.Alpha, proposal, p => p.Body.Items.Add(handed.DistinctBy(static e => e.Header).Select(static e => new BatchItem { Entry = e })))];
            if (message.Endorsement is { } answer) codes.AddRange(answer.Refusals.Select(r => r.Refusal.Code));
            return [message];
        };
        world.Pay(world.Alpha, 1_00);
        Assert.Equal([ChannelCodes.EntryNotOurs, ChannelCodes.EntryRepeated], codes.Take(2).Order());
        Assert.Equal(95_00 + 10_00, world.Position(world.Alpha));
        world.AssertGoesOn();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_entry_has_one_place_in_a_batch(bool asRefusal)
    {
        using TwoBanks world = new TwoBanks().Open();
        world.Fund(world.Alpha, 100_00).Fund(world.Beta, 100_00);
        // The sequencer refuses a payment that was handed to it, or repeats it, and takes the money all the same.
        List<string> objections = [];
        world.OnPeer = (_, to, message) =>
        {
            if (to == world.Beta && message.Proposal is { } proposal && OtherProposal.BodyOf(proposal).Items[0].Entry is { } entry)
            {
                EntryHeader header = EntryHeader.Parser.ParseFrom(entry.Header);
                BatchItem second = asRefusal
                    ? new BatchItem { Refusal = new Refusal { EntryId = header.EntryId, Code = "AM04", Salt = ByteString.CopyFrom(new byte[32]) } }
                    : new BatchItem { Entry = entry };
                return [OtherProposal.Of(world, world.Alpha, proposal, p => p.Body.Items.Insert(0, second))];
            }

            if (message.Endorsement is { Objection.Length: > 0 } answer) objections.Add(answer.Objection);
            return [message];
        };
        Assert.Null(Assert.Single(world.Submit(world.Beta, world.Transfer(world.Beta, 10_00)).Instructions).Reason);
        Assert.Contains(ChannelCodes.EntryRepeated, objections);
        Assert.Equal(100_00, world.Position(world.Beta));
        world.OnPeer = null;
        // The office changes hands, and the payment is made once.
        world.Pass(TimeSpan.FromMinutes(1));
        Assert.Equal(90_00, world.Position(world.Beta));
        world.AssertGoesOn();
    }

    [Fact]
    public void A_reference_that_was_used_is_found_again_though_the_entry_waits_for_its_batch()
    {
        using TwoBanks world = new TwoBanks().Open();
        world.Fund(world.Alpha, 100_00).Fund(world.Beta, 100_00);
        Uetr used = world.Transfer(world.Alpha, 1).Uetr!.Value;
        Assert.Single(world.Submit(world.Beta, world.Transfer(world.Beta, 10_00) with { Uetr = used }).Instructions, i => i.Reason is null);
        world.Pass(TimeSpan.FromMinutes(3));
        // A batch is in flight while the second entry arrives: it is looked at in a later step.
        world.OnPeer = (_, _, message) => message.Endorsement is null ? [message] : [];
        world.Pay(world.Alpha, 1_00);
        ChannelContext beta = world.Context(world.Beta);
        ContractPlan plan = beta.Terms.Contracts[0];
        Value?[] values = [new MoneyValue("EUR", 5_00), new DateValue(TwoBanks.Day), new TextValue("E2E"), new TextValue(used.ToString()), null, new TextValue("D"), null, new TextValue("C"), null, null];
        HandOver(world, EntrySealer.Seal(beta, plan, plan.Contract.Actions[0], values, world.Now, new SeededEntropy(4)).Sealed);
        world.OnPeer = null;
        world.Pass(TimeSpan.FromSeconds(10));
        Assert.Equal("DU03", LastRefusal(world.Alpha, world));
        Assert.Equal(100_00 + 10_00 - 1_00, world.Position(world.Alpha));
    }

    /// <summary>The agent answers every request with the posting of the first.</summary>
    private static void GiveOnePosting(TwoBanks world)
    {
        FundResult? first = null;
        world.OnAgentReply = reply =>
        {
            foreach (FundResult result in reply.Funds)
            {
                first ??= result.Clone();
                (result.PostingId, result.Signature) = (first.PostingId, first.Signature);
            }

            return reply;
        };
    }

    internal static string Signed(TwoBanks world, SigningKey key, Digest channel, ParticipantId beneficiary, string currency, long amount) =>
        PostingText.Write(FreshId, key.Sign(PostingText.Digest(TwoBanks.Network, FreshId, channel, beneficiary, currency, amount)));

    /// <summary>The posting that Beta's own funding cited, as its entry has it.</summary>
    private static string Cited(TwoBanks world)
    {
        ChannelContext beta = world.Context(world.Beta);
        foreach (StoredPayload row in world.Beta.Vault.Scan(PayloadKind.Batches).Reverse())
        {
            byte[] keys = world.Beta.Vault.Find(PayloadKind.ContentKeys, row.Key)!;
            Core.Reading.VaultReader reader = new(TwoBanks.Network, world.Beta.Id, world.Beta.VaultKey);
            Core.Reading.EntryView? issue = reader.ReadMemberBatch(beta, row.Body, world.Beta.Vault.Find(PayloadKind.Entries, row.Key), keys).FirstOrDefault(e => e.Action == "issue" && e.ActedBy == world.Beta.Id.ToString());
            if (issue is not null) return issue.Fields.Single(f => f.Name == "posting").Value!.Trim('"');
        }

        throw new InvalidOperationException("Beta was not funded.");
    }

    internal static SealedEntry Issue(TwoBanks world, string posting, long amount, ChannelContext? sender = null)
    {
        ChannelContext context = sender ?? world.Context(world.Beta);
        ContractPlan plan = context.Terms.Contracts.Single(c => c.Contract.Name == "PoolFunding");
        return EntrySealer.Seal(context, plan, plan.Contract.Actions[0], [new MoneyValue("EUR", amount), new TextValue(posting)], world.Now, new SeededEntropy(posting.GetHashCode(StringComparison.Ordinal))).Sealed;
    }

    internal static void HandOver(TwoBanks world, params SealedEntry[] entries)
    {
        Commands commands = new() { Channel = ByteString.CopyFrom(world.Channel.ToArray()), Term = 1 };
        commands.Entries.Add(entries);
        world.Send(world.Beta, world.Alpha, new PeerMessage { Commands = commands });
    }

    internal static string? LastRefusal(TestNode bank, TwoBanks world) =>
        Core.Vault.BatchRows.Read(bank.Rows, world.Channel, bank.Vault.Scan(PayloadKind.Batches)[^1].Body, null).Items.LastOrDefault(i => i.Refusal is not null)?.Refusal.Code;
}
