using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Settlement.Storage;

/// <summary>
/// Rewrites JSON roughly as PostgreSQL's jsonb prints it: names ordered by length, then bytes; the last of equal names;
/// no original spacing. So code that relies on the text of an event fails in memory too.
/// </summary>
internal static class JsonText
{
    public static string Normalise(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        ArrayBufferWriter<byte> buffer = new(json.Length);
        using (Utf8JsonWriter writer = new(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            Write(writer, document.RootElement);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void Write(Utf8JsonWriter writer, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                SortedDictionary<(int, string), JsonElement> members = new(MemberOrder);
                foreach (JsonProperty member in value.EnumerateObject()) members[(Encoding.UTF8.GetByteCount(member.Name), member.Name)] = member.Value;
                writer.WriteStartObject();
                foreach (((int _, string name), JsonElement member) in members)
                {
                    writer.WritePropertyName(name);
                    Write(writer, member);
                }
                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (JsonElement item in value.EnumerateArray()) Write(writer, item);
                writer.WriteEndArray();
                break;
            default:
                value.WriteTo(writer);
                break;
        }
    }

    private static Comparer<(int Length, string Name)> MemberOrder { get; } = Comparer<(int Length, string Name)>.Create(static (x, y) =>
        x.Length != y.Length ? x.Length.CompareTo(y.Length) : string.CompareOrdinal(x.Name, y.Name));
}
