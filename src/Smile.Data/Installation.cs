using Npgsql;

namespace Smile.Data;

/// <summary>What tells a stage's database from others of the same name, on a broker that they share.</summary>
public static class Installation
{
    public static async Task<string> IdAsync(NpgsqlDataSource source, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand("SELECT id::text FROM installation");
        return (string)(await command.ExecuteScalarAsync(cancellation).ConfigureAwait(false))!;
    }
}
