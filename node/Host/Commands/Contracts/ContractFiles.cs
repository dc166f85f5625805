using System.Globalization;
using System.Text;
using Settlement.Contracts;
using Settlement.Host.Configuration;

namespace Settlement.Host.Commands.Contracts;

/// <summary>Reads and writes the files that the verbs of contracts name.</summary>
internal static class ContractFiles
{
    /// <summary>How a contract's file ends.</summary>
    public const string Contract = ".contract";

    /// <summary>How the file of its scenarios ends.</summary>
    public const string Scenarios = ".scenarios";

    // A table of scenarios beyond this is a mistake.
    private const int MostCharactersOfScenarios = 4 * 1024 * 1024;

    // Beside one file; more that are left over are a mistake too.
    private const int MostNamesTried = 100;

    // UTF-8 may begin with it, and what it marks there is nothing.
    private const char ByteOrderMark = '\uFEFF';

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <exception cref="HostException">When the file cannot be read as UTF-8 text.</exception>
    public static async Task<Compilation> CompileAsync(FileInfo file, CancellationToken ct) => ContractCompiler.Compile(file.Name, await ReadContractAsync(file, ct));

    /// <summary>A contract's text. One beyond the bound is cut one character after it, which the compiler then refuses by its own rule.</summary>
    /// <exception cref="HostException">When the file cannot be read as UTF-8 text.</exception>
    public static Task<string> ReadContractAsync(FileInfo file, CancellationToken ct) => ReadAsync(file, ContractCompiler.MaxFileBytes + 1, ct);

    /// <exception cref="HostException">When the file cannot be read as UTF-8 text, or is too large.</exception>
    public static async Task<string> ReadScenariosAsync(FileInfo file, CancellationToken ct)
    {
        string text = await ReadAsync(file, MostCharactersOfScenarios + 1, ct);
        return text.Length <= MostCharactersOfScenarios ? text : throw new HostException(HostCodes.FileUnreadable, $"{file.FullName} is larger than scenarios may be.");
    }

    /// <summary>Writes files that are not there yet: all of them, or none where one is.</summary>
    /// <exception cref="HostException">When one is there, or cannot be written.</exception>
    public static async Task CreateAsync(IReadOnlyList<(FileInfo File, string Text)> files, CancellationToken ct)
    {
        foreach (var (file, _) in files)
        {
            if (file.Exists || Directory.Exists(file.FullName)) throw new HostException(HostCodes.FileUnwritable, $"{file.FullName} is there already, and is not overwritten.");
        }

        foreach (var (file, text) in files) await WriteAsync(file, text, FileMode.CreateNew, ct);
    }

    /// <summary>Writes a file, over one that is there and with its mode; a reader sees the old text or the new. A link stays one.</summary>
    /// <exception cref="HostException">When it cannot be written.</exception>
    public static Task ReplaceAsync(FileInfo file, string text, CancellationToken ct) => GuardedAsync(file, async () =>
    {
        FileInfo target = file.LinkTarget is null ? file : (FileInfo)file.ResolveLinkTarget(returnFinalTarget: true)!;
        (FileStream stream, FileInfo beside) = CreateBeside(target);
        bool moved = false;
        try
        {
            await using (stream) await stream.WriteAsync(StrictUtf8.GetBytes(text), ct);
            if (target.Exists && !OperatingSystem.IsWindows()) File.SetUnixFileMode(beside.FullName, target.UnixFileMode);
            File.Move(beside.FullName, target.FullName, overwrite: true);
            moved = true;
        }
        finally
        {
            if (!moved) beside.Delete();
        }
    });

    /// <summary>Opens a file beside another under a name that nobody has, so that nothing is lost.</summary>
    /// <exception cref="IOException">When it cannot be made, or too many such files are there.</exception>
    private static (FileStream Stream, FileInfo File) CreateBeside(FileInfo target)
    {
        for (int number = 1; ; number++)
        {
            FileInfo beside = new(string.Create(CultureInfo.InvariantCulture, $"{target.FullName}.new{number}"));
            try
            {
                return (new FileStream(beside.FullName, FileMode.CreateNew, FileAccess.Write, FileShare.None), beside);
            }
            catch (IOException) when (number < MostNamesTried && Path.Exists(beside.FullName))
            {
                // Somebody's; the next name may be free.
            }
        }
    }

    /// <summary>Writes a page, over one that <c>explain</c> wrote before; over nothing else, such as the contract itself.</summary>
    /// <exception cref="HostException">When something else is there, or the page cannot be written.</exception>
    public static async Task ReplacePageAsync(FileInfo file, string page, CancellationToken ct)
    {
        if (file.Extension is Contract or Scenarios) throw new HostException(HostCodes.FileUnwritable, $"{file.FullName} is named like a contract or its scenarios, and is not written as a page.");
        // All pages are alike up to their titles, and name who wrote them there.
        byte[] head = StrictUtf8.GetBytes(page[..page.IndexOf("<title>", StringComparison.Ordinal)]), there = new byte[head.Length];
        bool isPage = true;
        await GuardedAsync(file, async () =>
        {
            if (!file.Exists) return;
            await using FileStream stream = file.OpenRead();
            isPage = await stream.ReadAtLeastAsync(there, there.Length, throwOnEndOfStream: false, ct) == head.Length && head.AsSpan().SequenceEqual(there);
        });
        if (!isPage) throw new HostException(HostCodes.FileUnwritable, $"{file.FullName} is there already and no page of an explanation, and is not overwritten.");
        await ReplaceAsync(file, page, ct);
    }

    private static Task WriteAsync(FileInfo file, string text, FileMode mode, CancellationToken ct) => GuardedAsync(file, async () =>
    {
        await using FileStream stream = new(file.FullName, mode, FileAccess.Write, FileShare.None);
        await stream.WriteAsync(StrictUtf8.GetBytes(text), ct);
    });

    private static async Task GuardedAsync(FileInfo file, Func<Task> write)
    {
        try
        {
            await write();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new HostException(HostCodes.FileUnwritable, $"{file.FullName} cannot be written: {error.Message}", error);
        }
    }

    private static async Task<string> ReadAsync(FileInfo file, int most, CancellationToken ct)
    {
        try
        {
            // Opening one is told as a lack of rights.
            if (Directory.Exists(file.FullName)) throw new HostException(HostCodes.FileUnreadable, $"{file.FullName} cannot be read: it is a directory.");
            await using FileStream stream = file.OpenRead();
            // Detection would take UTF-16 and UTF-32 for text too; their marks are no UTF-8, and so refused.
            using StreamReader reader = new(stream, StrictUtf8, detectEncodingFromByteOrderMarks: false);
            // How much a pipe holds nobody knows before its end.
            char[] text = new char[stream.CanSeek ? (int)Math.Min(most, stream.Length) : most];
            int length = await reader.ReadBlockAsync(text, ct);
            // One mark is passed over; two are kept, for what reads the text to refuse: it passes over one, too.
            int start = length > 0 && text[0] == ByteOrderMark && (length == 1 || text[1] != ByteOrderMark) ? 1 : 0;
            return new string(text, start, length - start);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new HostException(HostCodes.FileUnreadable, $"{file.FullName} cannot be read: there is no such file.", error);
        }
        catch (DecoderFallbackException error)
        {
            throw new HostException(HostCodes.FileUnreadable, $"{file.FullName} cannot be read as UTF-8 text: {error.Message}", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new HostException(HostCodes.FileUnreadable, $"{file.FullName} cannot be read: {error.Message}", error);
        }
    }
}
