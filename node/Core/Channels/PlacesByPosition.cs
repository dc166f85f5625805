namespace Settlement.Core.Channels;

/// <summary>
/// The places of a batch by the positions that they change, so that the last of them is found at once however many were taken away:
/// a batch that covers nothing is otherwise gone through once for each of its entries. Built when it is first asked, which most
/// batches never do.
/// </summary>
/// <param name="changes">What each place changes; null for one that changes nothing, or no longer.</param>
internal sealed class PlacesByPosition(IReadOnlyList<PositionChanges?> changes)
{
    private readonly Dictionary<PositionKey, Stack<int>> taking = [];
    private readonly Dictionary<PositionKey, Stack<int>> touching = [];
    private readonly Dictionary<PositionKey, Stack<int>> redeeming = [];
    private bool isBuilt;

    /// <summary>The last place that takes of a position; -1 when none does.</summary>
    public int LastThatTakes(PositionKey key) => Last(taking, key);

    /// <summary>The last place that changes a position; -1 when none does.</summary>
    public int LastThatTouches(PositionKey key) => Last(touching, key);

    /// <summary>The last place that redeems a position; -1 when none does.</summary>
    public int LastThatRedeems(PositionKey key) => Last(redeeming, key);

    private int Last(Dictionary<PositionKey, Stack<int>> places, PositionKey key)
    {
        if (!isBuilt) Build();
        if (!places.TryGetValue(key, out Stack<int>? of)) return -1;
        while (of.TryPeek(out int last))
        {
            if (changes[last] is not null) return last;
            of.Pop();
        }

        return -1;
    }

    private void Build()
    {
        isBuilt = true;
        for (int place = 0; place < changes.Count; place++)
        {
            if (changes[place] is not { } moved) continue;
            foreach (PositionKey key in moved.Taken) Push(taking, key, place);
            foreach ((PositionKey key, _, _) in moved.All) Push(touching, key, place);
            if (moved.Redeemed is { } redeemed) Push(redeeming, redeemed, place);
        }
    }

    private static void Push(Dictionary<PositionKey, Stack<int>> places, PositionKey key, int place)
    {
        if (!places.TryGetValue(key, out Stack<int>? of)) places.Add(key, of = new Stack<int>());
        of.Push(place);
    }
}
