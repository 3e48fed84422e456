using System.Xml.Schema;

namespace Smile.Contracts.Generator;

/// <summary>Writes the contract's types as classes that read and write themselves.</summary>
/// <param name="answers">Types of which an operation's answer is: their lists may be streamed.</param>
internal sealed class TypeWriter(TypeModel types, IReadOnlySet<string> answers)
{
    private readonly SourceText _source = new("Smile.Soap.Xml");

    public string Write(IEnumerable<XmlSchemaType> part)
    {
        foreach (var type in part.OrderBy(type => type.QualifiedName.Name, StringComparer.Ordinal))
        {
            _source.Line();
            if (type is XmlSchemaComplexType complex)
            {
                WriteComplex(complex);
            }
            else
            {
                WriteEnumeration((XmlSchemaSimpleType)type);
            }
        }

        return _source.ToString();
    }

    /// <summary>The global elements: what can be a document on its own, a parameter, a result or a message's body.</summary>
    public string WriteDocuments()
    {
        _source.Line().Summary("The contract's documents by the name of their root element.");
        _source.Line("public static class SmileDocuments").Line("{");
        var documents = types.Documents.Where(document => document.Value.ElementSchemaType is XmlSchemaComplexType).ToList();
        foreach (var (name, element) in documents)
        {
            var write = types.BaseOf((XmlSchemaComplexType)element.ElementSchemaType!) is null ? "Write" : "WriteContent";
            var type = element.ElementSchemaType!.QualifiedName.Name;
            _source.Summary(ContractGenerator.Documentation(element));
            _source
                .Line(
                    $"public static ContractDocument<{type}> {ContractGenerator.Pascal(name)} {{ get; }} = new(\"{name}\", "
                        + $"{type}.Read, static (writer, value) => "
                        + $"value.{write}(writer));"
                )
                .Line();
        }

        _source.Line("/// <summary>All of them, by name.</summary>");
        _source.Line("public static IReadOnlyDictionary<string, ContractDocument> ByName { get; } = new ContractDocument[]").Line("{");
        foreach (var (name, _) in documents)
        {
            _source.Line(ContractGenerator.Pascal(name) + ",");
        }

        _source.Line("}.ToDictionary(document => document.Name);").Line("}");
        return _source.ToString();
    }

    private void WriteEnumeration(XmlSchemaSimpleType type)
    {
        var name = type.QualifiedName.Name;
        var values = ((XmlSchemaSimpleTypeRestriction)type.Content!).Facets.OfType<XmlSchemaEnumerationFacet>().ToList();
        _source.Summary(ContractGenerator.Documentation(type));
        _source.Line($"public enum {name}").Line("{");
        foreach (var value in values)
        {
            _source.Summary(ContractGenerator.Documentation(value)).Line(Member(value.Value!) + ",");
        }

        _source.Line("}").Line();
        _source.Line($"public static class {name}Xml").Line("{");
        _source.Line($"public static {name} Parse(string text, string path) => text.Trim() switch").Line("{");
        foreach (var value in values)
        {
            _source.Line($"\"{value.Value}\" => {name}.{Member(value.Value!)},");
        }

        _source.Line($"_ => throw ContractReader.UnknownValue(text, path, \"{string.Join(", ", values.Select(value => value.Value))}\"),");
        _source.Line("};").Line();
        _source.Line($"public static string ToXml(this {name} value) => value switch").Line("{");
        foreach (var value in values)
        {
            _source.Line($"{name}.{Member(value.Value!)} => \"{value.Value}\",");
        }

        _source.Line("_ => throw new ArgumentOutOfRangeException(nameof(value), value, null),");
        _source.Line("};").Line("}");
    }

    private static string Member(string value)
    {
        var name = ContractGenerator.Pascal(new string([.. value.Select(character => char.IsLetterOrDigit(character) ? character : ' ')]));
        return name.Length == 0 ? "Empty"
            : char.IsDigit(name[0]) ? "_" + name
            : name;
    }

    private void WriteComplex(XmlSchemaComplexType type)
    {
        var name = type.QualifiedName.Name;
        var parent = types.BaseOf(type);
        var derived = types.AllDerivedFrom(type).Select(each => each.QualifiedName.Name).ToList();
        var attributes = types.Attributes(type);
        var choice = types.RepeatedChoice(type);
        var elements = choice is null ? types.Elements(type) : [];
        var content = types.Content(type);
        // C# knows neither a member named like its class or like one of every object's own, nor two members of one name; XML does.
        elements =
        [
            .. elements.Select(element =>
                element.Property == name
                || element.Property is "Equals" or "GetType" or "ToString"
                || attributes.Any(attribute => attribute.Property == element.Property)
                    ? element with
                    {
                        Property = element.Property + "Value",
                    }
                    : element
            ),
        ];
        var inherited = parent is null
            ? []
            : types.Attributes(parent).Concat(types.Elements(parent)).Select(field => field.Property).ToHashSet();

        var streamed = parent is null && derived.Count == 0 && answers.Contains(name) ? StreamedList(elements) : null;

        _source.Summary(ContractGenerator.Documentation(type));
        var bases = string.Join(
            ", ",
            new[] { parent?.QualifiedName.Name }
                .OfType<string>()
                .Concat(
                    types
                        .Complex.Values.Where(other => types.RepeatedChoice(other)?.Any(field => field.Kind.CSharp == name) ?? false)
                        .Select(other => $"I{other.QualifiedName.Name}Member")
                )
                .Concat(streamed is null ? [] : ["IStreamedContent"])
        );
        _source.Line($"public {(derived.Count > 0 ? "" : "sealed ")}class {name}{(bases.Length > 0 ? " : " + bases : "")}").Line("{");
        foreach (var field in attributes.Concat(elements).Where(field => !inherited.Contains(field.Property)))
        {
            WriteProperty(field);
        }

        if (streamed is not null)
        {
            _source.Line(
                $"/// <summary>More of <see cref=\"{streamed.Property}\"/>, written as they are read; for answers that may be "
                    + $"long.</summary>"
            );
            _source.Line($"public IAsyncEnumerable<{streamed.Kind.CSharp}>? Streamed{streamed.Property} {{ get; init; }}").Line();
        }

        if (content is not null)
        {
            var optional = TypeModel.ContentIsOptional(type) && content.CSharp != "string";
            _source.Line("/// <summary>The element's text.</summary>");
            _source.Line($"public {(optional ? "" : "required ")}{content.CSharp}{(optional ? "?" : "")} Value {{ get; init; }}").Line();
        }

        if (choice is not null)
        {
            _source.Line("/// <summary>The members in document order.</summary>");
            _source.Line($"public IReadOnlyList<I{name}Member> Members {{ get; init; }} = [];").Line();
        }

        WriteReader(type, derived, attributes, elements, choice, content);
        WriteWriter(type, parent, attributes, elements, choice, content, streamed);
        if (streamed is not null)
        {
            WriteStreaming(streamed);
        }

        _source.Line("}");
        if (choice is not null)
        {
            _source.Line().Line($"/// <summary>What <see cref=\"{name}\"/> may hold.</summary>").Line($"public interface I{name}Member;");
        }
    }

    private void WriteProperty(Field field)
    {
        _source.Summary(field.Documentation);
        _source
            .Line(
                field switch
                {
                    { IsList: true } => $"public IReadOnlyList<{field.Kind.CSharp}> {field.Property} {{ get; init; }} = [];",
                    { IsRequired: true, IsNillable: false } => $"public required {field.Kind.CSharp} {field.Property} {{ get; init; }}",
                    _ => $"public {field.Kind.CSharp}? {field.Property} {{ get; init; }}",
                }
            )
            .Line();
    }

    private static string Local(Field field) => "_" + ContractGenerator.Camel(field.Property);

    private void WriteReader(
        XmlSchemaComplexType type,
        List<string> derived,
        IReadOnlyList<Field> attributes,
        IReadOnlyList<Field> elements,
        IReadOnlyList<Field>? choice,
        ValueKind? content
    )
    {
        var name = type.QualifiedName.Name;
        _source.Line($"public static {(types.BaseOf(type) is null ? "" : "new ")}{name} Read(ContractReader reader)").Line("{");
        var typeName = $"reader.TypeName({string.Join(", ", derived.Prepend(name).Select(each => $"\"{each}\""))})";
        if (derived.Count > 0)
        {
            _source.Line($"switch ({typeName})").Line("{");
            foreach (var each in derived)
            {
                _source.Line($"case \"{each}\": return global::Smile.Contracts.{each}.Read(reader);");
            }

            _source.Line("}").Line();
        }
        else
        {
            _source.Line(typeName + ";");
        }

        _source.Line($"reader.ExpectAttributes({string.Join(", ", attributes.Select(attribute => $"\"{attribute.XmlName}\""))});");
        foreach (var attribute in attributes)
        {
            var parsed = attribute.Kind.ParseText is null
                ? $"reader.Attribute(\"{attribute.XmlName}\")"
                : $"reader.Attribute(\"{attribute.XmlName}\") is {{ }} {Local(attribute)}Text ? "
                    + $"{attribute.Kind.ParseText}({Local(attribute)}Text, reader.Path + \"/@{attribute.XmlName}\") : "
                    + $"({attribute.Kind.CSharp}?)null";
            _source.Line($"var {Local(attribute)} = {parsed};");
        }

        if (content is not null)
        {
            _source.Line("var path = reader.Path;").Line("var text = reader.ReadContent();");
        }
        else
        {
            WriteChildLoop(elements, choice, name);
        }

        _source.Line($"return new {name}").Line("{");
        foreach (var field in attributes.Concat(elements))
        {
            var missing = attributes.Contains(field) ? $"@{field.XmlName}" : field.XmlName;
            _source.Line(
                field switch
                {
                    { IsList: true } => $"{field.Property} = {Local(field)} ?? [],",
                    { IsRequired: true, IsNillable: false } => $"{field.Property} = {Local(field)} ?? throw reader.Missing(\"{missing}\"),",
                    _ => $"{field.Property} = {Local(field)},",
                }
            );
        }

        if (content is not null)
        {
            var optional = TypeModel.ContentIsOptional(type) && content.CSharp != "string";
            var parse = content.ParseText is null ? "text" : $"{content.ParseText}(text, path)";
            _source.Line(optional ? $"Value = string.IsNullOrWhiteSpace(text) ? null : {parse}," : $"Value = {parse},");
        }

        if (choice is not null)
        {
            _source.Line("Members = members,");
        }

        _source.Line("};").Line("}").Line();
    }

    private void WriteChildLoop(IReadOnlyList<Field> elements, IReadOnlyList<Field>? choice, string typeName)
    {
        foreach (var element in elements)
        {
            _source.Line(
                element.IsList
                    ? $"List<{element.Kind.CSharp}>? {Local(element)} = null;"
                    : $"{element.Kind.CSharp}? {Local(element)} = null;"
            );
        }

        if (choice is not null)
        {
            _source.Line($"var members = new List<I{typeName}Member>();");
        }

        _source.Line("var entered = reader.Enter();");
        _source.Line("while (reader.NextChild(entered))").Line("{");
        _source.Line("reader.ExpectDataNamespace();");
        _source.Line("switch (reader.LocalName)").Line("{");
        foreach (var field in choice ?? elements)
        {
            _source.Line($"case \"{field.XmlName}\":").Line("{");
            WriteFieldRead(field, choice is not null);
            _source.Line("break;").Line("}").Line();
        }

        _source.Line("default:").Line("{").Line("throw reader.UnknownElement();").Line("}");
        _source.Line("}").Line("}").Line();
    }

    private void WriteFieldRead(Field field, bool intoMembers)
    {
        if (intoMembers)
        {
            _source.Line($"members.Add({field.Kind.ReadElement});");
            return;
        }

        if (field.IsList)
        {
            _source.Line($"({Local(field)} ??= []).Add({field.Kind.ReadElement});");
            return;
        }

        _source.Line($"reader.Once({Local(field)} is not null);");
        _source.Line($"{Local(field)} = reader.SkipNil() ? null : {field.Kind.ReadElement};");
    }

    private void WriteWriter(
        XmlSchemaComplexType type,
        XmlSchemaComplexType? parent,
        IReadOnlyList<Field> attributes,
        IReadOnlyList<Field> elements,
        IReadOnlyList<Field>? choice,
        ValueKind? content,
        Field? streamed
    )
    {
        var modifier =
            parent is not null ? "override "
            : types.DerivedFrom(type).Any() ? "virtual "
            : "";
        _source.Line($"public {modifier}void Write(ContractWriter writer)").Line("{");
        if (parent is not null)
        {
            _source.Line($"writer.Type(\"{type.QualifiedName.Name}\");").Line("WriteContent(writer);");
            _source.Line("}").Line();
            _source.Line(
                "/// <summary>Writes the content without stating the type, for an element that is declared with this very type.</summary>"
            );
            _source.Line($"public {(types.BaseOf(parent) is null ? "" : "new ")}void WriteContent(ContractWriter writer)").Line("{");
        }

        foreach (var attribute in attributes)
        {
            _source.Line($"writer.Attribute(\"{attribute.XmlName}\", {attribute.Property}{ToText(attribute)});");
        }

        if (content is not null)
        {
            _source.Line(
                $"writer.Value(Value{(content.ToText.Length > 0 && TypeModel.ContentIsOptional(type) ? "?" : "")}{content.ToText});"
            );
        }

        foreach (var element in elements)
        {
            if (element == streamed)
            {
                _source
                    .Line($"foreach (var item in {element.Property})")
                    .Line("{")
                    .Line($"Write{element.Property}(writer, item);")
                    .Line("}")
                    .Line();
                _source.Line($"if (Streamed{element.Property} is not null)").Line("{").Line("writer.StreamedRows();").Line("}").Line();
            }
            else
            {
                FieldWriter.Write(_source, element, types);
            }
        }

        if (choice is not null)
        {
            _source.Line("foreach (var member in Members)").Line("{").Line("switch (member)").Line("{");
            foreach (var field in choice)
            {
                _source.Line($"case {field.Kind.CSharp} value:").Line("{");
                _source
                    .Line($"writer.Start(\"{field.XmlName}\");")
                    .Line("value.Write(writer);")
                    .Line($"writer.End(\"{field.XmlName}\");")
                    .Line("break;")
                    .Line("}")
                    .Line();
            }

            _source.Line("}").Line("}");
        }

        _source.Line("}");
    }

    private void WriteStreaming(Field streamed)
    {
        var item = streamed.Kind.CSharp;
        _source.Line().Line("/// <inheritdoc/>");
        _source
            .Line(
                $"public RowStream? OpenRows(CancellationToken cancellation) => Streamed{streamed.Property} is null ? null : new "
                    + $"RowStream<{item}>(Streamed{streamed.Property}, Write{streamed.Property}, cancellation);"
            )
            .Line();
        _source.Line($"private static void Write{streamed.Property}(ContractWriter writer, {item} item)").Line("{");
        FieldWriter.WriteItem(_source, streamed, types);
        _source.Line("}");
    }

    /// <summary>The one list of documents that a type has; null where it has none, or several.</summary>
    private static Field? StreamedList(IReadOnlyList<Field> elements) =>
        elements.Where(element => element.IsList).ToList() is [{ Kind.IsComplex: true } only] ? only : null;

    private static string ToText(Field field) =>
        field.Kind.ToText.Length == 0 ? ""
        : field.IsRequired ? field.Kind.ToText
        : "?" + field.Kind.ToText;
}
