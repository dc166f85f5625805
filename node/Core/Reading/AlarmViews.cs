using Settlement.Core.Vault.Records;

namespace Settlement.Core.Reading;

/// <summary>What one participant did under one code, as the node remembers it.</summary>
/// <param name="Number">The number of its last change: who reads on from it misses nothing.</param>
/// <param name="Party">The participant, or one of <see cref="Alarms.AlarmParties"/>.</param>
/// <param name="Code">The alarm's code.</param>
/// <param name="Subject">What it was about the last time, such as a channel.</param>
/// <param name="Count">How often.</param>
/// <param name="First">When first.</param>
/// <param name="Last">When last.</param>
/// <param name="Pieces">The evidence that was kept.</param>
public sealed record AlarmView(long Number, string Party, string Code, string Subject, long Count, DateTimeOffset First, DateTimeOffset Last, IReadOnlyList<PieceView> Pieces);

/// <summary>A piece of evidence.</summary>
/// <param name="Id">Under which its bytes are found, in hexadecimal.</param>
/// <param name="Subject">What it is about.</param>
/// <param name="Time">When it was kept.</param>
/// <param name="Parts">What it is made of.</param>
public sealed record PieceView(string Id, string Subject, DateTimeOffset Time, IReadOnlyList<PartView> Parts);

/// <summary>A part of a piece.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Size">In bytes.</param>
/// <param name="Sha256">In hexadecimal.</param>
/// <param name="Body">The bytes; null where only size and hash were kept, or where the bytes were not asked for.</param>
public sealed record PartView(string Name, long Size, string Sha256, byte[]? Body);

/// <summary>Rows of alarms and evidence as views.</summary>
internal static class AlarmViews
{
    public static AlarmView Of(long number, AlarmRow row) => new(
        number, row.Party, row.Code, row.Subject, row.Count, Time(row.FirstUnixMs), Time(row.LastUnixMs),
        [.. row.Pieces.Select(static p => new PieceView(Convert.ToHexStringLower(p.Id.Span), p.Subject, Time(p.TimeUnixMs), [.. p.Parts.Select(static part => Of(part, null))]))]);

    public static PieceView Of(byte[] id, EvidenceRow row) => new(
        Convert.ToHexStringLower(id), row.Subject, Time(row.TimeUnixMs), [.. row.Parts.Select((part, i) => Of(part, row.Bodies[i].Length == part.Size ? row.Bodies[i].ToByteArray() : null))]);

    private static PartView Of(KeptPart part, byte[]? body) => new(part.Name, part.Size, Convert.ToHexStringLower(part.Sha256.Span), body);

    private static DateTimeOffset Time(long unixMs) => DateTimeOffset.FromUnixTimeMilliseconds(unixMs);
}
