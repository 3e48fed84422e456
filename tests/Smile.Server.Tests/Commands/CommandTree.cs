using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using Smile.Cli;
using Smile.Hosting.Stages;
using Smile.Kernel;
using Smile.Server.Commands;
using Smile.Server.Tests.Fixture;
using Smile.Session;

namespace Smile.Server.Tests.Commands;

/// <summary>Every command that there is.</summary>
internal static class CommandTree
{
    public static RootCommand Root() => CommandLine.Create();

    /// <summary>All commands with the words that call them.</summary>
    public static IEnumerable<(string[] Words, Command Command)> All() => Root().Subcommands.SelectMany(command => Below([], command));

    /// <summary>What is wrong with a command line; empty where nothing is.</summary>
    public static IReadOnlyList<string> ErrorsOf(params string[] line) => [.. Root().Parse(line).Errors.Select(error => error.Message)];

    /// <summary>Gives a command to the server's stage.</summary>
    /// <returns>What it says that it has done; null where it shows something.</returns>
    public static async Task<string?> GiveAsync(ServerFixture server, params string[] line)
    {
        var parsed = Root().Parse(line);
        Assert.Empty(parsed.Errors.Select(error => error.Message));
        await using var services = CommandSupport.UseCases();
        await using var scope = UseCaseScope.Begin(
            services.GetRequiredService<IServiceScopeFactory>(),
            server.Stage,
            Caller.Server(new Usn("tests"))
        );
        return await ((SessionCommand)parsed.CommandResult.Command).ActAsync(parsed, scope, CancellationToken.None);
    }

    private static IEnumerable<(string[] Words, Command Command)> Below(string[] before, Command command)
    {
        string[] words = [.. before, command.Name];
        return command.Subcommands.SelectMany(subcommand => Below(words, subcommand)).Prepend((words, command));
    }
}
