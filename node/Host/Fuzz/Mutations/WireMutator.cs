using System.Text;

namespace Settlement.Host.Fuzz.Mutations;

/// <summary>
/// Changes of Protocol Buffers as their wire format has them: numbers, types, lengths and values of fields, at any depth. A
/// length-delimited value that can be read as fields is taken for a message, which also opens messages inside bytes.
/// </summary>
internal static class WireMutator
{
    private const int MostChanges = 3;
    private const int MostCopies = 300;
    private const int DeepestNest = 150;

    private static readonly ulong[] Numbers =
        [0, 1, 2, 127, 128, 255, 65_535, int.MaxValue, 1UL << 31, uint.MaxValue, 1UL << 32, long.MaxValue, 1UL << 63, ulong.MaxValue, ulong.MaxValue - 1];

    /// <summary>Changes a message; <paramref name="other"/> is another one, from which values are taken.</summary>
    public static byte[] Mutate(byte[] message, Chance chance, byte[] other)
    {
        if (chance.Percent(10)) return ByteMutator.Mutate(message, chance, other);
        if (WireField.TryRead(message, out List<WireField>? fields))
        {
            List<WireField> others = WireField.TryRead(other, out List<WireField>? read) ? read : [];
            for (int changes = chance.From(1, MostChanges); changes > 0; changes--) Change(fields, chance, others);
            message = WireField.Write(fields);
        }

        if (chance.Percent(5)) message = ByteMutator.Mutate(message, chance, other);
        return message.Length <= ByteMutator.MaximumBytes ? message : message[..ByteMutator.MaximumBytes];
    }

    private static void Change(List<WireField> fields, Chance chance, List<WireField> others)
    {
        // Down to some depth, so that fields far inside are changed as often as those near the root.
        List<List<WireField>> levels = [fields];
        Collect(fields, levels);
        List<WireField> level = chance.Pick(levels);
        if (level.Count == 0)
        {
            level.Add(Invented(chance));
            return;
        }

        int at = chance.Below(level.Count);
        WireField field = level[at];
        switch (chance.Below(12))
        {
            case 0:
                level.RemoveAt(at);
                break;
            case 1:
                level.Insert(chance.Below(level.Count + 1), field.Copy());
                break;
            case 2:
                int swapped = chance.Below(level.Count);
                (level[at], level[swapped]) = (level[swapped], level[at]);
                break;
            case 3:
                for (int copies = ByteMutator.Copies(chance, MostCopies, WireField.Write(fields).Length); copies > 0; copies--) level.Insert(at, field.Copy());
                break;
            case 4:
                field.Number = chance.Percent(70) ? (uint)chance.From(1, 12) : (uint)chance.Pick(Numbers) & 0x1FFF_FFFF;
                break;
            case 5:
                level.Insert(at, Invented(chance));
                break;
            case 6:
                List<WireField> donor = Donor(others, chance);
                if (donor.Count > 0) level[at] = chance.Pick(donor).Copy();
                break;
            case 7:
                List<WireField> same = [.. All(others).Where(other => other.Number == field.Number && other.Type == field.Type)];
                if (same.Count > 0) level[at] = chance.Pick(same).Copy();
                break;
            default:
                ChangeValue(field, chance);
                break;
        }
    }

    private static void ChangeValue(WireField field, Chance chance)
    {
        if (field.Type != WireField.Delimited)
        {
            field.Value = chance.Below(4) switch { 0 => field.Value + 1, 1 => field.Value - 1, 2 => chance.Next(), _ => chance.Pick(Numbers) };
            return;
        }

        byte[] value = field.Children is { } children ? WireField.Write(children) : field.Bytes;
        field.Children = null;
        field.Bytes = chance.Below(9) switch
        {
            0 => [],
            1 => new byte[value.Length],
            2 => value.Length > 0 ? value[..^1] : [0],
            3 => [.. value, 0],
            4 => chance.Bytes(value.Length),
            5 => Encoding.UTF8.GetBytes(chance.Pick(TextMutator.Telling)),
            6 => chance.Bytes(chance.From(0, 4_096)),
            _ => ByteMutator.Mutate(value, chance, value),
        };
        // A length that lies is written as it stands, and everything after it is read askew.
        if (chance.Percent(8)) field.ClaimedLength = chance.Percent(50) ? field.Bytes.Length + chance.From(-2, 2) : (long)(chance.Pick(Numbers) & long.MaxValue);
    }

    private static WireField Invented(Chance chance)
    {
        uint number = chance.Percent(50) ? (uint)chance.From(1, 30) : (uint)chance.From(100, 100_000);
        if (chance.Percent(10))
        {
            // Groups inside each other, which a reader must not follow without end.
            byte start = 1 << 3 | 3;
            return new WireField(number, WireField.Delimited) { Bytes = [.. Enumerable.Repeat(start, chance.From(1, DeepestNest))], IsUnframed = true };
        }

        return chance.Below(4) switch
        {
            0 => new WireField(number, WireField.Delimited) { Bytes = chance.Bytes(chance.From(0, 40)) },
            1 => new WireField(number, WireField.Fixed64) { Value = chance.Next() },
            2 => new WireField(number, WireField.Fixed32) { Value = (uint)chance.Next() },
            _ => new WireField(number, WireField.Varint) { Value = chance.Pick(Numbers) },
        };
    }

    private static List<WireField> Donor(List<WireField> others, Chance chance)
    {
        List<List<WireField>> levels = [others];
        Collect(others, levels);
        return chance.Pick(levels);
    }

    private static void Collect(List<WireField> fields, List<List<WireField>> levels)
    {
        foreach (WireField field in fields)
        {
            if (field.Children is not { } children) continue;
            levels.Add(children);
            Collect(children, levels);
        }
    }

    private static IEnumerable<WireField> All(List<WireField> fields) => fields.SelectMany(static field => (IEnumerable<WireField>)[field, .. All(field.Children ?? [])]);
}
