using System.Security.Cryptography;
using System.Text;
using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;
using Settlement.Core.Participants;
using Settlement.Host.Configuration;

namespace Settlement.Host.Keys;

/// <summary>
/// The folder that holds a node's secrets: one file a key, readable by its owner alone. It lives outside the database
/// and its backups, so that erasing a wrap there erases what it wrapped.
/// </summary>
internal sealed class KeyFolder
{
    public const string RootFile = "root.key";
    public const string EncryptionFile = "encryption.key";
    public const string VaultFile = "vault.key";
    public const string PostingFile = "posting.key";
    public const string CheckpointFile = "checkpoint.key";
    public const string TlsKeyFile = "tls.key";
    public const string TlsCertificateFile = "tls.crt";
    public const string OwnerFile = "owner.json";

    private const int MaximumFileBytes = 64 * 1024;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode ForOthers = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    // A private database server, which another account may run, has its folder in here: others may pass through it and
    // see nothing.
    private const UnixFileMode FolderMode =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private readonly string folder;

    public KeyFolder(string folder) => this.folder = folder;

    /// <summary>Where a file of this folder is.</summary>
    public string PathOf(string name) => Path.Combine(folder, name);

    /// <summary>Creates the folder and every key in it; refuses a folder that holds any.</summary>
    /// <exception cref="HostException">HO009: keys exist. HO006: the folder cannot be written.</exception>
    public KeyFacts Create(KeyOwner owner, NodeRole role, IEntropy entropy, DateTimeOffset now)
    {
        Prepare();
        string[] names = [OwnerFile, RootFile, EncryptionFile, VaultFile, PostingFile, CheckpointFile, TlsKeyFile, TlsCertificateFile];
        if (Array.Find(names, name => File.Exists(PathOf(name))) is { } existing)
            throw new HostException(HostCodes.KeysExist, $"{PathOf(existing)} exists. Keys are never overwritten: choose another folder, or move the old one away.");
        using SigningKey root = SigningKey.Generate(entropy);
        using AgreementKey encryption = AgreementKey.Generate(entropy);
        using VaultKey vault = VaultKey.Generate(entropy);
        WriteSecret(RootFile, root.ToScalar());
        WriteSecret(EncryptionFile, encryption.ToScalar());
        WriteSecret(VaultFile, vault.ToArray());
        PublicKey? posting = role == NodeRole.Agent ? CreateSigningKey(PostingFile, entropy) : null;
        PublicKey? checkpoint = role == NodeRole.Ledger ? CreateSigningKey(CheckpointFile, entropy) : null;
        using TlsIdentity tls = TlsIdentity.Create(entropy, now);
        Write(TlsKeyFile, tls.KeyPem());
        Write(TlsCertificateFile, tls.CertificatePem());
        Write(OwnerFile, owner.ToJson());
        return new KeyFacts(owner.Participant, root.PublicKey.Fingerprint, tls.Key.Fingerprint, checkpoint, posting);
    }

    /// <summary>Checks that the keys are those of the participant in the network.</summary>
    /// <exception cref="HostException">HO006 to HO008, HO010.</exception>
    public void CheckOwner(KeyOwner expected)
    {
        KeyOwner owner = KeyOwner.TryRead(ReadText(OwnerFile), out KeyOwner? found) ? found : throw Malformed(OwnerFile, "the owner of the keys");
        if (owner != expected)
        {
            throw new HostException(HostCodes.KeysOfAnother,
                $"The keys in {folder} are those of {owner.Participant} in network {owner.Network}, not of {expected.Participant} in {expected.Network}.");
        }
    }

    /// <summary>A signing key.</summary>
    public SigningKey ReadSigningKey(string name) => Use(name, scalar => SigningKey.FromScalar(scalar));

    /// <summary>The key that opens what was sealed to the participant.</summary>
    public AgreementKey ReadEncryptionKey() => Use(EncryptionFile, scalar => AgreementKey.FromScalar(scalar));

    /// <summary>The key that protects what the database holds.</summary>
    public VaultKey ReadVaultKey() => Use(VaultFile, secret => new VaultKey(secret));

    /// <summary>The participant's root and encryption keys, with the public half of its TLS key.</summary>
    public ParticipantKeys ReadParticipantKeys(KeyOwner owner, PublicKey tls)
    {
        CheckOwner(owner);
        return new ParticipantKeys(owner.Network, owner.Participant, ReadSigningKey(RootFile), ReadEncryptionKey(), tls);
    }

    /// <summary>The certificate that this node presents to others, with its key.</summary>
    public TlsIdentity ReadTlsIdentity() =>
        TlsIdentity.TryRead(ReadText(TlsCertificateFile), ReadText(TlsKeyFile), out TlsIdentity? identity)
            ? identity
            : throw Malformed(TlsKeyFile, "a P-256 key in PEM that belongs to tls.crt");

    /// <summary>What was last written under a name that is no key, or null.</summary>
    public byte[]? TryReadBytes(string name) => File.Exists(PathOf(name)) ? File.ReadAllBytes(PathOf(name)) : null;

    /// <summary>Puts a file in place as a whole, in front of what was there.</summary>
    public void ReplaceBytes(string name, byte[] content)
    {
        string fresh = PathOf(name + ".new");
        File.Delete(fresh);
        Write(name + ".new", content);
        File.Move(fresh, PathOf(name), overwrite: true);
    }

    private void Prepare()
    {
        try
        {
            if (OperatingSystem.IsWindows()) Directory.CreateDirectory(folder);
            else Directory.CreateDirectory(folder, FolderMode);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new HostException(HostCodes.KeyMissing, $"The folder {folder} cannot be created: {error.Message}", error);
        }
    }

    private PublicKey CreateSigningKey(string name, IEntropy entropy)
    {
        using SigningKey key = SigningKey.Generate(entropy);
        WriteSecret(name, key.ToScalar());
        return key.PublicKey;
    }

    private void WriteSecret(string name, byte[] secret)
    {
        Write(name, Convert.ToHexStringLower(secret) + "\n");
        CryptographicOperations.ZeroMemory(secret);
    }

    private void Write(string name, string text) => Write(name, Encoding.UTF8.GetBytes(text));

    private void Write(string name, byte[] content)
    {
        FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = OwnerOnly;
        using FileStream stream = new(PathOf(name), options);
        stream.Write(content);
        stream.Flush(flushToDisk: true);
    }

    private T Use<T>(string name, Func<byte[], T> make)
    {
        byte[] secret = new byte[SigningKey.ScalarLength];
        string text = ReadText(name).Trim();
        bool isHex = text.Length == secret.Length * 2 && Convert.FromHexString(text, secret, out _, out _) == System.Buffers.OperationStatus.Done;
        if (!isHex) throw Malformed(name, "64 hexadecimal digits");
        try
        {
            return make(secret);
        }
        catch (ArgumentException)
        {
            throw Malformed(name, "a scalar of P-256 in 64 hexadecimal digits");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }

    private string ReadText(string name)
    {
        string path = PathOf(name);
        try
        {
            if (!OperatingSystem.IsWindows() && name != TlsCertificateFile && (File.GetUnixFileMode(path) & ForOthers) != UnixFileMode.None)
                throw new HostException(HostCodes.KeyExposed, $"{path} may be read or written by others. Close it: chmod 600 {path}");
            if (new FileInfo(path).Length > MaximumFileBytes) throw Malformed(name, "a key");
            return File.ReadAllText(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new HostException(HostCodes.KeyMissing,
                $"{path} cannot be read: {error.Message} Create keys with `settlement keys create`, or restore them from where they are kept.", error);
        }
    }

    private HostException Malformed(string name, string expected) =>
        new(HostCodes.KeyMalformed, $"{PathOf(name)} does not hold {expected}. Restore it from where it is kept; a lost key cannot be made again.");
}
