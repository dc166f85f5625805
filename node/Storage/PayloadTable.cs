using System.Text;
using Settlement.Core.Store;

namespace Settlement.Storage;

/// <summary>The table of each payload kind and the statements on it, built once so that they stay prepared.</summary>
internal sealed record PayloadTable(string Name)
{
    private static readonly PayloadTable[] All = [.. Enum.GetNames<PayloadKind>().Select(static name => new PayloadTable("payload_" + SnakeCase(name)))];

    public string Get { get; } = $"select key, body from {Name} where key = any($1)";

    public string ScanFirst { get; } = $"select key, body from {Name} order by key limit $1";

    public string ScanAfter { get; } = $"select key, body from {Name} where key > $2 order by key limit $1";

    public string Insert { get; } = $"insert into {Name} (key, body) select * from unnest($1::bytea[], $2::bytea[])";

    public string Replace { get; } =
        $"insert into {Name} (key, body) select * from unnest($1::bytea[], $2::bytea[]) on conflict (key) do update set body = excluded.body";

    public string Delete { get; } = $"delete from {Name} where key = any($1)";

    public string Copy { get; } = $"copy {Name} (key, body) from stdin (format binary)";

    public string FirstExisting { get; } = $"select key from {Name} where key = any($1) limit 1";

    public static PayloadTable Of(PayloadKind kind) => All[(int)kind];

    public static PayloadKind? KindOf(string? table) =>
        Array.FindIndex(All, item => item.Name == table) is >= 0 and int index ? (PayloadKind)index : null;

    private static string SnakeCase(string name)
    {
        StringBuilder text = new(name.Length + 4);
        foreach (char c in name)
        {
            if (char.IsAsciiLetterUpper(c) && text.Length > 0) text.Append('_');
            text.Append(char.ToLowerInvariant(c));
        }
        return text.ToString();
    }
}
