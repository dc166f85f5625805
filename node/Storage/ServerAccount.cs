using System.Globalization;

namespace Settlement.Storage;

/// <summary>
/// The account that runs the server. PostgreSQL refuses to run as root, so a node that is root becomes the owner of an
/// existing cluster, else <c>postgres</c>, else <c>nobody</c>, for the server's programs only.
/// </summary>
internal sealed class ServerAccount
{
    private static readonly TimeSpan CommandTimeout = TimeSpan.FromSeconds(30);
    private static readonly string[] Preferred = ["postgres", "nobody"];
    private readonly string[] prefix;
    private readonly string? owner;
    private readonly TimeProvider time;

    private ServerAccount(string name, string[] prefix, string? owner, TimeProvider time)
    {
        Name = name;
        this.prefix = prefix;
        this.owner = owner;
        this.time = time;
    }

    public string Name { get; }

    public static async ValueTask<ServerAccount> ChooseAsync(string clusterFolder, TimeProvider time, CancellationToken ct)
    {
        if (!Environment.IsPrivilegedProcess || OperatingSystem.IsWindows()) return new ServerAccount(Environment.UserName, [], null, time);
        string[][] accounts = [.. (await File.ReadAllLinesAsync("/etc/passwd", ct)).Select(static line => line.Split(':')).Where(static row => row.Length >= 4)];
        string[]? account = null;
        if (Directory.Exists(clusterFolder))
        {
            (int code, string uid) = await ServerCommand.RunAsync(["stat", "-c", "%u", clusterFolder], CommandTimeout, time, ct);
            if (code == 0 && uid != "0") account = accounts.FirstOrDefault(row => row[2] == uid) ?? [uid, "", uid, uid];
        }
        account ??= Preferred.Select(name => accounts.FirstOrDefault(row => row[0] == name)).FirstOrDefault(static row => row is not null);
        if (account is null)
            throw new StorageException(StorageCodes.NoUnprivilegedAccount, "The process is root, and there is no account postgres or nobody to run the server. Add one: adduser --system --group postgres");
        return new ServerAccount(account[0], Switch(account), string.Create(CultureInfo.InvariantCulture, $"{account[2]}:{account[3]}"), time);
    }

    /// <summary>Runs a program as this account.</summary>
    public ValueTask<(int ExitCode, string Output)> RunAsync(IReadOnlyList<string> command, TimeSpan timeout, CancellationToken ct) =>
        ServerCommand.RunAsync([.. prefix, .. command], timeout, time, ct);

    /// <summary>Gives a file or folder to this account; nothing to do when the process runs as it.</summary>
    public async ValueTask GiveAsync(string path, CancellationToken ct)
    {
        if (owner is null) return;
        (int code, string output) = await ServerCommand.RunAsync(["chown", "--no-dereference", owner, path], CommandTimeout, time, ct);
        if (code != 0) throw new StorageException(StorageCodes.FolderUnreachable, $"{path} cannot be given to {Name}: {output}");
    }

    /// <summary>Names the first folder on the way that the account may not pass through.</summary>
    public async ValueTask CheckReachableAsync(string folder, CancellationToken ct)
    {
        if (await CanEnterAsync(folder, ct)) return;
        Stack<string> ancestors = new();
        for (string? ancestor = folder; ancestor is not null; ancestor = Path.GetDirectoryName(ancestor)) ancestors.Push(ancestor);
        foreach (string ancestor in ancestors)
        {
            if (await CanEnterAsync(ancestor, ct)) continue;
            throw new StorageException(
                StorageCodes.FolderUnreachable,
                $"The account {Name}, which runs the server, may not pass through {ancestor}. Choose a data folder elsewhere, for example under /var/lib, or allow it: chmod o+x {ancestor}");
        }
    }

    private async ValueTask<bool> CanEnterAsync(string folder, CancellationToken ct) =>
        (await RunAsync(["/bin/sh", "-c", "cd \"$1\"", "sh", folder], CommandTimeout, ct)).ExitCode == 0;

    private static string[] Switch(string[] account)
    {
        string? setpriv = Find("setpriv");
        if (setpriv is not null) return [setpriv, $"--reuid={account[2]}", $"--regid={account[3]}", "--clear-groups", "--"];
        string? runuser = Find("runuser");
        if (runuser is not null) return [runuser, "-u", account[0], "--"];
        throw new StorageException(StorageCodes.NoUnprivilegedAccount, "The process is root, and neither setpriv nor runuser is there to leave it. Install them: apt-get install util-linux");
    }

    private static string? Find(string program) =>
        new[] { "/usr/bin", "/bin", "/usr/sbin", "/sbin" }.Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);
}
