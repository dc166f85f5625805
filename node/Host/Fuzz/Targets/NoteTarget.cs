using System.Text;
using Settlement.Core.Cryptography;
using Settlement.Core.Notarisation;
using Settlement.Host.Fuzz.Mutations;

namespace Settlement.Host.Fuzz.Targets;

/// <summary>Checkpoints as notes, and their signatures: a changed one is refused, or says the same.</summary>
internal sealed class NoteTarget : Reader
{
    private const string Network = "fuzz";
    private readonly SigningKey key = SigningKey.Generate(new SeededEntropy(2));
    private readonly CheckpointVerifier verifier;
    private readonly Checkpoint honest;
    private readonly string[] corpus;

    public NoteTarget()
    {
        verifier = new CheckpointVerifier(Network, key.PublicKey);
        CheckpointSigner signer = new(Network, key);
        honest = new Checkpoint(signer.Origin, 1_234_567, Digest.Of([1]));
        string note = signer.Sign(honest.Size, honest.Root);
        corpus = [note, CheckpointNote.Format(honest, new NoteSignature("witness.example", 7, new byte[64])), note + note.Split('\n')[4] + "\n"];
    }

    /// <inheritdoc/>
    public override byte[] Make(Chance chance)
    {
        string text = chance.Pick(corpus);
        if (chance.Percent(70)) return TextMutator.Encode(TextMutator.Mutate(text, chance, chance.Pick(corpus)), chance);
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        return ByteMutator.Mutate(bytes, chance, bytes);
    }

    /// <inheritdoc/>
    public override void Feed(byte[] input)
    {
        string text = Encoding.UTF8.GetString(input);
        if (CheckpointNote.TryParse(text, out CheckpointNote? note))
            BrokenPromise.Unless(CheckpointNote.Format(note.Checkpoint, [.. note.Signatures]) == text, "a note has one text");
        if (verifier.TryVerify(text, out Checkpoint? checkpoint, out string code)) BrokenPromise.Unless(checkpoint == honest, "only the ledger signs its checkpoints", checkpoint.ToString());
        else BrokenPromise.Unless(code.Length > 0, "a refused note has a code");

        byte[] signature = new byte[SigningKey.SignatureLength];
        if (NoteSignature.TryFromDer(input, signature)) BrokenPromise.Unless(NoteSignature.ToDer(signature).AsSpan().SequenceEqual(input), "a signature has one form");
    }

    /// <inheritdoc/>
    public override ValueTask DisposeAsync()
    {
        verifier.Dispose();
        key.Dispose();
        return base.DisposeAsync();
    }
}
