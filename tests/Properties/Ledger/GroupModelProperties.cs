using FsCheck;
using FsCheck.Fluent;
using Google.Protobuf;
using Settlement.Core.Cryptography;
using Settlement.Core.Notarisation;
using Settlement.Ledger;
using Settlement.Tests.Ledger;
using Settlement.Wire.Ledger;

namespace Settlement.Tests.Properties.Ledger;

/// <summary>
/// Random reservations and decisions of a few groups over three channels, against a model of a group: the channels that reserved,
/// and the outcome. Every answer must be the model's, no group ever has two outcomes, and every prefix must recover and verify.
/// </summary>
public sealed class GroupModelProperties
{
    /// <param name="Kind">0 to 2 reserve, 3 commits, 4 aborts.</param>
    /// <param name="Group">Which group.</param>
    /// <param name="Channel">Which channel.</param>
    /// <param name="Head">Which of the channel's two heads; 2 is another channel's.</param>
    /// <param name="IsForged">Whether a member's signature is another's.</param>
    /// <param name="Wait">Seconds to wait before.</param>
    private sealed record Act(int Kind, int Group, int Channel, int Head, bool IsForged, int Wait);

    private sealed class Model(DateTimeOffset expires, int[] channels)
    {
        public DateTimeOffset Expires => expires;

        public int[] Channels => channels;

        public Dictionary<int, int> Reserved { get; } = [];

        public bool? Outcome { get; set; }
    }

    private static readonly Gen<Act> Acts =
        from kind in Gen.Choose(0, 4)
        from place in Gen.Choose(0, 2)
        from channel in Gen.Choose(0, 2)
        from head in Gen.Frequency((6, Gen.Constant(0)), (2, Gen.Constant(1)), (1, Gen.Constant(2)))
        from forged in Gen.Frequency((6, Gen.Constant(false)), (1, Gen.Constant(true)))
        from wait in Gen.Frequency((4, Gen.Constant(0)), (1, Gen.Choose(1, 8)))
        select new Act(kind, place, channel, head, forged, wait);

    [Fact]
    public void Every_answer_is_the_models_and_a_group_has_one_outcome() =>
        Prop.ForAll(Gen.ListOf(Acts).ToArbitrary(), acts => Run([.. acts])).Check(Config.QuickThrowOnFailure.WithMaxTest(100).WithEndSize(40));

    private static bool Run(List<Act> acts)
    {
        LedgerWorld world = new LedgerWorld().WithBanks();
        TestChannel[] channels = [world.Open(), world.Open(), world.Open()];
        Digest[][] heads = [.. channels.Select(channel => TwoHeads(world, channel))];
        Model[] models = [new(world.Now.AddSeconds(10), [0, 1]), new(world.Now.AddSeconds(15), [0, 1, 2]), new(world.Now.AddSeconds(30), [0, 1, 2])];
        ByteString[] groups = [.. models.Select(model => world.Group(model.Expires, [.. model.Channels.Select(place => channels[place])]))];
        foreach (Act act in acts)
        {
            world.Now += TimeSpan.FromSeconds(act.Wait);
            Model model = models[act.Group];
            SubmissionResult result = world.Submit(LedgerWorld.Alpha, Build(act, channels, heads, groups[act.Group]));
            string expected = act.Kind <= 2 ? ExpectReserve(act, world.Now, model) : ExpectDecided(act.Kind == 3, world.Now, model);
            if (result.Code != expected) throw new InvalidOperationException($"{act}: {result.Code}, not '{expected}'.");
            if (act.Kind > 2 && expected.Length == 0 && OutcomeOf(world, result) != model.Outcome) throw new InvalidOperationException($"{act}: not {model.Outcome}.");
            LedgerMachine recovered = LedgerMachine.Recover(LedgerWorld.Network, world.Signer, world.Settings, world.Tables.Events, world.Tables.NewestCheckpoint);
            if (recovered.Root != world.Machine.Root || recovered.Count != world.Machine.Count) return false;
            // Goes on with the recovered machine, so that what it answers next is checked too.
            world.Machine = recovered;
        }

        LedgerVerdict verdict = DatabaseVerification.Verify(LedgerWorld.Network, world.LedgerKey, world.Tables.Rows);
        return verdict.IsVerified ? true : throw new InvalidOperationException(verdict.Findings[0].ToString());
    }

    private static Submission Build(Act act, TestChannel[] channels, Digest[][] heads, ByteString group)
    {
        if (act.Kind > 2) return LedgerWorld.Decide(group, isCommitted: act.Kind == 3);
        Submission reserve = channels[act.Channel].Reserve(group, act.Head == 2 ? heads[(act.Channel + 1) % 3][0] : heads[act.Channel][act.Head]);
        if (act.IsForged) reserve.Reserve.Signatures[0] = reserve.Reserve.Signatures[1];
        return reserve;
    }

    private static string ExpectReserve(Act act, DateTimeOffset now, Model model)
    {
        if (!model.Channels.Contains(act.Channel)) return LedgerCodes.NotOfGroup;
        if (model.Reserved.TryGetValue(act.Channel, out int head)) return head == act.Head ? "" : LedgerCodes.AlreadyReserved;
        if (act.Head == 2) return LedgerCodes.ReservedHead;
        if (now > model.Expires) return LedgerCodes.GroupExpired;
        if (act.IsForged) return LedgerCodes.ReservationSignature;
        model.Reserved.Add(act.Channel, act.Head);
        return "";
    }

    private static string ExpectDecided(bool isCommitted, DateTimeOffset now, Model model)
    {
        if (model.Reserved.Count == 0) return LedgerCodes.UnknownGroup;
        if (model.Outcome is not null) return "";
        bool isComplete = model.Reserved.Count == model.Channels.Length;
        if (isCommitted && !isComplete) return LedgerCodes.GroupIncomplete;
        if (!isCommitted && isComplete) return LedgerCodes.GroupComplete;
        if (!isCommitted && now <= model.Expires) return LedgerCodes.GroupStillOpen;
        model.Outcome = isCommitted;
        return "";
    }

    private static bool OutcomeOf(LedgerWorld world, SubmissionResult result)
    {
        if (!world.View.TryVerify(result.Receipt, out Leaf? leaf, out LedgerDoubt? doubt)) throw new InvalidOperationException(doubt.Code);
        return DecidedGroup.TryRead(leaf.Decided, LedgerWorld.Network, out DecidedGroup? decided, out _) ? decided.IsCommitted : throw new InvalidOperationException("The receipt is no decision's.");
    }

    private static Digest[] TwoHeads(LedgerWorld world, TestChannel channel)
    {
        Digest first = world.NewDigest(), second = world.NewDigest();
        world.Submit(LedgerWorld.Alpha, channel.Head(1, 1, Digest.Zero, first));
        world.Submit(LedgerWorld.Alpha, channel.Head(1, 2, first, second));
        return [first, second];
    }
}
