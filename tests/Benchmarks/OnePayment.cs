using Settlement.Contracts;
using Settlement.Core.Bank;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Instructions;
using Settlement.Tests.Bank;

namespace Settlement.Tests.Benchmarks;

/// <summary>A payment of an open channel of two banks and a supervisor, with every field filled, as the load of the benchmark has them.</summary>
internal sealed class OnePayment : IDisposable
{
    private readonly TwoBanks world = new TwoBanks().Open();

    public OnePayment()
    {
        Payer = world.Context(world.Alpha);
        Payee = world.Context(world.Beta);
        Supervisor = world.Context(world.Supervisor);
        (ContractPlan plan, ContractAction action)? pay = PaymentContract.Find(Payer.Terms);
        Assert.NotNull(pay);
        (Plan, Action) = pay.Value;
        Transfer = world.Transfer(world.Alpha, 100) with
        {
            Debtor = new TransferParty("Example Trading Company", "DE89370400440532013000"),
            Creditor = new TransferParty("Example Supplies Limited", "FR1420041010050500013M02606"),
            Remittance = "Invoice 2026-0001, order 4711",
        };
        Values = PaymentContract.Values(Plan.Contract, Transfer);
    }

    public ChannelContext Payer { get; }

    public ChannelContext Payee { get; }

    public ChannelContext Supervisor { get; }

    public ContractPlan Plan { get; }

    public ContractAction Action { get; }

    public CreditTransfer Transfer { get; }

    public IReadOnlyList<Value?> Values { get; }

    public DateTimeOffset Now => world.Now;

    public OpenedEntry Seal(IEntropy entropy) => EntrySealer.Seal(Payer, Plan, Action, Values, Now, entropy);

    public void Dispose() => world.Dispose();
}
