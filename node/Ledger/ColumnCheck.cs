using System.Text.Json;
using Settlement.Core.Notarisation;

namespace Settlement.Ledger;

/// <summary>Compares stored rows, column by column, with what the leaves say must stand there.</summary>
internal static class ColumnCheck
{
    private const string Tenant = "*DEFAULT*";

    /// <summary>The columns of an event row that differ; empty when none does.</summary>
    public static List<string> Differences(EventRow row, LeafRow expected, long leaf, long version)
    {
        List<string> columns = [];
        // The ledger's vault holds leaves alone, and sequence ids without gaps: leaf 0 has the first.
        if (row.SeqId != leaf + 1) columns.Add("seq_id");
        if (row.Id != expected.Event.Id) columns.Add("id");
        if (row.StreamId != expected.Stream) columns.Add("stream_id");
        if (row.Version != version) columns.Add("version");
        if (!SameJson(row.Data, expected.Event.Data)) columns.Add("data");
        if (row.Bdata is not null) columns.Add("bdata");
        if (row.Type != expected.Event.Type) columns.Add("type");
        if (row.Timestamp != StoredTime.Of(expected.Event.Timestamp)) columns.Add("timestamp");
        if (row.TenantId != Tenant) columns.Add("tenant_id");
        if (row.MtDotnetType is not null) columns.Add("mt_dotnet_type");
        if (row.IsArchived != false) columns.Add("is_archived");
        return columns;
    }

    /// <summary>The columns of a stream row that differ; empty when none does.</summary>
    public static List<string> Differences(StreamRow row, StreamRow expected)
    {
        List<string> columns = [];
        if (row.Type != expected.Type) columns.Add("type");
        if (row.Version != expected.Version) columns.Add("version");
        if (row.Timestamp != expected.Timestamp) columns.Add("timestamp");
        if (row.Created != expected.Created) columns.Add("created");
        if (row.TenantId != expected.TenantId) columns.Add("tenant_id");
        if (row.IsArchived != expected.IsArchived) columns.Add("is_archived");
        return columns;
    }

    /// <summary>The stream row after its first leaf; later leaves raise version and timestamp.</summary>
    public static StreamRow FirstOf(LeafRow row) => new(row.Stream, row.StreamType, 1, StoredTime.Of(row.Event.Timestamp), StoredTime.Of(row.Event.Timestamp), Tenant, IsArchived: false);

    // The store keeps values, not spacing or the order of names; numbers and strings are compared exactly.
    private static bool SameJson(string stored, string expected)
    {
        try
        {
            using JsonDocument left = JsonDocument.Parse(stored);
            using JsonDocument right = JsonDocument.Parse(expected);
            if (left.RootElement.ValueKind != JsonValueKind.Object) return false;
            List<JsonProperty> names = [.. left.RootElement.EnumerateObject()];
            int count = 0;
            foreach (JsonProperty property in right.RootElement.EnumerateObject())
            {
                count++;
                if (!names.Exists(found => found.NameEquals(property.Name) && SameValue(found.Value, property.Value))) return false;
            }

            return names.Count == count;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static bool SameValue(JsonElement left, JsonElement right) => left.ValueKind == right.ValueKind && right.ValueKind switch
    {
        JsonValueKind.String => left.ValueEquals(right.GetString()),
        JsonValueKind.Number => left.GetRawText() == right.GetRawText(),
        _ => false,
    };
}
