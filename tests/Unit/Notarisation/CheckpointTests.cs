using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Settlement.Core.Cryptography;
using Settlement.Core.Merkle;
using Settlement.Core.Notarisation;
using Settlement.Tests.Simulation;

namespace Settlement.Tests.Unit.Notarisation;

public sealed class CheckpointTests : IDisposable
{
    private static readonly Digest Root = Rfc6962.HashLeaf("root"u8);

    private readonly SigningKey key = SigningKey.Generate(new SeededEntropy(7));
    private readonly CheckpointSigner signer;
    private readonly CheckpointVerifier verifier;

    public CheckpointTests()
    {
        signer = new CheckpointSigner("test", key);
        verifier = new CheckpointVerifier("test", key.PublicKey);
    }

    [Fact]
    public void A_note_has_the_lines_of_the_specification()
    {
        string[] lines = signer.Sign(42, Root).Split('\n');
        Assert.Equal(["settlement/test", "42", Convert.ToBase64String(Root.ToArray()), ""], lines[..4]);
        Assert.StartsWith("\u2014 settlement/test ", lines[4], StringComparison.Ordinal);
        Assert.Equal(["" ], lines[5..]);
    }

    [Fact]
    public void The_key_id_and_the_signature_are_what_other_implementations_of_type_2_compute()
    {
        // Checked with the platform alone: an id over the exported SPKI, a DER signature over SHA-256 of the text.
        string note = signer.Sign(42, Root);
        byte[] line = Convert.FromBase64String(note.TrimEnd('\n').Split(' ')[^1]);
        using ECDsa platform = ECDsa.Create(new ECParameters
        {
            Curve = ECCurve.NamedCurves.nistP256,
            Q = new ECPoint { X = key.PublicKey.ToArray()[1..33], Y = key.PublicKey.ToArray()[33..] },
        });
        Assert.Equal(SHA256.HashData(platform.ExportSubjectPublicKeyInfo())[..4], line[..4]);
        byte[] text = Encoding.UTF8.GetBytes(note[..(note.IndexOf("\n\n", StringComparison.Ordinal) + 1)]);
        Assert.True(platform.VerifyData(text, line[4..], HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));
    }

    [Fact]
    public void A_signed_note_verifies_also_beside_lines_of_unknown_keys()
    {
        string witness = "\u2014 witness.example/w " + Convert.ToBase64String(new byte[80]) + "\n";
        string sameName = "\u2014 settlement/test " + Convert.ToBase64String(new byte[80]) + "\n";
        string note = signer.Sign(7, Root);
        foreach (string text in new[] { note, note + witness, note + sameName })
        {
            Assert.True(verifier.TryVerify(text, out Checkpoint? checkpoint, out string code), code);
            Assert.Equal(new Checkpoint("settlement/test", 7, Root), checkpoint);
        }
    }

    [Fact]
    public void A_bad_signature_of_the_known_key_spoils_the_note()
    {
        string other = signer.Sign(8, Root).Split("\n\n")[1];
        Assert.False(verifier.TryVerify(signer.Sign(7, Root) + other, out _, out string code));
        Assert.Equal(LedgerCodes.CheckpointSignature, code);
    }

    [Fact]
    public void Another_network_key_or_no_signature_is_refused()
    {
        using SigningKey stranger = SigningKey.Generate(new SeededEntropy(8));
        foreach (string note in new[] { new CheckpointSigner("other", key).Sign(7, Root), new CheckpointSigner("test", stranger).Sign(7, Root) })
        {
            Assert.False(verifier.TryVerify(note, out _, out string code));
            Assert.Equal(LedgerCodes.CheckpointSignature, code);
        }
    }

    [Fact]
    public void Sixty_four_lines_are_read_and_one_more_is_not()
    {
        string line = "\u2014 witness.example/w " + Convert.ToBase64String(new byte[80]) + "\n";
        string note = signer.Sign(7, Root);
        string full = note + string.Concat(Enumerable.Repeat(line, CheckpointNote.MaximumSignatures - 1));
        Assert.True(verifier.TryVerify(full, out _, out _));
        Assert.False(verifier.TryVerify(full + line, out _, out _));
    }

    [Fact]
    public void Malformed_notes_are_refused_and_never_throw()
    {
        string note = signer.Sign(7, Root);
        string[] lines = note.Split('\n');
        string[] bad =
        [
            "", "\n", "\n\n\n\n\n\n", note[..^1], note + "\n", " " + note, note.Replace("\n", "\r\n", StringComparison.Ordinal),
            Changed(lines, 0, ""), Changed(lines, 0, "a b"), Changed(lines, 0, "a+b"), Changed(lines, 0, "a\u0007"),
            Changed(lines, 1, "07"), Changed(lines, 1, "+7"), Changed(lines, 1, "-7"), Changed(lines, 1, "7 "), Changed(lines, 1, ""),
            Changed(lines, 1, "9223372036854775808"), Changed(lines, 1, "\u0667"), Changed(lines, 2, "AAAA"), Changed(lines, 2, lines[2] + "AAAA"),
            Changed(lines, 2, lines[2].Insert(4, " ")), Changed(lines, 2, lines[2][..^2] + "V="), Changed(lines, 3, "extension"),
            Changed(lines, 4, lines[4].Replace('\u2014', '-')), Changed(lines, 4, lines[4] + " x"), Changed(lines, 4, "\u2014 settlement/test AAAA"),
            Changed(lines, 4, "\u2014 settlement/test"), Changed(lines, 0, "\ud800"), new string('a', CheckpointNote.MaximumLength + 1),
        ];
        foreach (string text in bad)
        {
            Assert.False(verifier.TryVerify(text, out _, out string code), text);
            Assert.Equal(LedgerCodes.CheckpointUnreadable, code);
        }

        Assert.False(verifier.TryVerify(null, out _, out _));
    }

    [Fact]
    public void Every_single_character_of_a_note_counts()
    {
        string note = signer.Sign(1234567, Root);
        for (int i = 0; i < note.Length; i++)
        {
            char[] text = note.ToCharArray();
            text[i] ^= '\u0001';
            Assert.False(verifier.TryVerify(new string(text), out _, out _), i.ToString(CultureInfo.InvariantCulture));
        }
    }

    public void Dispose()
    {
        verifier.Dispose();
        key.Dispose();
    }

    private static string Changed(string[] lines, int line, string text) => string.Join('\n', [.. lines[..line], text, .. lines[(line + 1)..]]);
}
