using Google.Protobuf;
using Settlement.Contracts;
using Settlement.Core.Agent;
using Settlement.Core.Bank;
using Settlement.Core.Channels;
using Settlement.Core.Commitments;
using Settlement.Core.Cryptography;
using Settlement.Core.Machines;
using Settlement.Core.Monetary;
using Settlement.Core.Notarisation;
using Settlement.Core.Store;
using Settlement.Tests.Bank;
using Settlement.Tests.Channels;
using Settlement.Wire.Agent;
using Settlement.Wire.Channels;
using Settlement.Wire.Ledger;

namespace Settlement.Tests.Agent;

/// <summary>The agent pays what entries redeem: once, to the bank whose position it was, and nothing that is not shown to the last hash.</summary>
public sealed class RedemptionTests
{
    private const long Amount = 40_00;

    // Postings hold refusals too, which move nothing: what counts are accounts and pools.
    private static readonly PayloadKind[] Balances = [PayloadKind.Snapshots];

    private static readonly Dictionary<string, (string Code, Action<TwoBanks, RedeemRequest> Tell)> FalseRequests = new(StringComparer.Ordinal)
    {
        ["nothing"] = (AgentCodes.Malformed, (_, r) => r.MinorUnits = 0),
        ["less than nothing"] = (AgentCodes.Malformed, (_, r) => r.MinorUnits = -Amount),
        ["no currency"] = (AgentCodes.Malformed, (_, r) => r.Currency = ""),
        ["a short channel"] = (AgentCodes.Malformed, (_, r) => r.Channel = ByteString.CopyFrom(new byte[31])),
        ["a short entry"] = (AgentCodes.Malformed, (_, r) => r.EntryId = ByteString.CopyFrom(new byte[33])),
        ["no entry"] = (AgentCodes.Malformed, (_, r) => r.Entry = null),
        ["no head"] = (AgentCodes.Malformed, (_, r) => r.Head = null),
        ["another channel"] = (AgentCodes.OpeningDiffers, (_, r) => r.Channel = Lies.Flipped(r.Channel, 0)),
        ["the opening of another channel"] = (AgentCodes.OpeningDiffers, (_, r) => r.OpeningBody = Lies.Flipped(r.OpeningBody, 9)),
        ["no opening"] = (AgentCodes.OpeningDiffers, (_, r) => r.OpeningBody = ByteString.Empty),
        ["another channel with its own opening"] = (AgentCodes.HeadNotNotarised, OfAnotherChannel),
        ["another state"] = (AgentCodes.HeadNotNotarised, (_, r) => r.Head.StateRoot = Lies.Flipped(r.Head.StateRoot, 0)),
        ["another batch"] = (AgentCodes.HeadNotNotarised, (_, r) => r.Head.BatchRoot = Lies.Flipped(r.Head.BatchRoot, 0)),
        ["another time"] = (AgentCodes.HeadNotNotarised, (_, r) => r.Head.TimeUnixMs++),
        ["no receipt"] = (AgentCodes.HeadNotNotarised, (_, r) => r.Head.Receipt = null),
        ["no checkpoint"] = (AgentCodes.HeadNotNotarised, (_, r) => r.Head.Checkpoint = ""),
        ["a checkpoint that another key signed"] = (AgentCodes.HeadNotNotarised, (world, r) => r.Head.Checkpoint = Note(world, world.Posting, r.Head.Checkpoint)),
        ["a receipt with another path"] = (AgentCodes.HeadNotNotarised, (_, r) => r.Head.Receipt.InclusionPath[0] = Lies.Flipped(r.Head.Receipt.InclusionPath[0], 0)),
        ["a receipt with a path that is too long"] = (AgentCodes.HeadNotNotarised, (_, r) => r.Head.Receipt.InclusionPath.Add(ByteString.CopyFrom(new byte[32]))),
        ["a head that is not notarised yet"] = (AgentCodes.HeadNotNotarised, NotNotarisedYet),
        ["a checkpoint from before the head"] = (AgentCodes.HeadNotNotarised, (world, r) => r.Head.Checkpoint = world.Signer.Sign(1, Digest.Zero)),
        ["a leaf that the ledger does not have"] = (AgentCodes.HeadNotNotarised, (_, r) => Change(r, leaf => leaf.Head.Endorsements[1].Signature = Lies.Flipped(leaf.Head.Endorsements[1].Signature, 4))),
        ["a forged log with an endorsement that is none"] = (AgentCodes.HeadNotNotarised, (world, r) => Forge(world, r, leaf => leaf.Head.Endorsements[0].Signature = Lies.Flipped(leaf.Head.Endorsements[0].Signature, 4))),
        ["a forged log with one endorsement"] = (AgentCodes.HeadNotNotarised, (world, r) => Forge(world, r, leaf => leaf.Head.Endorsements.RemoveAt(1))),
        ["a forged log with the endorsements exchanged"] = (AgentCodes.HeadNotNotarised, (world, r) => Forge(world, r, leaf =>
            (leaf.Head.Endorsements[0], leaf.Head.Endorsements[1]) = (leaf.Head.Endorsements[1].Clone(), leaf.Head.Endorsements[0].Clone()))),
        ["a forged log with the head of another channel"] = (AgentCodes.HeadNotNotarised, (world, r) => Forge(world, r, leaf => leaf.Head.Channel = Lies.Flipped(leaf.Head.Channel, 1))),
        ["a forged log with another record"] = (AgentCodes.HeadNotNotarised, (world, r) => Forge(world, r, leaf => leaf.Takeover = new TakeoverRecord { Channel = leaf.Head.Channel })),
        ["another entry's root"] = (AgentCodes.EntryNotProven, (_, r) => r.Entry.Root = Lies.Flipped(r.Entry.Root, 0)),
        ["no root"] = (AgentCodes.EntryNotProven, (_, r) => r.Entry.Root = ByteString.Empty),
        ["another place in the batch"] = (AgentCodes.EntryNotProven, (_, r) => r.Entry.Index++),
        ["a place beyond all numbers"] = (AgentCodes.EntryNotProven, (_, r) => r.Entry.Index = ulong.MaxValue),
        ["a batch without leaves"] = (AgentCodes.EntryNotProven, (_, r) => r.Entry.Count = 0),
        ["a path in the batch that is too long"] = (AgentCodes.EntryNotProven, (_, r) => r.Entry.BatchPath.Add(ByteString.CopyFrom(new byte[32]))),
        ["a path of something else than hashes"] = (AgentCodes.EntryNotProven, (_, r) => r.Entry.HeaderPath[0] = ByteString.CopyFrom(new byte[3])),
        ["a header that is none"] = (AgentCodes.EntryNotProven, (_, r) => r.Entry.Header = ByteString.CopyFrom([0xFF])),
        ["another header"] = (AgentCodes.EntryNotProven, (_, r) => Header(r, h => h.TimeUnixMs++)),
        ["a header with the holder's part for the other"] = (AgentCodes.EntryNotProven, (_, r) => Header(r, h => (h.Parties[0], h.Parties[1]) = (h.Parties[1], h.Parties[0]))),
        ["a header without parties"] = (AgentCodes.EntryNotProven, (_, r) => Header(r, h => h.Parties.Clear())),
        ["another entry's id"] = (AgentCodes.EntryNotProven, (_, r) => r.EntryId = Lies.Flipped(r.EntryId, 0)),
        ["more than the entry says"] = (AgentCodes.EntryNotProven, (_, r) => r.MinorUnits++),
        ["less than it says"] = (AgentCodes.EntryNotProven, (_, r) => r.MinorUnits--),
        ["another currency"] = (AgentCodes.EntryNotProven, (_, r) => r.Currency = "JPY"),
        ["another salt"] = (AgentCodes.EntryNotProven, (_, r) => r.Entry.AmountSalt = Lies.Flipped(r.Entry.AmountSalt, 0)),
        ["a salt that is too short"] = (AgentCodes.EntryNotProven, (_, r) => r.Entry.AmountSalt = ByteString.CopyFrom(new byte[31])),
        ["another path of the amount"] = (AgentCodes.EntryNotProven, (_, r) => r.Entry.AmountPath[1] = Lies.Flipped(r.Entry.AmountPath[1], 0)),
        ["another action"] = (AgentCodes.NotARedemption, (_, r) => Header(r, h => h.Action = 0)),
        ["an action that there is not"] = (AgentCodes.NotARedemption, (_, r) => Header(r, h => h.Action = uint.MaxValue)),
        ["a contract that the agent does not know"] = (AgentCodes.NotARedemption, (_, r) => Header(r, h => h.ContractHash = Lies.Flipped(h.ContractHash, 0))),
        ["no signature"] = (AgentCodes.NotTheHolder, (_, r) => r.Signature = ByteString.Empty),
        ["another signature"] = (AgentCodes.NotTheHolder, (_, r) => r.Signature = Lies.Flipped(r.Signature, 0)),
        ["signed by the other member"] = (AgentCodes.NotTheHolder, (world, r) => Sign(world, r, world.Beta, world.Alpha)),
        ["signed for the other member's account"] = (AgentCodes.NotTheHolder, (world, r) => Sign(world, r, world.Alpha, world.Beta)),
    };

    public static TheoryData<string> Requests => [.. FalseRequests.Keys];

    [Theory]
    [MemberData(nameof(Requests))]
    public void A_false_proof_moves_nothing_and_stands_in_nobodys_way(string lie)
    {
        using TwoBanks world = new TwoBanks().Open();
        world.Fund(world.Alpha, 100_00).Fund(world.Beta, 50_00);
        RedeemRequest request = Redeemed(world, world.Alpha, Amount);
        RedeemRequest changed = request.Clone();
        FalseRequests[lie].Tell(world, changed);
        string before = world.Agent.Vault.Text(Balances);
        RedeemResult result = Ask(world, world.Alpha, changed);
        Assert.Equal(FalseRequests[lie].Code, result.Code);
        Assert.Equal((0, 0), (result.PostingId.Length, result.Signature.Length));
        Assert.Equal(before, world.Agent.Vault.Text(Balances));
        Assert.Contains(result.Code, world.Agent.Alarms);
        Assert.Equal(result, Ask(world, world.Alpha, changed));
        Assert.Equal("", Ask(world, world.Alpha, request).Code);
        Assert.Equal((Amount, 150_00 - Amount), Books(world, world.Alpha));
    }

    [Fact]
    public void An_entry_is_paid_once_for_ever_and_to_its_holder()
    {
        using TwoBanks world = new TwoBanks().Open();
        world.Fund(world.Alpha, 100_00).Fund(world.Beta, 50_00);
        RedeemRequest request = Redeemed(world, world.Alpha, Amount);
        // The other member has the entry too, and can sign for itself.
        RedeemRequest others = request.Clone();
        Sign(world, others, world.Beta, world.Beta);
        Assert.Equal(AgentCodes.NotTheHolder, Ask(world, world.Beta, others).Code);
        Assert.Equal(AgentCodes.NotTheHolder, Ask(world, world.Beta, request).Code);

        AgentReply reply = Send(world, world.Alpha, request, request);
        Assert.Equal("", reply.Redemptions[0].Code);
        Assert.Equal(reply.Redemptions[0], reply.Redemptions[1]);
        world.Agent.Restart();
        world.Pass(TimeSpan.FromSeconds(5));
        Assert.Equal(reply.Redemptions[0], Ask(world, world.Alpha, request));
        RedeemRequest less = request.Clone();
        less.MinorUnits--;
        Assert.Equal(AgentCodes.RepeatedDifferently, Ask(world, world.Alpha, less).Code);
        Assert.Equal(AgentCodes.RepeatedDifferently, Ask(world, world.Beta, others).Code);
        Assert.Equal((Amount, 150_00 - Amount), Books(world, world.Alpha));
    }

    [Fact]
    public void Refusals_have_a_budget_and_too_many_in_one_message_get_an_empty_reply()
    {
        using TwoBanks world = new TwoBanks().Open();
        world.Fund(world.Alpha, 100_00);
        RedeemRequest request = Redeemed(world, world.Alpha, Amount);
        RedeemRequest[] many = [.. Enumerable.Range(0, RefusalBudget.Burst + 1).Select(i =>
        {
            RedeemRequest one = request.Clone();
            one.OpeningBody = ByteString.CopyFrom(BitConverter.GetBytes(i));
            return one;
        })];
        Assert.Empty(Send(world, world.Alpha, [.. many.Take(Redemptions.MaxRequests + 1)]).Redemptions);
        string[] codes = [.. many.Chunk(Redemptions.MaxRequests).SelectMany(part => Send(world, world.Alpha, part).Redemptions).Select(static r => r.Code)];
        Assert.Equal([.. Enumerable.Repeat(AgentCodes.OpeningDiffers, RefusalBudget.Burst), AgentCodes.TooManyRefusals], codes);
    }

    [Fact]
    public void Of_two_logs_that_the_ledger_signed_the_agent_keeps_the_proof()
    {
        using TwoBanks world = new TwoBanks().Open();
        world.Fund(world.Alpha, 100_00);
        RedeemRequest request = Redeemed(world, world.Alpha, Amount);
        world.Pass(TimeSpan.FromMinutes(2));
        RedeemRequest forked = request.Clone();
        forked.Head.Checkpoint = world.Signer.Sign(SizeOf(world), Digest.Of([1]));
        int kept = world.Agent.Vault.Scan(PayloadKind.Postings).Count;
        Assert.Equal(AgentCodes.HeadNotNotarised, Ask(world, world.Alpha, forked).Code);
        // The bank that brings it is accused of nothing.
        Assert.Equal([LedgerCodes.Forked], world.Agent.Alarms);
        Assert.Equal(kept, world.Agent.Vault.Scan(PayloadKind.Postings).Count);
        Assert.Equal("", Ask(world, world.Alpha, request).Code);
    }

    /// <summary>What the bank would show the agent; it is lost on its way, and so is every later one.</summary>
    internal static RedeemRequest Redeemed(TwoBanks world, TestNode bank, long amount)
    {
        RedeemRequest? shown = null;
        world.OnAgentRequest = request =>
        {
            shown ??= request.Redemptions.FirstOrDefault();
            return null;
        };
        world.Tell(bank, call => new BankInput.Defund(call, world.Channel, new Money(TwoBanks.Eur, amount)));
        world.Settle();
        for (int i = 0; i < 20 && shown is null; i++) world.Pass(TimeSpan.FromSeconds(1));
        return shown ?? throw new InvalidOperationException("Nothing was shown to the agent.");
    }

    internal static RedeemResult Ask(TwoBanks world, TestNode bank, RedeemRequest request) => Assert.Single(Send(world, bank, request).Redemptions);

    /// <summary>The bank's account and the channel's pool.</summary>
    internal static (long Account, long Pool) Books(TwoBanks world, TestNode bank)
    {
        Books books = AgentTests.Balances(world);
        Assert.Equal(books.Issued.Sum(static i => i.MinorUnits), books.Accounts.Sum(static a => a.Balance.MinorUnits) + books.Pools.Sum(static p => p.Balance.MinorUnits));
        return (books.Accounts.Where(a => a.Bank == bank.Id).Sum(static a => a.Balance.MinorUnits), books.Pools.Sum(static p => p.Balance.MinorUnits));
    }

    private static AgentReply Send(TwoBanks world, TestNode bank, params RedeemRequest[] requests)
    {
        AgentRequest request = new() { Suite = 1, Network = TwoBanks.Network };
        request.Redemptions.Add(requests);
        return AgentReply.Parser.ParseFrom(world.Ask<byte[]>(world.Agent, call => new AgentInput.Requested(call, bank.Id, request.ToByteArray())));
    }

    private static void Sign(TwoBanks world, RedeemRequest request, TestNode member, TestNode account)
    {
        using SigningKey key = world.ChannelKey(member);
        request.Signature = ByteString.CopyFrom(key.Sign(RedemptionText.Request(
            TwoBanks.Network, world.Channel, new EntryId(new Digest(request.EntryId.Span)), account.Id, request.Currency, request.MinorUnits)));
    }

    private static void Header(RedeemRequest request, Action<EntryHeader> change)
    {
        EntryHeader header = EntryHeader.Parser.ParseFrom(request.Entry.Header);
        change(header);
        request.Entry.Header = header.ToByteString();
    }

    private static Leaf Change(RedeemRequest request, Action<Leaf> change)
    {
        Leaf leaf = Leaf.Parser.ParseFrom(request.Head.Receipt.Leaf);
        change(leaf);
        request.Head.Receipt.Leaf = leaf.ToByteString();
        return leaf;
    }

    /// <summary>A log of one leaf that the ledger's own key signed: what the members did not sign the ledger cannot make up.</summary>
    private static void Forge(TwoBanks world, RedeemRequest request, Action<Leaf> change)
    {
        Change(request, leaf =>
        {
            leaf.Index = 0;
            change(leaf);
        });
        request.Head.Receipt.InclusionPath.Clear();
        request.Head.Checkpoint = world.Signer.Sign(1, Core.Merkle.Rfc6962.HashLeaf(request.Head.Receipt.Leaf.Span));
    }

    /// <summary>Both members endorsed it, and the log does not have it: its leaf would be the next one.</summary>
    private static void NotNotarisedYet(TwoBanks world, RedeemRequest request) => Change(request, leaf => leaf.Index = (ulong)SizeOf(world));

    internal static long SizeOf(TwoBanks world)
    {
        Assert.True(CheckpointNote.TryParse(world.AskLedger(world.Supervisor, new LedgerRequest { Suite = 1, Network = TwoBanks.Network }).Checkpoint, out CheckpointNote? note));
        return note.Checkpoint.Size;
    }

    private static string Note(TwoBanks world, SigningKey key, string note)
    {
        Assert.True(CheckpointNote.TryParse(note, out CheckpointNote? read));
        return new CheckpointSigner(TwoBanks.Network, key).Sign(read.Checkpoint.Size, read.Checkpoint.Root);
    }

    private static void OfAnotherChannel(TwoBanks world, RedeemRequest request)
    {
        OpeningBody body = OpeningBody.Parser.ParseFrom(request.OpeningBody);
        body.TermsHash = Lies.Flipped(body.TermsHash, 0);
        request.OpeningBody = body.ToByteString();
        request.Channel = ByteString.CopyFrom(RecordHashes.Channel(request.OpeningBody.Span).ToArray());
    }
}
