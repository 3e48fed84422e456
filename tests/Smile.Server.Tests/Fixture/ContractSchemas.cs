using System.Collections.Concurrent;
using System.Xml;
using System.Xml.Linq;
using System.Xml.Schema;
using Smile.Contracts;

namespace Smile.Server.Tests.Fixture;

/// <summary>The published schemas, to validate every request and answer of a test against.</summary>
internal static class ContractSchemas
{
    public static readonly XNamespace Data = "http://xml.inomial.com/smile/2.xsd";
    public static readonly XNamespace Endpoint = "http://ws.inomial.com/smile.2";

    private static readonly IReadOnlyDictionary<string, string> Files = PublishedContract.ReadFiles();
    private static readonly ConcurrentDictionary<string, XmlSchemaSet> Sets = new();

    /// <summary>Throws where an operation's wrapper, or a document, does not fit the contract.</summary>
    public static void Validate(string endpoint, XElement element)
    {
        var problems = new List<string>();

        // The answer's envelope declares the prefix that xsi:type uses; the element alone has lost it.
        element.SetAttributeValue(XNamespace.Xmlns + "ns2", Data.NamespaceName);
        new XDocument(element).Validate(SetFor(endpoint), (_, problem) => problems.Add(problem.Message));
        Assert.True(problems.Count == 0, $"Not valid against the contract: {string.Join("; ", problems)}\n{element}");
    }

    public static XmlSchemaSet SetFor(string endpoint) =>
        Sets.GetOrAdd(
            endpoint,
            path =>
            {
                var wsdl = XDocument.Parse(Files[path.Replace('/', '-') + ".wsdl"]);
                var schema = wsdl.Descendants(XName.Get("schema", XmlSchema.Namespace)).Single();
                schema.Add(
                    wsdl.Root!.Attributes().Where(attribute => attribute.IsNamespaceDeclaration && schema.Attribute(attribute.Name) is null)
                );
                var set = new XmlSchemaSet { XmlResolver = new FileResolver() };
                set.Add(Endpoint.NamespaceName, XmlReader.Create(new StringReader(schema.ToString()), null, "contract:/inline.xsd"));
                set.Compile();
                return set;
            }
        );

    private sealed class FileResolver : XmlResolver
    {
        public override object GetEntity(Uri absoluteUri, string? role, Type? ofObjectToReturn) =>
            new MemoryStream(System.Text.Encoding.UTF8.GetBytes(Files[Path.GetFileName(absoluteUri.AbsolutePath)]));
    }
}
