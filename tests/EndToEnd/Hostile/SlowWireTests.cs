using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Settlement.Client;
using Settlement.Host;
using Settlement.Host.Configuration;
using Settlement.Host.Keys;
using Settlement.Host.Peers;
using Settlement.Tests.EndToEnd.Host;

namespace Settlement.Tests.EndToEnd.Hostile;

/// <summary>A participant that lets a running node wait for bodies that never come: what the node's operator reads of it, and
/// payments that go on meanwhile and afterwards.</summary>
[Collection(HostileNetworkGroup.Name)]
public sealed class SlowWireTests(HostileNetwork network)
{
    private const string A = HostNetwork.BankA;
    private const string B = HostNetwork.BankB;
    private const string C = HostNetwork.BankC;
    private const string Settled = "ACSC";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private Uri Door => new(network.Nodes.Node(A).PeerAddress, PeerRoutes.Messages);

    [Fact]
    public async Task ABodyThatNeverEndsIsCutOffAndItsSenderRecorded()
    {
        using TlsIdentity hostile = network.Nodes.IdentityOf(C);
        using HttpClient client = RawClient.Create(hostile);
        using SlowContent body = new();
        Task<HttpResponseMessage> request = RawClient.BeginAsync(client, Door, body, Ct);
        await body.Begun;
        await RunOutAsync([request]);
        using HttpResponseMessage response = await request;
        body.End();
        Assert.Equal((HttpStatusCode.RequestTimeout, 0), (response.StatusCode, (await response.Content.ReadAsByteArrayAsync(Ct)).Length));
        await AssertRecordedAsync(HostCodes.BodyTooSlow, $"a body that did not come in within {PeerBounds.BodyTimeout}");
        Assert.Equal(Settled, await network.PayAsync(A, C, Ct));
    }

    [Fact]
    public async Task MoreRequestsAtOnceThanAParticipantMayHaveAreRefusedAndRecorded()
    {
        using TlsIdentity hostile = network.Nodes.IdentityOf(C);
        List<(HttpClient Client, SlowContent Body, Task<HttpResponseMessage> Request)> open = [];
        // Its own node's messages may take a turn now and then, so one of these may be refused already.
        while (open.Count(static o => !o.Request.IsCompleted) < PeerBounds.MaximumAtOncePerParticipant)
        {
            HttpClient client = RawClient.Create(hostile);
            SlowContent body = new();
            open.Add((client, body, RawClient.BeginAsync(client, Door, body, Ct)));
            await Task.WhenAny(body.Begun, open[^1].Request);
        }

        using HttpClient one = RawClient.Create(hostile);
        await network.Nodes.UntilAsync(async () => await PostAsync(one) == HttpStatusCode.ServiceUnavailable, Ct);
        await AssertRecordedAsync(HostCodes.TooManyAtOnce, $"more than {PeerBounds.MaximumAtOncePerParticipant} requests at once");
        await RunOutAsync([.. open.Select(static o => o.Request)]);
        foreach ((HttpClient client, SlowContent body, Task<HttpResponseMessage> request) in open)
        {
            using HttpResponseMessage response = await request;
            Assert.Contains(response.StatusCode, new[] { HttpStatusCode.RequestTimeout, HttpStatusCode.ServiceUnavailable });
            body.End();
            body.Dispose();
            client.Dispose();
        }

        // Its turns are given back.
        await network.Nodes.UntilAsync(async () => await PostAsync(one) == HttpStatusCode.Accepted, Ct);
        Assert.Equal(Settled, await network.PayAsync(A, C, Ct));
    }

    /// <summary>Others pay meanwhile. What the node has waited for all that time is a body that does not come, so that wait is over.</summary>
    private async Task RunOutAsync(IReadOnlyCollection<Task<HttpResponseMessage>> requests)
    {
        do
        {
            IReadOnlyCollection<object> waits = network.Nodes.Time.Waits;
            Assert.Equal(Settled, await network.PayAsync(A, B, Ct));
            network.Nodes.Time.End(waits);
        }
        while (!requests.All(static request => request.IsCompleted));
    }

    /// <summary>As the operator sees it, with the evidence as the auditor reads it.</summary>
    private async Task AssertRecordedAsync(string code, string said)
    {
        AlarmInfo alarm = await network.AlarmAsync(A, C, code, Ct);
        Assert.Equal(C, alarm.Subject);
        EvidencePart part = Assert.Single((await network.EvidenceAsync(A, Assert.Single(alarm.Evidence).Id, Ct)).Parts);
        Assert.Equal(("request", said), (part.Name, Encoding.UTF8.GetString(part.Body!)));
    }

    private async Task<HttpStatusCode> PostAsync(HttpClient client)
    {
        using ByteArrayContent content = new([1]) { Headers = { ContentType = new MediaTypeHeaderValue(PeerBounds.ContentType) } };
        using HttpResponseMessage response = await client.PostAsync(Door, content, Ct);
        return response.StatusCode;
    }
}
