using System.CommandLine;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Smile.Kernel;
using Smile.Server.Commands;
using Smile.Server.Stages;
using Smile.Server.Tests.Fixture;
using Smile.Session;

namespace Smile.Server.Tests.Commands;

/// <summary>Every command that there is, also those to come.</summary>
internal static class CommandTree
{
    public static RootCommand Root()
    {
        var root = new RootCommand();
        foreach (var command in Commands())
        {
            root.Subcommands.Add(command);
        }

        return root;
    }

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

    private static IEnumerable<Command> Commands() =>
        typeof(PaymentCommand)
            .Assembly.GetTypes()
            .Where(type => type.Namespace == typeof(PaymentCommand).Namespace)
            .SelectMany(type => type.GetMethods(BindingFlags.Static | BindingFlags.Public))
            .Where(method => method.ReturnType == typeof(Command) && method.GetParameters().Length == 0)
            .Select(method => (Command)method.Invoke(null, null)!);
}
