using Settlement.Core.Cryptography;
using Settlement.Core.Instructions;
using Settlement.Host;
using Settlement.Host.Bench;
using Settlement.Host.Iso20022;

namespace Settlement.Tests.Unit.Bench;

public class MessageTemplateTests
{
    private static readonly DateOnly Day = new(2026, 3, 2);
    private static readonly BenchPlan Plan = BenchPlan.For(new BenchOptions(2, 1, null, 10, false, null));

    [Fact]
    public void Every_message_is_read_and_no_reference_comes_twice()
    {
        IEntropy entropy = new SystemEntropy();
        MessageTemplate[] templates =
            [.. Plan.Directions.SelectMany(direction => Enumerable.Range(0, 2).Select(writer => new MessageTemplate(direction, Day, 3, (2 * direction.Number) + writer, entropy)))];
        List<CreditTransfer> transfers = [];
        // The numbers of writers of one direction never meet; those of two directions do.
        foreach ((MessageTemplate template, long first) in templates.Select(static (template, index) => (template, (index % 2) * 1_000L)))
        {
            for (long number = first; number < first + 30; number += 3)
            {
                ReadMessage.Transfers message = Assert.IsType<ReadMessage.Transfers>(MessageReader.Read(template.Write(number).ToArray()));
                transfers.AddRange(message.Items.Select(static item => Assert.IsType<ReadTransfer.Valid>(item).Transfer));
            }
        }

        Assert.Equal(4 * 30, transfers.Count);
        Assert.Equal(transfers.Count, transfers.Select(static transfer => transfer.Uetr).Distinct().Count());
        Assert.Equal(transfers.Count, transfers.Select(static transfer => transfer.TransactionId).Distinct().Count());
        Assert.Equal(4 * 10, transfers.Select(static transfer => transfer.MessageId).Distinct().Count());
    }

    [Fact]
    public void A_payment_says_who_pays_whom_and_when()
    {
        Direction direction = Plan.Directions[1];
        ReadMessage.Transfers message = Assert.IsType<ReadMessage.Transfers>(MessageReader.Read(
            new MessageTemplate(direction, Day, 1, 0, new SystemEntropy()).Write(1L << 47).ToArray()));
        CreditTransfer transfer = Assert.IsType<ReadTransfer.Valid>(Assert.Single(message.Items)).Transfer;
        Assert.Equal((direction.Payer, direction.Payee, Day), (transfer.InstructingAgent, transfer.InstructedAgent, transfer.SettlementDate));
        Assert.Equal(1, transfer.Amount.MinorUnits);
    }
}
