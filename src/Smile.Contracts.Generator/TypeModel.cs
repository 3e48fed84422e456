using System.Xml;
using System.Xml.Schema;

namespace Smile.Contracts.Generator;

/// <summary>How a value is held in C# and read and written.</summary>
/// <param name="CSharp">The type without its question mark.</param>
/// <param name="IsValueType">Whether an absent value needs a nullable.</param>
/// <param name="ReadElement">Expression that reads the current element; <c>reader</c> stands on it.</param>
/// <param name="ParseText">Static method that parses a text, given the text and a path for messages; null for a string.</param>
/// <param name="ToText">Suffix that turns the value into what the writer takes.</param>
internal sealed record ValueKind(string CSharp, bool IsValueType, string ReadElement, string? ParseText, string ToText = "")
{
    public bool IsComplex { get; init; }
}

/// <summary>A child element or attribute of a complex type.</summary>
internal sealed record Field(
    string XmlName,
    string Property,
    ValueKind Kind,
    bool IsRequired,
    bool IsList,
    bool IsNillable,
    string Documentation,
    bool IsDocument = false
);

/// <summary>The named types of the data namespace, and how each maps to C#.</summary>
internal sealed class TypeModel
{
    private static readonly Dictionary<XmlTypeCode, ValueKind> BuiltIn = new()
    {
        [XmlTypeCode.Int] = Simple("int", "Int"),
        [XmlTypeCode.Short] = Simple("int", "Int"),
        [XmlTypeCode.Integer] = Simple("long", "Long"),
        [XmlTypeCode.NonNegativeInteger] = Simple("long", "Long"),
        [XmlTypeCode.PositiveInteger] = Simple("long", "Long"),
        [XmlTypeCode.Long] = Simple("long", "Long"),
        [XmlTypeCode.Decimal] = Simple("decimal", "Decimal"),
        [XmlTypeCode.Boolean] = Simple("bool", "Boolean"),
        [XmlTypeCode.Date] = Simple("XmlDate", "Date"),
        [XmlTypeCode.DateTime] = Simple("XmlTimestamp", "Timestamp"),
        [XmlTypeCode.Base64Binary] = Simple("byte[]", "Bytes") with { IsValueType = false },
    };

    private static readonly ValueKind Text = new("string", false, "reader.ReadString()", null);

    public TypeModel(XmlSchemaSet set)
    {
        foreach (
            var type in set
                .GlobalTypes.Values.Cast<XmlSchemaType>()
                .Where(type => type.QualifiedName.Namespace == ContractGenerator.DataNamespace)
                .OrderBy(type => type.QualifiedName.Name, StringComparer.Ordinal)
        )
        {
            if (type is XmlSchemaComplexType complex)
            {
                Complex[type.QualifiedName.Name] = complex;
            }
            else if (
                type is XmlSchemaSimpleType { Content: XmlSchemaSimpleTypeRestriction restriction } simple
                && restriction.Facets.OfType<XmlSchemaEnumerationFacet>().Any()
            )
            {
                Enumerations[type.QualifiedName.Name] = simple;
            }
        }

        foreach (
            var element in set
                .GlobalElements.Values.Cast<XmlSchemaElement>()
                .OrderBy(element => element.QualifiedName.Name, StringComparer.Ordinal)
        )
        {
            Documents[element.QualifiedName.Name] = element;
        }
    }

    public SortedDictionary<string, XmlSchemaComplexType> Complex { get; } = new(StringComparer.Ordinal);

    public SortedDictionary<string, XmlSchemaSimpleType> Enumerations { get; } = new(StringComparer.Ordinal);

    public SortedDictionary<string, XmlSchemaElement> Documents { get; } = new(StringComparer.Ordinal);

    public IEnumerable<XmlSchemaComplexType> DerivedFrom(XmlSchemaComplexType type) =>
        Complex.Values.Where(candidate => BaseOf(candidate)?.QualifiedName == type.QualifiedName);

    /// <summary>All types below this one.</summary>
    public IEnumerable<XmlSchemaComplexType> AllDerivedFrom(XmlSchemaComplexType type) =>
        DerivedFrom(type).SelectMany(derived => AllDerivedFrom(derived).Prepend(derived));

    public XmlSchemaComplexType? BaseOf(XmlSchemaComplexType type) =>
        type.BaseXmlSchemaType is XmlSchemaComplexType { QualifiedName.Namespace: ContractGenerator.DataNamespace } parent
        && type.ContentModel is XmlSchemaComplexContent
            ? Complex[parent.QualifiedName.Name]
            : null;

    /// <summary>The kind of the text content, for a type with simple content; null for others.</summary>
    public ValueKind? Content(XmlSchemaComplexType type)
    {
        if (type.ContentType != XmlSchemaContentType.TextOnly)
        {
            return null;
        }

        var at = type.BaseXmlSchemaType;
        while (at is XmlSchemaComplexType complex)
        {
            at = complex.BaseXmlSchemaType;
        }

        return Kind(at!);
    }

    /// <summary>True where the content may be left empty for "no value" (a union with the empty string).</summary>
    public static bool ContentIsOptional(XmlSchemaComplexType type)
    {
        var at = type.BaseXmlSchemaType;
        while (at is XmlSchemaComplexType complex)
        {
            at = complex.BaseXmlSchemaType;
        }

        return at is XmlSchemaSimpleType { Content: XmlSchemaSimpleTypeUnion };
    }

    public ValueKind Kind(XmlSchemaType type)
    {
        if (type is XmlSchemaComplexType complex)
        {
            var name =
                complex.QualifiedName.Name.Length > 0
                    ? complex.QualifiedName.Name
                    : throw new InvalidOperationException("An anonymous complex type: name it.");
            return new ValueKind(name, false, $"global::Smile.Contracts.{name}.Read(reader)", null) { IsComplex = true };
        }

        var simple = (XmlSchemaSimpleType)type;
        if (Enumerations.ContainsKey(simple.QualifiedName.Name) && simple.QualifiedName.Namespace == ContractGenerator.DataNamespace)
        {
            return new ValueKind(
                simple.QualifiedName.Name,
                true,
                $"reader.ReadValue({simple.QualifiedName.Name}Xml.Parse)",
                $"{simple.QualifiedName.Name}Xml.Parse",
                ".ToXml()"
            );
        }

        if (simple.Content is XmlSchemaSimpleTypeUnion union)
        {
            var members = union.BaseMemberTypes!.Where(member => !IsEmptyString(member)).ToList();
            return members is [var only] ? Kind(only) : Text;
        }

        return BuiltIn.GetValueOrDefault(simple.Datatype!.TypeCode, Text);
    }

    public IReadOnlyList<Field> Attributes(XmlSchemaComplexType type) =>
        [
            .. type
                .AttributeUses.Values.Cast<XmlSchemaAttribute>()
                .OrderBy(attribute => attribute.LineNumber)
                .Select(attribute => new Field(
                    attribute.QualifiedName.Name,
                    ContractGenerator.Pascal(attribute.QualifiedName.Name),
                    Kind(attribute.AttributeSchemaType!),
                    attribute.Use == XmlSchemaUse.Required,
                    false,
                    false,
                    ContractGenerator.Documentation(attribute)
                )),
        ];

    /// <summary>The child elements, the base type's first. Members of a choice are all optional.</summary>
    public IReadOnlyList<Field> Elements(XmlSchemaComplexType type)
    {
        var fields = new List<Field>();
        Collect(type.ContentTypeParticle, optional: false, repeated: false, fields);
        return fields;
    }

    /// <summary>
    /// The alternatives of a type whose content is a repeated choice, in any order: its members keep their document order.
    /// </summary>
    public IReadOnlyList<Field>? RepeatedChoice(XmlSchemaComplexType type)
    {
        if (type.ContentTypeParticle is not XmlSchemaChoice { MaxOccurs: > 1 } choice)
        {
            return null;
        }

        var fields = new List<Field>();
        Collect(choice, optional: true, repeated: false, fields);
        return fields;
    }

    private static bool IsEmptyString(XmlSchemaSimpleType type) =>
        type.Content is XmlSchemaSimpleTypeRestriction restriction
        && restriction
            .Facets.Cast<XmlSchemaFacet>()
            .Any(facet =>
                facet is XmlSchemaLengthFacet or XmlSchemaMaxLengthFacet && facet.Value == "0"
                || facet is XmlSchemaEnumerationFacet && facet.Value == ""
            );

    private static ValueKind Simple(string cSharp, string method) =>
        new(cSharp, true, $"reader.Read{method}()", $"ContractReader.Parse{method}");

    private void Collect(XmlSchemaParticle? particle, bool optional, bool repeated, List<Field> fields)
    {
        switch (particle)
        {
            case XmlSchemaElement element:
                var resolved = element.RefName.IsEmpty ? element : Documents.GetValueOrDefault(element.RefName.Name) ?? element;
                var existing = fields.FindIndex(field => field.XmlName == element.QualifiedName.Name);
                if (existing >= 0)
                {
                    fields[existing] = fields[existing] with { IsList = true, IsRequired = false };
                    return;
                }

                if (
                    element.ElementSchemaType is XmlSchemaSimpleType { Content: XmlSchemaSimpleTypeUnion union }
                    && union.BaseMemberTypes!.Any(IsEmptyString)
                )
                {
                    throw new InvalidOperationException(
                        $"The element '{element.QualifiedName.Name}' may be empty: give it a complex type with that content, so that "
                            + $"empty is told from absent."
                    );
                }

                fields.Add(
                    new Field(
                        element.QualifiedName.Name,
                        ContractGenerator.Pascal(element.QualifiedName.Name),
                        Kind(element.ElementSchemaType!),
                        !optional && element.MinOccurs > 0,
                        repeated || element.MaxOccurs > 1,
                        element.IsNillable,
                        ContractGenerator.Documentation(element) is { Length: > 0 } own ? own : ContractGenerator.Documentation(resolved),
                        element.QualifiedName.Namespace == ContractGenerator.DataNamespace
                    )
                );
                break;
            case XmlSchemaGroupBase group:
                foreach (var item in group.Items.Cast<XmlSchemaParticle>())
                {
                    Collect(item, optional || group is XmlSchemaChoice || group.MinOccurs == 0, repeated || group.MaxOccurs > 1, fields);
                }

                break;
        }
    }
}
