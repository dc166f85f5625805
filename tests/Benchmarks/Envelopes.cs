using BenchmarkDotNet.Attributes;
using Settlement.Contracts;
using Settlement.Core.Channels;
using Settlement.Core.Commitments;
using Settlement.Core.Cryptography;
using Settlement.Core.Envelopes;
using Settlement.Host;

namespace Settlement.Tests.Benchmarks;

/// <summary>The largest envelope of a payment: the fields of its largest group, padded, under a content key of its own.</summary>
[MemoryDiagnoser]
public class Envelopes
{
    private readonly SystemEntropy entropy = new();
    private byte[] binding = [];
    private List<FieldOpening> openings = [];
    private int paddedLength;
    private byte[] ciphertext = [];
    private byte[] contentKey = [];

    [GlobalSetup]
    public void Fill()
    {
        using OnePayment payment = new();
        EnvelopeGroup group = payment.Plan.GroupsOf(payment.Action).MaxBy(g => g.PaddedLength)!;
        openings = [.. group.Fields.Select(f => new FieldOpening(f.Index, InstanceLink.FirstGeneration, FieldCommitment.NewSalt(entropy), payment.Values[f.Index]?.ToCanonical()))];
        paddedLength = group.PaddedLength;
        binding = new EnvelopeContext("test", payment.Payer.Channel, EntryId.Generate(entropy), 3, 0, 1).AssociatedData();
        (ciphertext, contentKey) = Envelope.Seal(binding, openings, paddedLength, entropy);
        Assert.True(TryOpen());
    }

    [Benchmark]
    public byte[] Seal() => Envelope.Seal(binding, openings, paddedLength, entropy).Ciphertext;

    [Benchmark]
    public bool TryOpen() => Envelope.TryOpen(binding, contentKey, ciphertext, out _);
}
