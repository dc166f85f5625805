using Google.Protobuf;
using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;
using Settlement.Core.Notarisation;
using Settlement.Core.Participants;
using Settlement.Wire.Ledger;

namespace Settlement.Tests.Agent.Offsets;

/// <summary>A channel of which the agent and the ledger see all that they ever see: its opening, a head, and reservations that both members sign.</summary>
internal sealed class FakeChannel : IDisposable
{
    private readonly string network;
    private readonly SigningKey[] keys;

    public FakeChannel(string network, IEntropy entropy, FakeBank first, FakeBank second)
    {
        this.network = network;
        Members = [first, second];
        keys = [SigningKey.Generate(entropy), SigningKey.Generate(entropy)];
        byte[] random = new byte[Digest.Length];
        entropy.Fill(random);
        OpeningBody body = new() { Suite = Suite.Current, Network = network, TermsHash = ByteString.CopyFrom(random), EpochHash = ByteString.CopyFrom(random) };
        body.MemberKeys.Add(keys.Select(static key => ByteString.CopyFrom(key.PublicKey.ToArray())));
        Opening = body.ToByteString();
        Id = RecordHashes.Channel(Opening.Span);
        Head = Digest.Of(random);
    }

    public IReadOnlyList<FakeBank> Members { get; }

    public ByteString Opening { get; }

    public Digest Id { get; }

    public Digest Head { get; }

    public SigningKey KeyOf(FakeBank bank) => keys[Members[0] == bank ? 0 : 1];

    public FakeBank Other(FakeBank bank) => Members[0] == bank ? Members[1] : Members[0];

    /// <summary>What the ledger needs to know of it before it reserves.</summary>
    public IEnumerable<Submission> Opened(DateTimeOffset now)
    {
        OpeningRecord opening = new() { Body = Opening };
        opening.Signatures.Add(keys.Select(key => ByteString.CopyFrom(key.Sign(Id))));
        yield return new Submission { Opening = opening };
        HeadRecord head = new() { Channel = Bytes(Id), Term = (ulong)TermOfOffice.First, Sequence = 1, PreviousHead = Bytes(Digest.Zero), Head = Bytes(Head) };
        long notAfter = (now + TimeSpan.FromMinutes(1)).ToUnixTimeMilliseconds();
        Digest signed = RecordHashes.Endorsement(network, new HeadFields(Id, TermOfOffice.First, 1, Digest.Zero, Head), DateTimeOffset.FromUnixTimeMilliseconds(notAfter));
        head.Endorsements.Add(keys.Select(key => new Endorsement { NotAfterUnixMs = notAfter, Signature = ByteString.CopyFrom(key.Sign(signed)) }));
        yield return new Submission { Head = head };
    }

    public Submission Reserved(ChannelGroup group)
    {
        ReserveRecord record = new() { GroupBody = group.Body, Channel = Bytes(Id), Head = Bytes(Head) };
        record.Signatures.Add(keys.Select(key => ByteString.CopyFrom(key.Sign(RecordHashes.Reservation(network, group.Id, Id, Head)))));
        return new Submission { Reserve = record };
    }

    public void Dispose()
    {
        foreach (SigningKey key in keys) key.Dispose();
    }

    private static ByteString Bytes(Digest digest) => ByteString.CopyFrom(digest.ToArray());
}
