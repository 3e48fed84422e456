using System.CommandLine;
using Smile.Hosting.Stages;
using Smile.Storage;

namespace Smile.Cli;

/// <summary>
/// <c>smile stage open|close|show</c>: whether a stage does its work by itself. A copy that was restored does not until it is opened.
/// </summary>
internal static class StageCommand
{
    public static Command Create()
    {
        var isNew = new Option<bool>("--new")
        {
            Description =
                "It goes on beside the one that it was copied from, with an id of its own on the broker; without, it takes the "
                + "other's place",
        };
        return new Command("stage", "Whether a stage bills, mails, suspends, pays and publishes by itself")
        {
            On(
                "open",
                "Lets the stage work, where its database now is",
                [isNew],
                (parsed, stage, cancellation) =>
                    Installation.OpenAsync(stage.Store.Source, parsed.GetValue(isNew), CommandSupport.Operator, cancellation)
            ),
            On(
                "close",
                "Makes the stage quiet; calls are still answered",
                [],
                (_, stage, cancellation) => Installation.CloseAsync(stage.Store.Source, CommandSupport.Operator, cancellation)
            ),
            On("show", "Says whether the stage works", [], (_, _, _) => Task.CompletedTask),
        };
    }

    /// <exception cref="CommandException">The stage is quiet.</exception>
    public static Stage RequireOpen(Stage stage) => stage.Gate.IsOpen ? stage : throw new CommandException(stage.WhyQuiet);

    internal static string Text(Stage stage) => stage.Gate.IsOpen ? $"Stage {stage.Name} is open." : stage.WhyQuiet;

    private static Command On(
        string name,
        string description,
        IEnumerable<Option> options,
        Func<ParseResult, Stage, CancellationToken, Task> act
    ) =>
        CommandSupport.OnStage(
            name,
            description,
            options,
            async (parsed, stage, _, cancellation) =>
            {
                await act(parsed, stage, cancellation);
                await stage.ReadInstallationAsync(cancellation);
                Console.WriteLine(Text(stage));
                return 0;
            }
        );
}
