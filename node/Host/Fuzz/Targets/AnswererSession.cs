using System.Text.RegularExpressions;
using Settlement.Core.Machines;
using Settlement.Core.Participants;
using Settlement.Host.Configuration;
using Settlement.Host.Fuzz.Mutations;
using Settlement.Host.Fuzz.Worlds;
using Settlement.Host.Keys;
using Settlement.Host.Peers;

namespace Settlement.Host.Fuzz.Targets;

/// <summary>
/// The sending side, by what comes back: status, headers and body of somebody who has the participant's key. A case is the bytes
/// of an HTTP/2 connection, from the server's first on.
/// </summary>
internal sealed partial class AnswererSession : IFuzzSession
{
    private const int Pace = 20;
    private const int HonestTries = 5;
    private static readonly string[] Offences = [HostCodes.BodyTooLarge, HostCodes.BodyTooSlow, HostCodes.AnotherKey];
    private static readonly byte[] Question = [1, 2, 3];
    private static readonly byte[] Short = [4, 5, 6];
    private static readonly (string, string)[] Honest = [(":status", "200"), ("content-type", PeerBounds.ContentType)];

    private readonly TlsIdentity served;
    private readonly TlsIdentity own;
    private readonly ForeignServer server;
    private readonly PeerClient client;
    private readonly byte[][] bodies;

    /// <param name="seed">What the keys are drawn from.</param>
    /// <param name="bodies">Honest answers.</param>
    public AnswererSession(ulong seed, byte[][] bodies)
    {
        this.bodies = [Short, [], .. bodies];
        SeededEntropy entropy = new(seed);
        served = TlsIdentity.Create(entropy, FuzzNetwork.Start);
        own = TlsIdentity.Create(entropy, FuzzNetwork.Start);
        server = new ForeignServer(served);
        client = new PeerClient(
            new Destination(FuzzNetwork.IdOf("LEDGDEFFXXX"), server.Address, served.Key.Fingerprint), own, new HurriedTime(TimeProvider.System, FuzzNetwork.Start, Pace));
    }

    /// <inheritdoc/>
    public byte[] Make(Chance chance)
    {
        byte[] body = chance.Pick(bodies);
        List<(string, string)> headers = [.. Honest, ("content-length", $"{body.Length}")];
        IEnumerable<Http2Frame> frames = Http2Frame.Message(1, Http2Mutator.Headers(headers, chance), body);
        if (chance.Percent(2)) frames = [.. frames.SkipLast(1), .. Enumerable.Repeat(new Http2Frame(Http2Frame.Data, 0, 1, new byte[16_384]), 8)];
        return Http2Mutator.Frames([new Http2Frame(Http2Frame.Settings, 0, 0, []), new Http2Frame(Http2Frame.Settings, Http2Frame.Acknowledged, 0, []), .. frames], chance);
    }

    /// <inheritdoc/>
    public async ValueTask FeedAsync(byte[] input, CancellationToken ct)
    {
        switch (await AskAsync(input, ct))
        {
            case PeerAnswer.Received received:
                BrokenPromise.Unless(received.Body.Length <= Math.Min(PeerBounds.MaximumBodyBytes, input.Length), "an answer is no longer than what came", $"{received.Body.Length} bytes of {input.Length}");
                break;
            case PeerAnswer.Failed failed:
                BrokenPromise.Unless(Reason().IsMatch(failed.Reason), "the reason of a failure says nothing that came", failed.Reason);
                BrokenPromise.Unless(failed.Offence is null || Array.IndexOf(Offences, failed.Offence.Code) >= 0, "an offence has a code", failed.Offence?.Code ?? "");
                break;
        }
    }

    /// <inheritdoc/>
    public async ValueTask EndAsync(CancellationToken ct)
    {
        byte[] honest = Http2Frame.Write([new Http2Frame(Http2Frame.Settings, 0, 0, []), .. Http2Frame.Message(1, Honest, Short)]);
        PeerAnswer answer = await AskAsync(honest, ct);
        // A connection that is just being closed may take a request with it.
        for (int tried = 1; answer is PeerAnswer.Failed && tried < HonestTries; tried++) answer = await AskAsync(honest, ct);
        BrokenPromise.Unless(answer is PeerAnswer.Received received && received.Body.AsSpan().SequenceEqual(Short), "an honest answer is read after garbage", $"{answer}");
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        await server.DisposeAsync();
        served.Dispose();
        own.Dispose();
    }

    private Task<PeerAnswer> AskAsync(byte[] answer, CancellationToken ct)
    {
        server.Answer(answer);
        return client.SendAsync(Door.Ledger, Question, ct);
    }

    [GeneratedRegex("^(status [0-9]{3}|no answer within [0-9:]+|the key presented is not the one listed|[A-Za-z]{1,40})$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Reason();
}
