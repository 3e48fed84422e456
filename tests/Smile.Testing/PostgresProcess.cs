using System.Diagnostics;
using System.Globalization;

namespace Smile.Testing;

/// <summary>PostgreSQL from Debian's package: an ordinary process on a free loopback port with its own data folder.</summary>
internal sealed class PostgresProcess : IAsyncDisposable
{
    private const string Postgres = "postgres";
    private const int Attempts = 3;

    private readonly string _folder;
    private readonly string _binaries;
    private readonly string _settings;

    private PostgresProcess(string folder, string binaries, string settings)
    {
        _folder = folder;
        _binaries = binaries;
        _settings = settings;
    }

    public int Port { get; private set; }

    private string Data => Path.Combine(_folder, "data");

    /// <summary>The folder of the newest version's programs; null where the package is not there.</summary>
    public static string? Programs() =>
        Directory.Exists("/usr/lib/postgresql")
            ? Directory
                .GetDirectories("/usr/lib/postgresql")
                .Order(StringComparer.Ordinal)
                .Select(version => Path.Combine(version, "bin"))
                .LastOrDefault(folder => File.Exists(Path.Combine(folder, "initdb")))
            : null;

    /// <param name="settings">Further options of the server.</param>
    public static async Task<PostgresProcess> StartNewAsync(string programs, CancellationToken cancellationToken, string settings = "")
    {
        var server = new PostgresProcess(Directory.CreateTempSubdirectory("private-database-").FullName, programs, settings);
        await server.CreateAsync(cancellationToken);
        await server.StartOnFreePortAsync(cancellationToken);
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        await RunAsync("pg_ctl", ["-D", Data, "-m", "immediate", "-w", "stop"], CancellationToken.None);
        Directory.Delete(_folder, recursive: true);
    }

    private async Task CreateAsync(CancellationToken cancellationToken)
    {
        if (Environment.IsPrivilegedProcess)
        {
            // PostgreSQL refuses to run as root.
            File.SetUnixFileMode(
                _folder,
                UnixFileMode.UserRead
                    | UnixFileMode.UserWrite
                    | UnixFileMode.UserExecute
                    | UnixFileMode.OtherRead
                    | UnixFileMode.OtherExecute
                    | UnixFileMode.GroupRead
                    | UnixFileMode.GroupExecute
            );
            Directory.CreateDirectory(Data);
            await StartProcessAsync("chown", [Postgres, Data], cancellationToken);
        }

        await RunAsync(
            "initdb",
            ["-D", Data, "-U", "smile", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"],
            cancellationToken
        );
    }

    /// <summary>A free port can be taken by another process before the server listens on it: then another one is tried.</summary>
    private async Task StartOnFreePortAsync(CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            Port = LoopbackPort.Free();
            try
            {
                await StartAsync(cancellationToken);
                return;
            }
            catch (InvalidOperationException) when (attempt < Attempts)
            {
                // The next port is asked for.
            }
        }
    }

    private Task StartAsync(CancellationToken cancellationToken) =>
        RunAsync(
            "pg_ctl",
            [
                "-D",
                Data,
                "-l",
                Path.Combine(Data, "server.log"),
                "-w",
                "-o",
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"-p {Port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off -c shared_buffers=128MB -c "
                        + $"max_connections=200 -c timezone=UTC {_settings}"
                ),
                "start",
            ],
            cancellationToken
        );

    private Task RunAsync(string program, string[] arguments, CancellationToken cancellationToken)
    {
        var path = Path.Combine(_binaries, program);
        return Environment.IsPrivilegedProcess
            ? StartProcessAsync(
                "setpriv",
                [$"--reuid={Postgres}", $"--regid={Postgres}", "--init-groups", path, .. arguments],
                cancellationToken
            )
            : StartProcessAsync(path, arguments, cancellationToken);
    }

    private static async Task StartProcessAsync(string program, IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        // The server inherits what pg_ctl has: without pipes of ours nothing waits for it.
        using var process =
            Process.Start(
                new ProcessStartInfo("/bin/sh", ["-c", "exec \"$@\" >/dev/null 2>&1 </dev/null", "run", program, .. arguments])
                {
                    UseShellExecute = false,
                    WorkingDirectory = "/",
                }
            ) ?? throw new InvalidOperationException($"{program} did not start.");
        await process.WaitForExitAsync(cancellationToken);
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}.");
        }
    }
}
