using System.Globalization;

namespace Settlement.Storage;

/// <summary>The configuration files of a private server, written whole at every start.</summary>
internal static class ServerConfiguration
{
    /// <summary>Who may connect: local programs with a password.</summary>
    public const string Access = """
        # type  database  user  address        method
        local   all       all                  scram-sha-256
        host    all       all   127.0.0.1/32   scram-sha-256

        """;

    public static string Text(EmbeddedPostgresOptions options, string socketFolder) => string.Create(CultureInfo.InvariantCulture, $"""
        listen_addresses = '127.0.0.1'
        unix_socket_directories = '{socketFolder.Replace("'", "''", StringComparison.Ordinal)}'
        unix_socket_permissions = 0700
        max_connections = {options.MaximumConnections}
        password_encryption = scram-sha-256

        # A commit that was answered survives a crash.
        fsync = on
        synchronous_commit = on
        full_page_writes = on

        wal_level = replica
        max_wal_size = {options.MaximumWalMegabytes}MB
        checkpoint_timeout = 15min
        # Payloads are ciphertext: compressing pages of them costs more than it saves.
        wal_compression = off

        shared_buffers = {options.SharedBuffersMegabytes}MB
        dynamic_shared_memory_type = posix
        # Statements here touch few rows, so compiling them costs more than it gains.
        jit = off
        timezone = 'UTC'
        log_timezone = 'UTC'
        datestyle = 'iso, ymd'

        # The log never holds a statement or a key.
        log_statement = none
        log_min_error_statement = panic
        log_error_verbosity = terse
        log_parameter_max_length_on_error = 0
        log_line_prefix = '%m [%p] '

        """);
}
