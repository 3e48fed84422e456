using System.CommandLine;
using Smile.Customers.Access;
using Smile.Hosting;
using Smile.Hosting.Background;
using Smile.Hosting.Billing;
using Smile.Hosting.Payments;
using Smile.Hosting.Security;
using Smile.Hosting.Stages;
using Smile.Kernel;
using Smile.Payments;
using Smile.Session;
using Smile.Storage;

namespace Smile.Cli;

/// <summary>A command that cannot be carried out. The message is for the operator.</summary>
public sealed class CommandException(string message) : Exception(message);

/// <summary>What the commands share: settings and the stage they are for.</summary>
internal static class CommandSupport
{
    public static Option<string?> StageOption() =>
        new("--stage") { Description = "The stage (database) to work on; the default stage where absent" };

    public static IConfiguration ReadConfiguration() =>
        new ConfigurationBuilder()
            .AddJsonFile(Path.Combine(AppContext.BaseDirectory, "appsettings.json"), optional: true)
            .AddJsonFile("appsettings.json", optional: true)
            .AddEnvironmentVariables()
            .Build();

    public static ServerSettings ReadSettings() => ServerSettings.Read(ReadConfiguration());

    /// <summary>Opens a stage, with its latest catalogue where it has one.</summary>
    public static async Task<Stage> OpenStageAsync(ServerSettings settings, string? name, CancellationToken cancellation)
    {
        var stageName = name ?? settings.DefaultStage;
        if (!settings.Stages.TryGetValue(stageName, out var stageSettings))
        {
            throw new CommandException($"There is no stage '{stageName}'. The settings have: {string.Join(", ", settings.Stages.Keys)}.");
        }

        var stage = StageFactory.Create(
            stageName,
            stageSettings,
            TimeProvider.System,
            Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance
        );
        await stage.ReadClockAsync(cancellation);
        await stage.ReadInstallationAsync(cancellation);
        if (await CatalogueStore.LoadAsync(stage.Store.Source, cancellation) is { } catalogue)
        {
            stage.Catalogue = catalogue;
        }

        return stage;
    }

    /// <summary>The use cases, for work that goes through many sessions.</summary>
    public static ServiceProvider UseCases() =>
        new ServiceCollection()
            .AddLogging()
            .AddUseCases()
            .AddSingleton<CreditControlRunner>()
            .AddSingleton<BillingRunner>()
            .BuildServiceProvider();

    /// <summary>The same with the payment gateways of a stage.</summary>
    public static ServiceProvider UseCasesWithGateways(Stage stage, ServerSettings settings)
    {
        var services = new ServiceCollection().AddLogging().AddUseCases().AddSingleton(settings);
        GatewayRegistry.AddClients(services, settings);
        return services
            .AddHttpClient()
            .AddSingleton(PaymentDetailsVault.Open(settings))
            .AddSingleton(provider => new GatewayRegistry(
                [stage],
                settings,
                provider.GetRequiredService<IHttpClientFactory>(),
                provider.GetRequiredService<IPaymentDetailsVault>()
            ))
            .BuildServiceProvider();
    }

    /// <summary>Refuses a folder where a file is meant: the system says of it that access is denied, and nobody denies it.</summary>
    /// <param name="input">The argument or option.</param>
    /// <returns>The path.</returns>
    /// <exception cref="CommandException">It is the path of a folder, or empty.</exception>
    public static string RequireFile(string input, string path) =>
        path.Length == 0 ? throw new CommandException($"{input}: name the file.")
        : Directory.Exists(path) ? throw new CommandException($"{input}: '{path}' is a folder. Name a file.")
        : path;

    /// <summary>Marks what an operator did at the command line in the audit trail.</summary>
    public static string Operator => "cli:" + Environment.UserName;

    /// <summary>The operator as the caller of use cases.</summary>
    public static Caller Caller => Caller.Server(new Usn(Operator));

    /// <summary>A command that does one thing on a stage, in the operator's name.</summary>
    /// <param name="act">Does it. Gives a sentence that says what was done; null where it has written what there is to see.</param>
    public static Command OnSession(
        string name,
        string description,
        IEnumerable<Symbol> inputs,
        Func<ParseResult, UseCaseScope, CancellationToken, Task<string?>> act
    )
    {
        var command = new SessionCommand(name, description, act);
        return OnStage(
            command,
            inputs,
            async (parsed, opened, _, cancellation) =>
            {
                await using var services = UseCases();
                await using var scope = UseCaseScope.Begin(services.GetRequiredService<IServiceScopeFactory>(), opened, Caller);
                if (await command.ActAsync(parsed, scope, cancellation) is { } done)
                {
                    Console.WriteLine(done);
                }

                return 0;
            }
        );
    }

    /// <summary>A command on a stage.</summary>
    /// <param name="act">Returns the exit code.</param>
    public static Command OnStage(
        string name,
        string description,
        IEnumerable<Symbol> inputs,
        Func<ParseResult, Stage, ServerSettings, CancellationToken, Task<int>> act
    ) => OnStage(new Command(name, description), inputs, act);

    private static Command OnStage(
        Command command,
        IEnumerable<Symbol> inputs,
        Func<ParseResult, Stage, ServerSettings, CancellationToken, Task<int>> act
    )
    {
        var stage = AddInputs(command, inputs);
        command.SetAction(
            async (parsed, cancellation) =>
            {
                var settings = ReadSettings();
                await using var opened = await OpenStageAsync(settings, parsed.GetValue(stage), cancellation);
                return await act(parsed, opened, settings, cancellation);
            }
        );
        return command;
    }

    /// <summary>Gives a command its arguments and options, and that of its stage.</summary>
    /// <returns>The option of its stage.</returns>
    public static Option<string?> AddInputs(Command command, IEnumerable<Symbol> inputs)
    {
        var stage = StageOption();
        command.Options.Add(stage);
        foreach (var input in inputs)
        {
            switch (input)
            {
                case Argument argument:
                    command.Arguments.Add(argument);
                    break;
                case Option option:
                    command.Options.Add(option);
                    break;
                default:
                    throw new ArgumentException($"{input.Name} is neither an argument nor an option.", nameof(inputs));
            }
        }

        return stage;
    }

    /// <summary>
    /// Adds a command to one that does something itself. An option that stands before it would be the other's, and be left unread: it is
    /// refused, so that 'bill --dry-run approve' approves nothing.
    /// </summary>
    public static void AddSubcommand(Command command, Command subcommand)
    {
        subcommand.Validators.Add(result =>
        {
            foreach (var option in command.Options.Where(option => result.Parent?.GetResult(option) is { Implicit: false }))
            {
                result.AddError(
                    $"{option.Name} stands before '{subcommand.Name}', which would not read it."
                        + $" Give the options of '{subcommand.Name}' after it."
                );
            }
        });
        command.Subcommands.Add(subcommand);
    }
}
