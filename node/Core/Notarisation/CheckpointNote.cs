using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using Settlement.Core.Cryptography;

namespace Settlement.Core.Notarisation;

/// <summary>
/// A checkpoint as a signed note (C2SP tlog-checkpoint and signed-note): three lines of origin, decimal size and base64
/// root, an empty line, and one line for each signature. Extension lines, which tlog-checkpoint advises against, are
/// not accepted. Parsing never throws and is bounded, because notes come from strangers.
/// </summary>
public sealed class CheckpointNote
{
    /// <summary>The longest note in characters: sixteen of the largest signatures in use, with room to spare.</summary>
    public const int MaximumLength = 128 * 1024;

    /// <summary>The most signature lines; signed-note asks for at least 16.</summary>
    public const int MaximumSignatures = 64;

    private const string SignatureLineStart = "\u2014 ";
    private const int KeyIdLength = 4;
    private const int BodyLines = 3;

    private CheckpointNote(Checkpoint checkpoint, IReadOnlyList<NoteSignature> signatures)
    {
        Checkpoint = checkpoint;
        Signatures = signatures;
    }

    /// <summary>What is stated.</summary>
    public Checkpoint Checkpoint { get; }

    /// <summary>Who signed it, known or not.</summary>
    public IReadOnlyList<NoteSignature> Signatures { get; }

    /// <summary>The text that is signed: the three lines, each with its line feed.</summary>
    public static string BodyOf(Checkpoint checkpoint) =>
        string.Create(CultureInfo.InvariantCulture, $"{checkpoint.Origin}\n{checkpoint.Size}\n{Convert.ToBase64String(checkpoint.Root.ToArray())}\n");

    /// <summary>SHA-256 of the signed text, as ECDSA with SHA-256 takes it.</summary>
    public static Digest DigestOf(Checkpoint checkpoint) => Digest.Of(Encoding.UTF8.GetBytes(BodyOf(checkpoint)));

    /// <summary>The whole note with these signatures.</summary>
    public static string Format(Checkpoint checkpoint, params ReadOnlySpan<NoteSignature> signatures)
    {
        StringBuilder text = new(BodyOf(checkpoint));
        text.Append('\n');
        foreach (NoteSignature signature in signatures)
        {
            byte[] bytes = new byte[KeyIdLength + signature.Signature.Length];
            BinaryPrimitives.WriteUInt32BigEndian(bytes, signature.KeyId);
            signature.Signature.CopyTo(bytes, KeyIdLength);
            text.Append(SignatureLineStart).Append(signature.Name).Append(' ').Append(Convert.ToBase64String(bytes)).Append('\n');
        }

        return text.ToString();
    }

    /// <summary>Whether a name may stand in a note: not empty, no spaces, plus signs or control characters.</summary>
    public static bool IsName(ReadOnlySpan<char> name)
    {
        foreach (char c in name)
            if (c == '+' || char.IsControl(c) || char.IsWhiteSpace(c)) return false;
        return name.Length > 0 && IsWellFormed(name);
    }

    /// <summary>Reads a note; says nothing about its signatures.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out CheckpointNote? note)
    {
        note = null;
        if (text is null || text.Length > MaximumLength || !IsWellFormed(text) || !text.EndsWith('\n')) return false;
        string[] lines = text.Split('\n', BodyLines + 1 + MaximumSignatures + 1);
        // The last piece is what follows the final line feed.
        if (lines.Length < BodyLines + 3 || lines[^1].Length != 0 || lines[BodyLines].Length != 0) return false;
        if (!TryParseBody(lines, out Checkpoint? checkpoint)) return false;
        List<NoteSignature> signatures = [];
        foreach (string line in lines.AsSpan(BodyLines + 1, lines.Length - BodyLines - 2))
        {
            if (!TryParseSignature(line, out NoteSignature? signature)) return false;
            signatures.Add(signature);
        }

        note = new CheckpointNote(checkpoint, signatures);
        return true;
    }

    private static bool TryParseBody(string[] lines, [NotNullWhen(true)] out Checkpoint? checkpoint)
    {
        checkpoint = null;
        if (!IsName(lines[0]) || !TryParseSize(lines[1], out long size)) return false;
        if (!TryDecode(lines[2], out byte[] bytes) || !Digest.TryRead(bytes, out Digest root)) return false;
        checkpoint = new Checkpoint(lines[0], size, root);
        return true;
    }

    private static bool TryParseSize(string text, out long size) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out size) && (text[0] != '0' || text.Length == 1);

    private static bool TryParseSignature(string line, [NotNullWhen(true)] out NoteSignature? signature)
    {
        signature = null;
        if (!line.StartsWith(SignatureLineStart, StringComparison.Ordinal)) return false;
        ReadOnlySpan<char> rest = line.AsSpan(SignatureLineStart.Length);
        int space = rest.IndexOf(' ');
        if (space < 0 || !IsName(rest[..space])) return false;
        if (!TryDecode(rest[(space + 1)..], out byte[] bytes) || bytes.Length <= KeyIdLength) return false;
        signature = new NoteSignature(rest[..space].ToString(), BinaryPrimitives.ReadUInt32BigEndian(bytes), bytes[KeyIdLength..]);
        return true;
    }

    // The platform's decoder skips white space and ignores unused bits; one value has one text here.
    private static bool TryDecode(ReadOnlySpan<char> text, out byte[] bytes)
    {
        bytes = [];
        byte[] buffer = new byte[(text.Length / 4 + 1) * 3];
        if (!Convert.TryFromBase64Chars(text, buffer, out int written)) return false;
        bytes = buffer[..written];
        return text.SequenceEqual(Convert.ToBase64String(bytes));
    }

    // signed-note: valid Unicode, and no control characters but the line feed.
    private static bool IsWellFormed(ReadOnlySpan<char> text)
    {
        while (text.Length > 0)
        {
            if (Rune.DecodeFromUtf16(text, out Rune rune, out int used) != System.Buffers.OperationStatus.Done) return false;
            if (rune.Value < ' ' && rune.Value != '\n') return false;
            text = text[used..];
        }

        return true;
    }
}
