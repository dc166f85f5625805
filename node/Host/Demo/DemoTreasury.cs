using System.Globalization;
using System.Text.Json;
using Settlement.Client;
using Settlement.Core.Identifiers;
using Settlement.Core.Monetary;
using Settlement.Host.Commands;
using Settlement.Host.Iso20022;
using Settlement.Host.Network;

namespace Settlement.Host.Demo;

/// <summary>
/// What a treasury sees of its liquidity, between the two banks of one channel: payments beyond what a bank has wait and say why, those of
/// the other bank settle them, and what is left goes back to the account at the settlement agent.
/// </summary>
internal sealed class DemoTreasury(LocalNetwork network, NetworkCalls calls, TimeProvider time, Screen screen)
{
    // What each bank lacks for what it will pay, in whole units of the currency.
    private const int Lacking = 400;
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan ClearWithin = TimeSpan.FromSeconds(30);

    /// <summary>Shows how much liquidity the payments that became final needed, by how they could have been settled.</summary>
    public void ShowNeed(IReadOnlyList<DemoOutcome> outcomes) => screen.Rows(
        "Liquidity that the final payments need, had the banks nothing before", ["paid", "settled one by one, in order", "offset between two banks", "netted over all banks"],
        LiquidityNeed.Of(Final(outcomes)).Select(static need => new[] { $"{need.Paid}", Part(need, need.InOrder), Part(need, need.PairsNetted), Part(need, need.AllNetted) }));

    /// <summary>Fills a queue, lets it clear, and takes money back.</summary>
    /// <param name="plan">The channel's two banks.</param>
    /// <param name="channel">Its id.</param>
    /// <param name="day">The open business day.</param>
    /// <param name="ct">Cancels.</param>
    /// <exception cref="NetworkException">DM006, DM007.</exception>
    public async Task RunAsync(ChannelPlan plan, string channel, DateOnly day, CancellationToken ct)
    {
        Currency currency = plan.Currencies[0];
        (LocalNode first, LocalNode second) = (network.Bank(plan.First), network.Bank(plan.Second));
        Money has = await PositionAsync(first, channel, currency, ct), otherHas = await PositionAsync(second, channel, currency, ct);
        long unit = Money.TryParse($"1 {currency.Code}", out Money one) ? one.MinorUnits : 1;
        List<string[]> rows = [[$"{plan.First} has", $"{has}"], [$"{plan.Second} has", $"{otherHas}"]];
        List<(LocalNode Bank, string Instruction)> waiting =
        [
            await PayAsync(first, plan, has + Units(currency, unit, Lacking - 150), 1, day, ct),
            await PayAsync(first, plan, Units(currency, unit, 150), 2, day, ct),
        ];
        foreach (QueuedPayment payment in (await calls.AskAsync(first, "show its queue", client => client.QueueAsync(channel, 10, ct), ct)).Payments)
            rows.Add([$"{plan.First} pays {payment.Amount} {payment.Currency}", $"waits: {Meaning(payment.Reason)}"]);
        Money back = otherHas + Units(currency, unit, Lacking);
        waiting.Add(await PayAsync(second, plan with { First = plan.Second, Second = plan.First }, back, 3, day, ct));
        rows.Add([$"{plan.Second} pays {back}", "more than it has, too: alone it would wait"]);
        foreach ((LocalNode bank, string instruction) in waiting) await ClearAsync(bank, instruction, ct);
        Money left = await PositionAsync(first, channel, currency, ct);
        rows.Add(["all three", $"settled together; {plan.First} has {left} now"]);
        if (left.MinorUnits > 0)
        {
            await calls.AskAsync(first, "take money back", async client =>
            {
                await client.DefundAsync(channel, new MoneyOrder(currency.Code, left.ToDecimalText()), ct);
                return true;
            }, ct);
            BooksInfo books = await calls.AskAsync(network.Agent, "show its books", client => client.BooksAsync(ct), ct);
            rows.Add([$"{plan.First} takes back {left}", $"its account at the agent has {books.Accounts.FirstOrDefault(a => a.Owner == plan.First.ToString() && a.Currency == currency.Code)?.Amount ?? "0"} {currency.Code}"]);
        }

        screen.Rows($"A queue that clears: {plan.First} and {plan.Second}", ["", ""], rows);
    }

    /// <summary>The payments of a plan that are final, in its order.</summary>
    private static IEnumerable<(ParticipantId Payer, ParticipantId Payee, Money Amount)> Final(IReadOnlyList<DemoOutcome> outcomes)
    {
        foreach (IGrouping<int, DemoOutcome> answered in outcomes.GroupBy(static outcome => outcome.Submission.Index))
        {
            if (answered.First().Submission.File.Message is not ReadMessage.Transfers transfers) continue;
            // One answer a transaction, in their order.
            foreach ((ReadTransfer item, DemoOutcome outcome) in transfers.Items.Zip(answered))
            {
                if (outcome.Status == DemoOutcome.Final && item is ReadTransfer.Valid { Transfer: { } transfer }) yield return (transfer.InstructingAgent, transfer.InstructedAgent, transfer.Amount);
            }
        }
    }

    private static string Part(LiquidityNeed need, Money part) => need.Paid.MinorUnits == 0 ? $"{part}"
        : string.Create(CultureInfo.InvariantCulture, $"{part} ({(decimal)part.MinorUnits / need.Paid.MinorUnits:P0})");

    private static string Meaning(string reason) => reason switch
    {
        Core.Instructions.ReasonCodes.InsufficientFunds => "AM04, not covered",
        Core.Bank.QueueCodes.BehindOthers => "QU001, behind one that is not covered",
        _ => reason,
    };

    private static Money Units(Currency currency, long unit, int count) => new(currency, checked(unit * count));

    private async Task<Money> PositionAsync(LocalNode bank, string channel, Currency currency, CancellationToken ct)
    {
        PositionList list = await calls.AskAsync(bank, "show its positions", client => client.PositionsAsync(ct), ct);
        string? text = list.Positions.FirstOrDefault(p => p.Channel == channel && p.Currency == currency.Code)?.Position;
        return Money.TryParse($"{text ?? "0"} {currency.Code}", out Money position) ? position : throw new NetworkException(NetworkException.Refused, $"{bank.Name} shows a position that is none: {text}.");
    }

    private async Task<(LocalNode Bank, string Instruction)> PayAsync(LocalNode bank, ChannelPlan plan, Money amount, int number, DateOnly day, CancellationToken ct)
    {
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, object>
        {
            ["messageId"] = $"TREASURY-{number}", ["endToEndId"] = $"TREASURY-{number}", ["amount"] = amount.ToDecimalText(), ["currency"] = amount.Currency.Code,
            ["settlementDate"] = day.ToString("O", CultureInfo.InvariantCulture), ["instructingAgent"] = plan.First.ToString(), ["instructedAgent"] = plan.Second.ToString(),
            ["debtor"] = new Dictionary<string, string> { ["name"] = "Treasury" }, ["creditor"] = new Dictionary<string, string> { ["name"] = "Treasury" },
        });
        MessageReceipt receipt = await calls.AskAsync(bank, "take a payment", client => client.SubmitAsync(body, "application/json", $"demo-treasury-{number}", TimeSpan.Zero, ct), ct);
        return (bank, receipt.Instructions[0].Id);
    }

    private async Task ClearAsync(LocalNode bank, string id, CancellationToken ct)
    {
        long began = time.GetTimestamp();
        while (true)
        {
            Instruction instruction = await calls.AskAsync(bank, $"tell of {id}", client => client.GetInstructionAsync(id, ct), ct);
            if (instruction.Status == DemoOutcome.Final) return;
            if (instruction.Status == DemoOutcome.Rejected || time.GetElapsedTime(began) > ClearWithin)
                throw new NetworkException(NetworkException.TimedOut, $"A payment of {bank.Name} that should have cleared is {instruction.Status} {instruction.Reason}.\n{bank.LogTail()}");
            await Task.Delay(Poll, time, ct);
        }
    }
}
