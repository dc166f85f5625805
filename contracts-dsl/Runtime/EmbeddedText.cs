namespace Settlement.Contracts;

/// <summary>The text files that are part of this assembly.</summary>
internal static class EmbeddedText
{
    /// <summary>The names of the files that end so, in ordinal order.</summary>
    public static IEnumerable<string> Names(string extension) => typeof(EmbeddedText).Assembly.GetManifestResourceNames()
        .Where(n => n.EndsWith(extension, StringComparison.Ordinal)).Order(StringComparer.Ordinal);

    /// <exception cref="ArgumentException">When there is no such file.</exception>
    public static string Read(string name)
    {
        using Stream stream = typeof(EmbeddedText).Assembly.GetManifestResourceStream(name)
            ?? throw new ArgumentException($"There is no embedded {name}.", nameof(name));
        using StreamReader reader = new(stream);
        return reader.ReadToEnd();
    }
}
