using Npgsql;
using NpgsqlTypes;

namespace Smile.Usage.Storage;

/// <summary>Parameters of statements.</summary>
internal static class Parameters
{
    /// <summary>A value that may be null.</summary>
    public static NpgsqlParameter Nullable(object? value, NpgsqlDbType type) =>
        new() { Value = value ?? DBNull.Value, NpgsqlDbType = type };
}
