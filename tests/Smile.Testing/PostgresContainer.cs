using DotNet.Testcontainers.Builders;
using Testcontainers.PostgreSql;

namespace Smile.Testing;

/// <summary>PostgreSQL in a container of its own, with its data in memory.</summary>
internal sealed class PostgresContainer : IAsyncDisposable
{
    public const string User = "smile";

    /// <summary>The version that docker-compose.yml runs.</summary>
    private const string Image = "postgres:15";

    private readonly PostgreSqlContainer _container;

    private PostgresContainer(PostgreSqlContainer container) => _container = container;

    public string Hostname => _container.Hostname;

    public int Port => _container.GetMappedPublicPort(PostgreSqlBuilder.PostgreSqlPort);

    /// <exception cref="InvalidOperationException">No Docker engine answers.</exception>
    public static async Task<PostgresContainer> StartNewAsync(CancellationToken cancellationToken)
    {
        PostgreSqlContainer container;
        try
        {
            container = new PostgreSqlBuilder(Image)
                .WithUsername(User)
                .WithEnvironment("POSTGRES_HOST_AUTH_METHOD", "trust")
                .WithEnvironment("POSTGRES_INITDB_ARGS", "--encoding=UTF8 --locale=C --no-sync")
                .WithTmpfsMount("/var/lib/postgresql/data")
                .WithCommand("-c", "shared_buffers=128MB", "-c", "max_connections=200", "-c", "timezone=UTC")
                .Build();
        }
        catch (DockerUnavailableException exception)
        {
            throw new InvalidOperationException(
                "This test needs PostgreSQL: apt-get install --yes postgresql, or a Docker engine that answers.",
                exception
            );
        }

        await container.StartAsync(cancellationToken);
        return new PostgresContainer(container);
    }

    public ValueTask DisposeAsync() => _container.DisposeAsync();
}
