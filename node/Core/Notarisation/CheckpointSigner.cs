using Settlement.Core.Cryptography;

namespace Settlement.Core.Notarisation;

/// <summary>
/// Signs a ledger's checkpoints with signature type 0x02 of C2SP signed-note: ECDSA P-256 over SHA-256 of the note's
/// text, in DER. The key's name is the origin. The caller answers for never signing two logs that differ.
/// </summary>
public sealed class CheckpointSigner
{
    private readonly SigningKey key;
    private readonly uint keyId;

    /// <param name="network">The network, part of the origin.</param>
    /// <param name="key">The ledger's checkpoint key; the caller disposes of it.</param>
    /// <exception cref="ArgumentException">When the network's name cannot stand in a note.</exception>
    public CheckpointSigner(string network, SigningKey key)
    {
        Origin = Checkpoint.OriginOf(network);
        if (!CheckpointNote.IsName(Origin)) throw new ArgumentException("A network's name has no spaces and no plus sign.", nameof(network));
        this.key = key;
        keyId = NoteSignature.KeyIdOf(key.PublicKey);
    }

    /// <summary>The log's name in the notes.</summary>
    public string Origin { get; }

    /// <summary>The key that verifies the notes.</summary>
    public PublicKey PublicKey => key.PublicKey;

    /// <summary>The signed note for a size and root.</summary>
    public string Sign(long size, Digest root)
    {
        var checkpoint = new Checkpoint(Origin, size, root);
        byte[] signature = NoteSignature.ToDer(key.Sign(CheckpointNote.DigestOf(checkpoint)));
        return CheckpointNote.Format(checkpoint, new NoteSignature(Origin, keyId, signature));
    }
}
