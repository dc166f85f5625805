using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Google.Protobuf;
using Settlement.Client;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Machines;
using Settlement.Core.Nodes;
using Settlement.Core.Notarisation;
using Settlement.Core.Participants;
using Settlement.Host;
using Settlement.Host.Configuration;
using Settlement.Host.Keys;
using Settlement.Host.Peers;
using Settlement.Tests.EndToEnd.Host;
using Settlement.Wire.Channels;
using Settlement.Wire.Ledger;

namespace Settlement.Tests.EndToEnd.Hostile;

/// <summary>
/// One full case of each role over the real wire: what is done, the record and the evidence that the operator reads at the
/// node's door, and payments that go on meanwhile in the other channels and afterwards in this one.
/// </summary>
[Collection(HostileNetworkGroup.Name)]
public sealed class WireTests(HostileNetwork network)
{
    private const string A = HostNetwork.BankA;
    private const string B = HostNetwork.BankB;
    private const string C = HostNetwork.BankC;
    private const string Settled = "ACSC";
    private static readonly byte[] Garbage = [0xff, 0xff, 0xff, 0xff, 0xff, 0x00, 0x13, 0x37];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private HostNetwork Nodes => network.Nodes;

    private ByteString Channel => ByteString.CopyFrom(Convert.FromHexString(network.Channel));

    [Fact]
    public async Task AMemberThatLiesInAnEntryGetsARefusalAndLeavesTheEntry()
    {
        using Insider insider = await network.InsiderAsync(A, Ct);
        Nodes.Between(B).OnRequest = (caller, body) => caller == A ? [insider.Proposing(body, static proposed =>
        {
            if (proposed.Items[0].Entry is not { } entry) return;
            byte[] commitments = entry.Commitments.ToByteArray();
            commitments[0] ^= 1;
            entry.Commitments = ByteString.CopyFrom(commitments);
        })] : [body];
        Assert.Equal($"RJCT {ChannelCodes.CommitmentMismatch}", await network.PayAsync(A, B, Ct));
        Assert.Equal(Settled, await network.PayAsync(A, C, Ct));
        Nodes.Between(B).OnRequest = null;
        AlarmInfo alarm = await network.AlarmAsync(B, A, ChannelCodes.CommitmentMismatch, Ct);
        Assert.Equal(network.Channel, alarm.Subject);
        EvidenceInfo piece = await network.EvidenceAsync(B, alarm.Evidence[0].Id, Ct);
        EvidencePart entry = Assert.Single(piece.Parts);
        Assert.Equal("entry in its batch", entry.Name);
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(entry.Body!)), entry.Sha256);
        using VerifyingKey sequencer = new(insider.Key.PublicKey);
        Assert.True(ProposalTree.TryVerify(ProposalExcerpt.Parser.ParseFrom(entry.Body), TestNodes.Network, insider.Channel.Terms.Hash, sequencer, out ProposalBody? shown));
        Assert.NotEmpty(Assert.Single(shown.Items).Entry.Header);
        Assert.Equal(Settled, await network.PayAsync(A, B, Ct));

        // It outlives the node's process, and nobody reads it without the role.
        await Nodes.RestartAsync(B, Ct);
        AlarmInfo after = await network.AlarmAsync(B, A, ChannelCodes.CommitmentMismatch, Ct);
        Assert.Equal((alarm.FirstAt, alarm.Evidence[0].Id), (after.FirstAt, after.Evidence[0].Id));
        using SettlementClient backOffice = Nodes.BackOffice(B);
        Assert.Equal(HostCodes.RoleMissing, (await Assert.ThrowsAsync<SettlementApiException>(() => backOffice.AlarmsAsync("0", 1, Ct))).Code);
        Assert.Equal(HostCodes.RoleMissing, (await Assert.ThrowsAsync<SettlementApiException>(() => backOffice.EvidenceAsync(piece.Id, Ct))).Code);
        using SettlementClient auditor = Nodes.Auditor(B);
        Assert.Equal(HostCodes.NotFound, (await Assert.ThrowsAsync<SettlementApiException>(() => auditor.EvidenceAsync(new string('0', 32), Ct))).Code);
        await PaysAllAsync();
    }

    [Fact]
    public async Task ASequencerThatProposesTwoBatchesForOnePlaceLeavesItsTwoSignatures()
    {
        using Insider insider = await network.InsiderAsync(A, Ct);
        Nodes.Between(B).OnRequest = (caller, body) => caller == A ? [body, insider.Proposing(body, static proposed => proposed.TimeUnixMs++)] : [body];
        Assert.Equal(Settled, await network.PayAsync(A, B, Ct));
        Assert.Equal(Settled, await network.PayAsync(A, C, Ct));
        AlarmInfo alarm = await network.AlarmAsync(B, A, ChannelCodes.SecondHead, Ct);
        Nodes.Between(B).OnRequest = null;
        Assert.Equal(network.Channel, alarm.Subject);
        EvidenceInfo piece = await network.EvidenceAsync(B, alarm.Evidence[0].Id, Ct);
        Assert.Equal(["proposal known", "proposal offered"], piece.Parts.Select(static part => part.Name));
        ProposalClaim[] claims = [.. piece.Parts.Select(static part => ProposalClaim.Parser.ParseFrom(part.Body))];
        using VerifyingKey sequencer = new(insider.Key.PublicKey);
        Assert.True(SignedProposal.AreTwoForOnePlace(TestNodes.Network, insider.Channel.Terms.Hash, sequencer, claims[0], claims[1]));
        await PaysAllAsync();
    }

    [Theory]
    [InlineData("fork", LedgerCodes.Forked)]
    [InlineData("rollback", LedgerCodes.CheckpointSmaller)]
    public async Task ALedgerThatTellsTwoStoriesLeavesBothNotesAtBankAndRegulator(string story, string code)
    {
        using SigningKey key = new KeyFolder(Nodes.Configuration(HostNetwork.LedgerId).Folder).ReadSigningKey(KeyFolder.CheckpointFile);
        CheckpointSigner signer = new(TestNodes.Network, key);
        using CheckpointVerifier verifier = new(TestNodes.Network, key.PublicKey);
        string[] deceived = [A, HostNetwork.RegulatorId];
        ConcurrentDictionary<string, long> known = new(StringComparer.Ordinal);
        Nodes.Between(HostNetwork.LedgerId).OnRequest = (caller, body) =>
        {
            known[caller] = (long)LedgerRequest.Parser.ParseFrom(body).KnownSize;
            return [body];
        };
        Nodes.Between(HostNetwork.LedgerId).OnReply = (caller, body) =>
        {
            if (!deceived.Contains(caller)) return body;
            LedgerReply reply = LedgerReply.Parser.ParseFrom(body);
            if (!verifier.TryVerify(reply.Checkpoint, out _, out _)) return body;
            reply.Checkpoint = signer.Sign(story == "fork" ? known[caller] : known[caller] - 1, Digest.Of("another story"u8));
            return reply.ToByteArray();
        };
        foreach (string node in deceived)
        {
            AlarmInfo alarm = await network.AlarmAsync(node, HostNetwork.LedgerId, code, Ct);
            EvidenceInfo piece = await network.EvidenceAsync(node, alarm.Evidence[0].Id, Ct);
            Assert.Equal(["checkpoint known", "checkpoint offered"], piece.Parts.Select(static part => part.Name));
            Checkpoint[] notes = [.. piece.Parts.Select(part => verifier.TryVerify(Encoding.UTF8.GetString(part.Body!), out Checkpoint? note, out string fault) ? note : throw new InvalidOperationException(fault))];
            Assert.NotEqual(notes[0].Root, notes[1].Root);
            if (story == "fork") Assert.Equal(notes[0].Size, notes[1].Size);
            else Assert.True(notes[1].Size < notes[0].Size);
        }

        // Whoever is told the truth goes on; the bank that is not believes nothing, and goes on when it is.
        string stalled = await network.SubmitAsync(A, B, Ct);
        Assert.Equal(Settled, await network.PayAsync(B, C, Ct));
        Assert.NotEqual(Settled, await network.StatusAsync(A, stalled, Ct));
        Nodes.Between(HostNetwork.LedgerId).OnRequest = null;
        Nodes.Between(HostNetwork.LedgerId).OnReply = null;
        await Nodes.UntilAsync(async () => await network.StatusAsync(A, stalled, Ct) == Settled, Ct);
        await PaysAllAsync();
    }

    [Fact]
    public async Task ARegulatorThatStormsABankIsAnsweredABoundedNumberOfTimes()
    {
        using TlsIdentity regulator = Nodes.IdentityOf(HostNetwork.RegulatorId);
        int delivered = 0;
        Nodes.Between(HostNetwork.RegulatorId).OnRequest = (_, body) =>
        {
            if (PeerBatch.Parser.ParseFrom(body).Messages.Any(static m => m.Delivery is not null)) Interlocked.Increment(ref delivered);
            return [body];
        };
        const int storm = 200;
        (long alarms, long evidence) = await network.RowsAsync(A, Ct);
        for (int i = 0; i < storm; i++) await SayAsync(regulator, A, Batch(new PeerMessage { Progress = new DeliveryProgress { Channel = Channel, Sequence = 0 } }));
        for (int i = 0; i < storm; i++) await SayAsync(regulator, A, Garbage);
        for (int i = 0; i < storm; i++) await SayAsync(regulator, A, Batch(new PeerMessage { Commands = new Commands { Channel = Channel, Term = 1 } }));
        Assert.Equal(Settled, await network.PayAsync(A, C, Ct));
        Assert.Equal(Settled, await network.PayAsync(A, B, Ct));
        AlarmInfo garbage = await network.AlarmAsync(A, HostNetwork.RegulatorId, ChannelCodes.MessageMalformed, Ct, storm);
        EvidencePart body = Assert.Single((await network.EvidenceAsync(A, garbage.Evidence[0].Id, Ct)).Parts);
        Assert.Equal(("body", Garbage.Length, Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Garbage)), true), (body.Name, (int)body.Size, body.Sha256, body.Body is null));
        Assert.Equal("message", (await network.AlarmAsync(A, HostNetwork.RegulatorId, ChannelCodes.ChannelUnknown, Ct, storm)).Evidence[0].Parts[0].Name);
        Assert.Equal("message", (await network.AlarmAsync(A, HostNetwork.RegulatorId, ChannelCodes.TooOften, Ct)).Evidence[0].Parts[0].Name);
        (long alarmsAfter, long evidenceAfter) = await network.RowsAsync(A, Ct);
        Assert.InRange(alarmsAfter - alarms, 1, 4);
        Assert.InRange(evidenceAfter - evidence, 1, 4);
        Assert.InRange(delivered, 0, storm / 4);
        Nodes.Between(HostNetwork.RegulatorId).OnRequest = null;
        await PaysAllAsync();
    }

    [Fact]
    public async Task StrangersAtEveryDoorAreCountedAndNothingOfTheirsIsKept()
    {
        using TlsIdentity stranger = TlsIdentity.Create(new SystemEntropy(), TimeProvider.System.GetUtcNow());
        Dictionary<string, (long Alarms, long Evidence)> before = [];
        foreach (string node in Nodes.Ids) before[node] = await network.RowsAsync(node, Ct);
        const int storm = 50;
        using HttpClient client = RawClient.Create(stranger);
        for (int i = 0; i < storm; i++)
        {
            foreach (string node in new[] { A, B, HostNetwork.RegulatorId }) Assert.Equal(HttpStatusCode.Unauthorized, await PostAsync(client, node, PeerRoutes.Messages, Garbage));
            Assert.Equal(HttpStatusCode.Unauthorized, await PostAsync(client, HostNetwork.AgentId, PeerRoutes.AgentRequests, Garbage));
            LedgerRequest request = new() { Suite = Suite.Current, Network = TestNodes.Network, Submissions = { new Submission { Takeover = new TakeoverRecord { Channel = Channel } } } };
            Assert.Equal(HttpStatusCode.OK, await PostAsync(client, HostNetwork.LedgerId, PeerRoutes.LedgerRequests, request.ToByteArray()));
        }

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, await PostAsync(client, HostNetwork.LedgerId, PeerRoutes.LedgerRequests, new byte[PeerBounds.MaximumStrangerBodyBytes + 1]));
        await PaysAllAsync();
        foreach (string node in new[] { A, B, HostNetwork.RegulatorId, HostNetwork.AgentId })
            Assert.Empty((await network.AlarmAsync(node, "strangers", NodeCodes.Stranger, Ct)).Evidence);
        Assert.Empty((await network.AlarmAsync(HostNetwork.LedgerId, "strangers", LedgerCodes.NotAdmitted, Ct, storm)).Evidence);
        foreach ((string node, (long alarms, long evidence)) in before)
        {
            (long alarmsAfter, long evidenceAfter) = await network.RowsAsync(node, Ct);
            Assert.InRange(alarmsAfter - alarms, 0, 2);
            Assert.Equal(evidence, evidenceAfter);
        }
    }

    [Fact]
    public async Task WhatADoorRefusesOfAParticipantIsRecordedInItsName()
    {
        using TlsIdentity hostile = Nodes.IdentityOf(C);
        using HttpClient client = RawClient.Create(hostile);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, await PostAsync(client, A, PeerRoutes.Messages, new byte[PeerBounds.MaximumBodyBytes + 1]));
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, await PostAsync(client, A, PeerRoutes.Messages, Garbage, "text/plain"));
        Assert.Equal(HttpStatusCode.BadRequest, await PostAsync(client, HostNetwork.LedgerId, PeerRoutes.LedgerRequests, Garbage));
        Assert.Equal(HttpStatusCode.OK, await PostAsync(client, HostNetwork.AgentId, PeerRoutes.AgentRequests, Garbage));
        await PaysAllAsync();
        (string Node, string Code, string Part)[] expected =
        [
            (A, HostCodes.BodyTooLarge, "request"), (A, HostCodes.ContentTypeUnknown, "request"), (HostNetwork.LedgerId, LedgerCodes.Malformed, "request"), (HostNetwork.AgentId, "AG001", "body"),
        ];
        foreach ((string node, string code, string part) in expected)
            Assert.Equal(part, Assert.Single(Assert.Single((await network.AlarmAsync(node, C, code, Ct)).Evidence).Parts).Name);
    }

    [Fact]
    public async Task ANetworkThatDropsRepeatsAndReordersDelaysPaymentsAndAccusesNobody()
    {
        // Not between the banks of the other tests: the office may be taken over, and they rely on whose it is.
        Random chance = new(5);
        Lock gate = new();
        Dictionary<string, byte[]> held = new(StringComparer.Ordinal);
        IEnumerable<byte[]> Ill(string link, byte[] body)
        {
            lock (gate)
            {
                switch (chance.Next(5))
                {
                    case 0: return [];
                    case 1: return [body, body, body];
                    case 2:
                        // The next one overtakes it.
                        byte[][] passed = held.Remove(link, out byte[]? late) ? [body, late] : [];
                        if (passed.Length == 0) held[link] = body;
                        return passed;
                    default: return [body];
                }
            }
        }

        foreach (string node in new[] { B, C })
        {
            Nodes.Between(node).OnRequest = (caller, body) => caller is B or C ? Ill(caller + node, body) : [body];
            Nodes.Between(node).OnReply = (caller, reply) =>
            {
                // Said, and cut off before the answer.
                lock (gate) return caller is B or C && chance.Next(8) == 0 ? null : reply;
            };
        }

        Dictionary<string, HashSet<string>> known = [];
        foreach (string node in Nodes.Ids) known[node] = [.. (await network.AlarmsAsync(node, Ct)).Select(static a => a.Party + a.Code)];
        string[] paid = [await network.SubmitAsync(B, C, Ct), await network.SubmitAsync(B, C, Ct), await network.SubmitAsync(B, C, Ct)];
        Assert.Equal(Settled, await network.PayAsync(A, C, Ct));
        Assert.Equal(Settled, await network.PayAsync(A, B, Ct));
        // Each message that is lost costs a retry, and several in a row a change of office.
        foreach (string one in paid) await Nodes.UntilAsync(async () => await network.StatusAsync(B, one, Ct) == Settled, TimeSpan.FromMinutes(2), Ct);
        foreach (string node in new[] { B, C })
        {
            Nodes.Between(node).OnRequest = null;
            Nodes.Between(node).OnReply = null;
        }

        string[] common = [ChannelCodes.Late, ChannelCodes.TakenOver, ChannelCodes.TooOften, LedgerCodes.EndorsementExpired, NodeCodes.Stranger,
            LedgerCodes.TakeoverTooSoon, LedgerCodes.TakeoverHead, LedgerCodes.TakeoverTerm, LedgerCodes.WrongTerm, LedgerCodes.NotNext, ChannelCodes.ProposalOutOfPlace];
        foreach (string node in Nodes.Ids)
            Assert.All((await network.AlarmsAsync(node, Ct)).Where(a => !known[node].Contains(a.Party + a.Code)), a => Assert.Contains(a.Code, common));
        await PaysAllAsync();
    }

    private async Task PaysAllAsync()
    {
        Assert.Equal(Settled, await network.PayAsync(A, B, Ct));
        Assert.Equal(Settled, await network.PayAsync(A, C, Ct));
        Assert.Equal(Settled, await network.PayAsync(B, C, Ct));
    }

    private async Task SayAsync(TlsIdentity identity, string node, byte[] body)
    {
        using PeerClient client = new(new Destination(TestNodes.Id(node), Nodes.Node(node).PeerAddress, Nodes.Facts(node).TlsFingerprint), identity, TimeProvider.System);
        Assert.IsType<PeerAnswer.Received>(await client.SendAsync(Door.Peer, body, Ct));
    }

    private async Task<HttpStatusCode> PostAsync(HttpClient client, string node, string path, byte[] body, string type = PeerBounds.ContentType)
    {
        using ByteArrayContent content = new(body) { Headers = { ContentType = new MediaTypeHeaderValue(type) } };
        using HttpResponseMessage response = await client.PostAsync(new Uri(Nodes.Node(node).PeerAddress, path), content, Ct);
        return response.StatusCode;
    }

    private static byte[] Batch(PeerMessage message) => new PeerBatch { Suite = Suite.Current, Network = TestNodes.Network, Messages = { message } }.ToByteArray();
}
