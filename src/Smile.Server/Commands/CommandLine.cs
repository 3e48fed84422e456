using System.CommandLine;
using Smile.Cli;

namespace Smile.Server.Commands;

/// <summary>Everything that the program can be told to do.</summary>
internal static class CommandLine
{
    public static RootCommand Create()
    {
        var root = new RootCommand("Smile server: a business support system that speaks the Smile API") { ServeCommand.Create() };
        foreach (var command in OperatorCommands.Create(SmileHost.AssembleAsync))
        {
            root.Subcommands.Add(command);
        }

        root.Subcommands.Add(OperationsCommand.Create());
        root.Subcommands.Add(OperationsCommand.CreateReference());
        return root;
    }
}
