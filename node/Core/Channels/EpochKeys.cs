using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using Settlement.Core.Cryptography;
using Settlement.Wire.Channels;

namespace Settlement.Core.Channels;

/// <summary>
/// The keys of one epoch that a participant holds: one for each audience it belongs to. Content keys are wrapped under
/// them in transport only; at rest they are wrapped under the holder's vault key.
/// </summary>
public sealed class EpochKeys : IDisposable
{
    /// <summary>Every sealed key is so long, in bytes.</summary>
    public const int SealedLength = Hpke.Overhead + WrappingKey.Length;

    private readonly SortedDictionary<AudienceMask, (byte[] Secret, WrappingKey Key)> keys = [];

    /// <summary>The number that entries of this epoch carry.</summary>
    public uint Number { get; private init; }

    /// <summary>The audiences whose key is held.</summary>
    public IEnumerable<AudienceMask> Audiences => keys.Keys;

    /// <summary>Draws fresh keys for every audience of the terms and seals each to its readers.</summary>
    /// <param name="terms">The channel's terms; their hash stands for the channel, whose id is not known yet.</param>
    /// <param name="number">The epoch.</param>
    /// <param name="own">The participant number of the drawer.</param>
    /// <param name="encryptionKeys">The encryption key of every participant, by number.</param>
    /// <param name="entropy">Randomness.</param>
    /// <param name="epoch">What is sent and hashed.</param>
    public static EpochKeys Draw(ChannelTerms terms, uint number, int own, IReadOnlyList<PublicKey> encryptionKeys, IEntropy entropy, out Epoch epoch)
    {
        EpochKeys held = new() { Number = number };
        epoch = new Epoch { Number = number };
        foreach (AudienceMask audience in terms.Audiences)
        {
            byte[] secret = new byte[WrappingKey.Length];
            entropy.Fill(secret);
            if (audience.Contains(own)) held.Add(audience, secret);
            epoch.Commitments.Add(UnsafeByteOperations.UnsafeWrap(Commitment(terms, audience, number, secret).ToArray()));
            foreach (int recipient in audience.Numbers)
            {
                byte[] info = Info(terms, audience, number, recipient);
                epoch.Keys.Add(new SealedEpochKey
                {
                    Audience = audience.Bits,
                    Recipient = (uint)recipient,
                    Sealed = UnsafeByteOperations.UnsafeWrap(Hpke.Seal(encryptionKeys[recipient], info, [], secret, entropy)),
                });
            }
        }

        return held;
    }

    /// <summary>Opens the keys sealed to this participant. False unless every audience of the terms is there, sealed to
    /// every reader, and its own keys open and are those committed to.</summary>
    public static bool TryOpen(ChannelTerms terms, Epoch epoch, int own, AgreementKey encryption, [NotNullWhen(true)] out EpochKeys? held)
    {
        held = null;
        // Also what is sealed to others, which nobody here opens: all of it is kept, hashed and handed on.
        if (epoch.Keys.Any(static key => key.Sealed.Length != SealedLength)) return false;
        if (epoch.Commitments.Count != terms.Audiences.Count || epoch.Commitments.Any(c => c.Length != Digest.Length)) return false;
        Dictionary<AudienceMask, Digest> committed = terms.Audiences.Select((a, i) => (Audience: a, Digest: new Digest(epoch.Commitments[i].Span))).ToDictionary(c => c.Audience, c => c.Digest);
        List<(uint, uint)> expected = [.. terms.Audiences.SelectMany(a => a.Numbers.Select(n => (a.Bits, (uint)n)))];
        if (!epoch.Keys.Select(k => (k.Audience, k.Recipient)).SequenceEqual(expected)) return false;
        EpochKeys opened = new() { Number = epoch.Number };
        foreach (SealedEpochKey key in epoch.Keys.Where(k => k.Recipient == own))
        {
            AudienceMask audience = new(key.Audience);
            if (!Hpke.TryOpen(encryption, Info(terms, audience, epoch.Number, own), [], key.Sealed.Span, out byte[]? secret)
                || secret.Length != WrappingKey.Length || Commitment(terms, audience, epoch.Number, secret) != committed[audience])
            {
                opened.Dispose();
                return false;
            }

            opened.Add(audience, secret);
        }

        held = opened;
        return true;
    }

    /// <summary>The hash that the opening record commits to: every sealed key, in order.</summary>
    public static Digest HashOf(ChannelTerms terms, Epoch epoch)
    {
        HashWriter writer = new HashWriter("settlement/epoch").Text(terms.Network).Digest(terms.Hash).UInt32(epoch.Number).UInt32((uint)epoch.Keys.Count);
        foreach (SealedEpochKey key in epoch.Keys) writer.UInt32(key.Audience).UInt32(key.Recipient).Bytes(key.Sealed.Span);
        writer.UInt32((uint)epoch.Commitments.Count);
        foreach (ByteString commitment in epoch.Commitments) writer.Bytes(commitment.Span);
        return writer.Finish();
    }

    /// <summary>The key of an audience, if this participant belongs to it.</summary>
    public bool TryGet(AudienceMask audience, [NotNullWhen(true)] out WrappingKey? key)
    {
        bool found = keys.TryGetValue(audience, out (byte[] Secret, WrappingKey Key) held);
        key = found ? held.Key : null;
        return found;
    }

    /// <summary>For the vault: each audience and its secret, to be sealed under the vault key.</summary>
    public IEnumerable<(AudienceMask Audience, byte[] Secret)> Secrets => keys.Select(k => (k.Key, k.Value.Secret));

    /// <summary>From the vault.</summary>
    public static EpochKeys Restore(uint number, IEnumerable<(AudienceMask Audience, byte[] Secret)> secrets)
    {
        EpochKeys held = new() { Number = number };
        foreach ((AudienceMask audience, byte[] secret) in secrets) held.Add(audience, secret);
        return held;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach ((byte[] secret, WrappingKey key) in keys.Values)
        {
            System.Security.Cryptography.CryptographicOperations.ZeroMemory(secret);
            key.Dispose();
        }
    }

    private void Add(AudienceMask audience, byte[] secret) => keys.Add(audience, (secret, new WrappingKey(secret)));

    /// <summary>A sealed key tells its reader nothing of what the others were sealed; this does.</summary>
    private static Digest Commitment(ChannelTerms terms, AudienceMask audience, uint number, ReadOnlySpan<byte> secret) =>
        new HashWriter("settlement/epoch-secret", secret).Text(terms.Network).Digest(terms.Hash).UInt32(audience.Bits).UInt32(number).Finish();

    /// <summary>What a sealed key is bound to: network, channel (by its terms), audience, epoch and recipient.</summary>
    private static byte[] Info(ChannelTerms terms, AudienceMask audience, uint number, int recipient) =>
        new HashWriter("settlement/epoch-key").Text(terms.Network).Digest(terms.Hash).UInt32(audience.Bits).UInt32(number)
            .Text(terms.Participants[recipient].Id.ToString()).Finish().ToArray();
}
