using Npgsql;
using Smile.Testing;

namespace Smile.Storage.Tests;

/// <summary>Where the package is missing, tests take PostgreSQL from a Docker engine, or say what would help.</summary>
public sealed class PrivateDatabaseTests
{
    [Fact]
    public async Task Without_the_package_a_container_serves_or_the_refusal_names_both()
    {
        PrivateDatabase database;
        try
        {
            database = await PrivateDatabase.StartContainerAsync(CancellationToken.None);
        }
        catch (InvalidOperationException exception)
        {
            Assert.Contains("apt-get install --yes postgresql, or a Docker engine", exception.Message, StringComparison.Ordinal);
            return;
        }

        await using (database)
        {
            await using var source = NpgsqlDataSource.Create(database.ConnectionString("postgres"));
            await using var command = source.CreateCommand("SELECT current_user || ' ' || current_setting('TimeZone')");
            Assert.Equal("smile UTC", await command.ExecuteScalarAsync());
        }
    }
}
