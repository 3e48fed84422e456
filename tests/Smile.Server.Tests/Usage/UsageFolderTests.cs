using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Smile.Cli;
using Smile.Hosting;
using Smile.Hosting.Background;
using Smile.Hosting.Stages;
using Smile.Server.Tests.Commands;
using Smile.Server.Tests.Fixture;

namespace Smile.Server.Tests.Usage;

/// <summary>Files that come by a folder, to which carriers write, or by a command, by whose end scripts go.</summary>
public sealed class UsageFolderTests(ServerFixture server) : IClassFixture<ServerFixture>, IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly UsageHelp _usage = new(server);
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("usage-folder-");

    /// <summary>What is no file is neither read nor waited for, and what comes behind it is taken.</summary>
    [Fact]
    public async Task Links_and_pipes_and_empty_files_are_refused()
    {
        await using var changed = await ChangedCatalogue.ApplyAsync(
            server,
            content =>
                content with
                {
                    UsageSources =
                    [
                        .. content.UsageSources.Select(source => source.Code == "smile" ? source with { Folder = "in" } : source),
                    ],
                }
        );
        var folder = _root.CreateSubdirectory("in").FullName;
        var secret = Path.Combine(_root.FullName, "secret.csv");
        await WriteAsync(secret, "secret");
        File.CreateSymbolicLink(Path.Combine(folder, "a-link.csv"), secret);
        await MakePipeAsync(Path.Combine(folder, "b-pipe.csv"));
        await WriteAsync(Path.Combine(folder, "c-empty.csv"), "");
        await WriteAsync(Path.Combine(folder, "d-file.csv"), Line("folder"));
        foreach (var file in Directory.EnumerateFiles(folder))
        {
            File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddMinutes(-1));
        }

        using var service = new UsageService(
            server.Services.GetRequiredService<StageRegistry>(),
            server.Services.GetRequiredService<IServiceScopeFactory>(),
            new ServerSettings { Stages = { [server.Stage.Name] = new StageSettings { UsageFolder = _root.FullName } } },
            TimeProvider.System,
            NullLogger<UsageService>.Instance
        );
        await service.ReadFoldersAsync(server.Stage, default).WaitAsync(Patience);
        Assert.Equal(["d-file.csv"], Names(Path.Combine(folder, "done")));
        Assert.Equal(["a-link.csv", "b-pipe.csv", "c-empty.csv"], Names(Path.Combine(folder, "refused")));
        Assert.Empty(Names(folder));
        Assert.Equal("secret", await File.ReadAllTextAsync(secret));
        Assert.Equal(["d-file.csv"], await _usage.RowsAsync("SELECT name FROM usage_file WHERE name LIKE '_-%.csv'"));
    }

    /// <summary>Scripts delete what was taken: a file of which nothing was is none of those, whenever it is refused.</summary>
    [Fact]
    public async Task A_command_that_brings_a_refused_file_fails_and_brings_the_others()
    {
        var (good, later) = (Path.Combine(_root.FullName, "good.csv"), Path.Combine(_root.FullName, "later.csv"));
        var bad = Path.Combine(_root.FullName, "bad.csv");
        await WriteAsync(good, Line("good"));
        await WriteAsync(later, Line("later"));
        await WriteAsync(bad, string.Concat(Enumerable.Range(0, 2_000).Select(number => $"nonsense {number}\n")));
        for (var time = 0; time < 2; time++)
        {
            var refusal = await Assert.ThrowsAsync<CommandException>(() => ImportAsync(good, bad, later));
            Assert.StartsWith("bad.csv: file ", refusal.Message, StringComparison.Ordinal);
            Assert.Contains("Refused", refusal.Message, StringComparison.Ordinal);
        }

        Assert.Equal(
            ["bad.csv Refused", "good.csv Done", "later.csv Done"],
            await _usage.RowsAsync(
                "SELECT DISTINCT name || ' ' || status FROM usage_file WHERE name IN ('good.csv', 'bad.csv', 'later.csv') ORDER BY 1"
            )
        );
        Assert.Null(await ImportAsync(good, later));
    }

    public void Dispose() => _root.Delete(recursive: true);

    private Task<string?> ImportAsync(params string[] files) => CommandTree.GiveAsync(server, ["usage", "import", "smile", .. files]);

    private static string Line(string id) => $"E,{id},137,0410999888,Username,2015-01-15T10:00:00+11:00,Voice,,,61398765432,E164,60\n";

    private static Task WriteAsync(string path, string text) => File.WriteAllTextAsync(path, text);

    private static async Task MakePipeAsync(string path)
    {
        using var made = Process.Start("mkfifo", [path]);
        await made.WaitForExitAsync();
        Assert.Equal(0, made.ExitCode);
    }

    private static IEnumerable<string> Names(string folder) =>
        Directory.EnumerateFiles(folder).Select(path => Path.GetFileName(path)).Order();
}
