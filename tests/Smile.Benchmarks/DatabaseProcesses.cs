using System.Globalization;
using Npgsql;

namespace Smile.Benchmarks;

/// <summary>
/// The processes of a PostgreSQL server, whose processor time is read from the kernel: work that is moved into the database is not saved.
/// </summary>
internal sealed class DatabaseProcesses
{
    private const int Parent = 1;
    private const int UserTime = 11;
    private const int KernelTime = 12;
    private const int EndedUserTime = 13;
    private const int EndedKernelTime = 14;

    /// <summary>What the kernel counts in.</summary>
    private const double TicksPerSecond = 100;

    private readonly int _postmaster;

    private DatabaseProcesses(int postmaster) => _postmaster = postmaster;

    /// <summary>Processor time so far of the server and all of its backends, ended ones too.</summary>
    public TimeSpan Cpu
    {
        get
        {
            var running = Directory
                .GetDirectories("/proc")
                .Select(Path.GetFileName)
                .OfType<string>()
                .Where(name => name.All(char.IsAsciiDigit))
                .Select(Read)
                .OfType<string[]>()
                .Where(fields => Number(fields, Parent) == _postmaster)
                .Sum(fields => Number(fields, UserTime) + Number(fields, KernelTime));
            var own = Read(_postmaster.ToString(CultureInfo.InvariantCulture))!;
            return TimeSpan.FromSeconds((running + Number(own, EndedUserTime) + Number(own, EndedKernelTime)) / TicksPerSecond);
        }
    }

    public static async Task<DatabaseProcesses> FindAsync(NpgsqlDataSource source)
    {
        await using var command = source.CreateCommand("SELECT pg_backend_pid()");
        var backend = (int)(await command.ExecuteScalarAsync())!;
        return new DatabaseProcesses((int)Number(Read(backend.ToString(CultureInfo.InvariantCulture))!, Parent));
    }

    private static long Number(string[] fields, int index) => long.Parse(fields[index], CultureInfo.InvariantCulture);

    /// <summary>The fields behind the process's name, which may hold anything; null where the process has ended.</summary>
    private static string[]? Read(string process)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{process}/stat");
            return text[(text.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return null;
        }
    }
}
