using Google.Protobuf;
using Settlement.Core.Bank;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Machines;
using Settlement.Core.Nodes;
using Settlement.Core.Notarisation;
using Settlement.Core.Participants;
using Settlement.Core.Store;
using Settlement.Tests.Bank;
using Settlement.Wire.Channels;
using Settlement.Wire.Participants;
using Kind = Settlement.Wire.Channels.PeerMessage.MessageOneofCase;

namespace Settlement.Tests.Hostile;

/// <summary>What is said of openings is kept within bounds in bytes: each part of it, all of one proposer, and what a step writes of it.</summary>
public sealed class OpeningSizeTests
{
    private const int Kilobyte = 1 << 10;

    private static readonly Dictionary<string, (Kind Kind, Action<TestNode, PeerMessage> Lie)> Oversized = new(StringComparer.Ordinal)
    {
        ["a proposal: an epoch key for another reader"] = (Kind.OpenProposal, static (_, m) => m.OpenProposal.Epoch.Keys.First(static key => key.Recipient == 0).Sealed = Long),
        ["a proposal: a commitment"] = (Kind.OpenProposal, static (_, m) => m.OpenProposal.Epoch.Commitments[0] = Long),
        ["a proposal: a certificate"] = (Kind.OpenProposal, static (by, m) => m.OpenProposal.MemberCertificates[0] = OpeningCases.Padded(by, m.OpenProposal.MemberCertificates[0])),
        ["a proposal: a certificate more"] = (Kind.OpenProposal, static (_, m) => m.OpenProposal.MemberCertificates.Add([new KeyCertificate(), new KeyCertificate()])),
        ["a proposal: terms"] = (Kind.OpenProposal, static (_, m) => m.OpenProposal.Terms = ByteString.CopyFrom([.. m.OpenProposal.Terms.Span, .. SizeTests.Padding(ChannelTerms.MaxBytes)])),
        ["a consent: its certificate"] = (Kind.OpenAnswer, static (by, m) => m.OpenAnswer.Certificate = OpeningCases.Padded(by, m.OpenAnswer.Certificate)),
        ["a consent: its signature"] = (Kind.OpenAnswer, static (_, m) => m.OpenAnswer.Signature = Long),
        ["a consent: a reason against it"] = (Kind.OpenAnswer, static (_, m) => m.OpenAnswer.Refusal = new string('A', Kilobyte)),
        ["an acknowledgement: its certificate"] = (Kind.Acknowledgement, static (by, m) => m.Acknowledgement.Certificate = OpeningCases.Padded(by, m.Acknowledgement.Certificate)),
        ["an acknowledgement: its signature"] = (Kind.Acknowledgement, static (_, m) => m.Acknowledgement.Signature = Long),
        ["an acknowledgement: the epoch"] = (Kind.Acknowledgement, static (_, m) => m.Acknowledgement.EpochHash = Long),
        ["a notice: the record"] = (Kind.Opened, static (_, m) => m.Opened.Record.Body = ByteString.CopyFrom([.. m.Opened.Record.Body.Span, .. SizeTests.Padding(OpeningBounds.MaxRecordBodyBytes)])),
        ["a notice: signatures"] = (Kind.Opened, static (_, m) => m.Opened.Record.Signatures.Add(Enumerable.Repeat(m.Opened.Record.Signatures[0], OpenedMost))),
        ["a notice: a certificate"] = (Kind.Opened, static (_, m) => m.Opened.MemberCertificates.Add([new KeyCertificate(), new KeyCertificate()])),
        ["a notice: an acknowledgement"] = (Kind.Opened, static (_, m) => m.Opened.Acknowledgements[0].Signature = Long),
    };

    private const int OpenedMost = OpenedChannel.MaximumMembers;

    private static ByteString Long => ByteString.CopyFrom(new byte[Kilobyte]);

    public static TheoryData<string> Parts => [.. Oversized.Keys];

    /// <summary>It is refused wherever it goes, nothing of it is kept, and the channel opens once it is said as it should be.</summary>
    [Theory]
    [MemberData(nameof(Parts))]
    public void A_part_that_is_larger_than_any_can_be_is_refused_before_anything_else(string part)
    {
        using TwoBanks world = new();
        HashSet<TestNode> deceived = [];
        world.OnPeer = (from, to, message) =>
        {
            if (message.MessageCase != Oversized[part].Kind || deceived.Contains(to)) return [message];
            deceived.Add(to);
            PeerMessage lie = message.Clone();
            Oversized[part].Lie(from, lie);
            return [lie];
        };
        long call = world.Tell(world.Alpha, id => new BankInput.OpenChannel(id, world.Request()));
        world.Pass(TimeSpan.FromSeconds(20));
        Assert.NotEmpty(deceived);
        Assert.All(deceived, node => Assert.Contains(ChannelCodes.OpeningTooLarge, node.Alarms));
        Assert.NotNull(world.Answer<OpenChannelResult>(call)?.Channel);
        Assert.All(new[] { world.Alpha, world.Beta, world.Supervisor }, node => Assert.InRange(node.Vault.Scan(PayloadKind.Channels).Sum(static row => row.Body.Length), 1, 12 * Kilobyte));
        Assert.All(world.Opening(world.Beta).Epoch.Keys, static key => Assert.Equal(EpochKeys.SealedLength, key.Sealed.Length));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_proposal_said_again_writes_nothing(bool toObserver)
    {
        using HostileWorld world = new();
        TestNode by = toObserver ? world.Alpha : world.Gamma, to = toObserver ? world.Supervisor : world.Beta;
        PeerMessage opening = toObserver ? OpeningCases.ToObserver(world, 0) : Proposal(world, by, 0, 0);
        world.Banks.Send(by, to, opening);
        int written = to.Written;
        PeerMessage again = new() { OpenProposal = new OpenProposal { Terms = opening.OpenProposal.Terms } };
        for (int i = 0; i < HostileWorld.Storm; i++) world.Banks.Send(by, to, again, opening);
        Assert.Equal(written, to.Written);
        Assert.Empty(to.Alarms);
    }

    [Fact]
    public void A_notice_said_again_with_other_signatures_writes_nothing()
    {
        using TwoBanks world = new();
        PeerMessage? notice = null;
        world.OnPeer = (_, to, message) =>
        {
            if (to == world.Beta && message.Opened is not null) notice ??= message.Clone();
            return message.Opened is null ? [message] : [];
        };
        world.Tell(world.Alpha, id => new BankInput.OpenChannel(id, world.Request()));
        world.Settle();
        // The ledger does not confirm it yet.
        world.OnLedgerReply = (to, reply) => to == world.Beta ? null : reply;
        world.Send(world.Alpha, world.Beta, notice!);
        int written = world.Beta.Written;
        using SigningKey key = SigningKey.FromScalar(world.Opening(world.Alpha).ChannelKey.Span);
        for (int i = 0; i < HostileWorld.Storm; i++)
        {
            PeerMessage again = notice!.Clone();
            again.Opened.Record.Signatures[0] = ByteString.CopyFrom(key.Sign(RecordHashes.Channel(again.Opened.Record.Body.Span)));
            world.Send(world.Alpha, world.Beta, again);
        }

        Assert.NotNull(world.Opening(world.Beta).Record);
        Assert.Equal(written, world.Beta.Written);
        world.OnLedgerReply = null;
        world.OnPeer = null;
        world.Pass(TimeSpan.FromSeconds(10));
        Assert.Single(world.Ask<ChannelList>(world.Beta, call => new BankInput.ListChannels(call)).Channels);
    }

    /// <summary>
    /// Every participant that is listed proposes as many channels as wait of one, with terms as long as they may be, all at once. No step
    /// writes more than its bound, what is dropped is taken when it is said again, and nothing of it is written again when time
    /// passes or the bank starts again.
    /// </summary>
    [Fact]
    public void However_many_propose_at_once_a_step_writes_a_bounded_number_of_bytes()
    {
        using HostileWorld world = new();
        TestNode[] proposers = [world.Gamma, world.Alpha, world.Supervisor, world.Banks.Agent];
        Dictionary<TestNode, PeerMessage[]> proposals = [];
        foreach (TestNode by in proposers)
            proposals[by] = [.. Enumerable.Range(0, OpeningPolicy.MaxPendingOfProposer).Select(i => Proposal(world, by, 100 * (1 + Array.IndexOf(proposers, by)) + i, ChannelTerms.MaxBytes - 8 * Kilobyte))];
        int known = world.Beta.Vault.Scan(PayloadKind.Channels).Count, all = proposers.Length * OpeningPolicy.MaxPendingOfProposer;
        const long most = PendingOpening.MaxBytesOfStep + 2 * ChannelTerms.MaxBytes;
        world.Beta.LargestStep = 0;
        for (int round = 0; round < 4; round++)
        {
            foreach (TestNode by in proposers)
            {
                PeerBatch batch = new() { Suite = 1, Network = TwoBanks.Network, Messages = { proposals[by] } };
                world.Beta.Inbox.Add(new Input.PeerReceived(by.Id, batch.ToByteArray()));
            }

            world.Banks.Settle();
            if (round == 0) Assert.InRange(world.Beta.Vault.Scan(PayloadKind.Channels).Count - known, 1, all - 1);
        }

        Assert.Equal(all, world.Beta.Vault.Scan(PayloadKind.Channels).Count - known);
        Assert.InRange(world.Beta.LargestStep, ChannelTerms.MaxBytes, most);
        Assert.Contains(world.AlarmsOf(world.Beta), static alarm => alarm.Code == ChannelCodes.TooOften);
        world.Beta.LargestStep = 0;
        world.Banks.Pass(TimeSpan.FromSeconds(10));
        world.Beta.Restart();
        world.Banks.Pass(TimeSpan.FromSeconds(10));
        Assert.InRange(world.Beta.LargestStep, 0, ChannelTerms.MaxBytes);
        world.AssertGoesOnWithGamma(world.Beta);
    }

    [Fact]
    public void What_waits_of_one_proposer_at_a_regulator_is_bounded_in_bytes()
    {
        using HostileWorld world = new();
        long before = HostileWorld.Bytes(world.Supervisor);
        const int padding = ChannelTerms.MaxBytes - 8 * Kilobyte;
        for (int i = 0; i < 2 * PendingOpening.MaxBytesOfProposer / padding; i++)
            world.Banks.Send(world.Alpha, world.Supervisor, OpeningCases.Opening(world, world.Alpha, [world.Beta.Pin, world.Supervisor.Pin], i, isForObserver: true, padding));
        Assert.InRange(HostileWorld.Bytes(world.Supervisor) - before, PendingOpening.MaxBytesOfProposer / 2, PendingOpening.MaxBytesOfProposer + ChannelTerms.MaxBytes);
        Assert.Contains(world.AlarmsOf(world.Supervisor), static alarm => alarm.Code == ChannelCodes.TermsNotAccepted);
        // Others have room of their own.
        int known = world.Supervisor.Vault.Scan(PayloadKind.Channels).Count;
        world.Banks.Send(world.Beta, world.Supervisor, OpeningCases.Opening(world, world.Beta, [world.Gamma.Pin, world.Supervisor.Pin], 999, isForObserver: true));
        Assert.Equal(known + 1, world.Supervisor.Vault.Scan(PayloadKind.Channels).Count);
    }

    [Fact]
    public void A_contract_of_many_openings_is_compiled_once_and_once_more_after_a_restart()
    {
        using HostileWorld world = new();
        long before = ProposedContracts.CompiledBytesOnThisThread;
        for (int i = 0; i < 20; i++) world.Banks.Send(world.Alpha, world.Supervisor, OpeningCases.ToObserver(world, i));
        Assert.Equal(before, ProposedContracts.CompiledBytesOnThisThread);
        world.Supervisor.Restart();
        Assert.Equal(world.Banks.Contracts.Sum(static source => source.Length), ProposedContracts.CompiledBytesOnThisThread - before);
    }

    // No channel between the same banks in the same currency.
    private static PeerMessage Proposal(HostileWorld world, TestNode by, int number, int padding) =>
        OpeningCases.Opening(world, by, [world.Beta.Pin, by == world.Supervisor ? world.Banks.Agent.Pin : world.Supervisor.Pin], number, padding: padding, currency: "CHF");
}
