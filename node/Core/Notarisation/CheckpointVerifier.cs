using System.Diagnostics.CodeAnalysis;
using Settlement.Core.Cryptography;

namespace Settlement.Core.Notarisation;

/// <summary>Verifies checkpoints of one network's ledger. Lines of unknown keys are ignored, as C2SP signed-note asks.</summary>
public sealed class CheckpointVerifier : IDisposable
{
    private readonly VerifyingKey key;
    private readonly uint keyId;
    private readonly string origin;

    /// <param name="network">The network.</param>
    /// <param name="key">The ledger's checkpoint key.</param>
    public CheckpointVerifier(string network, PublicKey key)
    {
        origin = Checkpoint.OriginOf(network);
        this.key = new VerifyingKey(key);
        keyId = NoteSignature.KeyIdOf(key);
    }

    /// <summary>Reads a note and checks the ledger's signature.</summary>
    /// <param name="text">The note, from anybody.</param>
    /// <param name="checkpoint">What the ledger signed.</param>
    /// <param name="code"><see cref="LedgerCodes.CheckpointUnreadable"/> or <see cref="LedgerCodes.CheckpointSignature"/>; empty when it is valid.</param>
    public bool TryVerify(string? text, [NotNullWhen(true)] out Checkpoint? checkpoint, out string code)
    {
        checkpoint = null;
        code = LedgerCodes.CheckpointUnreadable;
        if (!CheckpointNote.TryParse(text, out CheckpointNote? note)) return false;
        code = LedgerCodes.CheckpointSignature;
        if (note.Checkpoint.Origin != origin) return false;
        Digest digest = CheckpointNote.DigestOf(note.Checkpoint);
        bool signed = false;
        foreach (NoteSignature line in note.Signatures)
        {
            if (line.Name != origin || line.KeyId != keyId) continue;
            // One bad signature under the known key spoils the note, even beside a good one.
            if (!IsValid(digest, line.Signature)) return false;
            signed = true;
        }

        if (!signed) return false;
        checkpoint = note.Checkpoint;
        code = "";
        return true;
    }

    /// <inheritdoc/>
    public void Dispose() => key.Dispose();

    private bool IsValid(Digest digest, byte[] der)
    {
        Span<byte> signature = stackalloc byte[SigningKey.SignatureLength];
        return NoteSignature.TryFromDer(der, signature) && key.Verify(digest, signature);
    }
}
