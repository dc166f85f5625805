using Settlement.Contracts;
using Settlement.Core.Bank;

namespace Settlement.Tests.Bank;

/// <summary>Three banks, a channel for each pair of them in which nobody grants a limit and nothing lies, and hardly anything on account: what waits can
/// settle with the others alone.</summary>
internal sealed class OffsetWorld : IDisposable
{
    public OffsetWorld(long seed = 1, params long[] accounts) => World = new CycleWorld(seed, new BankSettings { OffsetPoll = TimeSpan.FromSeconds(1) },
        [ContractLibrary.Load("OffsetPayment").Source, ContractLibrary.Load("PoolFunding").Source], limit: 0, accounts.Length == 0 ? [1, 1, 1] : accounts);

    public CycleWorld World { get; }

    public TwoBanks Banks => World.Banks;

    public TestNode Alpha => World.Alpha;

    public TestNode Beta => World.Beta;

    public TestNode Gamma => World.Gamma;

    /// <summary>A payment that lacks cover.</summary>
    public (TestNode Bank, byte[] Id) Queue(TestNode from, TestNode to, long minorUnits)
    {
        SubmittedInstruction taken = Assert.Single(Banks.Submit(from, Banks.Transfer(from, minorUnits, to)).Instructions);
        Assert.Equal(InstructionStatus.Queued, taken.Status);
        return (from, Convert.FromHexString(taken.Id));
    }

    /// <summary>Round the circle: Alpha to Beta, Beta to Gamma, Gamma to Alpha.</summary>
    public (TestNode Bank, byte[] Id)[] Ring(long alphaToBeta, long betaToGamma, long gammaToAlpha) =>
        [Queue(Alpha, Beta, alphaToBeta), Queue(Beta, Gamma, betaToGamma), Queue(Gamma, Alpha, gammaToAlpha)];

    public (InstructionStatus Status, string? Reason) StatusOf((TestNode Bank, byte[] Id) payment) => Banks.StatusOf(payment.Bank, payment.Id);

    public void PassUntil(InstructionStatus status, IReadOnlyList<(TestNode Bank, byte[] Id)> payments, int seconds = 90)
    {
        for (int i = 0; i < seconds && payments.Any(p => StatusOf(p).Status != status); i++) Banks.Pass(TimeSpan.FromSeconds(1));
        Assert.All(payments, p => Assert.Equal(status, StatusOf(p).Status));
    }

    public void Dispose() => World.Dispose();
}
