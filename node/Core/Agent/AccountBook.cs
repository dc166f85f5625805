using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;
using Settlement.Core.Machines;
using Settlement.Core.Monetary;
using Settlement.Core.Nodes;
using Settlement.Core.Store;
using Settlement.Core.Vault;
using Settlement.Core.Vault.Records;

namespace Settlement.Core.Agent;

/// <summary>
/// Accounts by bank and currency, a pool by channel and currency. Every posting debits one and credits another by the same
/// amount, so accounts and pools always sum to what was issued, and none goes below zero.
/// </summary>
internal sealed class AccountBook
{
    /// <summary>The holder of what was issued: the mirror of all accounts and pools, below zero by their sum.</summary>
    public const string Issuance = "issuance";

    private const string CyclePrefix = "cycle/";
    private const string OffsetPrefix = "offset/";

    private readonly NodeContext node;
    private readonly SortedDictionary<string, BookRow> balances = new(StringComparer.Ordinal);
    private readonly HashSet<string> funded = new(StringComparer.Ordinal);

    public AccountBook(NodeContext node, RecoveredRows rows)
    {
        this.node = node;
        foreach (StoredPayload row in rows.Of(PayloadKind.Snapshots))
        {
            BookRow book = node.Rows.Open(PayloadKind.Snapshots, row.Key, row.Body, BookRow.Parser);
            balances[KeyOf(book.Holder, book.Currency)] = book;
            if (book.IsPool) funded.Add(book.Holder);
        }

        if (balances.Values.GroupBy(b => b.Currency).Any(g => g.Aggregate(Int128.Zero, (sum, b) => sum + b.MinorUnits) != 0)) throw new InvalidOperationException("The books do not sum to zero.");
    }

    /// <summary>The holder of what a cycle has set aside of accounts.</summary>
    public static string CycleHolder(Digest cycle) => CyclePrefix + cycle;

    /// <summary>The holder of what an offset has set aside of accounts.</summary>
    public static string OffsetHolder(Digest group) => OffsetPrefix + group;

    /// <summary>How often a balance has changed since the start.</summary>
    public long Changes { get; private set; }

    /// <summary>The banks that have, or had, an account in a currency.</summary>
    public IEnumerable<ParticipantId> BanksWith(Currency currency) => List().Accounts.Where(a => a.Balance.Currency == currency).Select(static a => a.Bank);

    /// <summary>Whether a holder has, or had, money here.</summary>
    public bool Knows(string holder) => balances.Values.Any(b => b.Holder == holder);

    /// <summary>Whether a channel has, or had, a pool.</summary>
    public bool HasPool(Digest channel) => funded.Contains(channel.ToString());

    /// <summary>A holder's balance.</summary>
    public long BalanceOf(string holder, Currency currency) => balances.TryGetValue(KeyOf(holder, currency.Code), out BookRow? row) ? row.MinorUnits : 0;

    /// <summary>Moves an amount; false when the debited holder is not the issuance and does not cover it, or a sum would not fit.</summary>
    public bool TryPost(string debit, string credit, bool creditsPool, Money amount)
    {
        if (!CanPost(debit, credit, amount)) return false;
        Set(debit, false, amount.Currency.Code, BalanceOf(debit, amount.Currency) - amount.MinorUnits);
        Set(credit, creditsPool, amount.Currency.Code, BalanceOf(credit, amount.Currency) + amount.MinorUnits);
        return true;
    }

    /// <summary>Whether <see cref="TryPost"/> would move the amount.</summary>
    public bool CanPost(string debit, string credit, Money amount)
    {
        Int128 left = (Int128)BalanceOf(debit, amount.Currency) - amount.MinorUnits;
        Int128 right = (Int128)BalanceOf(credit, amount.Currency) + amount.MinorUnits;
        return amount.MinorUnits > 0 && (debit == Issuance || left >= 0) && left >= long.MinValue && right <= long.MaxValue;
    }

    /// <summary>Forgets a holder that has nothing left and will have nothing again.</summary>
    public void Close(string holder, Currency currency)
    {
        string key = KeyOf(holder, currency.Code);
        if (!balances.TryGetValue(key, out BookRow? row)) return;
        if (row.MinorUnits != 0) throw new InvalidOperationException("A holder is closed that has a balance.");
        balances.Remove(key);
        node.Delete(PayloadKind.Snapshots, node.Rows.LookupKey("agent-book", key));
    }

    /// <summary>The books as the operator sees them.</summary>
    public Books List()
    {
        List<(ParticipantId, Money)> accounts = [];
        List<(string, Money)> pools = [];
        List<Money> issued = [];
        List<(string, Money)> setAside = [];
        foreach (BookRow row in balances.Values)
        {
            if (!Currency.TryParse(row.Currency, out Currency currency)) throw new InvalidOperationException("A stored balance has no currency.");
            Money balance = new(currency, row.MinorUnits);
            if (row.Holder == Issuance) issued.Add(-balance);
            else if (row.IsPool) pools.Add((row.Holder, balance));
            else if (row.Holder.StartsWith(CyclePrefix, StringComparison.Ordinal)) setAside.Add((row.Holder[CyclePrefix.Length..], balance));
            else if (row.Holder.StartsWith(OffsetPrefix, StringComparison.Ordinal)) setAside.Add((row.Holder[OffsetPrefix.Length..], balance));
            else if (ParticipantId.TryParse(row.Holder, out ParticipantId bank)) accounts.Add((bank, balance));
        }

        return new Books(accounts, pools, issued) { SetAside = setAside };
    }

    /// <summary>The channels that have a pool, and since when, in the order of their ids.</summary>
    public IEnumerable<(Digest Channel, long SinceUnixMs)> Pools() => balances.Values.Where(b => b.IsPool)
        .GroupBy(b => b.Holder).Select(g => (Digest.TryParse(g.Key, out Digest channel) ? channel : Digest.Zero, g.Min(b => b.FirstUnixMs)));

    private static string KeyOf(string holder, string currency) => $"{holder}/{currency}";

    private void Set(string holder, bool isPool, string currency, long minorUnits)
    {
        string key = KeyOf(holder, currency);
        if (!balances.TryGetValue(key, out BookRow? row)) balances[key] = row = new BookRow { Holder = holder, IsPool = isPool, Currency = currency, FirstUnixMs = node.NowUnixMs };
        if (isPool) funded.Add(holder);
        row.MinorUnits = minorUnits;
        Changes++;
        node.Write(node.Rows.Replace(PayloadKind.Snapshots, node.Rows.LookupKey("agent-book", key), row));
    }
}
