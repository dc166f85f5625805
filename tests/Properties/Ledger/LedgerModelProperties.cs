using FsCheck;
using FsCheck.Fluent;
using Settlement.Core.Cryptography;
using Settlement.Core.Notarisation;
using Settlement.Ledger;
using Settlement.Tests.Ledger;
using Settlement.Wire.Ledger;

namespace Settlement.Tests.Properties.Ledger;

/// <summary>
/// Random submissions against a model of a channel that fits on a page: a list of heads and a list of takeovers. Every
/// answer must be the model's, every reply must follow from the one before, and every prefix must recover and verify.
/// </summary>
public sealed class LedgerModelProperties
{
    private const int Channels = 3;

    /// <summary>What to do; small numbers choose among right, nearly right and wrong.</summary>
    /// <param name="Kind">0 opens, 1 and 2 are heads, 3 a takeover.</param>
    /// <param name="Channel">Which channel.</param>
    /// <param name="Head">Which of a few heads.</param>
    /// <param name="TermOff">Added to the right term.</param>
    /// <param name="SequenceOff">Added to the right sequence, or to the right member.</param>
    /// <param name="Fault">0 to 5: none; 6: expired; 7: wrong signature; 8: wrong previous head.</param>
    /// <param name="Wait">Seconds to wait before.</param>
    /// <param name="EndsStep">Whether the step ends here.</param>
    private sealed record Act(int Kind, int Channel, int Head, int TermOff, int SequenceOff, int Fault, int Wait, bool EndsStep);

    private sealed class Model
    {
        public bool Opened { get; set; }

        public List<(Digest Head, long Term)> Heads { get; } = [];

        public List<(Digest Head, DateTimeOffset Time)> Takeovers { get; } = [];

        public long Term => 1 + Takeovers.Count;

        public Digest Head => Heads.Count == 0 ? Digest.Zero : Heads[^1].Head;
    }

    private static readonly Gen<int> MostlyZero = Gen.Frequency((6, Gen.Constant(0)), (1, Gen.Constant(1)), (1, Gen.Constant(-1)));

    private static readonly Gen<Act> Acts =
        from kind in Gen.Choose(0, 3)
        from channel in Gen.Choose(0, Channels - 1)
        from head in Gen.Choose(0, 5)
        from termOff in MostlyZero
        from sequenceOff in MostlyZero
        from fault in Gen.Choose(0, 8)
        from wait in Gen.Choose(0, 6)
        from ends in Gen.Choose(0, 1)
        select new Act(kind, channel, head, termOff, sequenceOff, fault, wait, ends == 1);

    [Fact]
    public void Every_answer_is_the_models_and_every_prefix_recovers() =>
        Prop.ForAll(Gen.ListOf(Acts).ToArbitrary(), acts => Run([.. acts])).Check(Config.QuickThrowOnFailure.WithMaxTest(150).WithEndSize(60));

    private static bool Run(List<Act> acts)
    {
        LedgerWorld world = new LedgerWorld().WithBanks();
        TestChannel[] channels = [.. Enumerable.Range(0, Channels).Select(_ => world.NewChannel())];
        Digest[] heads = [.. Enumerable.Range(0, 6).Select(_ => world.NewDigest())];
        Model[] models = [.. channels.Select(static _ => new Model())];
        List<(Act Act, Submission Submission)> step = [];
        for (int i = 0; i < acts.Count; i++)
        {
            step.Add((acts[i], Build(acts[i], world, channels, heads, models, step.Count)));
            if (!acts[i].EndsStep && i < acts.Count - 1) continue;
            world.Now += TimeSpan.FromSeconds(acts[i].Wait);
            LedgerReply reply = world.Ask(LedgerWorld.Alpha, request => request.Submissions.AddRange(step.Select(static s => s.Submission)));
            for (int j = 0; j < step.Count; j++)
            {
                string expected = Expect(step[j].Submission, step[j].Act, world, channels, models);
                if (reply.Results[j].Code != expected) throw new InvalidOperationException($"{step[j].Act}: {reply.Results[j].Code}, not '{expected}'.");
                if (expected.Length == 0 && !world.View.TryVerify(reply.Results[j].Receipt, out _, out _)) return false;
            }

            step.Clear();
            LedgerMachine recovered = LedgerMachine.Recover(LedgerWorld.Network, world.Signer, world.Settings, world.Tables.Events, world.Tables.NewestCheckpoint);
            if (recovered.Root != world.Machine.Root || recovered.Count != world.Machine.Count) return false;
            // Goes on with the recovered machine, so that what it answers next is checked too.
            world.Machine = recovered;
        }

        return IsSound(world, channels);
    }

    // Built on the model as it is before the step, so that later ones of a step are often stale: that is the point.
    private static Submission Build(Act act, LedgerWorld world, TestChannel[] channels, Digest[] heads, Model[] models, int place)
    {
        TestChannel channel = channels[act.Channel];
        Model model = models[act.Channel];
        if (act.Kind == 0) return channel.Opening;
        if (act.Kind == 3)
        {
            long term = model.Term + 1 + act.TermOff;
            int member = (int)((term - 1 + Math.Abs(act.SequenceOff)) % 2);
            Submission takeover = channel.Takeover(act.Fault == 8 ? heads[act.Head] : model.Head, term, member);
            if (act.Fault == 7) takeover.Takeover.Signature = channels[(act.Channel + 1) % Channels].Takeover(model.Head, term, member).Takeover.Signature;
            return takeover;
        }

        Submission head = channel.Head(
            model.Term + act.TermOff, model.Heads.Count + 1 + act.SequenceOff, act.Fault == 8 ? heads[(act.Head + 1) % heads.Length] : model.Head,
            Unique(heads[act.Head], place), act.Fault == 6 ? world.Now.AddSeconds(-1) : world.Now.AddMinutes(1));
        if (act.Fault == 7) head.Head.Endorsements[0] = head.Head.Endorsements[1];
        return head;
    }

    // A few heads, so that one is proposed again in another place.
    private static Digest Unique(Digest head, int place) => place % 2 == 0 ? head : Digest.Of(head.ToArray());

    private static string Expect(Submission submission, Act act, LedgerWorld world, TestChannel[] channels, Model[] models)
    {
        Model model = models[act.Channel];
        switch (submission.RecordCase)
        {
            case Submission.RecordOneofCase.Opening:
                model.Opened = true;
                return "";
            case Submission.RecordOneofCase.Head:
                return ExpectHead(submission.Head, act, model);
            default:
                return ExpectTakeover(submission.Takeover, act, world, model);
        }
    }

    private static string ExpectHead(HeadRecord record, Act act, Model model)
    {
        Digest head = new(record.Head.Span), previous = new(record.PreviousHead.Span);
        int place = (int)record.Sequence - 1;
        if (record.Term == 0 || record.Sequence == 0) return LedgerCodes.Malformed;
        if (!model.Opened) return LedgerCodes.UnknownChannel;
        if (place < model.Heads.Count && model.Heads[place] == (head, (long)record.Term)
            && previous == (place == 0 ? Digest.Zero : model.Heads[place - 1].Head)) return "";
        if ((long)record.Term != model.Term) return LedgerCodes.WrongTerm;
        if (place != model.Heads.Count || previous != model.Head || model.Heads.Exists(other => other.Head == head)) return LedgerCodes.NotNext;
        if (act.Fault == 6) return LedgerCodes.EndorsementExpired;
        if (act.Fault == 7) return LedgerCodes.EndorsementSignature;
        model.Heads.Add((head, (long)record.Term));
        return "";
    }

    private static string ExpectTakeover(TakeoverRecord record, Act act, LedgerWorld world, Model model)
    {
        Digest head = new(record.Head.Span);
        int place = (int)record.NewTerm - 2;
        bool rightMember = record.Member == (record.NewTerm - 1) % 2;
        if (record.NewTerm < 2) return LedgerCodes.Malformed;
        if (!model.Opened) return LedgerCodes.UnknownChannel;
        if (place < model.Takeovers.Count && model.Takeovers[place].Head == head && rightMember) return "";
        if (head != model.Head) return LedgerCodes.TakeoverHead;
        if ((long)record.NewTerm != model.Term + 1) return LedgerCodes.TakeoverTerm;
        if (!rightMember) return LedgerCodes.NotSequencer;
        if (model.Takeovers.Count > 0 && world.Now - model.Takeovers[^1].Time < world.Settings.TakeoverInterval) return LedgerCodes.TakeoverTooSoon;
        if (act.Fault == 7) return LedgerCodes.TakeoverSignature;
        model.Takeovers.Add((head, world.Now));
        return "";
    }

    // The log itself, without the machine: terms rise, and no two heads follow one head in one term.
    private static bool IsSound(LedgerWorld world, TestChannel[] channels)
    {
        LedgerVerdict verdict = DatabaseVerification.Verify(LedgerWorld.Network, world.LedgerKey, world.Tables.Rows);
        if (!verdict.IsVerified) throw new InvalidOperationException(verdict.Findings[0].ToString());
        HashSet<(Digest Channel, Digest Previous, ulong Term)> followed = [];
        Dictionary<Digest, ulong> terms = channels.ToDictionary(static channel => channel.Id, static _ => 1UL);
        foreach (Leaf leaf in world.Ask(LedgerWorld.Alpha, static request => request.Log = new LogQuery { Limit = 1000 }).Log.Select(Leaf.Parser.ParseFrom))
        {
            if (leaf.Takeover is { } takeover && ++terms[new Digest(takeover.Channel.Span)] != takeover.NewTerm) return false;
            if (leaf.Head is not { } head) continue;
            var channel = new Digest(head.Channel.Span);
            if (terms[channel] != head.Term || !followed.Add((channel, new Digest(head.PreviousHead.Span), head.Term))) return false;
        }

        return true;
    }
}
