using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using Settlement.Core.Cryptography;
using Settlement.Core.Notarisation;
using Settlement.Wire.Ledger;

namespace Settlement.Ledger;

/// <summary>
/// Plays a log again from its leaves and applies every rule that the leaves alone can show, signatures included. Quotas
/// and the time between takeovers depend on the ledger's settings and are not replayed.
/// </summary>
internal sealed class LogReplay
{
    private static readonly MessageParser<Leaf> Known = Leaf.Parser.WithDiscardUnknownFields(true);

    private readonly LedgerState state;
    private readonly LedgerRules rules;

    public LogReplay(string network)
    {
        state = new LedgerState(network);
        rules = new LedgerRules(state, TimeSpan.Zero);
    }

    public LedgerState State => state;

    /// <summary>Appends the next leaf; a finding means that it was not appended and that nothing after it can be judged.</summary>
    /// <param name="bytes">The leaf.</param>
    /// <param name="row">How the store must hold it.</param>
    /// <param name="finding">What is wrong.</param>
    public bool TryAppend(ByteString bytes, [NotNullWhen(true)] out LeafRow? row, [NotNullWhen(false)] out LedgerFinding? finding)
    {
        row = null;
        long index = state.Count;
        if (!LedgerView.TryReadLeaf(bytes, state.Network, out Leaf? leaf) || leaf.Index != (ulong)index)
            return Fail(LedgerCodes.LeafUnreadable, "its bytes are no leaf of this network and place.", out finding);
        // One leaf has one serialization, so that nothing hides beside what the rules read.
        if (!Known.ParseFrom(bytes).ToByteString().Equals(bytes))
            return Fail(LedgerCodes.LeafUnreadable, "it is not serialized as the ledger serializes, or has unknown fields.", out finding);
        if (!LedgerRecord.TryRead(LedgerRecord.OfLeaf(leaf), state.Network, out LedgerRecord? record, out string code))
            return Fail(LedgerCodes.LeafAgainstRules, $"its record is refused with {code}.", out finding);
        DateTimeOffset time = DateTimeOffset.FromUnixTimeMilliseconds(leaf.TimeUnixMs);
        if (time < state.Time) return Fail(LedgerCodes.LeafAgainstRules, "its time is before that of the leaf before it.", out finding);
        Judgement judgement = rules.Judge(record, time);
        if (judgement.ExistingLeaf is { } existing) return Fail(LedgerCodes.LeafAgainstRules, $"leaf {existing} already holds its record.", out finding);
        if (!judgement.IsAppend) return Fail(LedgerCodes.LeafAgainstRules, $"the rules refuse it with {judgement.Code}.", out finding);
        code = rules.Verify(record);
        if (code.Length > 0) return Fail(LedgerCodes.LeafAgainstRules, $"its signatures are refused with {code}.", out finding);
        row = LeafRow.Of(leaf, record, bytes);
        state.Append(record, bytes, time);
        finding = null;
        return true;
    }

    private bool Fail(string code, string detail, out LedgerFinding finding)
    {
        finding = new LedgerFinding(code, state.Count, detail);
        return false;
    }
}
