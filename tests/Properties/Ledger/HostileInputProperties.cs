using FsCheck;
using FsCheck.Fluent;
using Google.Protobuf;
using Settlement.Core.Cryptography;
using Settlement.Core.Notarisation;
using Settlement.Ledger;
using Settlement.Tests.Ledger;
using Settlement.Wire.Ledger;

namespace Settlement.Tests.Properties.Ledger;

/// <summary>Whatever strangers send is answered and never thrown at; what the ledger appends of it still verifies.</summary>
public sealed class HostileInputProperties
{
    private static readonly Config Many = Config.QuickThrowOnFailure.WithMaxTest(500);

    // A change of a byte string: where, how many bytes go, and what comes in their place.
    private static readonly Gen<(int At, int Gone, byte[] Put)> Edits =
        from at in Gen.Choose(0, 10_000)
        from gone in Gen.Choose(0, 3)
        from put in Gen.Choose(0, 255).Select(static value => (byte)value).ArrayOf()
        select (at, gone, put);

    [Fact]
    public void A_changed_record_is_answered_and_the_log_stays_sound()
    {
        LedgerWorld world = new LedgerWorld().WithBanks();
        TestChannel channel = world.Open();
        Digest previous = Digest.Zero;
        long sequence = 0;
        Prop.ForAll(Gen.Choose(0, 3).ToArbitrary(), Edits.ToArbitrary(), (kind, edit) =>
        {
            Digest next = world.NewDigest();
            Submission sound = kind switch
            {
                0 => channel.Head(1, sequence + 1, previous, next),
                1 => channel.Takeover(previous, 2, 1),
                2 => world.NewChannel().Opening,
                _ => LedgerWorld.Record("GAMMGB2LXXX", world.NewKey()),
            };
            if (!TryParse(Edited(sound.ToByteArray(), edit), out Submission? changed)) return true;
            LedgerReply reply = world.Ask(LedgerWorld.Alpha, request => request.Submissions.Add(changed));
            ChannelStatus status = world.Ask(LedgerWorld.Alpha, request => request.ChannelQueries.Add(TestChannel.Bytes(channel.Id))).Channels[0];
            (sequence, previous) = ((long)status.Sequence, new Digest(status.Head.Span));
            // A change that is accepted after all, such as none, leaves a channel in term 2; the next ones are refused.
            return reply.Results.Count == 1;
        }).Check(Many);
        Assert.Empty(DatabaseVerification.Verify(LedgerWorld.Network, world.LedgerKey, world.Tables.Rows).Findings);
    }

    [Fact]
    public void A_changed_note_is_never_another_checkpoint()
    {
        var world = new LedgerWorld();
        using var verifier = new CheckpointVerifier(LedgerWorld.Network, world.LedgerKey);
        Digest root = world.NewDigest();
        string note = world.Signer.Sign(1_234_567, root);
        Prop.ForAll(Edits.ToArbitrary(), edit =>
        {
            string changed = System.Text.Encoding.Latin1.GetString(Edited(System.Text.Encoding.Latin1.GetBytes(note), edit));
            return !verifier.TryVerify(changed, out Checkpoint? checkpoint, out _) || (checkpoint.Size == 1_234_567 && checkpoint.Root == root);
        }).Check(Many);
    }

    [Fact]
    public void Any_text_is_read_or_refused_as_a_note() => Prop.ForAll<string>(static text =>
    {
        bool read = CheckpointNote.TryParse(text, out CheckpointNote? note);
        return read == (note is not null);
    }).Check(Many);

    [Fact]
    public void A_signature_has_one_der_form()
    {
        var world = new LedgerWorld();
        using SigningKey key = world.NewKey();
        byte[] fixedForm = key.Sign(world.NewDigest());
        byte[] der = NoteSignature.ToDer(fixedForm);
        byte[] read = new byte[fixedForm.Length];
        Assert.True(NoteSignature.TryFromDer(der, read));
        Assert.Equal(fixedForm, read);
        Prop.ForAll(Edits.ToArbitrary(), edit =>
        {
            byte[] changed = Edited(der, edit);
            byte[] other = new byte[fixedForm.Length];
            return !NoteSignature.TryFromDer(changed, other) || NoteSignature.ToDer(other).AsSpan().SequenceEqual(changed);
        }).Check(Many);
    }

    [Fact]
    public void A_changed_receipt_proves_nothing_else()
    {
        LedgerWorld world = new LedgerWorld().WithBanks();
        LeafReceipt receipt = world.Ask(LedgerWorld.Alpha, static request => request.Directory = new DirectoryQuery { Limit = 1 }).Directory[0];
        Prop.ForAll(Edits.ToArbitrary(), edit =>
        {
            byte[] changed = Edited(receipt.Leaf.ToByteArray(), edit);
            var offered = new LeafReceipt { Leaf = ByteString.CopyFrom(changed), InclusionPath = { receipt.InclusionPath } };
            return world.View.TryVerify(offered, out _, out _) == offered.Leaf.Equals(receipt.Leaf);
        }).Check(Many);
    }

    private static byte[] Edited(byte[] bytes, (int At, int Gone, byte[] Put) edit)
    {
        int at = edit.At % (bytes.Length + 1);
        return [.. bytes[..at], .. edit.Put, .. bytes[Math.Min(bytes.Length, at + edit.Gone)..]];
    }

    private static bool TryParse(byte[] bytes, out Submission? submission)
    {
        try
        {
            submission = Submission.Parser.ParseFrom(bytes);
            return true;
        }
        catch (InvalidProtocolBufferException)
        {
            submission = null;
            return false;
        }
    }
}
