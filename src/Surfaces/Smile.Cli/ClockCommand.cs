using System.CommandLine;
using System.Globalization;
using Smile.Hosting.Background;
using Smile.Hosting.Stages;
using Smile.Kernel;
using Smile.Storage;

namespace Smile.Cli;

/// <summary><c>smile clock</c>: moves the clock of a test stage, where the settings allow it.</summary>
internal static class ClockCommand
{
    public static Command Create(AssembleServer assemble)
    {
        var time = Inputs.Time.Argument("time", "The time, such as 2026-01-31T09:00:00+11:00");
        var to = Inputs.Time.Option("--to", "The time to advance to, such as 2026-01-31T09:00:00+11:00");
        var days = Inputs.Days.Option("--days", "How many days to advance");
        return new Command("clock", "The clock of a test stage")
        {
            On(
                assemble,
                "show",
                "Shows the stage's time",
                [],
                (_, stage, _, _) =>
                {
                    Console.WriteLine(Text(stage));
                    return Task.CompletedTask;
                }
            ),
            On(
                assemble,
                "set",
                "Sets the clock, without anything happening on the way; for a stage that nobody uses yet",
                [time],
                async (parsed, stage, _, cancellation) =>
                {
                    await SetAsync(stage, parsed.GetValue(time), cancellation);
                    Console.WriteLine(Text(stage));
                }
            ),
            On(
                assemble,
                "advance",
                "Lets time pass: everything that falls due on the way happens, in its order",
                [to, days],
                async (parsed, stage, services, cancellation) =>
                {
                    var now = Movable(StageCommand.RequireOpen(stage)).Clock.GetUtcNow();
                    var target = (parsed.GetValue(to), parsed.GetValue(days)) switch
                    {
                        ({ } stated, null) => stated,
                        (null, { } count) => now.AddDays(count),
                        _ => throw new CommandException("Say how far: --to 2026-01-31T09:00:00+11:00, or --days 30."),
                    };
                    if (target < now)
                    {
                        throw new CommandException($"{Text(stage)}, and time passes forward only.");
                    }

                    await services
                        .GetRequiredService<TimePassage>()
                        .AdvanceAsync(stage, target, CommandSupport.Operator, Console.WriteLine, cancellation);
                    Console.WriteLine(Text(stage));
                }
            ),
        };
    }

    /// <summary>
    /// Sets the clock of a stage that nobody uses yet. Where it is set back, what accounts have would lie in the future; where it is set
    /// forward, what is due on the way would come late.
    /// </summary>
    /// <exception cref="CommandException">The clock may not be moved, or the stage has accounts.</exception>
    internal static async Task SetAsync(Stage stage, DateTimeOffset time, CancellationToken cancellation)
    {
        var accounts = await ClockStore.CountAccountsInUseAsync(Movable(stage).Store.Source, cancellation);
        if (accounts > 0)
        {
            throw new CommandException(
                $"Stage {stage.Name} has {Counted.Of(accounts, "account")}: 'clock set' is for a stage that nobody uses yet."
                    + " Let time pass with 'clock advance'."
            );
        }

        await TimePassage.MoveAsync(stage, time, CommandSupport.Operator, cancellation);
    }

    private static Command On(
        AssembleServer assemble,
        string name,
        string description,
        IEnumerable<Symbol> inputs,
        Func<ParseResult, Stage, IServiceProvider, CancellationToken, Task> act
    )
    {
        var command = new Command(name, description);
        var stageOption = CommandSupport.AddInputs(command, inputs);
        command.SetAction(
            async (parsed, cancellation) =>
            {
                // What falls due may be anything that a server does: the command is put together like one, and serves nobody.
                var settings = CommandSupport.ReadSettings();
                await using var server = await assemble(settings, cancellation);
                var stageName = parsed.GetValue(stageOption) ?? settings.DefaultStage;
                var stage =
                    server.Services.GetRequiredService<StageRegistry>().Find(stageName)
                    ?? throw new CommandException(
                        $"There is no stage '{stageName}'. The settings have: {string.Join(", ", settings.Stages.Keys)}."
                    );
                await act(parsed, stage, server.Services, cancellation);
                return 0;
            }
        );
        return command;
    }

    internal static Stage Movable(Stage stage) =>
        stage.ClockMayMove
            ? stage
            : throw new CommandException(
                $"The clock of stage {stage.Name} may not be moved. Where nobody is billed for real: "
                    + $"Smile__Stages__{stage.Name}__ClockMayMove=true"
            );

    private static string Text(Stage stage) =>
        string.Create(CultureInfo.InvariantCulture, $"Stage {stage.Name}: {stage.Clock.GetUtcNow():yyyy-MM-dd HH:mm:ss}Z");
}
