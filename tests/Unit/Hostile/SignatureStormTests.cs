using System.Globalization;
using Google.Protobuf;
using Settlement.Core.Alarms;
using Settlement.Core.Cryptography;
using Settlement.Core.Notarisation;
using Settlement.Core.Reading;
using Settlement.Ledger;
using Settlement.Tests.Bank;
using Settlement.Tests.Channels;
using Settlement.Tests.Ledger;
using Settlement.Tests.Simulation;
using Settlement.Wire.Ledger;
using Settlement.Wire.Participants;

namespace Settlement.Tests.Hostile;

/// <summary>
/// Storms of records whose signatures cost the ledger more than they cost whoever sends them: full requests, one upon the
/// other. The ledger verifies what its bound allows, and answers everybody else meanwhile.
/// </summary>
public sealed class SignatureStormTests
{
    // Of strangers, and of a member.
    private const int Burst = 40;
    private const int VainBurst = 20;
    private const int PerSecond = 10;
    private const int Requests = 4;
    private const int Stormers = 30;

    // The last record that is looked at may go beyond the burst.
    private const int MostOfOneRecord = 1 + ListedParticipant.MaximumCertificates;

    [Theory]
    [InlineData("strangers' listings signed by nobody", LedgerCodes.ParticipantSignature)]
    [InlineData("strangers' listings whose last certificate is signed by nobody", LedgerCodes.ParticipantCertificate)]
    [InlineData("strangers' listings that are in order", "")]
    [InlineData("a member's listings signed by nobody", LedgerCodes.ParticipantSignature)]
    [InlineData("a member's openings signed by nobody", LedgerCodes.OpeningSignature)]
    [InlineData("a member's heads endorsed by nobody", LedgerCodes.EndorsementSignature)]
    [InlineData("a member's takeovers signed by nobody", LedgerCodes.TakeoverSignature)]
    public void AStormCostsTheSignaturesOfItsBoundAndDelaysNobodyElse(string what, string code)
    {
        using HostileWorld world = new(ledger: LedgerSettings.Default with
        {
            VainSignaturesPerSecond = PerSecond, VainSignatureBurst = VainBurst, StrangerSignaturesPerSecond = PerSecond, StrangerSignatureBurst = Burst,
        });
        TestNode? by = what.StartsWith("a member", StringComparison.Ordinal) ? world.Beta : null;
        world.Banks.Pass(TimeSpan.FromSeconds(Burst));
        long leaves = world.Banks.Ledger.Count, checks = world.Banks.LedgerNode.Checks;
        List<string> codes = [];
        for (int i = 0; i < Requests; i++) codes.AddRange(Ask(world, by, [.. Storm(world, what)]).Select(static r => r.Code));

        // What is accepted is read a second time, for the directory.
        int most = (by is null ? Burst : VainBurst) + MostOfOneRecord;
        Assert.InRange(world.Banks.LedgerNode.Checks - checks, 1, code.Length == 0 ? 2 * most : most);
        Assert.All(codes, c => Assert.True(c == code || c == LedgerCodes.QuotaUsed, c));
        Assert.Equal(codes.Count(static c => c.Length == 0), world.Banks.Ledger.Count - leaves);
        Assert.All(code.Length == 0 ? [LedgerCodes.QuotaUsed] : new[] { code, LedgerCodes.QuotaUsed }, c => AssertRecorded(world, by, c));
        // All strangers are one: a newcomer waits while they storm, and no longer.
        Assert.Equal(by is null ? LedgerCodes.QuotaUsed : "", Assert.Single(Ask(world, null, [Listing(Stormers)])).Code);
        world.AssertGoesOnWithGamma(world.Alpha);
        world.Banks.Pass(TimeSpan.FromSeconds(2 * Burst / PerSecond));
        Assert.Equal("", Assert.Single(Ask(world, null, [Listing(Stormers + 1)])).Code);
        world.AssertGoesOnWithGamma(world.Beta);
        world.Banks.AssertGoesOn();
    }

    /// <summary>A full request. Where records are in order they are different ones, as many as can be heard and more.</summary>
    private static IEnumerable<Submission> Storm(HostileWorld world, string what)
    {
        using SigningKey stranger = SigningKey.Generate(new SeededEntropy(79_999));
        int full = LedgerSettings.Default.MaximumSubmissionsPerRequest;
        if (what == "strangers' listings that are in order")
            return [.. Enumerable.Range(0, Stormers).Select(Listing), .. Enumerable.Repeat(SignedByNobody(Listing(0)), full - Stormers)];
        Submission one = what switch
        {
            "strangers' listings signed by nobody" => SignedByNobody(Listing(0)),
            "strangers' listings whose last certificate is signed by nobody" => Listing(0, static body =>
            {
                while (body.Certificates.Count < ListedParticipant.MaximumCertificates) body.Certificates.Add(body.Certificates[0]);
                body.Certificates[^1] = new KeyCertificate { Body = body.Certificates[0].Body, Signature = Lies.Flipped(body.Certificates[0].Signature, 9) };
            }),
            "a member's listings signed by nobody" => LedgerWorld.Record(
                world.Beta.Id.ToString(), stranger, 2, b => b.RootPublicKey = ByteString.CopyFrom(world.Beta.Keys.Root.PublicKey.ToArray())),
            "a member's openings signed by nobody" => With(OtherCases.Opening(1), static s => s.Opening.Signatures[1] = s.Opening.Signatures[0]),
            "a member's heads endorsed by nobody" => new Submission { Head = With(StormTests.Newest(world), static h => (h.Sequence, h.PreviousHead, h.Head) = (h.Sequence + 1, h.Head, Lies.Flipped(h.Head, 0))) },
            "a member's takeovers signed by nobody" => With(OtherCases.Takeover(world, world.Beta, 2), static s => s.Takeover.Signature = Lies.Flipped(s.Takeover.Signature, 3)),
            _ => throw new InvalidOperationException(what),
        };
        return Enumerable.Repeat(one, full);
    }

    private static void AssertRecorded(HostileWorld world, TestNode? by, string code)
    {
        AlarmView alarm = Assert.Single(world.AlarmsOfLedger(), a => a.Code == code);
        Assert.Equal(by?.Id.ToString() ?? AlarmParties.Strangers, alarm.Party);
        // Of strangers nothing is kept, since they could fill the ledger with it.
        if (by is null) Assert.Empty(alarm.Pieces);
        else Assert.Equal("submission", Assert.Single(world.EvidenceOfLedger(Assert.Single(alarm.Pieces).Id).Parts).Name);
    }

    private static IReadOnlyList<SubmissionResult> Ask(HostileWorld world, TestNode? by, IReadOnlyList<Submission> submissions)
    {
        LedgerRequest request = new() { Suite = 1, Network = TwoBanks.Network };
        request.Submissions.Add(submissions);
        return world.Banks.LedgerNode.Ask(world.Banks.Now, by?.Id, request).Results;
    }

    private static Submission Listing(int number) => Listing(number, static _ => { });

    private static Submission Listing(int number, Action<ParticipantRecordBody> change)
    {
        using SigningKey root = SigningKey.Generate(new SeededEntropy(80_000 + number));
        string bic = string.Create(CultureInfo.InvariantCulture, $"S{Letter(number / 26 / 26)}{Letter(number / 26)}{Letter(number)}DEFFXXX");
        return LedgerWorld.Record(bic, root, 1, change);

        static char Letter(int of) => (char)('A' + of % 26);
    }

    private static Submission SignedByNobody(Submission listing) => With(listing, static s => s.Participant.Signature = Lies.Flipped(s.Participant.Signature, 5));

    private static T With<T>(T record, Action<T> change)
    {
        change(record);
        return record;
    }
}
