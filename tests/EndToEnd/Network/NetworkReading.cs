using Settlement.Client;
using Settlement.Host.Network;

namespace Settlement.Tests.EndToEnd.Network;

/// <summary>Reads what a node's API tells page by page.</summary>
internal static class NetworkReading
{
    private const int Page = 200;

    public static Task<List<EntryInfo>> EntriesAsync(LocalNetwork network, LocalNode node, string channel, CancellationToken ct) =>
        EntriesAsync(network.Client(node), channel, ct);

    public static async Task<List<EntryInfo>> EntriesAsync(SettlementClient client, string channel, CancellationToken ct)
    {
        List<EntryInfo> entries = [];
        ulong after = 0;
        while (true)
        {
            EntryPage page = await client.EntriesAsync(channel, after, Page, ct);
            entries.AddRange(page.Entries);
            if (page.Entries.Count == 0 || page.Next == after) return entries;
            after = page.Next;
        }
    }
}
