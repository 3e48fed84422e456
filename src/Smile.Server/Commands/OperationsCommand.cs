using System.CommandLine;
using System.Text;
using Smile.Api.Soap;
using Smile.Catalogue.Reading;
using Smile.Cli;
using Smile.Contracts;
using Smile.Hosting.Security;

namespace Smile.Server.Commands;

/// <summary><c>smile operations</c>: the table of docs/operations.md, from the code.</summary>
internal static class OperationsCommand
{
    public static Command Create()
    {
        var permissions = new Option<bool>("--permissions") { Description = "Who may call them instead (docs/permissions.md)" };
        var command = new Command("operations", "Prints which operations of the contract are built, as Markdown") { permissions };
        command.SetAction(parsed => Console.Out.Write(parsed.GetValue(permissions) ? OperationPermissions.Document() : Table()));
        return command;
    }

    /// <summary><c>smile reference</c>: docs/settings.md and docs/catalogue.md, from the code.</summary>
    public static Command CreateReference()
    {
        var files = new Argument<string[]>("files") { Description = "The example catalogue: its folder" };
        var settings = new Command("settings", "Prints all settings with their defaults, as Markdown");
        settings.SetAction(_ => Console.Out.Write(SettingsReference.ToMarkdown()));
        const string about = "Prints what the keys of catalogue files mean, as Markdown; what the files have no example of may be left out";
        var catalogue = new Command("catalogue", about) { files };
        catalogue.SetAction(parsed => Console.Out.Write(CatalogueReference(parsed.GetValue(files)!).ToMarkdown()));
        var sources = new Command("sources", "Prints the ready-made sources of usage, as Markdown");
        sources.SetAction(_ => Console.Out.Write(UsageSources()));
        return new Command("reference", "Prints the reference of settings, of the catalogue or of ready-made sources of usage")
        {
            settings,
            catalogue,
            sources,
        };
    }

    /// <summary>docs/usage-sources.md.</summary>
    public static string UsageSources() =>
        """
            # Ready-made sources of usage

            Written by `./smile generate` from the code: what `like` stands for in [`usageSources`](catalogue.md), as a catalogue would say
            it. [Usage](operating/usage.md) says what the expressions mean; columns in brackets are those that are read.

            ```yaml

            """.ReplaceLineEndings("\n")
        + CatalogueReader.ReadyMadeUsageSources()
        + "```\n";

    public static CatalogueKeys CatalogueReference(IReadOnlyList<string> files)
    {
        var (keys, problems) = CatalogueReader.KeysOf(files);
        return problems.Count == 0 ? keys : throw new CommandException(string.Join(Environment.NewLine, problems));
    }

    public static string Table()
    {
        var endpoints = SmileEndpoints
            .All.OrderBy(endpoint => endpoint.Path, StringComparer.Ordinal)
            .Select(endpoint => (endpoint, Built: EndpointRegistration.BuiltOperations(endpoint)))
            .ToList();
        var total = endpoints.Sum(entry => entry.endpoint.Operations.Count);
        var text = new StringBuilder();
        text.Append("# Operations\n\n");
        text.Append("Written by `./smile generate` from the code. An operation that is not built answers a fault that says so.\n");
        text.Append("The guide has 186 operations; changeBillingCycle and retryProvisioning are of this server.\n\n");
        text.Append(
            System.Globalization.CultureInfo.InvariantCulture,
            $"**{endpoints.Sum(entry => entry.Built.Count)} of {total} operations on {endpoints.Count} endpoints are built.**\n"
        );
        foreach (var (endpoint, built) in endpoints)
        {
            text.Append(
                System.Globalization.CultureInfo.InvariantCulture,
                $"\n## {endpoint.Path}: {built.Count} of {endpoint.Operations.Count}\n\n| Operation | Built |\n|---|---|\n"
            );
            foreach (var operation in endpoint.Operations.OrderBy(operation => operation.Name, StringComparer.Ordinal))
            {
                text.Append(
                    System.Globalization.CultureInfo.InvariantCulture,
                    $"| {operation.Name} | {(built.Contains(operation.Name) ? "yes" : "not yet")} |\n"
                );
            }
        }

        return text.ToString();
    }
}
