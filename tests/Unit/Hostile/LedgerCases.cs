using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Notarisation;
using Settlement.Core.Reading;
using Settlement.Tests.Bank;
using Settlement.Tests.Channels;
using Settlement.Wire.Channels;
using Settlement.Wire.Ledger;

namespace Settlement.Tests.Hostile;

/// <summary>What a ledger with its own key can show one node and not the others.</summary>
internal static class LedgerCases
{
    private const string Notes = "checkpoint known + checkpoint offered";
    private const string ToBank = "ledger to bank";
    private const string ToRegulator = "ledger to regulator";

    private const int PageOfDirectory = 500;
    private const int PageOfLog = 1_000;

    private static readonly Google.Protobuf.ByteString Nobodys = Google.Protobuf.ByteString.CopyFrom([.. Enumerable.Repeat((byte)1, 64)]);

    public static IEnumerable<HostileCase> All { get; } =
    [
        Bank("an answer that does not fit the question", LedgerCodes.Malformed, "body + checkpoint", Proof.Body(static body => LedgerReply.Parser.ParseFrom(body).Results.Count >= 2), Afterwards.GoesOnWhenItEnds, static world => Lie(world, static reply => reply.Results.Add([new SubmissionResult(), new SubmissionResult()]))),
        Bank("a checkpoint that cannot be read", LedgerCodes.CheckpointUnreadable, Notes, Proof.Told(static (world, piece) => Assert.Equal((true, "settlement/test\n"), (Note(world, piece, 0).Size > 0, Text(piece, 1)))), Afterwards.GoesOnWhenItEnds, static world => Lie(world, static reply => reply.Checkpoint = "settlement/test\n")),
        Bank("a checkpoint of another key", LedgerCodes.CheckpointSignature, Notes, Proof.Told(static (world, piece) => Assert.Equal((true, false), (Note(world, piece, 0).Size > 0, IsSigned(world, piece, 1)))), Afterwards.GoesOnWhenItEnds, static world =>
        {
            using SigningKey other = SigningKey.Generate(new Simulation.SeededEntropy(9));
            string note = new CheckpointSigner(TwoBanks.Network, other).Sign(world.Banks.Ledger.Count, world.Banks.Ledger.Root);
            Lie(world, reply => reply.Checkpoint = note);
        }),
        Bank("a forked ledger: two roots for one size", LedgerCodes.Forked, Notes, Proof.Of((world, piece) => AreSigned(world, piece, static (known, offered) => known.Size == offered.Size && known.Root != offered.Root)), Afterwards.GoesOnWhenItEnds, static world =>
        {
            // Only what it says while nothing else is asked is of the size that the bank knows.
            long size = world.Banks.Ledger.Count;
            string note = world.Banks.Signer.Sign(size, Digest.Of("another root"u8));
            Lie(world, reply => reply.Checkpoint = note);
        }),
        Bank("a ledger rolled back", LedgerCodes.CheckpointSmaller, Notes, Proof.Of((world, piece) => AreSigned(world, piece, static (known, offered) => offered.Size < known.Size)), Afterwards.GoesOnWhenItEnds, static world =>
        {
            string note = world.Banks.Signer.Sign(world.Banks.Ledger.Count - 2, Digest.Of("a root of before"u8));
            Lie(world, reply => reply.Checkpoint = note);
        }),
        Bank("a log that was rewritten", LedgerCodes.NotConsistent, Notes, Proof.Of((world, piece) => AreSigned(world, piece, static (known, offered) => offered.Size > known.Size)), Afterwards.GoesOnWhenItEnds, static world =>
        {
            string note = world.Banks.Signer.Sign(world.Banks.Ledger.Count + 1_000, Digest.Of("another log"u8));
            Lie(world, reply => reply.Checkpoint = note);
        }),
        Bank("a head that the bank never endorsed: a forked channel", ChannelCodes.EndorsementInvalid, "channel status + checkpoint", Proof.Of(ShowsTheLeaf), Afterwards.Stalls, static world =>
        {
            Show(world, world.Alpha, leaves => new Leaf { TimeUnixMs = leaves[^1].TimeUnixMs, Head = HeadOf(world, leaves, static head => head.Head = Lies.Flipped(head.Head, 0)) });
        }) with { Cost = Cost.Following.And(HostileWorld.Storm, written: 1, sends: 1, checks: 2) },
        Bank("a leaf of a far future", LedgerCodes.TimeAhead, "said + checkpoint known", Proof.Of(ShowsTheLeaf), Afterwards.Stalls, static world =>
        {
            Show(world, world.Alpha, leaves => new Leaf { TimeUnixMs = leaves[^1].TimeUnixMs + (long)TimeSpan.FromDays(1).TotalMilliseconds, Head = HeadOf(world, leaves, static _ => { }) });
        }) with { Cost = Cost.Following.And(HostileWorld.Storm, written: 1, sends: 1, checks: 1) },
        Bank("a takeover nobody signed", LedgerCodes.TakeoverSignature, "channel status + checkpoint", Proof.Of(ShowsTheLeaf), Afterwards.Stalls, static world =>
        {
            Show(world, world.Alpha, leaves => new Leaf
            {
                TimeUnixMs = leaves[^1].TimeUnixMs,
                Takeover = new TakeoverRecord { Channel = world.Channel, Head = HeadOf(world, leaves, static _ => { }).Head, NewTerm = 2, Member = 1, Signature = Nobodys },
            });
            Assert.Equal(1, world.Banks.View(world.Alpha).Term);
        }) with { Cost = Cost.Following.And(HostileWorld.Storm, written: 1, sends: 1, checks: 2) },
        Bank("a takeover in the victim's own name", LedgerCodes.TakeoverSignature, "channel status + checkpoint", Proof.Of(ShowsTheLeaf), Afterwards.Stalls, static world =>
        {
            Show(world, world.Alpha, leaves => new Leaf
            {
                TimeUnixMs = leaves[^1].TimeUnixMs,
                Takeover = new TakeoverRecord { Channel = world.Channel, Head = HeadOf(world, leaves, static _ => { }).Head, NewTerm = long.MaxValue, Member = 0, Signature = Nobodys },
            });
            Assert.Equal(1, world.Banks.View(world.Alpha).Term);
        }) with { Cost = Cost.Following.And(HostileWorld.Storm, written: 1, sends: 1, checks: 2) },
        Bank("a takeover that the other member signed at an older head", LedgerCodes.TakeoverHead, "channel status + checkpoint", Proof.Of(ShowsTheLeaf), Afterwards.Stalls, static world =>
        {
            Show(world, world.Alpha, leaves => new Leaf
            {
                TimeUnixMs = leaves[^1].TimeUnixMs,
                Takeover = world.Once(() => TakenOver(world, world.Beta, new Digest(HeadOf(world, leaves, static _ => { }).PreviousHead.Span))),
            });
            Assert.Equal(1, world.Banks.View(world.Alpha).Term);
        }) with { Cost = Cost.Following.And(HostileWorld.Storm, written: 1, sends: 1, checks: 2) },
        Bank("a head whose endorsement is forged", ChannelCodes.EndorsementInvalid, "channel status + checkpoint", Proof.Of(ShowsTheLeaf), Afterwards.Stalls, static world =>
        {
            // Beta endorsed it, and Alpha, whose batch it is, did not: for want of Beta's endorsement it is not even in the ledger.
            EndorsementAnswer? said = null;
            world.Change(world.Beta, world.Alpha, PeerMessage.MessageOneofCase.Endorsement, message =>
            {
                said = message.Endorsement;
                return [];
            });
            world.Banks.Pay(world.Alpha, 1_00);
            EndorsementAnswer endorsed = world.Once(() => said!);
            long before = world.Banks.View(world.Beta).Sequence;
            Show(world, world.Beta, leaves => new Leaf
            {
                TimeUnixMs = leaves[^1].TimeUnixMs,
                Head = new HeadRecord
                {
                    Channel = world.Channel, Term = endorsed.Term, Sequence = endorsed.Sequence, PreviousHead = endorsed.PreviousHead, Head = endorsed.Head,
                    Endorsements = { new Endorsement { NotAfterUnixMs = endorsed.Endorsement.NotAfterUnixMs, Signature = Nobodys }, endorsed.Endorsement },
                },
            });
            Assert.Equal(before, world.Banks.View(world.Beta).Sequence);
        }) with { Victim = static world => world.Beta, Cost = (Cost.Following with { Rows = 9, Kilobytes = 8 }).And(HostileWorld.Storm, written: 1, sends: 1, checks: 2) },
        Bank("a refusal in words of its own", Core.Nodes.NodeCodes.ForeignCode, "result + submission + checkpoint", Proof.Said(SubmissionResult.Parser, static (_, result) => result.Code == "<b>no"), Afterwards.GoesOn, static world =>
        {
            Lie(world, static reply =>
            {
                for (int i = 0; i < reply.Results.Count; i++) reply.Results[i] = new SubmissionResult { Code = "<b>no" };
            });
            world.Banks.Pay(world.Alpha, 1_00);
        }) with { Cost = Cost.OwnBatch },
        Bank("a directory that says one page for ever", LedgerCodes.NoProgress, "receipt + checkpoint", Proof.Told(ShowsAnOldReceipt), Afterwards.GoesOnWhenItEnds, static world =>
        {
            Lie(world, reply =>
            {
                // A receipt counts under the checkpoint that comes with it.
                LedgerReply honest = world.Banks.AskLedger(world.Gamma, new LedgerRequest { Suite = 1, Network = TwoBanks.Network, Directory = new DirectoryQuery { Limit = 1 } });
                if (honest.Checkpoint != reply.Checkpoint) return;
                reply.Directory.Clear();
                reply.Directory.Add(Enumerable.Repeat(honest.Directory[0], PageOfDirectory));
            });
        }),
        Bank("a directory longer than a page", LedgerCodes.NoProgress, "body + checkpoint", Proof.Body(static body => LedgerReply.Parser.ParseFrom(body).Directory.Count > PageOfDirectory), Afterwards.GoesOnWhenItEnds, static world =>
            Lie(world, static reply => reply.Directory.Add(Enumerable.Repeat(new LeafReceipt(), PageOfDirectory + 1)))),
        Regulator("a log that holds its leaves back", LedgerCodes.NoProgress, "checkpoint + leaves read + leaves said", Proof.Told(HasMoreThanItSays), static world =>
        {
            world.Banks.OnLedgerReply = (node, reply) =>
            {
                if (node == world.Supervisor) reply.Log.Clear();
                return reply;
            };
            world.Banks.Pay(world.Alpha, 1_00);
        }) with { Cost = Cost.Following with { Written = 30 } },
        Regulator("leaves that nobody asked for", LedgerCodes.NoProgress, "checkpoint + leaves read + leaves said", Proof.Told(static (world, piece) => Assert.Equal((true, true), (Note(world, piece, 0).Size > 0, Number(piece, 2) > PageOfLog))), static world =>
        {
            world.Banks.OnLedgerReply = (node, reply) =>
            {
                if (node == world.Supervisor) reply.Log.Add(Enumerable.Repeat(Google.Protobuf.ByteString.Empty, PageOfLog + 1));
                return reply;
            };
            world.Banks.Pay(world.Alpha, 1_00);
        }) with { Cost = Cost.Following with { Written = 30 } },
        Regulator("a head of an impossible sequence, which its members endorsed", LedgerCodes.LeafAgainstRules, "leaf", Proof.Told(IsEndorsedByBoth), static world =>
            Show(world, world.Supervisor, world.Once(() =>
            {
                // One lie, however often it is told: it must not be a fork as well.
                HeadRecord head = Endorsed(world, long.MaxValue, Digest.Of("before"u8), Digest.Of("after"u8));
                return (Func<IReadOnlyList<Leaf>, Leaf>)(leaves => new Leaf { TimeUnixMs = leaves[^1].TimeUnixMs, Head = head });
            }))),
        Regulator("a second head for one place, which its members endorsed", LedgerCodes.LeafAgainstRules, "leaf", Proof.Told(static (world, piece) => Assert.True(IsEndorsed(world, Leaf.Parser.ParseFrom(piece.Parts[0].Body).Head))), static world =>
            Show(world, world.Supervisor, leaves => new Leaf
            {
                TimeUnixMs = leaves[^1].TimeUnixMs,
                Head = world.Once(() =>
                {
                    HeadRecord newest = HeadOf(world, leaves, static _ => { });
                    return Endorsed(world, (long)newest.Sequence, new Digest(newest.PreviousHead.Span), Digest.Of("another"u8));
                }),
            })),
        Regulator("a log whose leaves do not have the root that is signed", LedgerCodes.RootDiffers, "checkpoint + root of the leaves", Proof.Told(static (world, piece) => Assert.NotEqual(Note(world, piece, 0).Root.ToString(), Text(piece, 1))), static world =>
        {
            world.Banks.OnLedgerReply = (node, reply) =>
            {
                if (node != world.Supervisor || reply.Log.Count == 0) return reply;
                Leaf changed = Leaf.Parser.ParseFrom(reply.Log[^1]);
                changed.TimeUnixMs++;
                reply.Log[^1] = Google.Protobuf.MessageExtensions.ToByteString(changed);
                return reply;
            };
            world.Banks.Pay(world.Alpha, 1_00);
        }),
        Regulator("a head in the log that its members did not endorse", ChannelCodes.EndorsementInvalid, "leaf", Proof.Said(Leaf.Parser, static (world, leaf) => !IsEndorsed(world, leaf.Head)), static world =>
            Show(world, world.Supervisor, leaves => new Leaf
            {
                TimeUnixMs = leaves[^1].TimeUnixMs,
                Head = HeadOf(world, leaves, static head => (head.Sequence, head.PreviousHead, head.Head) = (head.Sequence + 1, head.Head, Lies.Flipped(head.Head, 0))),
            })),
        Regulator("a forked ledger: two roots for one size", LedgerCodes.Forked, Notes, Proof.Of((world, piece) => AreSigned(world, piece, static (known, offered) => known.Size == offered.Size && known.Root != offered.Root)), static world => Tell(world, 0)),
        Regulator("a ledger rolled back", LedgerCodes.CheckpointSmaller, Notes, Proof.Of((world, piece) => AreSigned(world, piece, static (known, offered) => offered.Size < known.Size)), static world => Tell(world, -2)),
        Regulator("a log that was rewritten", LedgerCodes.NotConsistent, Notes, Proof.Of((world, piece) => AreSigned(world, piece, static (known, offered) => offered.Size > known.Size)), static world => Tell(world, 1_000)),
    ];

    private static HostileCase Bank(string name, string code, string evidence, Proof proof, Afterwards after, Action<HostileWorld> attack) => new(name, ToBank, code, evidence, proof, after, world =>
    {
        attack(world);
        world.Banks.Pass(TimeSpan.FromSeconds(10));
    })
    {
        Victim = static world => world.Alpha,
        Party = static _ => "LEDGDEFFXXX",
        Cost = Cost.Following,
        Others = Others.ChannelsOfOthers,
    };

    private static HostileCase Regulator(string name, string code, string evidence, Proof proof, Action<HostileWorld> attack) => new(name, ToRegulator, code, evidence, proof, Afterwards.GoesOn, world =>
    {
        attack(world);
        world.Banks.Pass(TimeSpan.FromSeconds(10));
    })
    {
        Victim = static world => world.Supervisor,
        Party = static _ => "LEDGDEFFXXX",
        Cost = Cost.Following,
        Others = Others.ChannelsOfOthers,
    };

    /// <summary>Each answer to Alpha is changed.</summary>
    private static void Lie(HostileWorld world, Action<LedgerReply> change) => world.Banks.OnLedgerReply = (node, reply) =>
    {
        if (node == world.Alpha) change(reply);
        return reply;
    };

    /// <summary>The supervisor, which has read everything, is told of another log of a size near the true one's.</summary>
    private static void Tell(HostileWorld world, long beyond)
    {
        string note = world.Once(() =>
        {
            world.Banks.Pass(TimeSpan.FromSeconds(3));
            return world.Banks.Signer.Sign(world.Banks.Ledger.Count + beyond, Digest.Of("another log"u8));
        });
        world.Banks.OnLedgerReply = (node, reply) =>
        {
            if (node == world.Supervisor) reply.Checkpoint = note;
            return reply;
        };
        world.Banks.Pass(TimeSpan.FromSeconds(3));
    }

    /// <summary>A node is shown a log with one leaf more, and hears that there is something new.</summary>
    private static void Show(HostileWorld world, TestNode victim, Func<IReadOnlyList<Leaf>, Leaf> forge)
    {
        _ = new ForgedLedger(world.Banks, victim, forge);
        if (victim != world.Supervisor) world.Say(world.Banks.Other(victim), victim, new PeerMessage { Finality = new FinalityNotice { Channel = world.Channel, Sequence = 99 } });
    }

    /// <summary>The newest head of the attacked channel, changed.</summary>
    private static HeadRecord HeadOf(HostileWorld world, IReadOnlyList<Leaf> leaves, Action<HeadRecord> change)
    {
        HeadRecord head = leaves.Last(l => l.RecordCase == Leaf.RecordOneofCase.Head && l.Head.Channel.Equals(world.Channel)).Head.Clone();
        change(head);
        return head;
    }

    /// <summary>A head of the attacked channel that both of its members endorse, wherever it stands.</summary>
    internal static HeadRecord Endorsed(HostileWorld world, long sequence, Digest previous, Digest head)
    {
        DateTimeOffset notAfter = DateTimeOffset.FromUnixTimeMilliseconds(world.Banks.Now.AddMinutes(10).ToUnixTimeMilliseconds());
        Digest signed = RecordHashes.Endorsement(TwoBanks.Network, new HeadFields(world.Banks.Channel, 1, sequence, previous, head), notAfter);
        HeadRecord record = new() { Channel = world.Channel, Term = 1, Sequence = (ulong)sequence, PreviousHead = HostileWorld.Bytes(previous), Head = HostileWorld.Bytes(head) };
        foreach (TestNode member in new[] { world.Alpha, world.Beta })
        {
            using SigningKey key = world.Banks.ChannelKey(member);
            record.Endorsements.Add(new Endorsement { NotAfterUnixMs = notAfter.ToUnixTimeMilliseconds(), Signature = Google.Protobuf.ByteString.CopyFrom(key.Sign(signed)) });
        }

        return record;
    }

    /// <summary>A takeover of term 2 that a member signs, wherever the channel stands.</summary>
    internal static TakeoverRecord TakenOver(HostileWorld world, TestNode member, Digest head)
    {
        using SigningKey key = world.Banks.ChannelKey(member);
        return new TakeoverRecord
        {
            Channel = world.Channel, Head = HostileWorld.Bytes(head), NewTerm = 2, Member = 1,
            Signature = Google.Protobuf.ByteString.CopyFrom(key.Sign(RecordHashes.Takeover(TwoBanks.Network, world.Banks.Channel, head, 2))),
        };
    }

    private static void IsEndorsedByBoth(HostileWorld world, PieceView piece)
    {
        HeadRecord head = Leaf.Parser.ParseFrom(piece.Parts[0].Body).Head;
        Assert.Equal((true, (ulong)long.MaxValue), (IsEndorsed(world, head), head.Sequence));
    }

    private static bool IsEndorsed(HostileWorld world, HeadRecord record)
    {
        OpenedChannel opened = Proof.Opened(world);
        using VerifyingKey first = new(opened.MemberKeys[0]), second = new(opened.MemberKeys[1]);
        return EndorsedHead.TryRead(record, out EndorsedHead? head) && head.IsEndorsedBy(TwoBanks.Network, [first, second]);
    }

    private static long Number(PieceView piece, int part) => long.Parse(Text(piece, part), System.Globalization.CultureInfo.InvariantCulture);

    private static string Text(PieceView piece, int part) => System.Text.Encoding.UTF8.GetString(piece.Parts[part].Body!);

    private static bool IsSigned(HostileWorld world, PieceView piece, int part)
    {
        using CheckpointVerifier verifier = new(TwoBanks.Network, world.Banks.Signer.PublicKey);
        return verifier.TryVerify(Text(piece, part), out _, out _);
    }

    /// <summary>A note that the ledger signed.</summary>
    private static Checkpoint Note(HostileWorld world, PieceView piece, int part)
    {
        using CheckpointVerifier verifier = new(TwoBanks.Network, world.Banks.Signer.PublicKey);
        return verifier.TryVerify(Text(piece, part), out Checkpoint? checkpoint, out string code) ? checkpoint : throw new InvalidOperationException(code);
    }

    /// <summary>The leaf is in the log, and was read long before.</summary>
    private static void ShowsAnOldReceipt(HostileWorld world, PieceView piece)
    {
        using LedgerView view = new(TwoBanks.Network, world.Banks.Signer.PublicKey);
        Assert.True(view.TryRestore(System.Text.Encoding.UTF8.GetString(piece.Parts[1].Body!), out _));
        Assert.True(view.TryVerify(LeafReceipt.Parser.ParseFrom(piece.Parts[0].Body), out Leaf? leaf, out LedgerDoubt? doubt), doubt?.Code);
        Assert.Equal(0UL, leaf.Index);
    }

    /// <summary>The ledger signed that there is more than it gave.</summary>
    private static void HasMoreThanItSays(HostileWorld world, PieceView piece)
    {
        using CheckpointVerifier verifier = new(TwoBanks.Network, world.Banks.Signer.PublicKey);
        Assert.True(verifier.TryVerify(System.Text.Encoding.UTF8.GetString(piece.Parts[0].Body!), out Checkpoint? checkpoint, out string code), code);
        Assert.InRange(Number(piece, 1), 1, checkpoint.Size - 1);
        Assert.Equal(0, Number(piece, 2));
    }

    /// <summary>Anybody who has the ledger's key sees that it signed both.</summary>
    private static void AreSigned(HostileWorld world, PieceView piece, Func<Checkpoint, Checkpoint, bool> contradict)
    {
        using CheckpointVerifier verifier = new(TwoBanks.Network, world.Banks.Signer.PublicKey);
        Checkpoint[] notes = [.. piece.Parts.Select(part => verifier.TryVerify(System.Text.Encoding.UTF8.GetString(part.Body!), out Checkpoint? checkpoint, out string code) ? checkpoint : throw new InvalidOperationException(code))];
        Assert.True(contradict(notes[0], notes[1]));
    }

    /// <summary>The leaf lies under the checkpoint that the ledger signed: it cannot say that it never showed it.</summary>
    private static void ShowsTheLeaf(HostileWorld world, PieceView piece)
    {
        ChannelStatus status = ChannelStatus.Parser.ParseFrom(piece.Parts[0].Body);
        using LedgerView view = new(TwoBanks.Network, world.Banks.Signer.PublicKey);
        Assert.True(view.TryRestore(System.Text.Encoding.UTF8.GetString(piece.Parts[1].Body!), out _));
        Assert.True(view.TryVerify(status.TermReceipt ?? status.HeadReceipt, out _, out LedgerDoubt? doubt), doubt?.Code);
    }
}
