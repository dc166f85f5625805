using System.Collections.Concurrent;
using System.Data;
using System.Globalization;
using System.Runtime.CompilerServices;
using Npgsql;
using NpgsqlTypes;
using Settlement.Core.Store;

namespace Settlement.Storage;

/// <summary>The vault in PostgreSQL: events in the table layout that Marten reads, payloads in tables beside.</summary>
public sealed class PostgresVault : IEventVault
{
    private const string SelectEvent = "select seq_id, id, stream_id, version, type, data::text, timestamp from mt_events";
    private const string SelectStream = SelectEvent + " where stream_id = $1 and version > $2 order by version limit $3";
    private const string SelectAll = SelectEvent + " where seq_id > $1 order by seq_id limit $2";
    // Only a process that died between two commits, or one that had to retry, leaves a marker.
    private const string ForgetOldMarkers = "delete from commit_marker where committed < now() - interval '7 days'";
    private const int MaximumMarkersForgottenPerCommit = 64;

    // Every statement of a vault finds its rows by a key, whatever the statistics of a table say that is new or has grown
    // since: read through, it is compared with each key that is asked for. The plan is therefore always the same one.
    private const string SessionOptions = "-c enable_seqscan=off -c plan_cache_mode=force_generic_plan";

    private readonly NpgsqlDataSource source;
    private readonly PostgresVaultOptions options;
    private readonly bool ownsSource;
    private readonly ConditionalWeakTable<StoreTransaction, CommitMarker> markers = [];
    private readonly ConcurrentQueue<Guid> acknowledged = [];

    /// <summary>A vault on a database that has its migrations; the data source stays the caller's.</summary>
    public PostgresVault(NpgsqlDataSource source, PostgresVaultOptions options) : this(source, options, ownsSource: false) { }

    private PostgresVault(NpgsqlDataSource source, PostgresVaultOptions options, bool ownsSource)
    {
        this.source = source;
        this.options = options;
        this.ownsSource = ownsSource;
    }

    /// <summary>Connects with the default bounds and applies the migrations.</summary>
    /// <exception cref="StorageException">ST010: no answer. ST012, ST013: the database's layout is not this program's.</exception>
    public static ValueTask<PostgresVault> OpenAsync(string connectionString, CancellationToken ct) =>
        OpenAsync(connectionString, new PostgresVaultOptions(), ct);

    /// <inheritdoc cref="OpenAsync(string, CancellationToken)"/>
    public static async ValueTask<PostgresVault> OpenAsync(string connectionString, PostgresVaultOptions options, CancellationToken ct)
    {
        NpgsqlConnectionStringBuilder builder = new(connectionString)
        {
            Multiplexing = false,
            MaxAutoPrepare = options.MaximumPreparedStatements,
            AutoPrepareMinUsages = 2,
            MinPoolSize = 0,
            MaxPoolSize = options.MaximumConnections,
            Timeout = (int)options.ConnectTimeout.TotalSeconds,
            CommandTimeout = (int)options.CommandTimeout.TotalSeconds,
            Enlist = false,
            // Connections carry no session state, so nothing has to be reset between uses.
            NoResetOnClose = true,
            IncludeErrorDetail = false,
            Options = SessionOptions,
        };
        NpgsqlDataSource opened = NpgsqlDataSource.Create(builder);
        PostgresVault vault = new(opened, options, ownsSource: true);
        try
        {
            int count = await vault.TryAsync(token => Migrator.ApplyAsync(opened, token), ct);
            if (count > 0) options.Logger.Migrated(count);
            await using NpgsqlCommand forget = opened.CreateCommand(ForgetOldMarkers);
            await vault.TryAsync(async token => await forget.ExecuteNonQueryAsync(token), ct);
            return vault;
        }
        catch
        {
            await opened.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask CommitAsync(StoreTransaction transaction, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        PreparedTransaction prepared = PreparedTransaction.Of(transaction);
        if (transaction.IsEmpty) return;
        bool isNew = !markers.TryGetValue(transaction, out CommitMarker? marker);
        if (isNew) markers.Add(transaction, marker = CommitMarker.Of(prepared, options.Time.GetUtcNow()));
        Guid[] forgotten = TakeAcknowledged();
        int tries = 0;
        bool stored = false;
        try
        {
            PostgresCommit commit = new(prepared, marker!, forgotten, options.CopyFromRows);
            await TryAsync(
                async token =>
                {
                    tries++;
                    if (await TryCommitOnceAsync(commit, prepared, token)) return true;
                    if (isNew && tries == 1)
                    {
                        // Nobody has tried this one before, so that the marker is another commit's.
                        markers.Remove(transaction);
                        throw new InvalidOperationException("The last event of a commit has the id of another event.");
                    }

                    options.Logger.CommitResolved();
                    return true;
                },
                ct);
            stored = true;
            markers.Remove(transaction);
            // After a retry, an earlier try may still be queued in the server: its marker stays and fences it.
            if (isNew && tries == 1) acknowledged.Enqueue(marker!.Id);
        }
        catch (StoreConflictException)
        {
            markers.Remove(transaction);
            throw;
        }
        finally
        {
            if (!stored)
                foreach (Guid id in forgotten) acknowledged.Enqueue(id);
        }
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<StoredEvent>> ReadStreamAsync(string stream, long afterVersion, int limit, CancellationToken ct) =>
        ReadEventsAsync(SelectStream, limit, ct, new NpgsqlParameter<string> { TypedValue = stream }, new NpgsqlParameter<long> { TypedValue = afterVersion });

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<StoredEvent>> ReadAllAsync(long afterSequenceId, int limit, CancellationToken ct) =>
        ReadEventsAsync(SelectAll, limit, ct, new NpgsqlParameter<long> { TypedValue = afterSequenceId });

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyDictionary<PayloadKey, byte[]>> GetAsync(IReadOnlyCollection<PayloadKey> keys, CancellationToken ct)
    {
        IGrouping<PayloadKind, PayloadKey>[] groups = [.. keys.GroupBy(static key => key.Kind)];
        if (groups.Length == 0) return new Dictionary<PayloadKey, byte[]>();
        return await TryAsync(
            async token =>
            {
                Dictionary<PayloadKey, byte[]> found = [];
                await using NpgsqlBatch batch = source.CreateBatch();
                foreach (IGrouping<PayloadKind, PayloadKey> group in groups)
                    batch.BatchCommands.Add(new NpgsqlBatchCommand(PayloadTable.Of(group.Key).Get) { Parameters = { Keys(group) } });
                await using NpgsqlDataReader reader = await batch.ExecuteReaderAsync(token);
                foreach (IGrouping<PayloadKind, PayloadKey> group in groups)
                {
                    while (await reader.ReadAsync(token)) found[new PayloadKey(group.Key, (byte[])reader[0])] = (byte[])reader[1];
                    await reader.NextResultAsync(token);
                }
                return found;
            },
            ct);
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<StoredPayload>> ScanAsync(PayloadKind kind, byte[]? afterKey, int limit, CancellationToken ct)
    {
        StoreLimits.CheckRead(limit);
        PayloadTable table = PayloadTable.Of(kind);
        return await TryAsync(
            async token =>
            {
                List<StoredPayload> rows = [];
                await using NpgsqlCommand command = source.CreateCommand(afterKey is null ? table.ScanFirst : table.ScanAfter);
                command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
                if (afterKey is not null) command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = afterKey });
                await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(token);
                while (await reader.ReadAsync(token)) rows.Add(new StoredPayload((byte[])reader[0], (byte[])reader[1]));
                return rows;
            },
            ct);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ownsSource ? source.DisposeAsync() : ValueTask.CompletedTask;

    private static NpgsqlParameter<byte[][]> Keys(IEnumerable<PayloadKey> keys) =>
        new() { TypedValue = [.. keys.Select(static key => key.Key)], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea };

    private Guid[] TakeAcknowledged()
    {
        List<Guid> taken = [];
        while (taken.Count < MaximumMarkersForgottenPerCommit && acknowledged.TryDequeue(out Guid id)) taken.Add(id);
        return [.. taken];
    }

    // False when the commit's marker is there: an earlier try was stored.
    private async ValueTask<bool> TryCommitOnceAsync(PostgresCommit commit, PreparedTransaction prepared, CancellationToken ct)
    {
        PostgresException refusal;
        await using (NpgsqlConnection connection = await source.OpenConnectionAsync(ct))
        {
            try
            {
                await commit.ExecuteAsync(connection, ct);
                return true;
            }
            catch (PostgresException error) when (error.SqlState is PostgresErrorCodes.UniqueViolation or StorageCodes.Conflict)
            {
                refusal = error;
            }
        }
        if (refusal.ConstraintName == PostgresCommit.MarkerConstraint) return false;
        throw await ConflictOfAsync(refusal, prepared, ct);
    }

    private async ValueTask<Exception> ConflictOfAsync(PostgresException refusal, PreparedTransaction prepared, CancellationToken ct)
    {
        if (refusal.SqlState == StorageCodes.Conflict)
        {
            StreamAppend append = prepared.Appends.First(item => item.Stream == refusal.ColumnName);
            return StoreConflictException.OfStream(append.Stream, append.ExpectedVersion, long.Parse(refusal.Hint!, CultureInfo.InvariantCulture));
        }
        // A unique violation elsewhere means that something other than a vault writes to the tables.
        if (PayloadTable.KindOf(refusal.TableName) is not { } kind) return refusal;
        await using NpgsqlCommand command = source.CreateCommand(PayloadTable.Of(kind).FirstExisting);
        PayloadKey[] inserted = [.. prepared.Inserts.Keys.Where(key => key.Kind == kind)];
        command.Parameters.Add(Keys(inserted));
        // Erased since then: the first key stands for the table, and a retry will go through.
        return StoreConflictException.OfKey(await command.ExecuteScalarAsync(ct) is byte[] key ? new PayloadKey(kind, key) : inserted[0]);
    }

    private async ValueTask<IReadOnlyList<StoredEvent>> ReadEventsAsync(string sql, int limit, CancellationToken ct, params NpgsqlParameter[] parameters)
    {
        StoreLimits.CheckRead(limit);
        return await TryAsync(
            async token =>
            {
                List<StoredEvent> events = [];
                await using NpgsqlCommand command = source.CreateCommand(sql);
                foreach (NpgsqlParameter parameter in parameters) command.Parameters.Add(parameter.Clone());
                command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
                await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(token);
                while (await reader.ReadAsync(token))
                {
                    events.Add(new StoredEvent(
                        reader.GetInt64(0), reader.GetGuid(1), reader.GetString(2), reader.GetInt64(3), reader.GetString(4), reader.GetString(5),
                        new DateTimeOffset(reader.GetDateTime(6))));
                }
                return events;
            },
            ct);
    }

    private async ValueTask<T> TryAsync<T>(Func<CancellationToken, ValueTask<T>> operation, CancellationToken ct)
    {
        TimeSpan delay = options.FirstRetryDelay;
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return await operation(ct);
            }
            catch (NpgsqlException error)
            {
                options.Logger.TryFailed(attempt, options.MaximumAttempts, error.SqlState ?? error.GetBaseException().GetType().Name);
                if (!error.IsTransient || attempt >= options.MaximumAttempts)
                    throw new StoreUnavailableException($"The database failed at try {attempt}: {error.Message}", error);
                // The pool may hold more connections of a server that is gone.
                source.Clear();
            }
            await Task.Delay(delay, options.Time, ct);
            delay = delay * 2 < options.LongestRetryDelay ? delay * 2 : options.LongestRetryDelay;
        }
    }
}
