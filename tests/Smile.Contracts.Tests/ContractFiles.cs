using System.Xml;
using System.Xml.Linq;
using System.Xml.Schema;

namespace Smile.Contracts.Tests;

/// <summary>Where the contract's files are in the source tree, and what they hold.</summary>
internal static class ContractFiles
{
    public const string DataNamespace = "http://xml.inomial.com/smile/2.xsd";
    public const string EndpointNamespace = "http://ws.inomial.com/smile.2";
    public static readonly XNamespace Wsdl = "http://schemas.xmlsoap.org/wsdl/";
    public static readonly XNamespace Soap = "http://schemas.xmlsoap.org/wsdl/soap/";
    public static readonly XNamespace Xs = XmlSchema.Namespace;

    private static readonly Lazy<XmlSchemaSet> CompiledSchemas = new(Compile);

    public static string Root { get; } = FindRoot();

    public static string WsdlFolder { get; } = Path.Combine(Root, "wsdl");

    public static string GeneratedFolder { get; } = Path.Combine(Root, "src", "Smile.Contracts", "Generated");

    public static string TestFolder { get; } = Path.Combine(Root, "tests", "Smile.Contracts.Tests");

    public static string ExampleFolder { get; } = Path.Combine(TestFolder, "Examples");

    /// <summary>The data namespace, compiled once.</summary>
    public static XmlSchemaSet Schemas => CompiledSchemas.Value;

    public static IEnumerable<string> WsdlFiles => Directory.GetFiles(WsdlFolder, "*.wsdl").Order(StringComparer.Ordinal);

    public static IEnumerable<string> SchemaFiles => Directory.GetFiles(WsdlFolder, "*.xsd").Order(StringComparer.Ordinal);

    /// <summary>What is wrong with a document of the contract; empty where it is valid.</summary>
    public static IReadOnlyList<string> Validate(XDocument document)
    {
        var problems = new List<string>();
        document.Validate(Schemas, (_, problem) => problems.Add(problem.Message));
        var root = new XmlQualifiedName(document.Root!.Name.LocalName, document.Root.Name.NamespaceName);
        if (Schemas.GlobalElements[root] is null)
        {
            // Validation passes over a root that no schema declares.
            problems.Add($"The contract has no document <{root.Name}>.");
        }

        return problems;
    }

    private static XmlSchemaSet Compile()
    {
        var set = new XmlSchemaSet { XmlResolver = new XmlUrlResolver() };
        set.Add(DataNamespace, Path.Combine(WsdlFolder, PublishedContract.MasterSchema));
        set.Compile();
        return set;
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Smile.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("The tests must run inside the source tree: they compare it with what is built.");
    }
}
