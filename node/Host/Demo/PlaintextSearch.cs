using System.Security.Cryptography;
using System.Text;

namespace Settlement.Host.Demo;

/// <summary>
/// Looks for a text in bytes in every form in which a careless program would have stored or sent it: plain, UTF-16, hexadecimal,
/// base64 at each of its three alignments, and the unsalted SHA-256 of it, which is as good as the text where texts can be guessed.
/// </summary>
internal sealed class PlaintextSearch
{
    // Fewer characters of base64 than this would be found by chance.
    private const int ShortestNeedle = 6;

    private readonly List<(string Form, byte[] Bytes)> needles = [];

    /// <param name="text">What is looked for; long enough that it does not occur by chance.</param>
    public PlaintextSearch(string text)
    {
        byte[] plain = Encoding.UTF8.GetBytes(text);
        AddForms("plain", plain);
        AddForms("UTF-16LE", Encoding.Unicode.GetBytes(text));
        AddForms("UTF-16BE", Encoding.BigEndianUnicode.GetBytes(text));
        AddForms("SHA-256", SHA256.HashData(plain));
    }

    /// <param name="bytes">What is looked for, such as an id.</param>
    public PlaintextSearch(byte[] bytes) => AddForms("plain", bytes);

    /// <summary>The first form in which the text occurs, or null.</summary>
    public string? Find(ReadOnlySpan<byte> content)
    {
        foreach ((string form, byte[] bytes) in needles)
        {
            if (content.IndexOf(bytes) >= 0) return form;
        }

        return null;
    }

    /// <summary>Whether it occurs in any form.</summary>
    public bool IsIn(byte[] content) => Find(content) is not null;

    private void AddForms(string name, byte[] bytes)
    {
        Add(name, bytes);
        Add($"{name} in hexadecimal", Encoding.ASCII.GetBytes(Convert.ToHexStringLower(bytes)));
        Add($"{name} in capital hexadecimal", Encoding.ASCII.GetBytes(Convert.ToHexString(bytes)));
        for (int alignment = 0; alignment < 3; alignment++) AddBase64($"{name} in base64", bytes, alignment);
    }

    // The characters of base64 that do not depend on what stands before and after the bytes.
    private void AddBase64(string form, byte[] bytes, int alignment)
    {
        byte[] shifted = [.. new byte[alignment], .. bytes];
        string encoded = Convert.ToBase64String(shifted).TrimEnd('=');
        int first = alignment == 0 ? 0 : alignment + 1;
        int last = shifted.Length % 3 == 0 ? encoded.Length : encoded.Length - 1;
        string stable = encoded[first..last];
        Add(form, Encoding.ASCII.GetBytes(stable));
        string url = stable.Replace('+', '-').Replace('/', '_');
        if (!string.Equals(url, stable, StringComparison.Ordinal)) Add($"{form} for addresses", Encoding.ASCII.GetBytes(url));
        // JSON writers escape the plus sign.
        string escaped = stable.Replace("+", "\\u002B", StringComparison.Ordinal);
        if (!string.Equals(escaped, stable, StringComparison.Ordinal)) Add($"{form}, escaped", Encoding.ASCII.GetBytes(escaped));
    }

    private void Add(string form, byte[] bytes)
    {
        if (bytes.Length >= ShortestNeedle) needles.Add((form, bytes));
    }
}
