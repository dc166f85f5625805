using Settlement.Host.Iso20022;

namespace Settlement.Host.Demo;

/// <summary>One file of the input, as the back office's own reader understands it.</summary>
internal sealed record DemoFile(string Name, byte[] Bytes, string ContentType, ReadMessage Message);

/// <summary>The messages of a folder, in the order of their names.</summary>
internal sealed record DemoInput(IReadOnlyList<DemoFile> Files)
{
    /// <summary>Where the day that ships with the project lies, below its root.</summary>
    public const string ShippedDay = "ops/network/day";

    private const string Xml = "application/xml";
    private const string Json = "application/json";

    /// <summary>The files that no node of this network settles: the name and what it turned out to be.</summary>
    public IEnumerable<(string Name, string MessageType)> Unsupported =>
        Files.Where(static file => file.Message is ReadMessage.Unsupported).Select(static file => (file.Name, ((ReadMessage.Unsupported)file.Message).MessageType));

    /// <summary>Reads every file of a folder; files whose names begin with a dot, and folders in it, are passed over.</summary>
    /// <exception cref="DemoException">DM001.</exception>
    public static async Task<DemoInput> ReadAsync(string folder, CancellationToken ct)
    {
        if (!Directory.Exists(folder)) throw new DemoException(DemoException.InputUnreadable, $"There is no folder {folder}. Name one with --input.");
        List<DemoFile> files = [];
        try
        {
            IEnumerable<FileInfo> found = new DirectoryInfo(folder).EnumerateFiles().Where(static file => !file.Name.StartsWith('.'));
            foreach (FileInfo file in found.OrderBy(static file => file.Name, StringComparer.Ordinal)) files.Add(await ReadFileAsync(file, ct));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new DemoException(DemoException.InputUnreadable, $"{folder} cannot be read: {error.Message}", error);
        }

        return new DemoInput(files);
    }

    /// <summary>The shipped day's folder, found by walking up from the program; null when it is not there.</summary>
    public static string? FindShippedDay()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string day = Path.Combine(folder.FullName, ShippedDay);
            if (Directory.Exists(day)) return day;
        }

        return null;
    }

    private static async Task<DemoFile> ReadFileAsync(FileInfo file, CancellationToken ct)
    {
        string extension = file.Extension.ToLowerInvariant();
        if (extension is not (".xml" or ".json"))
            return new DemoFile(file.Name, [], "", new ReadMessage.Unsupported(extension.Length == 0 ? "no extension" : extension));
        // The door refuses such a body by its size alone, so that it is not read here either.
        if (file.Length > Bounds.MaxDocumentBytes)
            return new DemoFile(file.Name, [], Xml, new ReadMessage.Unsupported($"more than {Bounds.MaxDocumentBytes} bytes"));
        byte[] bytes = await File.ReadAllBytesAsync(file.FullName, ct);
        return extension is ".json"
            ? new DemoFile(file.Name, bytes, Json, JsonTransferReader.Read(bytes))
            : new DemoFile(file.Name, bytes, Xml, MessageReader.Read(bytes));
    }
}
