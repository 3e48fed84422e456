using System.Globalization;
using System.Xml;
using System.Xml.Linq;
using System.Xml.Schema;
using Smile.Api.Soap;
using Smile.Contracts;

namespace Smile.Server.Tests.Fixture;

/// <summary>An operation that is built, and the element of its wrapper in the contract.</summary>
internal sealed record ContractOperation(string Endpoint, string Name, XmlSchemaElement Wrapper)
{
    public override string ToString() => $"{Endpoint}/{Name}";
}

/// <summary>Requests made from the contract, so that a new operation or element is tried without anybody's thinking of it.</summary>
internal static class SampleRequests
{
    private const int MostDepth = 12;

    /// <summary>Every operation that is built.</summary>
    public static IReadOnlyList<ContractOperation> Operations() =>
        [
            .. from endpoint in SmileEndpoints.All
            let built = EndpointRegistration.BuiltOperations(endpoint)
            from operation in endpoint.Operations
            where built.Contains(operation.Name)
            orderby endpoint.Path, operation.Name
            select new ContractOperation(endpoint.Path, operation.Name, Wrapper(endpoint.Path, operation.Name)),
        ];

    /// <summary>A request that has every element of the contract once, the optional ones too.</summary>
    /// <param name="value">The text of an element or attribute by its path (<c>Order/OrderForm/Object/Timestamp</c>, <c>…/@name</c>) and
    /// type; null leaves it out.</param>
    /// <param name="isWanted">Whether an optional element is put in.</param>
    public static XElement Make(
        ContractOperation operation,
        Func<string, XmlSchemaSimpleType, string?> value,
        Func<string, bool>? isWanted = null
    )
    {
        var wrapper = new XElement(ContractSchemas.Endpoint + operation.Name);
        if (operation.Wrapper.ElementSchemaType is XmlSchemaComplexType type)
        {
            Fill(wrapper, type, "", value, isWanted ?? (_ => true), 0);
        }

        return wrapper;
    }

    /// <summary>The paths of the operation's parameters and elements of which the contract says that they hold a time or a day.</summary>
    public static IReadOnlyList<string> TimePaths(ContractOperation operation) => Paths(operation, IsTime);

    /// <summary>The paths of those that can hold a time of day.</summary>
    public static IReadOnlyList<string> DateTimePaths(ContractOperation operation) => Paths(operation, TakesDateTime);

    private static List<string> Paths(ContractOperation operation, Func<XmlSchemaSimpleType, bool> isWanted)
    {
        var paths = new List<string>();
        Make(
            operation,
            (path, type) =>
            {
                if (isWanted(type))
                {
                    paths.Add(path);
                }

                return "1";
            }
        );
        return paths;
    }

    /// <summary>True for <c>xs:dateTime</c> and <c>xs:date</c>, and for unions that take one.</summary>
    public static bool IsTime(XmlSchemaSimpleType type) =>
        type.TypeCode is XmlTypeCode.DateTime or XmlTypeCode.Date
        || (type.Content as XmlSchemaSimpleTypeUnion)?.BaseMemberTypes is { } members && members.Any(IsTime);

    public static bool TakesDateTime(XmlSchemaSimpleType type) =>
        type.TypeCode == XmlTypeCode.DateTime
        || (type.Content as XmlSchemaSimpleTypeUnion)?.BaseMemberTypes is { } members && members.Any(TakesDateTime);

    private static XmlSchemaElement Wrapper(string endpoint, string operation) =>
        (XmlSchemaElement)
            ContractSchemas.SetFor(endpoint).GlobalElements[new XmlQualifiedName(operation, ContractSchemas.Endpoint.NamespaceName)]!;

    private static void Fill(
        XElement parent,
        XmlSchemaComplexType type,
        string path,
        Func<string, XmlSchemaSimpleType, string?> value,
        Func<string, bool> isWanted,
        int depth
    )
    {
        foreach (var attribute in type.AttributeUses.Values.Cast<XmlSchemaAttribute>())
        {
            if (value($"{path}/@{attribute.Name}".TrimStart('/'), attribute.AttributeSchemaType!) is { } text)
            {
                parent.SetAttributeValue(attribute.Name!, text);
            }
        }

        if (type.ContentType == XmlSchemaContentType.TextOnly)
        {
            parent.Value = value(path, Simple(type)) ?? "";
        }
        else if (depth < MostDepth && type.ContentTypeParticle is { } particle)
        {
            Fill(parent, particle, path, value, isWanted, depth);
        }
    }

    private static void Fill(
        XElement parent,
        XmlSchemaParticle particle,
        string path,
        Func<string, XmlSchemaSimpleType, string?> value,
        Func<string, bool> isWanted,
        int depth
    )
    {
        switch (particle)
        {
            case XmlSchemaChoice choice:
                // Of the members of an Object, the one that holds a time.
                var members = choice.Items.Cast<XmlSchemaParticle>().ToList();
                Fill(
                    parent,
                    members.Find(member => member is XmlSchemaElement { QualifiedName.Name: "Timestamp" }) ?? members[0],
                    path,
                    value,
                    isWanted,
                    depth
                );
                break;
            case XmlSchemaGroupBase group:
                foreach (var member in group.Items.Cast<XmlSchemaParticle>())
                {
                    Fill(parent, member, path, value, isWanted, depth);
                }

                break;
            case XmlSchemaElement element:
                var at = $"{path}/{element.QualifiedName.Name}".TrimStart('/');
                if (element.MinOccurs == 0m && !isWanted(at))
                {
                    break;
                }

                var child = new XElement(XName.Get(element.QualifiedName.Name, element.QualifiedName.Namespace));
                if (element.ElementSchemaType is XmlSchemaComplexType complex)
                {
                    Fill(child, complex, at, value, isWanted, depth + 1);
                }
                else if (value(at, (XmlSchemaSimpleType)element.ElementSchemaType!) is { } text)
                {
                    child.Value = text;
                }
                else
                {
                    break;
                }

                parent.Add(child);
                break;
        }
    }

    private static XmlSchemaSimpleType Simple(XmlSchemaComplexType type) =>
        type.BaseXmlSchemaType switch
        {
            XmlSchemaSimpleType simple => simple,
            XmlSchemaComplexType complex => Simple(complex),
            _ => XmlSchemaType.GetBuiltInSimpleType(XmlTypeCode.String),
        };

    /// <summary>Some value of a type: the first of an enumeration, one, true, or a word.</summary>
    public static string Any(XmlSchemaSimpleType type) =>
        (type.Content as XmlSchemaSimpleTypeRestriction)?.Facets.OfType<XmlSchemaEnumerationFacet>().FirstOrDefault()?.Value
        ?? type.TypeCode switch
        {
            XmlTypeCode.Boolean => "true",
            XmlTypeCode.Base64Binary => "AA==",
            XmlTypeCode.GYearMonth => "2030-01",
            XmlTypeCode.String or XmlTypeCode.None or XmlTypeCode.AnyAtomicType => "x",
            _ => 1.ToString(CultureInfo.InvariantCulture),
        };
}
