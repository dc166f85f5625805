using Google.Protobuf;
using Settlement.Core.Cryptography;
using Settlement.Core.Notarisation;
using Settlement.Ledger;
using Settlement.Tests.Ledger;
using Settlement.Wire.Ledger;

namespace Settlement.Tests.Unit.Notarisation;

public sealed class LedgerViewTests
{
    [Fact]
    public void A_restored_view_goes_on_where_it_was()
    {
        LedgerWorld world = new LedgerWorld().WithBanks();
        using var view = new LedgerView(LedgerWorld.Network, world.LedgerKey);
        Assert.True(view.TryRestore(world.View.Note!, out _));
        Assert.Equal(world.View.Checkpoint, view.Checkpoint);
        TestChannel channel = world.NewChannel();
        LedgerReply reply = world.Ask(LedgerWorld.Alpha, request => request.Submissions.Add(channel.Opening));
        Assert.True(view.TryAdvance(reply, out LedgerDoubt? doubt), doubt?.Code);
        Assert.True(view.TryVerify(reply.Results[0].Receipt, out Leaf? leaf, out doubt), doubt?.Code);
        Assert.Equal(2UL, leaf.Index);
    }

    [Fact]
    public void A_smaller_checkpoint_is_doubted_and_changes_nothing()
    {
        var world = new LedgerWorld();
        LedgerReply early = world.Ask("", static _ => { });
        world.WithBanks();
        Checkpoint before = world.View.Checkpoint;
        Doubted(world.View, early, LedgerCodes.CheckpointSmaller);
        Assert.Equal(before, world.View.Checkpoint);
    }

    [Fact]
    public void A_fork_is_found_and_both_notes_are_the_evidence()
    {
        LedgerWorld world = new LedgerWorld().WithBanks();
        string known = world.View.Note!;
        string forked = world.Signer.Sign(2, world.NewDigest());
        LedgerDoubt doubt = Doubted(world.View, new LedgerReply { Checkpoint = forked }, LedgerCodes.Forked);
        Assert.Equal((known, forked), (doubt.Known, doubt.Offered));
    }

    [Fact]
    public void A_rewritten_log_cannot_show_that_it_follows()
    {
        LedgerWorld world = new LedgerWorld().WithBanks();
        LedgerMachine other = new(LedgerWorld.Network, world.Signer, LedgerSettings.Default);
        var request = new LedgerRequest { Suite = 1, Network = LedgerWorld.Network, KnownSize = 2 };
        foreach (string name in new[] { LedgerWorld.Beta, LedgerWorld.Alpha, "GAMMGB2LXXX" })
            request.Submissions.Add(LedgerWorld.Record(name, world.NewKey()));
        LedgerReply reply = other.Step(world.Now, [new LedgerCall(1, "", request)]).Replies[0].Reply;
        LedgerDoubt doubt = Doubted(world.View, reply, LedgerCodes.NotConsistent);
        Assert.NotNull(doubt.Known);
        Assert.Equal(reply.Checkpoint, doubt.Offered);
    }

    [Fact]
    public void A_checkpoint_without_its_consistency_path_is_doubted()
    {
        LedgerWorld world = new LedgerWorld().WithBanks();
        LedgerReply reply = new() { Checkpoint = world.Signer.Sign(3, world.NewDigest()) };
        Doubted(world.View, reply, LedgerCodes.NotConsistent);
        reply.ConsistencyPath.Add(ByteString.CopyFromUtf8("short"));
        Doubted(world.View, reply, LedgerCodes.NotConsistent);
        Doubted(world.View, new LedgerReply(), LedgerCodes.CheckpointUnreadable);
    }

    [Fact]
    public void A_receipt_proves_its_own_leaf_only()
    {
        LedgerWorld world = new LedgerWorld().WithBanks();
        LedgerReply reply = world.Ask(LedgerWorld.Alpha, static request => request.Directory = new DirectoryQuery { Limit = 10 });
        LeafReceipt first = reply.Directory[0], second = reply.Directory[1];
        Assert.True(world.View.TryVerify(first, out _, out _));
        (LeafReceipt? Receipt, string Code)[] bad =
        [
            (null, LedgerCodes.ReceiptLeaf),
            (new LeafReceipt(), LedgerCodes.ReceiptLeaf),
            (new LeafReceipt { Leaf = ByteString.CopyFrom(255, 255), InclusionPath = { first.InclusionPath } }, LedgerCodes.ReceiptLeaf),
            (new LeafReceipt { Leaf = first.Leaf, InclusionPath = { second.InclusionPath } }, LedgerCodes.ReceiptPath),
            (new LeafReceipt { Leaf = first.Leaf }, LedgerCodes.ReceiptPath),
            (new LeafReceipt { Leaf = With(first.Leaf, leaf => leaf.TimeUnixMs++), InclusionPath = { first.InclusionPath } }, LedgerCodes.ReceiptPath),
            (new LeafReceipt { Leaf = With(first.Leaf, leaf => leaf.Index = 2), InclusionPath = { first.InclusionPath } }, LedgerCodes.ReceiptPath),
            (new LeafReceipt { Leaf = With(first.Leaf, leaf => leaf.Network = "other"), InclusionPath = { first.InclusionPath } }, LedgerCodes.ReceiptLeaf),
            (new LeafReceipt { Leaf = first.Leaf, InclusionPath = { Enumerable.Repeat(first.InclusionPath[0], 1000) } }, LedgerCodes.ReceiptPath),
        ];
        foreach ((LeafReceipt? receipt, string code) in bad)
        {
            Assert.False(world.View.TryVerify(receipt, out _, out LedgerDoubt? doubt));
            Assert.Equal(code, doubt.Code);
        }
    }

    private static ByteString With(ByteString bytes, Action<Leaf> change)
    {
        Leaf leaf = Leaf.Parser.ParseFrom(bytes);
        change(leaf);
        return leaf.ToByteString();
    }

    private static LedgerDoubt Doubted(LedgerView view, LedgerReply reply, string code)
    {
        Assert.False(view.TryAdvance(reply, out LedgerDoubt? doubt));
        Assert.Equal(code, doubt.Code);
        return doubt;
    }
}
