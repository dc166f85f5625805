using Settlement.Core.Offsetting;
using Settlement.Host.Configuration;

namespace Settlement.Host.Commands.Offsetting;

/// <summary>What a file says: the case, and the ids of its banks and payments.</summary>
internal sealed record OffsetFile(OffsettingCase Case, IReadOnlyList<string> Banks, IReadOnlyList<string> Payments)
{
    /// <summary>The largest file; room for the most payments with long ids.</summary>
    public const int MaximumBytes = 512 * 1024 * 1024;

    /// <summary>The most banks.</summary>
    public const int MaximumBanks = 10_000;

    /// <summary>The most bilateral limits.</summary>
    public const int MaximumBilateralLimits = 1_000_000;

    /// <summary>The most payments.</summary>
    public const int MaximumPayments = 2_000_000;

    /// <summary>The longest id.</summary>
    public const int MaximumIdCharacters = 140;

    private const int FirstBytes = 1024 * 1024;

    /// <summary>Reads a file.</summary>
    /// <exception cref="HostException">When it cannot be read, or is wrong.</exception>
    public static async Task<OffsetFile> ReadAsync(FileInfo file, CancellationToken ct)
    {
        try
        {
            // Opening one is told as a lack of rights.
            if (Directory.Exists(file.FullName)) throw new HostException(HostCodes.FileUnreadable, $"{file.FullName} cannot be read: it is a directory.");
            await using FileStream stream = file.OpenRead();
            return OffsetFileReader.Read(file.FullName, await ReadToEndAsync(file.FullName, stream, ct));
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new HostException(HostCodes.FileUnreadable, $"{file.FullName} cannot be read: there is no such file.", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new HostException(HostCodes.FileUnreadable, $"{file.FullName} cannot be read: {error.Message}", error);
        }
    }

    // How much a pipe holds nobody knows before its end.
    private static async Task<ReadOnlyMemory<byte>> ReadToEndAsync(string name, FileStream stream, CancellationToken ct)
    {
        byte[] bytes = new byte[stream.CanSeek ? Math.Min(stream.Length, MaximumBytes) + 1 : FirstBytes];
        int length = 0;
        for (int read; (read = await stream.ReadAsync(bytes.AsMemory(length), ct)) > 0;)
        {
            length += read;
            if (length > MaximumBytes) throw new HostException(OffsetCodes.TooLarge, $"{name} is larger than {MaximumBytes} bytes.");
            if (length == bytes.Length) Array.Resize(ref bytes, Math.Min(2 * length, MaximumBytes + 1));
        }

        return bytes.AsMemory(0, length);
    }
}
