using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;
using Settlement.Core.Participants;
using Settlement.Host;
using Settlement.Host.Configuration;
using Settlement.Host.Keys;
using Settlement.Tests.EndToEnd.Storage;
using Settlement.Wire.Participants;

namespace Settlement.Tests.EndToEnd.Host;

/// <summary>Keys are created once, kept from others, and used only by their owner.</summary>
public sealed class KeyFolderTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);
    private static readonly KeyOwner Owner = new("demo", Id("BANKDEFFXXX"));
    private readonly TestFolder folder = new();

    private KeyFolder Keys => new(Path.Combine(folder.Path, "keys"));

    [Fact]
    public void KeysAreReadAsTheyWereCreated()
    {
        KeyFacts facts = Create(NodeRole.Agent);
        using TlsIdentity tls = Keys.ReadTlsIdentity();
        using ParticipantKeys keys = Keys.ReadParticipantKeys(Owner, tls.Key);
        using SigningKey posting = Keys.ReadSigningKey(KeyFolder.PostingFile);
        using VaultKey vault = Keys.ReadVaultKey();
        Assert.Equal(facts.RootFingerprint, keys.RootFingerprint);
        Assert.Equal(facts.TlsFingerprint, tls.Key.Fingerprint);
        Assert.Equal(facts.Posting, posting.PublicKey);
        Assert.Null(facts.Checkpoint);
        Assert.True(tls.Certificate.HasPrivateKey);
    }

    [Theory]
    [InlineData("root.key")]
    [InlineData("encryption.key")]
    [InlineData("vault.key")]
    [InlineData("checkpoint.key")]
    [InlineData("tls.key")]
    [InlineData("owner.json")]
    public void FilesAreReadableByTheirOwnerAlone(string name)
    {
        Create(NodeRole.Ledger);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Keys.PathOf(name)));
    }

    [Fact]
    public void ExistingKeysAreNeverOverwritten()
    {
        Create(NodeRole.Bank);
        byte[] before = File.ReadAllBytes(Keys.PathOf(KeyFolder.RootFile));
        Assert.Equal(HostCodes.KeysExist, Assert.Throws<HostException>(() => Create(NodeRole.Bank)).Code);
        Assert.Equal(before, File.ReadAllBytes(Keys.PathOf(KeyFolder.RootFile)));
    }

    [Fact]
    public void AKeyThatOthersMayReadIsRefused()
    {
        Create(NodeRole.Bank);
        File.SetUnixFileMode(Keys.PathOf(KeyFolder.VaultFile), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        Assert.Equal(HostCodes.KeyExposed, Assert.Throws<HostException>(() => Keys.ReadVaultKey()).Code);
    }

    [Theory]
    [InlineData("")]
    [InlineData("zz")]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff")]
    public void WhatIsNoKeyIsRefused(string text)
    {
        Create(NodeRole.Bank);
        File.WriteAllText(Keys.PathOf(KeyFolder.RootFile), text);
        Assert.Equal(HostCodes.KeyMalformed, Assert.Throws<HostException>(() => Keys.ReadSigningKey(KeyFolder.RootFile)).Code);
    }

    [Fact]
    public void ATlsKeyOfAnotherCertificateIsRefused()
    {
        Create(NodeRole.Bank);
        using TlsIdentity other = TlsIdentity.Create(new SystemEntropy(), Now);
        File.WriteAllText(Keys.PathOf(KeyFolder.TlsKeyFile), other.KeyPem());
        Assert.Equal(HostCodes.KeyMalformed, Assert.Throws<HostException>(() => Keys.ReadTlsIdentity()).Code);
    }

    [Fact]
    public void KeysOfAnotherAreRefused()
    {
        Create(NodeRole.Bank);
        Assert.Equal(HostCodes.KeysOfAnother, Assert.Throws<HostException>(() => Keys.CheckOwner(Owner with { Network = "live" })).Code);
        Assert.Equal(HostCodes.KeysOfAnother, Assert.Throws<HostException>(() => Keys.CheckOwner(Owner with { Participant = Id("OTHRDEFFXXX") })).Code);
        Keys.CheckOwner(Owner);
    }

    [Fact]
    public void AMissingKeySaysSo() => Assert.Equal(HostCodes.KeyMissing, Assert.Throws<HostException>(() => Keys.ReadVaultKey()).Code);

    [Fact]
    public void TheDirectoryRecordStaysTheSameUntilItsFactsChangeOrItsTimeIsUp()
    {
        Create(NodeRole.Bank);
        using TlsIdentity tls = Keys.ReadTlsIdentity();
        using ParticipantKeys keys = Keys.ReadParticipantKeys(Owner, tls.Key);
        Uri first = new("https://127.0.0.1:1"), second = new("https://127.0.0.1:2");
        ParticipantRecord record = Ensure(first, Now);
        Assert.Equal(record, Ensure(first, Now + TimeSpan.FromDays(1)));
        Assert.Equal((1ul, first), (Read(record).Version, Read(record).Destination.Endpoint));
        ParticipantRecord moved = Ensure(second, Now + TimeSpan.FromDays(2));
        Assert.Equal((2ul, second), (Read(moved).Version, Read(moved).Destination.Endpoint));
        Assert.Equal(3ul, Read(Ensure(second, Now + TimeSpan.FromDays(340))).Version);

        ParticipantRecord Ensure(Uri endpoint, DateTimeOffset now) => OwnRecord.Ensure(Keys, keys, "Bank A", "", "bank", endpoint, null, now);

        static Participant Read(ParticipantRecord record) =>
            Participant.TryRead(record, "demo", Now + TimeSpan.FromDays(3), out Participant? participant) ? participant
            : Participant.TryRead(record, "demo", Now + TimeSpan.FromDays(341), out participant) ? participant
            : throw new InvalidOperationException("The record is refused.");
    }

    public void Dispose() => folder.Dispose();

    private static ParticipantId Id(string text) => ParticipantId.TryParse(text, out ParticipantId id) ? id : throw new ArgumentException(text);

    private KeyFacts Create(NodeRole role) => Keys.Create(Owner, role, new SystemEntropy(), Now);
}
