using FsCheck;
using FsCheck.Fluent;
using Google.Protobuf;
using Settlement.Core.Agent;
using Settlement.Core.Bank;
using Settlement.Core.Monetary;
using Settlement.Core.Store;
using Settlement.Core.Vault.Records;
using Settlement.Tests.Bank;
using Settlement.Tests.Properties.Cryptography;
using Settlement.Wire.Agent;

namespace Settlement.Tests.Properties.Channels;

public sealed class BookProperties
{
    private abstract record Step
    {
        public sealed record Credit(bool IsAlpha, int Reference, int Amount) : Step;

        public sealed record Fund(bool IsAlpha, int Request, int Amount) : Step;

        public sealed record Restart : Step;
    }

    /// <summary>What banks do with money in a channel, and what happens to them meanwhile.</summary>
    private abstract record Move
    {
        public sealed record In(bool IsAlpha, int Amount) : Move;

        public sealed record Out(bool IsAlpha, int Amount) : Move;

        public sealed record Pay(bool IsAlpha, int Amount) : Move;

        public sealed record Loss(int Messages) : Move;

        public sealed record Crash(int Node) : Move;
    }

    private static Gen<Move> Moves => Gen.Frequency(
        (3, from isAlpha in ArbMap.Default.GeneratorFor<bool>() from amount in Gen.Choose(1, 40) select (Move)new Move.In(isAlpha, amount)),
        (4, from isAlpha in ArbMap.Default.GeneratorFor<bool>() from amount in Gen.Choose(1, 30) select (Move)new Move.Out(isAlpha, amount)),
        (3, from isAlpha in ArbMap.Default.GeneratorFor<bool>() from amount in Gen.Choose(1, 30) select (Move)new Move.Pay(isAlpha, amount)),
        (1, from messages in Gen.Choose(1, 4) select (Move)new Move.Loss(messages)),
        (1, from node in Gen.Choose(0, 2) select (Move)new Move.Crash(node)));

    private static Gen<Step> Steps => Gen.Frequency(
        (4, from isAlpha in ArbMap.Default.GeneratorFor<bool>() from reference in Gen.Choose(0, 6) from amount in Gen.Choose(-2, 30) select (Step)new Step.Credit(isAlpha, reference, amount)),
        (6, from isAlpha in ArbMap.Default.GeneratorFor<bool>() from request in Gen.Choose(0, 6) from amount in Gen.Choose(-2, 20) select (Step)new Step.Fund(isAlpha, request, amount)),
        (1, Gen.Constant<Step>(new Step.Restart())));

    [Fact]
    public void The_books_follow_the_model_and_accounts_and_pools_sum_to_what_was_issued() => Samples.ForAll(
        Steps.ArrayOf(),
        static steps =>
        {
            using TwoBanks world = new TwoBanks().Open();
            OpeningRow opening = world.Opening(world.Alpha);
            Dictionary<bool, long> accounts = new() { [true] = 0, [false] = 0 };
            Dictionary<int, (bool, int)> credits = [];
            Dictionary<(bool, int), (int Amount, string Code, ByteString Posting)> funds = [];
            long pool = 0;
            foreach (Step step in steps)
            {
                switch (step)
                {
                    case Step.Restart:
                        world.Agent.Restart();
                        world.Pass(TimeSpan.FromSeconds(3));
                        break;
                    case Step.Credit credit:
                        string? refusal = credits.TryGetValue(credit.Reference, out (bool, int) earlier) ? earlier == (credit.IsAlpha, credit.Amount) ? null : AgentCodes.RepeatedDifferently
                            : credit.Amount <= 0 ? AgentCodes.Malformed : null;
                        if (refusal is null && credits.TryAdd(credit.Reference, (credit.IsAlpha, credit.Amount))) accounts[credit.IsAlpha] += credit.Amount;
                        Assert.Equal(refusal, world.Ask<CreditResult>(world.Agent, call => new AgentInput.Credit(call, "r" + credit.Reference, Bank(world, credit.IsAlpha).Id, new Money(TwoBanks.Eur, credit.Amount))).Refusal);
                        break;
                    case Step.Fund fund:
                        FundResult result = Fund(world, opening, fund);
                        // A refusal for want of money is kept too: a late copy of the request must not move money after all.
                        bool isKnown = funds.TryGetValue((fund.IsAlpha, fund.Request), out (int Amount, string Code, ByteString Posting) first);
                        string code = fund.Amount <= 0 ? AgentCodes.Malformed
                            : isKnown ? first.Amount == fund.Amount ? first.Code : AgentCodes.RepeatedDifferently
                            : accounts[fund.IsAlpha] < fund.Amount ? AgentCodes.InsufficientFunds : "";
                        Assert.Equal(code, result.Code);
                        if (code is AgentCodes.Malformed or AgentCodes.RepeatedDifferently) break;
                        if (funds.TryAdd((fund.IsAlpha, fund.Request), (fund.Amount, code, result.PostingId)) && code.Length == 0)
                        {
                            accounts[fund.IsAlpha] -= fund.Amount;
                            pool += fund.Amount;
                        }

                        Assert.Equal(funds[(fund.IsAlpha, fund.Request)].Posting, result.PostingId);
                        break;
                }

                Books books = world.Ask<Books>(world.Agent, call => new AgentInput.ListBooks(call));
                foreach (bool isAlpha in new[] { true, false }) Assert.Equal(accounts[isAlpha], books.Accounts.Where(a => a.Bank == Bank(world, isAlpha).Id).Sum(a => a.Balance.MinorUnits));
                Assert.Equal(pool, books.Pools.Sum(p => p.Balance.MinorUnits));
                Assert.Equal(books.Issued.Sum(i => i.MinorUnits), books.Accounts.Sum(a => a.Balance.MinorUnits) + pool);
            }
        },
        runs: 60);

    [Fact]
    public void Pools_stand_behind_positions_and_all_that_is_redeemed_is_paid_once() => Samples.ForAll(
        Moves.ArrayOf(),
        static moves =>
        {
            using TwoBanks world = new TwoBanks().Open((false, new Money(TwoBanks.Eur, 25)));
            int losses = 0;
            world.OnAgentRequest = request => losses-- > 0 ? null : request;
            world.OnAgentReply = reply => losses-- > 0 ? null : reply;
            world.OnLedgerReply = (_, reply) => losses-- > 0 ? null : reply;
            foreach (Move move in moves)
            {
                switch (move)
                {
                    case Move.In into:
                        Money amount = new(TwoBanks.Eur, into.Amount);
                        world.Credit(Bank(world, into.IsAlpha), amount);
                        world.Tell(Bank(world, into.IsAlpha), call => new BankInput.Fund(call, world.Channel, amount));
                        break;
                    case Move.Out output:
                        world.Tell(Bank(world, output.IsAlpha), call => new BankInput.Defund(call, world.Channel, new Money(TwoBanks.Eur, output.Amount)));
                        break;
                    case Move.Pay pay:
                        world.Submit(Bank(world, pay.IsAlpha), world.Transfer(Bank(world, pay.IsAlpha), pay.Amount));
                        break;
                    case Move.Loss loss:
                        losses = loss.Messages;
                        break;
                    case Move.Crash crash:
                        world.Nodes[crash.Node].Restart();
                        break;
                }

                world.Settle();
                CheckSums(world, atRest: false);
            }

            losses = 0;
            world.Pass(TimeSpan.FromSeconds(40));
            CheckSums(world, atRest: true);
            Assert.All(new[] { world.Alpha, world.Beta }, static bank => Assert.DoesNotContain(bank.Vault.Scan(PayloadKind.Waiting), static row => WaitingRow.Parser.ParseFrom(row.Body) is { IsQueued: false }));
            CheckExit(world, moves.Length);
        },
        runs: 25);

    /// <summary>A member closes the channel, with losses and crashes: each gets what it holds as far as the pool has it, and nothing is left there.</summary>
    private static void CheckExit(TwoBanks world, int variant)
    {
        Books before = world.Ask<Books>(world.Agent, call => new AgentInput.ListBooks(call));
        long pool = before.Pools.Sum(static p => p.Balance.MinorUnits);
        long[] expected = [.. new[] { world.Alpha, world.Beta }.Select(bank => AccountOf(before, bank) + Math.Clamp(world.Position(bank), 0, pool))];
        int losses = variant % 4;
        world.OnAgentReply = reply => losses-- > 0 ? null : reply;
        world.OnLedgerReply = (_, reply) => losses-- > 0 ? null : reply;
        world.Tell(Bank(world, variant % 2 == 0), call => new BankInput.CloseChannel(call, world.Channel, LeavesSetAside: false));
        world.Settle();
        world.Nodes[variant % 3].Restart();
        world.Pass(TimeSpan.FromSeconds(60));
        CheckSums(world, atRest: false);
        Books after = world.Ask<Books>(world.Agent, call => new AgentInput.ListBooks(call));
        Assert.Equal([.. expected, 0], [AccountOf(after, world.Alpha), AccountOf(after, world.Beta), after.Pools.Sum(static p => p.Balance.MinorUnits)]);
        Assert.All(new[] { world.Alpha, world.Beta }, static bank => Assert.Empty(bank.Vault.Text(PayloadKind.InFlight, PayloadKind.Waiting)));
    }

    private static long AccountOf(Books books, TestNode bank) => books.Accounts.Where(a => a.Bank == bank.Id).Sum(static a => a.Balance.MinorUnits);

    /// <summary>Accounts and pools are what was issued, and at rest the pool is what the members hold.</summary>
    private static void CheckSums(TwoBanks world, bool atRest)
    {
        Books books = world.Ask<Books>(world.Agent, call => new AgentInput.ListBooks(call));
        long pool = books.Pools.Sum(static p => p.Balance.MinorUnits);
        Assert.Equal(books.Issued.Sum(static i => i.MinorUnits), books.Accounts.Sum(static a => a.Balance.MinorUnits) + pool);
        // Each bank learns of a final batch in its own time; both have come to the same at the end.
        if (atRest) Assert.Equal(pool, world.Position(world.Alpha) + world.Position(world.Beta));
        Assert.All(books.Pools, static p => Assert.True(p.Balance.MinorUnits >= 0));
        Assert.All(books.Accounts, static a => Assert.True(a.Balance.MinorUnits >= 0));
    }

    private static TestNode Bank(TwoBanks world, bool isAlpha) => isAlpha ? world.Alpha : world.Beta;

    private static FundResult Fund(TwoBanks world, OpeningRow opening, Step.Fund fund)
    {
        FundRequest request = new()
        {
            RequestId = ByteString.CopyFrom([.. new byte[31], (byte)fund.Request]), Channel = ByteString.CopyFrom(world.Channel.ToArray()), Currency = "EUR", MinorUnits = fund.Amount, OpeningBody = opening.Record.Body,
        };
        request.Acknowledgements.Add(opening.Acknowledgements);
        AgentRequest message = new() { Suite = 1, Network = TwoBanks.Network };
        message.Funds.Add(request);
        return Assert.Single(AgentReply.Parser.ParseFrom(world.Ask<byte[]>(world.Agent, call => new AgentInput.Requested(call, Bank(world, fund.IsAlpha).Id, message.ToByteArray()))).Funds);
    }
}
