using System.Text.Json;

namespace Settlement.Tests.Unit.Vectors;

/// <summary>What a run over one file of vectors did; it must account for every vector, and for some of each kind.</summary>
internal sealed class VectorCounts
{
    private readonly SortedDictionary<string, int> counts = new(StringComparer.Ordinal);

    public int this[string kind] => counts.GetValueOrDefault(kind);

    public void Add(string kind) => counts[kind] = this[kind] + 1;

    /// <summary>All vectors of a Wycheproof file, each with its group.</summary>
    public static IEnumerable<(JsonElement Group, JsonElement Vector)> Wycheproof(string file, out int total)
    {
        JsonElement root = TestData.Json("vectors", "wycheproof", file);
        total = root.GetProperty("numberOfTests").GetInt32();
        return root.GetProperty("testGroups").EnumerateArray()
            .SelectMany(static group => group.GetProperty("tests").EnumerateArray().Select(vector => (group, vector)));
    }

    /// <summary>Prints the counts, and asserts that they add up to the file's own number.</summary>
    public void AccountFor(int total, params string[] kindsThatMustHaveRun)
    {
        TestContext.Current.TestOutputHelper?.WriteLine(string.Join(", ", counts.Select(static pair => $"{pair.Key}: {pair.Value}")));
        foreach (string kind in kindsThatMustHaveRun) Assert.True(this[kind] > 0, $"No vector ran as: {kind}");
        Assert.Equal(total, counts.Values.Sum());
    }
}
