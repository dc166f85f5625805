using System.Text;

namespace Settlement.Host.Fuzz.Mutations;

/// <summary>Changes of texts: lines, words and characters, and what readers of text tend to trip over.</summary>
internal static class TextMutator
{
    private const int MostChanges = 4;
    private const int MostRepeats = 400;

    /// <summary>Texts and pieces that some reader somewhere reads wrongly.</summary>
    public static readonly string[] Telling =
    [
        "", " ", "\0", "\t", "\r", "\r\n", "\n\n", "\u0085", "\u2028", "\u202E", "\uFEFF", "\uFFFD", "\uD83C", "\uDFE6", "🏦", "é", "e\u0301", "ß", "İ", "K", "٣", "０", "¹",
        "0", "-0", "-1", "+1", "00", "0.00", ".5", "5.", "1e5", "1E-5", "1,5", "NaN", "Infinity", "0x10", "007", "9223372036854775807", "9223372036854775808", "-9223372036854775808",
        "18446744073709551615", "99999999999999999999999999", "2026-03-02", "2026-02-30", "0000-00-00", "9999-12-31", "2026-03-02Z", "24:00:00", "true", "null", "../../etc/passwd", "%00", "%2e%2e",
        "EUR", "XXX", "eur", "BANKDEFFXXX", "BANKDEFF", "USABA:011104238", ":", "a:b:c", "DE89370400440532013000", "529900T8BM49AURSDO55", "8a562c67-ca16-48ba-b074-65581be6f011",
        "\"", "'", "\\", "<", ">", "&", "]]>", "<!--", "--", "{", "}", "[", "]", "(", ")", ",", ".", ";", "—", "=", "==", "*", "/", "//", "|",
    ];

    /// <summary>Changes some of a text; <paramref name="other"/> is another one, from which lines are taken.</summary>
    public static string Mutate(string text, Chance chance, string other)
    {
        for (int changes = chance.From(1, MostChanges); changes > 0; changes--) text = Change(text, chance, other);
        return text.Length <= ByteMutator.MaximumBytes ? text : text[..ByteMutator.MaximumBytes];
    }

    /// <summary>The text's bytes, now and then in another encoding than UTF-8 or with a mark in front.</summary>
    public static byte[] Encode(string text, Chance chance) => chance.Below(40) switch
    {
        0 => Encoding.Unicode.GetBytes(text),
        1 => [.. Encoding.Unicode.Preamble, .. Encoding.Unicode.GetBytes(text)],
        2 => [.. Encoding.BigEndianUnicode.Preamble, .. Encoding.BigEndianUnicode.GetBytes(text)],
        3 => Encoding.UTF32.GetBytes(text),
        4 => Encoding.Latin1.GetBytes(text),
        5 => [.. Encoding.UTF8.Preamble, .. Encoding.UTF8.GetBytes(text)],
        6 => [.. Encoding.UTF8.GetBytes(text), 0xC0, 0x80],
        _ => Encoding.UTF8.GetBytes(text),
    };

    private static string Change(string text, Chance chance, string other)
    {
        int from = chance.Below(text.Length + 1);
        int length = Math.Min(chance.From(1, 12), text.Length - from);
        switch (chance.Below(8))
        {
            case 0:
                return text.Remove(from, length);
            case 1:
                return text.Insert(from, chance.Pick(Telling));
            case 2:
                return text.Remove(from, length).Insert(from, chance.Pick(Telling));
            case 3:
                return text.Insert(from, string.Concat(Enumerable.Repeat(chance.Percent(50) ? text.Substring(from, length) : chance.Pick(Telling), chance.From(2, MostRepeats))));
            case 4:
                return ChangeLines(text, chance, other);
            case 5:
                return ChangeWord(text, chance, other);
            case 6:
                return text[..from];
            default:
                return text.Insert(from, ((char)chance.Below(char.MaxValue + 1)).ToString());
        }
    }

    private static string ChangeLines(string text, Chance chance, string other)
    {
        List<string> lines = [.. text.Split('\n')];
        int at = chance.Below(lines.Count);
        string[] others = other.Split('\n');
        switch (chance.Below(5))
        {
            case 0:
                lines.RemoveAt(at);
                break;
            case 1:
                lines.Insert(chance.Below(lines.Count + 1), lines[at]);
                break;
            case 2:
                int swapped = chance.Below(lines.Count);
                (lines[at], lines[swapped]) = (lines[swapped], lines[at]);
                break;
            case 3:
                lines.InsertRange(at, Enumerable.Repeat(lines[at], chance.From(2, MostRepeats)));
                break;
            default:
                lines.Insert(at, chance.Pick(others));
                break;
        }

        return string.Join('\n', lines);
    }

    private static string ChangeWord(string text, Chance chance, string other)
    {
        string[] words = text.Split(' ');
        string[] others = other.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
        words[chance.Below(words.Length)] = others.Length > 0 && chance.Percent(70) ? chance.Pick(others) : chance.Pick(Telling);
        return string.Join(' ', words);
    }
}
