using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Settlement.Host.Fuzz.Mutations;

/// <summary>Changes of JSON that keep it JSON, and then, now and then, of its text.</summary>
internal static class JsonMutator
{
    private const int MostChanges = 4;
    private const int MostItems = 300;

    // As they stand in the text: some of them are no JSON, or no Unicode.
    private static readonly string[] Literals =
    [
        "null", "true", "0", "-0", "1", "-1", "0.1", "1e400", "1E5", "9223372036854775808", "123456789012345678901234567890", "[]", "{}", "[[]]", "{\"\":{}}", "\"\"", "\"\\u0000\"",
        "\"\\ud800\"", "\"\\udc00x\"", "\"\\ud83c\\udfe6\"", "\"\\\\\"", "[null]", "NaN", "'x'", "// x", "/* x */ 1", "01", "+1", ".5", "\"a\nb\"", "\"\\x\"",
    ];

    /// <summary>Changes a document; one that is no JSON is changed as text.</summary>
    public static byte[] Mutate(byte[] document, Chance chance, byte[] other)
    {
        string text = Encoding.UTF8.GetString(document);
        if (chance.Percent(80) && Parse(text) is { } root)
        {
            List<string> raw = [];
            for (int changes = chance.From(1, MostChanges); changes > 0; changes--) Change(root, chance, raw);
            text = root.ToJsonString();
            // A mark in the tree stands for a literal that the tree could not hold.
            for (int i = 0; i < raw.Count; i++) text = text.Replace($"\"{Mark(i)}\"", raw[i], StringComparison.Ordinal);
        }

        if (chance.Percent(25)) text = TextMutator.Mutate(text, chance, Encoding.UTF8.GetString(other));
        byte[] bytes = TextMutator.Encode(text, chance);
        return chance.Percent(5) ? ByteMutator.Mutate(bytes, chance, other) : bytes;
    }

    private static JsonNode? Parse(string text)
    {
        try
        {
            return JsonNode.Parse(text, documentOptions: new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static void Change(JsonNode root, Chance chance, List<string> raw)
    {
        List<(JsonNode Parent, string? Name, int Index)> places = [.. Places(root)];
        if (places.Count == 0) return;
        (JsonNode parent, string? name, int index) = chance.Pick(places);
        JsonNode? value = NewValue(name is not null ? parent[name] : parent[index], chance, raw);
        if (parent is JsonArray array)
        {
            if (chance.Percent(20)) array.RemoveAt(index);
            else if (chance.Percent(20)) for (int i = ByteMutator.Copies(chance, MostItems, root.ToJsonString().Length); i > 0; i--) array.Add(value?.DeepClone());
            else array[index] = value;
            return;
        }

        JsonObject of = (JsonObject)parent;
        switch (chance.Below(6))
        {
            case 0:
                of.Remove(name!);
                break;
            case 1:
                of[chance.Percent(50) ? name + chance.Pick(TextMutator.Telling) : name!.ToUpperInvariant()] = value;
                break;
            default:
                of[name!] = value;
                break;
        }
    }

    private static JsonNode? NewValue(JsonNode? old, Chance chance, List<string> raw)
    {
        switch (chance.Below(7))
        {
            case 0:
                return null;
            case 1:
                return JsonValue.Create(WellFormed(chance.Pick(TextMutator.Telling)));
            case 2:
                return JsonValue.Create(new string('x', chance.From(1, 3_000)));
            case 3:
                JsonNode? nested = old?.DeepClone();
                for (int depth = chance.From(1, 80); depth > 0; depth--) nested = chance.Percent(50) ? new JsonArray(nested) : new JsonObject { ["a"] = nested };
                return nested;
            case 4 when old is JsonValue && old.GetValueKind() == JsonValueKind.String:
                return JsonValue.Create(WellFormed(TextMutator.Mutate(old.GetValue<string>(), chance, "EUR 12.34 2026-03-02 BANKDEFFXXX")));
            case 5:
                return old?.DeepClone();
            default:
                raw.Add(chance.Pick(Literals));
                return JsonValue.Create(Mark(raw.Count - 1));
        }
    }

    // The tree's writer throws for half a character; the literals have them.
    private static string WellFormed(string text) => string.Concat(text.EnumerateRunes());

    private static string Mark(int number) => $"@literal-{number}@";

    private static IEnumerable<(JsonNode Parent, string? Name, int Index)> Places(JsonNode node)
    {
        if (node is JsonObject members)
        {
            foreach ((string name, JsonNode? value) in members)
            {
                yield return (node, name, -1);
                if (value is not null) foreach ((JsonNode, string?, int) place in Places(value)) yield return place;
            }
        }
        else if (node is JsonArray items)
        {
            for (int i = 0; i < items.Count; i++)
            {
                yield return (node, null, i);
                if (items[i] is { } value) foreach ((JsonNode, string?, int) place in Places(value)) yield return place;
            }
        }
    }
}
