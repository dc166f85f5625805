using Settlement.Host.Network;
using System.Globalization;
using Settlement.Client;
using Settlement.Host.Configuration;

namespace Settlement.Host.Demo;

/// <summary>What one party answered and holds about one payment.</summary>
/// <param name="Party">The party, as the table's head.</param>
/// <param name="Cells">What it sees, by row.</param>
internal sealed record PartyView(string Party, IReadOnlyDictionary<string, string> Cells);

/// <summary>One payment as every party sees it.</summary>
internal sealed record PaymentViews(string Title, IReadOnlyList<string> Rows, IReadOnlyList<PartyView> Parties);

/// <summary>
/// Asks every party about one payment: its own API with its own token, and every table of its own database. Nothing in the
/// answer is known from elsewhere; a cell that stays empty is one for which the node and its database had nothing.
/// </summary>
internal sealed class DemoViews(LocalNetwork network)
{
    public const string MembersRow = "who its members are";
    public const string FundsRow = "funds";
    public const string RowsRow = "rows about the channel";
    public const string PlainRow = "readable in its database";
    public const string Nothing = "–";
    private const string Exists = "(exists)";
    private const int EntriesAsked = 500;
    private const int LongestCell = 24;

    /// <summary>Gathers the views of a payment that is final.</summary>
    /// <returns>Null when no entry of the payment is found at its payer.</returns>
    public async Task<PaymentViews?> GatherAsync(DemoOutcome payment, CancellationToken ct)
    {
        LocalNode payer = network.Bank(payment.Submission.Bank);
        Instruction instruction = await network.Client(payer).GetInstructionAsync(payment.Instruction!, ct);
        if (instruction is not { Channel: { } channel, Entry: { } entry }) return null;
        if (await FindEntryAsync(payer, channel, entry, ct) is not { } full) return null;
        LocalNode? payee = network.Banks.FirstOrDefault(bank => bank.Id.ToString() == instruction.Counterparty);
        LocalNode? other = network.Banks.FirstOrDefault(bank => bank != payer && bank != payee);
        List<(string Title, LocalNode Node)> parties = [($"payer {payer.Id}", payer)];
        if (payee is not null) parties.Add(($"payee {payee.Id}", payee));
        if (other is not null) parties.Add(($"other bank {other.Id}", other));
        parties.AddRange([("ledger operator", network.Ledger), ("settlement agent", network.Agent), ("regulator", network.Regulator)]);

        List<FieldInfo> fields = [.. full.Fields.Where(static field => field.Value is not null)];
        List<PartyView> views = [];
        foreach ((string title, LocalNode node) in parties) views.Add(await ViewAsync(title, node, channel, entry, fields, ct));
        return new PaymentViews(
            $"{instruction.EndToEndId ?? instruction.Id} of {payer.Id}, final {instruction.SettledAt?.ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture)}",
            [.. fields.Select(static field => field.Name), MembersRow, FundsRow, RowsRow, PlainRow], views);
    }

    private async Task<PartyView> ViewAsync(
        string title, LocalNode node, string channel, string entryId, List<FieldInfo> fields, CancellationToken ct)
    {
        EntryInfo? entry = await FindEntryAsync(node, channel, entryId, ct);
        IReadOnlyList<TableContent> database = await DatabaseContent.ReadAsync(node.Database, ct);
        Dictionary<string, string> cells = new(StringComparer.Ordinal);
        foreach (FieldInfo field in fields)
        {
            FieldInfo? seen = entry?.Fields.FirstOrDefault(known => known.Name == field.Name);
            cells[field.Name] = seen is null ? Nothing : seen.Readable ? Short(seen.Value ?? "(absent)") : Exists;
        }

        PlaintextSearch id = new(Convert.FromHexString(channel));
        List<byte[]> about = [.. database.SelectMany(static table => table.Rows).Where(row => id.Find(row) is not null)];
        cells[RowsRow] = about.Count == 0 ? Nothing : about.Count.ToString(CultureInfo.InvariantCulture);
        cells[MembersRow] = await MembersAsync(node, channel, about, ct);
        cells[FundsRow] = await FundsAsync(node, channel, ct);
        string[] readable = [.. fields.Where(field => IsReadable(database, field.Value!)).Select(static field => field.Name)];
        cells[PlainRow] = readable.Length == 0 ? "nothing" : string.Join(", ", readable);
        return new PartyView(title, cells);
    }

    // Whom the node's API names as members, and else whom the rows about the channel name; everybody is listed in the directory.
    private async Task<string> MembersAsync(LocalNode node, string channel, List<byte[]> about, CancellationToken ct)
    {
        SettlementClient client = network.Client(node);
        IEnumerable<string> named = node.Role switch
        {
            NodeRole.Bank => (await client.ChannelsAsync(ct)).Channels.Where(known => known.Id == channel)
                .SelectMany(known => new[] { node.Id.ToString(), known.Counterparty }),
            NodeRole.Regulator => (await client.AuditChannelsAsync(ct)).Channels.Where(known => known.Id == channel).SelectMany(static known => known.Members),
            _ => network.Banks.Where(bank => about.Exists(new PlaintextSearch(bank.Id.ToString()).IsIn)).Select(static bank => bank.Id.ToString()),
        };
        string text = string.Join(", ", named.Order(StringComparer.Ordinal));
        return text.Length == 0 ? Nothing : text;
    }

    private static bool IsReadable(IReadOnlyList<TableContent> database, string value)
    {
        PlaintextSearch search = new(value);
        return database.SelectMany(static table => table.Rows).Any(search.IsIn);
    }

    private async Task<EntryInfo?> FindEntryAsync(LocalNode node, string channel, string entry, CancellationToken ct)
    {
        ulong after = 0;
        while (true)
        {
            EntryPage page;
            try
            {
                page = await network.Client(node).EntriesAsync(channel, after, EntriesAsked, ct);
            }
            catch (SettlementApiException)
            {
                // Unknown, forbidden and not offered by this role answer alike: it tells nothing.
                return null;
            }

            if (page.Entries.FirstOrDefault(found => found.Id == entry) is { } match) return match;
            if (page.Entries.Count == 0 || page.Next == after) return null;
            after = page.Next;
        }
    }

    private async Task<string> FundsAsync(LocalNode node, string channel, CancellationToken ct)
    {
        SettlementClient client = network.Client(node);
        IEnumerable<string> sums;
        switch (node.Role)
        {
            case NodeRole.Bank:
                sums = (await client.PositionsAsync(ct)).Positions.Where(position => position.Channel == channel)
                    .Select(static position => $"{position.Position} {position.Currency}");
                break;
            case NodeRole.Agent:
                sums = (await client.BooksAsync(ct)).Pools.Where(pool => pool.Owner == channel).Select(static pool => $"pool {pool.Amount} {pool.Currency}");
                break;
            // Not told but computed, where it can run every contract of the channel again.
            case NodeRole.Regulator:
                sums = (await client.AuditAsync(channel, ct)).Positions.Select(static position => $"{position.Member} {position.Position} {position.Currency}");
                break;
            default:
                return Nothing;
        }

        string text = string.Join(", ", sums);
        return text.Length == 0 ? Nothing : text;
    }

    private static string Short(string value) => value.Length <= LongestCell ? value : $"{value[..(LongestCell - 1)]}…";
}
