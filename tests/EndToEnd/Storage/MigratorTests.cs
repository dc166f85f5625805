using Npgsql;
using Settlement.Storage;

namespace Settlement.Tests.EndToEnd.Storage;

public sealed class MigratorTests(PostgresServer server) : IAsyncLifetime
{
    private static readonly Migration First = new(1, "0001_first.sql", "create table first (id int);");
    private static readonly Migration Second = new(2, "0002_second.sql", "create table second (id int); insert into second values (1);");
    private NpgsqlDataSource source = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => source = NpgsqlDataSource.Create(await server.CreateDatabaseAsync(Ct));

    public ValueTask DisposeAsync() => source.DisposeAsync();

    [Fact]
    public async Task EachIsAppliedOnceInOrder()
    {
        Assert.Equal(1, await Migrator.ApplyAsync(source, [First], Ct));
        Assert.Equal(1, await Migrator.ApplyAsync(source, [First, Second], Ct));
        Assert.Equal(0, await Migrator.ApplyAsync(source, [First, Second], Ct));
        Assert.Equal($"{First.Checksum},{Second.Checksum}", await ScalarAsync("select string_agg(checksum, ',' order by number) from schema_migration"));
    }

    [Fact]
    public async Task ProcessesThatStartTogetherApplyEachOnce()
    {
        int[] counts = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => Migrator.ApplyAsync(source, [First, Second], Ct).AsTask()));
        Assert.Equal([0, 0, 0, 0, 2], counts.Order());
    }

    [Fact]
    public async Task AnAppliedOneThatChangedIsRefused()
    {
        await Migrator.ApplyAsync(source, [First], Ct);
        StorageException error = await Assert.ThrowsAsync<StorageException>(async () => await Migrator.ApplyAsync(source, [First with { Sql = First.Sql + " " }, Second], Ct));
        Assert.Equal("ST012", error.Code);
        Assert.Contains("0001_first.sql", error.Message, StringComparison.Ordinal);
        Assert.Equal(1L, await ScalarAsync("select count(*) from schema_migration"));
    }

    [Fact]
    public async Task ANewerDatabaseIsRefused()
    {
        await Migrator.ApplyAsync(source, [First, Second], Ct);
        Assert.Equal("ST013", (await Assert.ThrowsAsync<StorageException>(async () => await Migrator.ApplyAsync(source, [First], Ct))).Code);
    }

    [Fact]
    public async Task OneThatFailsLeavesNothingBehind()
    {
        Migration broken = new(2, "0002_broken.sql", "create table half (id int); select * from nothing;");
        await Assert.ThrowsAsync<PostgresException>(async () => await Migrator.ApplyAsync(source, [First, broken], Ct));
        Assert.Equal(0L, await ScalarAsync("select count(*) from information_schema.tables where table_schema = 'public'"));
    }

    private async Task<object?> ScalarAsync(string sql)
    {
        await using NpgsqlCommand command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync(Ct);
    }
}
