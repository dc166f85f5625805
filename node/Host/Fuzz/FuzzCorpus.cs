using System.Text;
using Settlement.Host.Configuration;

namespace Settlement.Host.Fuzz;

/// <summary>An input of the corpus: one that once failed, or one to start from.</summary>
/// <param name="Target">The target that it is for.</param>
/// <param name="Name">Its file.</param>
/// <param name="Sentence">What it is, or what it did.</param>
/// <param name="Bytes">The input.</param>
internal sealed record KnownInput(string Target, string Name, string Sentence, byte[] Bytes);

/// <summary>
/// Inputs in files, a folder a target. The first line of each is a number sign and a sentence. What follows is by the file's ending:
/// <c>.hex</c> bytes as hexadecimal digits, <c>.text</c> itself without the last end of line, <c>.http</c> the same with the ends of
/// lines that HTTP has from the second on. Seed and case of a session are not kept: they mean something else as soon as the generator moves on.
/// </summary>
internal static class FuzzCorpus
{
    /// <summary>Where the corpus that ships with the project lies, below its root.</summary>
    public const string Shipped = "tests/Unit/Fuzz/Corpus";

    /// <summary>The shipped corpus's folder, found by walking up from the program; null when it is not there.</summary>
    public static string? FindShipped()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string corpus = Path.Combine(folder.FullName, Shipped);
            if (Directory.Exists(corpus)) return corpus;
        }

        return null;
    }

    /// <summary>Everything below a folder, in the order of names.</summary>
    /// <exception cref="HostException">FZ002: a file cannot be read.</exception>
    public static IReadOnlyList<KnownInput> Read(string folder) =>
        [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(ReadFile)];

    private static KnownInput ReadFile(string path)
    {
        try
        {
            string text = File.ReadAllText(path, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true));
            int end = text.IndexOf('\n', StringComparison.Ordinal);
            if (end < 0 || !text.StartsWith("# ", StringComparison.Ordinal)) throw new FormatException("the first line is no sentence");
            string content = text[(end + 1)..];
            string target = Path.GetFileName(Path.GetDirectoryName(path)!);
            KnownInput input = new(target, Path.GetFileName(path), text[2..end], []);
            return Path.GetExtension(path) switch
            {
                ".hex" => input with { Bytes = Convert.FromHexString(content.ReplaceLineEndings("")) },
                ".text" => input with { Bytes = Encoding.UTF8.GetBytes(WithoutLastEnd(content)) },
                ".http" => input with { Bytes = Encoding.UTF8.GetBytes(WithHttpEnds(WithoutLastEnd(content))) },
                _ => throw new FormatException("its name ends in nothing that is known"),
            };
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or FormatException or ArgumentException)
        {
            throw new HostException(FuzzCodes.ReplayUnreadable, $"{path} is no input: {error.Message}", error);
        }
    }

    private static string WithoutLastEnd(string content) => content.EndsWith('\n') ? content[..^1] : content;

    // The first line names the node.
    private static string WithHttpEnds(string content)
    {
        int end = content.IndexOf('\n', StringComparison.Ordinal) + 1;
        return content[..end] + content[end..].Replace("\n", "\r\n", StringComparison.Ordinal);
    }
}
