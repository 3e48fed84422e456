using System.Xml;
using System.Xml.Linq;
using System.Xml.Schema;

namespace Smile.Contracts.Generator;

/// <summary>
/// Turns the published contract (<c>wsdl/</c>) into C#: types with readers and writers, service interfaces, endpoint tables.
/// </summary>
internal static class ContractGenerator
{
    internal const string MasterSchema = "smile.xsd";
    internal const string DataNamespace = "http://xml.inomial.com/smile/2.xsd";
    internal const string EndpointNamespace = "http://ws.inomial.com/smile.2";
    private static readonly XNamespace Wsdl = "http://schemas.xmlsoap.org/wsdl/";
    private static readonly XNamespace Xs = XmlSchema.Namespace;

    /// <summary>File name and text of every generated file.</summary>
    public static SortedDictionary<string, string> Generate(string wsdlFolder)
    {
        var output = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var types = new TypeModel(LoadSchemas(wsdlFolder));
        var endpoints = Directory
            .GetFiles(wsdlFolder, "*.wsdl")
            .Order(StringComparer.Ordinal)
            .Select(path => LoadEndpoint(path, wsdlFolder))
            .ToList();
        var answers = endpoints
            .SelectMany(endpoint => endpoint.Operations)
            .SelectMany(operation => types.Elements(operation.Response))
            .Select(answer => answer.Kind.CSharp)
            .ToHashSet();
        foreach (
            var part in types
                .Complex.Values.Cast<XmlSchemaType>()
                .Concat(types.Enumerations.Values)
                .GroupBy(SourceFile)
                .OrderBy(group => group.Key, StringComparer.Ordinal)
        )
        {
            output[Pascal(Path.GetFileNameWithoutExtension(part.Key)) + ".cs"] = new TypeWriter(types, answers).Write(part);
        }

        output["SmileDocuments.cs"] = new TypeWriter(types, answers).WriteDocuments();
        foreach (var endpoint in endpoints)
        {
            output[$"I{endpoint.PortType}Endpoint.cs"] = new EndpointWriter(types).Write(endpoint);
        }

        output["SmileEndpoints.cs"] = EndpointWriter.WriteTable(endpoints);
        output["Faults.cs"] = FaultWriter.Write(endpoints, Lines(wsdlFolder, "missing.txt"));
        output["BusMessages.cs"] = MessageWriter.Write(Lines(wsdlFolder, "messages.tsv").Select(MessageModel.Read));
        return output;
    }

    /// <summary>The lines of an index, without its comments.</summary>
    private static IEnumerable<string> Lines(string folder, string name) =>
        File.ReadLines(Path.Combine(folder, name)).Where(line => line.Length > 0 && !line.StartsWith('#'));

    internal static string Pascal(string name) =>
        string.Concat(
            name.Split('-', '.', ' ', '_').Where(part => part.Length > 0).Select(part => char.ToUpperInvariant(part[0]) + part[1..])
        );

    internal static string Camel(string name) => char.ToLowerInvariant(name[0]) + name[1..];

    /// <summary>The text of an annotation on one line, escaped for an XML comment; empty where there is none.</summary>
    internal static string Documentation(XmlSchemaAnnotated annotated)
    {
        var text = string.Join(
            ' ',
            annotated
                .Annotation?.Items.OfType<XmlSchemaDocumentation>()
                .SelectMany(item => item.Markup ?? [])
                .Select(node => node?.InnerText)
                ?? []
        );
        return Clean(text);
    }

    internal static string Clean(string text) =>
        new XText(string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))).ToString();

    private static string SourceFile(XmlSchemaType type)
    {
        for (XmlSchemaObject? at = type; at is not null; at = at.Parent)
        {
            if (at is XmlSchema { SourceUri: { } uri })
            {
                return Path.GetFileName(new Uri(uri).LocalPath);
            }
        }

        return MasterSchema;
    }

    private static XmlSchemaSet LoadSchemas(string folder)
    {
        var set = new XmlSchemaSet { XmlResolver = new XmlUrlResolver() };
        set.ValidationEventHandler += (_, problem) => throw problem.Exception;
        set.Add(DataNamespace, Path.GetFullPath(Path.Combine(folder, MasterSchema)));
        set.Compile();
        return set;
    }

    private static EndpointModel LoadEndpoint(string path, string folder)
    {
        var document = XDocument.Load(path);
        var portType = document.Descendants(Wsdl + "portType").Single();
        var schemaElement = document.Descendants(Xs + "schema").Single();

        // References use prefixes that the WSDL's root declares: they must come along.
        schemaElement.Add(
            document
                .Root!.Attributes()
                .Where(attribute => attribute.IsNamespaceDeclaration && schemaElement.Attribute(attribute.Name) is null)
        );
        var set = new XmlSchemaSet { XmlResolver = new XmlUrlResolver() };
        set.ValidationEventHandler += (_, problem) => throw problem.Exception;
        using (
            var reader = XmlReader.Create(
                new StringReader(schemaElement.ToString()),
                null,
                new Uri(Path.GetFullPath(folder) + "/inline.xsd").ToString()
            )
        )
        {
            set.Add(EndpointNamespace, reader);
        }

        set.Compile();
        var address = document.Descendants().Single(element => element.Name.LocalName == "address").Attribute("location")!.Value;
        const string stem = "/smile/ws/v2/";
        var operations =
            from operation in portType.Elements(Wsdl + "operation")
            let name = operation.Attribute("name")!.Value
            orderby name
            select new OperationModel(
                name,
                Clean(operation.Element(Wsdl + "documentation")?.Value ?? ""),
                Wrapper(set, name),
                Wrapper(set, name + "Response"),
                [.. operation.Elements(Wsdl + "fault").Select(fault => fault.Attribute("name")!.Value)]
            );
        return new EndpointModel(
            portType.Attribute("name")!.Value,
            address[(address.IndexOf(stem, StringComparison.Ordinal) + stem.Length)..],
            Path.GetFileName(path),
            [.. operations]
        );
    }

    private static XmlSchemaComplexType Wrapper(XmlSchemaSet set, string name) =>
        set.GlobalElements[new XmlQualifiedName(name, EndpointNamespace)]
            is XmlSchemaElement { ElementSchemaType: XmlSchemaComplexType type }
            ? type
            : throw new InvalidOperationException($"The WSDL has no wrapper element '{name}'.");
}

internal sealed record EndpointModel(string PortType, string Path, string WsdlFile, IReadOnlyList<OperationModel> Operations);

internal sealed record OperationModel(
    string Name,
    string Documentation,
    XmlSchemaComplexType Request,
    XmlSchemaComplexType Response,
    IReadOnlyList<string> Faults
);
