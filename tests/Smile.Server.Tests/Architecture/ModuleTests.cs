using System.Text.RegularExpressions;
using Smile.Contracts.Generator;
using Smile.Testing;

namespace Smile.Server.Tests.Architecture;

/// <summary>
/// The walls of the house. The compiler refuses a reference that a project file does not name; here the project files are read, and what
/// the compiler cannot hold.
/// </summary>
public sealed partial class ModuleTests
{
    /// <summary>Each project may name those that stand before it.</summary>
    private static readonly string[] Order =
    [
        "Smile.Soap",
        "Smile.OpenWire",
        "Smile.Contracts",
        "Core/Smile.Kernel",
        "Core/Smile.Catalogue",
        "Core/Smile.Session",
        "Modules/Smile.CustomCollections",
        "Modules/Smile.Customers",
        "Modules/Smile.NumberPools",
        "Modules/Smile.Receivables",
        "Modules/Smile.Payments",
        "Modules/Smile.Billing",
        "Modules/Smile.Ordering",
        "Modules/Smile.Correspondence",
        "Modules/Smile.CreditControl",
        "Modules/Smile.Crm",
        "Modules/Smile.Usage",
        "Modules/Smile.Rating",
        "Modules/Smile.Prepaid",
        "Adapters/Smile.Storage",
        "Adapters/Smile.Gateways",
        "Adapters/Smile.Rendering",
        "Smile.Hosting",
        "Surfaces/Smile.Api.Soap",
        "Surfaces/Smile.Cli",
        "Smile.Server",
    ];

    /// <summary>The files that still take or give documents of the wire. The list may only shrink.</summary>
    private static string DocumentsFile =>
        Path.Combine(Repository.Folder(), "tests", "Smile.Server.Tests", "Architecture", "FilesWithDocuments.txt");

    [Fact]
    public void Projects_stand_in_one_order()
    {
        var projects = ProjectFiles.Source();
        Assert.Equal(Order.Order(StringComparer.Ordinal), projects.Select(project => project.Path).Order(StringComparer.Ordinal));
        var upward =
            from project in projects
            from reference in project.References
            where Array.IndexOf(Order, reference) >= Array.IndexOf(Order, project.Path)
            select $"{project.Path} names {reference}";
        Assert.Empty(upward);
    }

    /// <summary>Transitive references would open the walls that the project files draw.</summary>
    [Fact]
    public void Projects_see_only_those_that_they_name()
    {
        var properties = File.ReadAllText(Path.Combine(ProjectFiles.Root, "Directory.Build.props"));
        Assert.Contains("<DisableTransitiveProjectReferences>true<", properties, StringComparison.Ordinal);
        Assert.All(
            ProjectFiles.Source(),
            project => Assert.DoesNotContain("DisableTransitiveProjectReferences", project.Text(), StringComparison.Ordinal)
        );
    }

    [Theory]
    [InlineData("Adapters/")]
    [InlineData("Surfaces/")]
    public void Adapters_and_surfaces_do_not_know_each_other(string folder)
    {
        var known = ProjectFiles
            .Source()
            .Where(project => project.Path.StartsWith(folder, StringComparison.Ordinal))
            .SelectMany(project => project.References)
            .ToList();
        Assert.NotEmpty(known);
        Assert.DoesNotContain(known, path => path.StartsWith(folder, StringComparison.Ordinal));
    }

    /// <summary>What answers the API calls use cases, and nothing that stores, charges or renders.</summary>
    [Fact]
    public void The_API_knows_no_adapter() =>
        Assert.DoesNotContain(
            ProjectFiles.Source().Single(project => project.Path == "Surfaces/Smile.Api.Soap").References,
            path => path.StartsWith("Adapters/", StringComparison.Ordinal)
        );

    /// <summary>Internals are for tests: no project of the server opens another's.</summary>
    [Fact]
    public void Internals_are_open_to_tests_alone()
    {
        var opened =
            from project in ProjectFiles.Source()
            from line in project.Text().Split('\n')
            let match = Opened().Match(line)
            where match.Success && !match.Groups[1].Value.EndsWith(".Tests", StringComparison.Ordinal)
            where match.Groups[1].Value is not ("Smile.Conformance" or "Smile.Benchmarks")
            select $"{project.Path} opens its internals to {match.Groups[1].Value}";
        Assert.Empty(opened);
    }

    /// <summary>PostgreSQL is spoken to in the folders that are named for it.</summary>
    [Fact]
    public void Modules_use_Npgsql_and_raw_statements_under_Storage_alone()
    {
        var offenders =
            from project in Modules()
            from file in project.Sources()
            where !IsStorage(project, file)
            where RawData().IsMatch(File.ReadAllText(file))
            select Path.GetRelativePath(ProjectFiles.Root, file);
        Assert.Empty(offenders);
    }

    /// <summary>A table is its module's: others read and change it through what the module offers.</summary>
    [Fact]
    public void Tables_are_named_by_their_modules_alone()
    {
        var offenders =
            from project in ProjectFiles.Source()
            where project.Path != "Adapters/Smile.Storage"
            from file in project.Sources()
            where !IsStorage(project, file) && !file.EndsWith("Tables.cs", StringComparison.Ordinal)
            where Table().IsMatch(File.ReadAllText(file)) && !file.EndsWith("IStageDatabase.cs", StringComparison.Ordinal)
            select Path.GetRelativePath(ProjectFiles.Root, file);
        Assert.Empty(offenders);
        var open =
            from project in Modules()
            from file in project.Sources().Where(file => file.EndsWith("Tables.cs", StringComparison.Ordinal))
            where File.ReadAllText(file).Contains("public DbSet<", StringComparison.Ordinal)
            select Path.GetRelativePath(ProjectFiles.Root, file);
        Assert.Empty(open);
    }

    [Fact]
    public void Surfaces_do_not_reach_the_storage_of_modules()
    {
        var offenders =
            from project in ProjectFiles.Source()
            where project.Path is "Smile.Hosting" or "Smile.Server" || project.Path.StartsWith("Surfaces/", StringComparison.Ordinal)
            from file in project.Sources()
            from line in File.ReadLines(file)
            where StorageOfModule().IsMatch(line)
            select $"{Path.GetFileName(file)}: {line}";
        Assert.Empty(offenders);
    }

    /// <summary>New use cases take and give values of their own; documents of the wire stop at the surface.</summary>
    [Fact]
    public void No_more_files_use_documents_of_the_wire()
    {
        var known = File.ReadAllLines(DocumentsFile);
        var present =
            from project in ProjectFiles.Source()
            where
                project.Path.StartsWith("Modules/", StringComparison.Ordinal) || project.Path.StartsWith("Core/", StringComparison.Ordinal)
            from file in project.Sources()
            where File.ReadLines(file).Contains("using Smile.Contracts;")
            select Path.GetRelativePath(ProjectFiles.Root, file);
        Assert.Equal(known, present.Order(StringComparer.Ordinal));
    }

    private static IEnumerable<ProjectFile> Modules() =>
        ProjectFiles.Source().Where(project => project.Path.StartsWith("Modules/", StringComparison.Ordinal));

    private static bool IsStorage(ProjectFile project, string file) =>
        Path.GetRelativePath(project.Folder(), Path.GetDirectoryName(file)!).Split('/').Contains("Storage");

    [GeneratedRegex("InternalsVisibleTo Include=\"([^\"]+)\"")]
    private static partial Regex Opened();

    [GeneratedRegex(@"\bNpgsql\b|\bFromSql\w*\(|\.Statements\b|[dD]atabase\.Source\b|ExecuteSql")]
    private static partial Regex RawData();

    [GeneratedRegex(@"\bSet<\w+>\(\)|\bDbSet<")]
    private static partial Regex Table();

    [GeneratedRegex(@"\bSmile\.\w+(\.\w+)*\.Storage\b")]
    private static partial Regex StorageOfModule();
}
