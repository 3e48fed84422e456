using System.CommandLine;
using Smile.Kernel;
using Smile.Storage;

namespace Smile.Cli;

/// <summary><c>smile usage distribute</c>: the tables of usage go to the workers of a Citus cluster.</summary>
internal static class UsageDistributeCommand
{
    public static Command Create()
    {
        var force = new Option<bool>("--force") { Description = "However many records there are: nobody gets at them meanwhile" };
        return CommandSupport.OnStage(
            "distribute",
            "Distributes the stage's UsageDatabase over the workers of Citus",
            [force],
            async (parsed, stage, settings, cancellation) =>
            {
                if (string.IsNullOrEmpty(settings.Stages[stage.Name].UsageDatabase))
                {
                    throw new CommandException(
                        $"Usage of stage {stage.Name} is in the stage's own database. Name another one: "
                            + $"Smile__Stages__{stage.Name}__UsageDatabase"
                    );
                }

                try
                {
                    var tables = await Terminal.Standard.WatchAsync(
                        "Looks at the cluster",
                        report =>
                            UsageDistribution.DistributeAsync(
                                stage.Usage.Connections,
                                parsed.GetValue(force),
                                table => report?.Invoke(0, 0, table),
                                cancellation
                            )
                    );
                    Console.WriteLine($"{Counted.Of(tables.Count, "table")} distributed: {string.Join(", ", tables)}.");
                    return 0;
                }
                catch (DistributionException exception)
                {
                    throw new CommandException(exception.Message);
                }
            }
        );
    }
}
