using Settlement.Core.Commitments;
using Settlement.Core.Cryptography;
using Settlement.Core.Envelopes;
using Settlement.Host.Fuzz.Mutations;

namespace Settlement.Host.Fuzz.Targets;

/// <summary>What is encrypted: HPKE, wraps, envelopes, records at rest, and what lies inside an envelope that a reader's peer sealed.</summary>
internal sealed class EnvelopeTarget : Reader
{
    private const int Padded = 600;
    private static readonly byte[] Info = [1, 2, 3];
    private readonly SeededEntropy entropy = new(3);
    private readonly EnvelopeContext place;
    private readonly AgreementKey recipient;
    private readonly VaultKey vault;
    private readonly WrappingKey wrapping;
    private readonly byte[] secret;
    private readonly byte[] sealedSecret;
    private readonly byte[] plaintext;
    private readonly byte[] ciphertext;
    private readonly byte[] contentKey;
    private readonly byte[] wrap;
    private readonly byte[] record;

    public EnvelopeTarget()
    {
        place = new EnvelopeContext("fuzz", Digest.Of([1]), new EntryId(Digest.Of([2])), 3, 0, 1);
        recipient = AgreementKey.Generate(entropy);
        vault = VaultKey.Generate(entropy);
        secret = new byte[WrappingKey.Length];
        entropy.Fill(secret);
        sealedSecret = Hpke.Seal(recipient.PublicKey, Info, [], secret, entropy);
        List<FieldOpening> openings = [.. Enumerable.Range(0, 5).Select(i => new FieldOpening(i * 3, 1, FieldCommitment.NewSalt(entropy), i % 2 == 0 ? new byte[10 * i + 1] : null))];
        plaintext = EnvelopePlaintext.Encode(openings, Padded);
        (ciphertext, contentKey) = Envelope.Seal(place.AssociatedData(), openings, Padded, entropy);
        wrapping = new WrappingKey(secret);
        wrap = wrapping.Wrap(contentKey, place.AssociatedData(), entropy);
        record = vault.Seal("Fuzz", [1], plaintext, entropy);
    }

    /// <inheritdoc/>
    public override byte[] Make(Chance chance)
    {
        byte[][] corpus = [plaintext, plaintext, plaintext, sealedSecret, ciphertext, wrap, contentKey, record];
        return ByteMutator.Mutate(chance.Pick(corpus), chance, chance.Pick(corpus));
    }

    /// <inheritdoc/>
    public override void Feed(byte[] input)
    {
        if (EnvelopePlaintext.TryDecode(input, out IReadOnlyList<FieldOpening>? openings))
        {
            BrokenPromise.Unless(openings.Count <= EnvelopePlaintext.MaximumFields, "an envelope has bounded fields");
            BrokenPromise.Unless(EnvelopePlaintext.Encode(openings, input.Length).AsSpan().SequenceEqual(input), "a list of openings has one form");
        }

        if (Hpke.TryOpen(recipient, Info, [], input, out byte[]? opened)) Same(input, sealedSecret, opened, secret, "HPKE");
        if (wrapping.TryUnwrap(input, place.AssociatedData(), out opened)) Same(input, wrap, opened, contentKey, "wrap");
        if (ContentCipher.TryDecrypt(contentKey, input, place.AssociatedData(), out opened)) Same(input, ciphertext, opened, plaintext, "content");
        if (Envelope.TryOpen(place.AssociatedData(), contentKey, input, out _)) Same(input, ciphertext, [], [], "envelope");
        if (vault.TryOpen("Fuzz", [1], input, out opened)) Same(input, record, opened, plaintext, "record");
        if (input.Length == WrappingKey.Length)
        {
            using WrappingKey other = new(input);
            BrokenPromise.Unless(!other.TryUnwrap(wrap, place.AssociatedData(), out _) || input.AsSpan().SequenceEqual(secret), "only the key opens a wrap");
        }

        BrokenPromise.Unless(!Envelope.TryOpen(place.AssociatedData(), input, ciphertext, out _) || input.AsSpan().SequenceEqual(contentKey), "only the key opens an envelope");
    }

    /// <inheritdoc/>
    public override ValueTask DisposeAsync()
    {
        recipient.Dispose();
        wrapping.Dispose();
        vault.Dispose();
        return base.DisposeAsync();
    }

    private static void Same(byte[] input, byte[] honest, byte[] opened, byte[] inside, string what) =>
        BrokenPromise.Unless(input.AsSpan().SequenceEqual(honest) && opened.AsSpan().SequenceEqual(inside), "what was changed does not open", what);
}
