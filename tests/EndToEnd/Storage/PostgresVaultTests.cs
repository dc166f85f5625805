using Microsoft.Extensions.Logging;
using Npgsql;
using Settlement.Core.Store;
using Settlement.Storage;
using Settlement.Tests.Storage;

namespace Settlement.Tests.EndToEnd.Storage;

public sealed class PostgresVaultTests(PostgresServer server) : VaultConformance
{
    private string database = "";

    protected override async ValueTask<IEventVault> OpenAsync()
    {
        database = await server.CreateDatabaseAsync(Ct);
        return await PostgresVault.OpenAsync(database, Ct);
    }

    [Fact]
    public async Task ACommitWhoseAnswerIsLostIsStoredOnce()
    {
        await using AnswerLosingProxy proxy = new(server.Server.Port);
        RecordingLogger log = new();
        NpgsqlConnectionStringBuilder through = new(database) { Host = "127.0.0.1", Port = proxy.Port };
        await using PostgresVault vault = await PostgresVault.OpenAsync(through.ConnectionString, new PostgresVaultOptions { Logger = log }, Ct);
        for (int i = 0; i < 5; i++)
        {
            proxy.LoseNextAnswer();
            await vault.CommitAsync(new StoreTransaction { Appends = { Append("a", i, 1) }, Writes = { Insert(PayloadKind.Facts, [(byte)i]) } }, Ct);
        }
        Assert.Equal(5, (await vault.ReadStreamAsync("a", 0, 100, Ct)).Count);
        Assert.Equal(5, log.Ids.Count(id => id == 2002));
    }

    [Fact]
    public async Task ACommitThatWasGivenUpMayBeCommittedAgain()
    {
        await using AnswerLosingProxy proxy = new(server.Server.Port);
        NpgsqlConnectionStringBuilder through = new(database) { Host = "127.0.0.1", Port = proxy.Port };
        await using PostgresVault vault = await PostgresVault.OpenAsync(through.ConnectionString, new PostgresVaultOptions { MaximumAttempts = 1 }, Ct);
        StoreTransaction transaction = new() { Appends = { Append("a", 0, 1) } };
        proxy.LoseNextAnswer();
        Assert.Equal("ST010", (await Assert.ThrowsAsync<StoreUnavailableException>(async () => await vault.CommitAsync(transaction, Ct))).Code);
        await vault.CommitAsync(transaction, Ct);
        Assert.Single(await vault.ReadStreamAsync("a", 0, 100, Ct));
    }

    [Fact]
    public async Task ACommitIsNotTakenForAnotherWhoseEventHasItsId()
    {
        StreamAppend first = Append("a", 0, 1);
        await CommitAsync(first);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await CommitAsync(first with { Stream = "b" }));
        Assert.Empty(await Vault.ReadStreamAsync("b", 0, 100, Ct));
    }

    [Fact]
    public async Task MarkersOfAnsweredCommitsDoNotPileUp()
    {
        for (int i = 0; i < 50; i++) await CommitAsync(Append("a", i, 1));
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(database);
        await using NpgsqlCommand count = source.CreateCommand("select count(*) from commit_marker");
        Assert.Equal(1L, await count.ExecuteScalarAsync(Ct));
    }

    [Fact]
    public async Task ADatabaseThatIsNotThereIsUnavailableAfterABoundedNumberOfTries()
    {
        RecordingLogger log = new();
        PostgresVaultOptions options = new() { Logger = log, MaximumAttempts = 3, FirstRetryDelay = TimeSpan.FromMilliseconds(1) };
        string nowhere = new NpgsqlConnectionStringBuilder(database) { Host = "127.0.0.1", Port = 1 }.ConnectionString;
        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await PostgresVault.OpenAsync(nowhere, options, Ct));
        Assert.Equal(3, log.Ids.Count(id => id == 2001));
    }

    [Fact]
    public async Task TheNodesRoleOwnsItsDatabaseAndNothingElse()
    {
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(database);
        await using NpgsqlCommand role = source.CreateCommand("select rolsuper or rolcreatedb or rolcreaterole or rolreplication or rolbypassrls from pg_roles where rolname = current_user");
        Assert.Equal(false, await role.ExecuteScalarAsync(Ct));
        string other = new NpgsqlConnectionStringBuilder(await server.CreateDatabaseAsync(Ct)).Database!;
        foreach (string name in new[] { other, "postgres", "template1" })
        {
            await using NpgsqlConnection connection = new(new NpgsqlConnectionStringBuilder(database) { Database = name }.ConnectionString);
            PostgresException refused = await Assert.ThrowsAsync<PostgresException>(async () => await connection.OpenAsync(Ct));
            Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
        }
        await using NpgsqlConnection wrong = new(new NpgsqlConnectionStringBuilder(database) { Password = "wrong" }.ConnectionString);
        Assert.Equal(PostgresErrorCodes.InvalidPassword, (await Assert.ThrowsAsync<PostgresException>(async () => await wrong.OpenAsync(Ct))).SqlState);
    }

    private sealed class RecordingLogger : ILogger
    {
        private readonly List<int> ids = [];

        public int[] Ids
        {
            get
            {
                lock (ids) return [.. ids];
            }
        }

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (ids) ids.Add(eventId.Id);
        }
    }
}
