namespace Settlement.Host.Fuzz.Mutations;

/// <summary>Changes of bytes that know nothing of their form.</summary>
internal static class ByteMutator
{
    /// <summary>No mutation makes more of its input than this, so that a case costs little.</summary>
    public const int MaximumBytes = 256 * 1024;

    private const int MostChanges = 6;
    private const int LongestRun = 64;
    private const int MostRepeats = 512;
    private static readonly byte[] Telling = [0x00, 0x01, 0x7F, 0x80, 0xFE, 0xFF, (byte)'<', (byte)'"', (byte)'\n', (byte)'0'];

    /// <summary>Changes some bytes; <paramref name="other"/> is another input, from which pieces are taken.</summary>
    public static byte[] Mutate(byte[] bytes, Chance chance, byte[] other)
    {
        for (int changes = chance.From(1, MostChanges); changes > 0; changes--) bytes = Change(bytes, chance, other);
        return bytes.Length <= MaximumBytes ? bytes : bytes[..MaximumBytes];
    }

    /// <summary>How many copies of something of this size a mutation makes, at least one.</summary>
    public static int Copies(Chance chance, int most, int size) => Math.Max(1, Math.Min(chance.From(2, most), MaximumBytes / Math.Max(1, size)));

    private static byte[] Change(byte[] bytes, Chance chance, byte[] other)
    {
        int from = chance.Below(bytes.Length + 1);
        int length = Math.Min(chance.From(1, LongestRun), bytes.Length - from);
        switch (chance.Below(9))
        {
            case 0 when bytes.Length > 0:
                byte[] flipped = [.. bytes];
                flipped[Math.Min(from, bytes.Length - 1)] ^= (byte)(1 << chance.Below(8));
                return flipped;
            case 1 when length > 0:
                byte[] replaced = [.. bytes];
                replaced[from] = chance.Pick(Telling);
                return replaced;
            case 2:
                return [.. bytes[..from], .. bytes[(from + length)..]];
            case 3:
                return [.. bytes[..(from + length)], .. bytes[from..]];
            case 4:
                return bytes[..from];
            case 5:
                return [.. bytes[..from], .. chance.Bytes(chance.From(1, LongestRun)), .. bytes[from..]];
            case 6:
                int at = chance.Below(other.Length + 1);
                return [.. bytes[..from], .. other[at..Math.Min(other.Length, at + chance.From(1, 4 * LongestRun))], .. bytes[from..]];
            case 7:
                return [.. bytes[..from], .. Repeated(bytes[from..(from + length)], chance), .. bytes[from..]];
            default:
                byte[] filled = [.. bytes];
                filled.AsSpan(from, length).Fill(chance.Pick(Telling));
                return filled;
        }
    }

    private static IEnumerable<byte> Repeated(byte[] piece, Chance chance) => Enumerable.Repeat(piece, chance.From(1, MostRepeats)).SelectMany(static bytes => bytes);
}
