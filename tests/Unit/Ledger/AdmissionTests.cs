using Settlement.Core.Cryptography;
using Settlement.Core.Notarisation;
using Settlement.Ledger;
using Settlement.Wire.Ledger;

namespace Settlement.Tests.Ledger;

/// <summary>Who may list itself and submit, and how much one caller may ask at once.</summary>
public sealed class AdmissionTests
{
    [Fact]
    public void OnlyWhoIsAdmittedWithItsRootKeyIsListed()
    {
        using SigningKey alpha = Key(1), other = Key(2);
        LedgerWorld world = new(settings: LedgerSettings.Default with { Admitted = Admitting(LedgerWorld.Alpha, alpha) });
        Assert.Equal(LedgerCodes.NotAdmitted, world.Submit("", LedgerWorld.Record(LedgerWorld.Alpha, other)).Code);
        Assert.Equal(LedgerCodes.NotAdmitted, world.Submit("", LedgerWorld.Record(LedgerWorld.Beta, other)).Code);
        Assert.Equal(LedgerCodes.NotAdmitted, world.Submit("", LedgerWorld.Record(LedgerWorld.Beta, alpha)).Code);
        Assert.Equal(0, world.Machine.Count);
        Assert.Equal("", world.Submit("", LedgerWorld.Record(LedgerWorld.Alpha, alpha)).Code);
        Assert.Equal("", world.Submit(LedgerWorld.Alpha, world.NewChannel().Opening).Code);
    }

    [Fact]
    public void WhoIsAdmittedNoLongerStaysInTheLogAndSubmitsNothing()
    {
        using SigningKey alpha = Key(1), beta = Key(2);
        LedgerWorld world = new(settings: LedgerSettings.Default with { Admitted = Admitting(LedgerWorld.Alpha, alpha).Concat(Admitting(LedgerWorld.Beta, beta)).ToDictionary() });
        foreach ((string id, SigningKey key) in new[] { (LedgerWorld.Alpha, alpha), (LedgerWorld.Beta, beta) }) Assert.Equal("", world.Submit("", LedgerWorld.Record(id, key)).Code);
        TestChannel channel = world.Open();
        world.Machine = LedgerMachine.Recover(LedgerWorld.Network, world.Signer, LedgerSettings.Default with { Admitted = Admitting(LedgerWorld.Beta, beta) }, world.Tables.Events, world.Tables.NewestCheckpoint);
        Assert.Equal(LedgerCodes.NotAdmitted, world.Submit(LedgerWorld.Alpha, channel.Head(1, 1, Digest.Zero, world.NewDigest())).Code);
        Assert.Equal(LedgerCodes.NotAdmitted, world.Submit(LedgerWorld.Alpha, LedgerWorld.Record(LedgerWorld.Alpha, alpha, 2)).Code);
        Assert.Equal("", world.Submit(LedgerWorld.Beta, channel.Head(1, 1, Digest.Zero, world.NewDigest())).Code);
        Assert.Empty(DatabaseVerification.Verify(LedgerWorld.Network, world.LedgerKey, world.Tables.Rows).Findings);
    }

    /// <summary>Heads that are well signed by sixteen members cost eight times those of two.</summary>
    [Fact]
    public void HeadsOfManyMembersUseTheRateUpSooner()
    {
        LedgerWorld world = new LedgerWorld(settings: LedgerSettings.Default with { HeadsPerSecond = 1, HeadBurst = 16 }).WithBanks();
        TestChannel channel = world.Open(members: OpenedChannel.MaximumMembers);
        Digest previous = Digest.Zero;
        List<string> codes = [];
        for (int i = 1; i <= 3; i++)
        {
            Digest head = world.NewDigest();
            codes.Add(world.Submit(LedgerWorld.Alpha, channel.Head(1, i, previous, head)).Code);
            previous = head;
        }

        Assert.Equal(["", "", LedgerCodes.QuotaUsed], codes);
    }

    /// <summary>One request is answered with so many signatures verified, whoever sends it, and the rest may come again.</summary>
    [Fact]
    public void ARequestCostsNoMoreSignaturesThanItsBound()
    {
        LedgerWorld world = new LedgerWorld(settings: LedgerSettings.Default with { MaximumSignaturesPerRequest = 6 }).WithBanks();
        TestChannel[] channels = [.. Enumerable.Range(0, 5).Select(_ => world.Open())];
        Submission[] heads = [.. channels.Select(c => c.Head(1, 1, Digest.Zero, world.NewDigest()))];
        long checks = VerifyingKey.ChecksOnThisThread;
        LedgerReply reply = world.Ask(LedgerWorld.Alpha, request => request.Submissions.Add(heads));
        Assert.Equal(["", "", "", LedgerCodes.QuotaUsed, LedgerCodes.QuotaUsed], reply.Results.Select(static r => r.Code));
        Assert.InRange(VerifyingKey.ChecksOnThisThread - checks, 1, 6 + 1);
        reply = world.Ask(LedgerWorld.Alpha, request => request.Submissions.Add(heads));
        Assert.Equal(["", "", "", "", ""], reply.Results.Select(static r => r.Code));
    }

    private static SigningKey Key(int seed) => SigningKey.Generate(new Simulation.SeededEntropy(seed));

    private static Dictionary<string, Digest> Admitting(string id, SigningKey root) => new(StringComparer.Ordinal) { [id] = root.PublicKey.Fingerprint };
}
