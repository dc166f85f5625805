using Google.Protobuf;
using Settlement.Core.Channels;
using Settlement.Core.Monetary;
using Settlement.Core.Nodes;
using Settlement.Core.Store;
using Settlement.Core.Vault.Records;

namespace Settlement.Core.Agent;

/// <summary>The settlement agent's answers, kept for ever: what was answered once is answered the same again.</summary>
internal sealed class PostingBook(NodeContext node, EventStream history)
{
    private readonly Dictionary<PayloadKey, PostingRow> thisStep = [];

    /// <summary>Starts a step.</summary>
    public void Begin() => thisStep.Clear();

    /// <summary>The answer under a key that was looked up for this step, or given in it.</summary>
    public PostingRow? Find(PayloadKey key) => thisStep.TryGetValue(key, out PostingRow? row) ? row
        : node.Find(key) is { } body ? node.Rows.Open(PayloadKind.Postings, key.Key, body, PostingRow.Parser) : null;

    /// <summary>Writes a posting that the books took.</summary>
    /// <param name="key">The request's key.</param>
    /// <param name="debit">Whose money it was.</param>
    /// <param name="credit">Whose it is now.</param>
    /// <param name="amount">How much.</param>
    /// <param name="name">The event's name.</param>
    /// <param name="sign">Signs it by its id; null where nobody needs to be shown it.</param>
    public PostingRow Post(PayloadKey key, string debit, string credit, Money amount, string name, Func<byte[], byte[]>? sign)
    {
        byte[] id = new byte[PostingText.IdLength];
        node.Entropy.Fill(id);
        PostingRow row = new()
        {
            PostingId = ByteString.CopyFrom(id), Debit = debit, Credit = credit, Currency = amount.Currency.Code, MinorUnits = amount.MinorUnits, TimeUnixMs = node.NowUnixMs,
        };
        if (sign is not null) row.Signature = ByteString.CopyFrom(sign(id));
        Keep(key, row);
        // The event names the posting alone: amounts and accounts are in rows that can be erased.
        history.Note(name, new { Posting = Convert.ToHexStringLower(id) });
        return row;
    }

    /// <summary>A refusal is kept like a posting: its bank gives the request up, so a copy of it that comes late must not move
    /// money of which nobody would ever learn.</summary>
    public void Refuse(PayloadKey key, string debit, string credit, Money amount, string code) => Keep(key, new PostingRow
    {
        Debit = debit, Credit = credit, Currency = amount.Currency.Code, MinorUnits = amount.MinorUnits, TimeUnixMs = node.NowUnixMs, Refusal = code,
    });

    private void Keep(PayloadKey key, PostingRow row)
    {
        thisStep[key] = row;
        node.Write(node.Rows.Insert(PayloadKind.Postings, key.Key, row));
    }
}
