using Settlement.Core.Store;
using Settlement.Storage;

namespace Settlement.Tests.Storage;

public sealed class InMemoryVaultTests : VaultConformance
{
    protected override ValueTask<IEventVault> OpenAsync() => new(new InMemoryVault());

    [Fact]
    public async Task WhatIsStoredDoesNotChangeWithTheCallersArrays()
    {
        byte[] key = [1];
        byte[] body = [2];
        await Vault.CommitAsync(new StoreTransaction { Writes = { new(PayloadKind.Facts, key, body, PayloadWriteMode.Insert) } }, Ct);
        (key[0], body[0]) = (7, 7);
        StoredPayload row = Assert.Single(await Vault.ScanAsync(PayloadKind.Facts, null, 10, Ct));
        Assert.Equal([1], row.Key);
        Assert.Equal([2], row.Body);
        row.Body[0] = 9;
        Assert.Equal([2], (await Vault.GetAsync([new(PayloadKind.Facts, [1])], Ct)).Values.Single());
    }

    [Fact]
    public async Task DataIsPrintedAsTheDatabaseWould()
    {
        await CommitAsync(new StreamAppend("a", "channel", 0, [new(Guid.Empty, "x", """{ "Bb" : 1, "A": [2.50, "é"], "Aa":{}, "A": 3 }""", Noon)]));
        Assert.Equal("""{"A":3,"Aa":{},"Bb":1}""", (await Vault.ReadAllAsync(0, 1, Ct))[0].Data);
    }
}
