using Settlement.Host.Network;
using System.Text;
using Settlement.Core.Identifiers;
using Settlement.Core.Instructions;
using Settlement.Core.Monetary;
using Settlement.Host.Demo;
using Settlement.Host.Iso20022;

namespace Settlement.Tests.Unit.Demo;

public class DemoPlanTests
{
    private const string A = "ALPHDEFFXXX", B = "BETAFRPPXXX", C = "GAMMGB2LXXX";
    private static readonly DateOnly First = new(2026, 3, 2);

    [Fact]
    public void A_channel_has_every_currency_and_each_payer_covers_its_sum()
    {
        DemoPlan plan = Plan(File("1", Pay(A, B, "10.00 EUR")), File("2", Pay(B, A, "5.00 USD")), File("3", Pay(A, B, "2.50 EUR")), File("4", Pay(C, A, "1 JPY")));
        Assert.Equal([A, B, C], plan.Banks.Select(static bank => bank.ToString()));
        Assert.Equal(2, plan.Channels.Count);
        ChannelPlan channel = plan.Channels[0];
        Assert.Equal((A, B), (channel.First.ToString(), channel.Second.ToString()));
        Assert.Equal(["EUR", "USD"], channel.Currencies.Select(static currency => currency.Code));
        Assert.Equal([$"{A} 12.50 EUR", $"{B} 5.00 USD"], channel.Funding.Select(static side => $"{side.Payer} {side.Amount}"));
    }

    [Fact]
    public void An_account_is_credited_with_what_it_funds_in_all_channels()
    {
        DemoPlan plan = Plan(File("1", Pay(A, B, "10.00 EUR")), File("2", Pay(A, C, "7.00 EUR")), File("3", Pay(A, C, "1.00 USD")));
        Assert.Equal([$"{A} 17.00 EUR", $"{A} 1.00 USD"], plan.Credits().Select(static credit => $"{credit.Bank} {credit.Amount}"));
    }

    [Fact]
    public void Two_banks_swap_currencies_in_which_they_have_no_channel()
    {
        DemoSwap swap = DemoSwap.For(Plan(File("1", Pay(A, B, "12.50 EUR")), File("2", Pay(B, C, "7.00 USD", date: First.AddDays(1)))))!;
        Assert.Equal((A, B, First.AddDays(1)), (swap.Given.First.ToString(), swap.Given.Second.ToString(), swap.Date));
        Assert.Equal([$"{A} 1100.00 USD", $"{B} 850.00 GBP"], swap.Given.Funding.Concat(swap.Taken.Funding).Select(static side => $"{side.Payer} {side.Amount}"));
        Assert.Equal(["USD", "GBP"], swap.Given.Currencies.Concat(swap.Taken.Currencies).Select(static currency => currency.Code));
    }

    [Fact]
    public void Nobody_swaps_where_nobody_has_a_channel_or_no_currency_is_left()
    {
        Assert.Null(DemoSwap.For(Plan(File("1", Pay(A, A, "1.00 EUR")))));
        Assert.Null(DemoSwap.For(Plan([.. ((string[])["EUR", "USD", "GBP"]).Select(static code => File(code, Pay(A, B, $"1.00 {code}")))])));
    }

    [Fact]
    public void Three_banks_owe_each_other_round_in_a_currency_of_no_other_channel()
    {
        DemoCycle cycle = DemoCycle.For(Plan(File("1", Pay(A, B, "12.50 EUR")), File("2", Pay(B, C, "7.00 CHF", date: First.AddDays(1)))))!;
        Assert.Equal(("GBP", First.AddDays(1)), (cycle.Ring.Currency.Code, cycle.Ring.Date));
        // Who is paid opens the channel, because it lets the payer owe it.
        Assert.Equal([$"{B} {A} 150000.00 GBP", $"{C} {B} 150000.00 GBP", $"{A} {C} 150000.00 GBP"],
            cycle.Channels.Select(static channel => $"{channel.First} {channel.Second} {Assert.Single(channel.Limits)}"));
        Assert.All(cycle.Channels, static channel => Assert.Empty(channel.Funding));
        Assert.Equal([$"{A} 25000.00 GBP", $"{B} 25000.00 GBP", $"{C} 25000.00 GBP"], cycle.Accounts.Select(static account => $"{account.Bank} {account.Amount}"));
    }

    [Fact]
    public void No_cycle_is_shown_of_two_banks_or_where_no_currency_is_left()
    {
        Assert.Null(DemoCycle.For(Plan(File("1", Pay(A, B, "1.00 EUR")))));
        Assert.Null(DemoCycle.For(Plan([File("0", Pay(B, C, "1.00 EUR")), .. ((string[])["CHF", "GBP", "SEK", "USD"]).Select(static code => File(code, Pay(A, B, $"1.00 {code}")))])));
    }

    [Fact]
    public void Days_come_in_date_order_and_files_in_name_order()
    {
        DemoPlan plan = Plan(File("b", Pay(A, B, "1.00 EUR", date: First.AddDays(1))), File("c", Pay(A, B, "1.00 EUR")), File("a", Pay(A, B, "1.00 EUR", date: First.AddDays(1))));
        Assert.Equal([First, First.AddDays(1)], plan.Days.Select(static day => day.Date));
        Assert.Equal(["c", "a", "b"], plan.Days.SelectMany(static day => day.Submissions).Select(static submission => submission.File.Name));
        Assert.Equal([0, 1, 2], plan.Days.SelectMany(static day => day.Submissions).Select(static submission => submission.Index));
    }

    [Fact]
    public void A_file_belongs_to_the_earliest_date_in_it()
    {
        DemoPlan plan = Plan(File("1", Pay(A, B, "1.00 EUR", date: First.AddDays(3)), Pay(A, B, "1.00 EUR", date: First)));
        Assert.Equal(First, Assert.Single(plan.Days).Date);
    }

    [Fact]
    public void A_malformed_file_counts_as_one_and_goes_to_the_first_bank_on_the_first_day()
    {
        DemoPlan plan = Plan(
            File("1", Pay(B, C, "1.00 EUR")), new DemoFile("0", [1], "application/xml", new ReadMessage.Malformed("FF01", "/", 1, 1, "broken")));
        Submission refused = plan.Days[0].Submissions[0];
        Assert.Equal(("0", B, 1), (refused.File.Name, refused.Bank.ToString(), refused.Transactions));
        Assert.Equal(2, plan.Submitted);
    }

    [Fact]
    public void Unsupported_files_are_counted_and_not_handed_in()
    {
        DemoPlan plan = Plan(File("1", Pay(A, B, "1.00 EUR")), new DemoFile("2", [], "application/xml", new ReadMessage.Unsupported("camt.054.001.08")));
        Assert.Equal((1, 1), (plan.Unsupported, plan.Submitted));
    }

    [Fact]
    public void The_same_identification_at_another_bank_waits_for_the_earlier_one()
    {
        const string uetr = "8a562c67-ca16-48ba-b074-65581be6f011";
        DemoPlan plan = Plan(File("1", Pay(A, B, "1.00 EUR", uetr)), File("2", Pay(A, B, "1.00 EUR", uetr)), File("3", Pay(B, A, "1.00 EUR", uetr)), File("4", Pay(C, A, "1.00 EUR")));
        IReadOnlyList<Submission> submissions = plan.Days[0].Submissions;
        Assert.Empty(submissions[1].After);
        Assert.Equal([0, 1], submissions[2].After);
        Assert.Empty(submissions[3].After);
    }

    [Fact]
    public void More_banks_than_allowed_are_refused_by_their_number()
    {
        DemoException refused = Assert.Throws<DemoException>(() => DemoPlan.For(new DemoInput([File("1", Pay(A, B, "1.00 EUR"), Pay(A, C, "1.00 EUR"))]), 2));
        Assert.Equal(DemoException.TooManyBanks, refused.Code);
        Assert.Contains("--max-banks 3", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void No_bank_is_nothing_to_settle() =>
        Assert.Equal(DemoException.NothingToSettle, Assert.Throws<DemoException>(() => Plan(new DemoFile("1", [], "", new ReadMessage.Unsupported("x")))).Code);

    [Fact]
    public void A_sum_that_no_account_holds_is_refused()
    {
        DemoException refused = Assert.Throws<DemoException>(() => Plan(File("1", Pay(A, B, "9000000000000000000 JPY"), Pay(A, B, "9000000000000000000 JPY"))));
        Assert.Equal(DemoException.SumTooLarge, refused.Code);
    }

    [Fact]
    public void A_bank_that_pays_itself_gets_no_channel()
    {
        DemoPlan plan = Plan(File("1", Pay(A, A, "1.00 EUR")));
        Assert.Empty(plan.Channels);
        Assert.Equal(1, plan.Submitted);
    }

    private static DemoPlan Plan(params DemoFile[] files) => DemoPlan.For(new DemoInput(files), DemoPlan.DefaultMaxBanks);

    private static DemoFile File(string name, params CreditTransfer[] transfers) => new(
        name, Encoding.ASCII.GetBytes(name), "application/xml",
        new ReadMessage.Transfers(
            new MessageHeader("pacs.008.001.08", name, null, transfers.Length, null), [.. transfers.Select(static transfer => new ReadTransfer.Valid(transfer))]));

    private static CreditTransfer Pay(string payer, string payee, string amount, string? uetr = null, DateOnly? date = null)
    {
        Assert.True(ParticipantId.TryParse(payer, out ParticipantId from));
        Assert.True(ParticipantId.TryParse(payee, out ParticipantId to));
        Assert.True(Money.TryParse(amount, out Money money));
        Uetr? reference = Uetr.TryParse(uetr, out Uetr parsed) ? parsed : null;
        return new CreditTransfer(
            "pacs.008.001.08", "message", null, "end-to-end", null, reference, money, date ?? First, Priority.Normal, from, to,
            new TransferParty("Debtor", null), new TransferParty("Creditor", null), null);
    }
}
