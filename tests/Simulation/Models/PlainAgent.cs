using Settlement.Contracts;
using Settlement.Core.Cryptography;
using Settlement.Core.Store;
using Settlement.Core.Vault.Records;
using Settlement.Tests.Simulation.Invariants;
using Settlement.Tests.Simulation.Worlds;

namespace Settlement.Tests.Simulation.Models;

/// <summary>
/// The settlement agent's books as a list of postings. Each moves money once, for what some bank asked for durably or for an entry that
/// redeems; the agent's own balances are compared after each of its steps, and every channel's positions with the pool after every batch.
/// </summary>
internal sealed class PlainAgent(World world)
{
    private const string Invariant = "the agent's books agree";
    private const string Issuance = "issuance";
    private readonly Dictionary<(string Holder, string Currency), long> accounts = [];
    private readonly Dictionary<string, (string Bank, string Channel, string Currency, long Amount)> asked = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Bank, string Holder, string Currency), long> setAside = [];
    private readonly HashSet<string> posted = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Channel, string Currency), (long In, long Out)> moved = [];

    /// <summary>What a holder has.</summary>
    public long BalanceOf(string holder, string currency) => accounts.GetValueOrDefault((holder, currency));

    /// <summary>What a bank paid to a holder that stands for what was set aside.</summary>
    public long SetAside(string bank, string holder, string currency) => setAside.GetValueOrDefault((bank, holder, currency));

    /// <summary>A bank's vault says that it asks for money in a channel.</summary>
    public void Ask(string bank, byte[] request, Digest channel, FundingRow row) =>
        asked[Convert.ToHexString(new HashWriter("settlement/agent-fund").Text(bank).Bytes(request).Finish().ToArray())] = (bank, channel.ToString(), row.Currency, row.MinorUnits);

    /// <summary>The agent committed.</summary>
    public void OnCommitted(MachineNode agent, StoreTransaction commit)
    {
        foreach (PayloadWrite write in commit.Writes.Where(static w => w.Kind == PayloadKind.Postings))
            Post(Convert.ToHexString(write.Key), agent.Rows.Open(write.Kind, write.Key, write.Body, PostingRow.Parser));
        foreach (PayloadWrite write in commit.Writes.Where(static w => w.Kind == PayloadKind.Snapshots))
        {
            BookRow book = agent.Rows.Open(write.Kind, write.Key, write.Body, BookRow.Parser);
            long expected = accounts.GetValueOrDefault((book.Holder, book.Currency));
            Violation.Unless(book.MinorUnits == expected, Invariant, $"{book.Holder} has {book.MinorUnits} {book.Currency} and should have {expected}");
        }

        foreach (IGrouping<string, KeyValuePair<(string Holder, string Currency), long>> currency in accounts.GroupBy(static a => a.Key.Currency))
            Violation.Unless(currency.Sum(static a => a.Value) == 0, "money is conserved", currency.Key);
        foreach ((Digest channel, ChannelBook book) in world.Invariants.Books) CheckPool(channel, book);
    }

    /// <summary>Positions are what was cited of the pool less what was redeemed; nothing is cited that was not posted, nor paid that was not redeemed.</summary>
    public void CheckPool(Digest channel, ChannelBook book)
    {
        foreach (string currency in book.Terms.Currencies.Select(static c => c.Code))
        {
            (long put, long paid) = moved.GetValueOrDefault((channel.ToString(), currency));
            long issued = book.Issued.GetValueOrDefault(currency), redeemed = book.Redeemed.Where(r => r.Amount.Currency == currency).Sum(static r => r.Amount.MinorUnits);
            long positions = book.Batches.Count == 0 ? 0 : book.Batches[^1].Positions.Where(p => p.Key.Currency == currency).Sum(static p => p.Value);
            Violation.Unless(positions == issued - redeemed, "money is conserved", $"positions of {positions} where {issued} came in and {redeemed} went out, {currency}");
            Violation.Unless(issued <= put && paid <= redeemed, "money is conserved", $"{issued} of {put} cited, {paid} of {redeemed} paid out, {currency}");
            Violation.Unless(accounts.GetValueOrDefault((channel.ToString(), currency)) == put - paid && put >= paid, "money is conserved", $"a pool of {put} less {paid} {currency}");
        }
    }

    /// <summary>What is posted and not cited, or redeemed and not paid; null when there is nothing.</summary>
    public string? OnItsWay()
    {
        foreach ((Digest channel, ChannelBook book) in world.Invariants.Books)
        {
            foreach (string currency in book.Terms.Currencies.Select(static c => c.Code))
            {
                (long put, long paid) = moved.GetValueOrDefault((channel.ToString(), currency));
                long redeemed = book.Redeemed.Where(r => r.Amount.Currency == currency).Sum(static r => r.Amount.MinorUnits);
                if (put != book.Issued.GetValueOrDefault(currency) || paid != redeemed) return $"money is between the agent and a channel: {put} in, {paid} of {redeemed} out";
            }
        }

        return null;
    }

    private void Post(string key, PostingRow row)
    {
        if (row.Refusal.Length > 0) return;
        Violation.Unless(posted.Add(key), Invariant, "one request was posted twice");
        if (row.Debit != Issuance && Digest.TryParse(row.Credit, out _))
        {
            Violation.Unless(asked.TryGetValue(key, out (string, string, string, long) request) && request == (row.Debit, row.Credit, row.Currency, row.MinorUnits), Invariant, $"nobody asked to move {row.MinorUnits} {row.Currency} of {row.Debit}");
            Move((row.Credit, row.Currency), row.MinorUnits, 0);
        }
        else if (Digest.TryParse(row.Debit, out Digest channel))
        {
            MoneyValue amount = new(row.Currency, row.MinorUnits);
            Violation.Unless(world.Invariants.Books[channel].Redeemed.Exists(r => KeyOf(channel, r.Entry.Value) == key && r.Amount == amount && world.Invariants.MemberOf(channel, r.Holder) == row.Credit),
                Invariant, $"no entry redeems {row.MinorUnits} {row.Currency} for {row.Credit}");
            Move((row.Debit, row.Currency), 0, row.MinorUnits);
        }

        if (row.Credit.Contains('/', StringComparison.Ordinal)) setAside[(row.Debit, row.Credit, row.Currency)] = row.MinorUnits;
        accounts[(row.Debit, row.Currency)] = accounts.GetValueOrDefault((row.Debit, row.Currency)) - row.MinorUnits;
        accounts[(row.Credit, row.Currency)] = accounts.GetValueOrDefault((row.Credit, row.Currency)) + row.MinorUnits;
        Violation.Unless(row.Debit == Issuance || accounts[(row.Debit, row.Currency)] >= 0, Invariant, $"{row.Debit} is overdrawn");
    }

    private void Move((string, string) pool, long put, long paid)
    {
        (long In, long Out) before = moved.GetValueOrDefault(pool);
        moved[pool] = (before.In + put, before.Out + paid);
    }

    private static string KeyOf(Digest channel, Digest entry) =>
        Convert.ToHexString(new HashWriter("settlement/agent-redemption").Bytes(channel.ToArray()).Bytes(entry.ToArray()).Finish().ToArray());
}
