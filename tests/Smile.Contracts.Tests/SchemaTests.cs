using System.Xml.Linq;

namespace Smile.Contracts.Tests;

/// <summary>House rules of the schemas, each learnt from a client generator that stumbled.</summary>
public sealed class SchemaTests
{
    private static readonly List<(string File, XElement Schema)> Schemas =
    [
        .. ContractFiles.SchemaFiles.Select(path => (Path.GetFileName(path), XDocument.Load(path).Root!)),
    ];

    [Fact]
    public void Every_named_complex_type_is_documented()
    {
        var bare = ComplexTypes()
            .Where(type =>
                string.IsNullOrWhiteSpace(
                    type.Element.Element(ContractFiles.Xs + "annotation")?.Element(ContractFiles.Xs + "documentation")?.Value
                )
            );

        Assert.Empty(bare.Select(type => $"{type.File}: {type.Name}"));
    }

    /// <summary>
    /// O28. What a developer needs to know stands where he looks for it: elements and attributes of XML Schema's own types say what they
    /// hold, and so do the contract's types, which speak for the elements that have them.
    /// </summary>
    [Fact]
    public void Every_element_and_attribute_is_documented_by_itself_or_by_its_type()
    {
        var documented = Schemas
            .SelectMany(schema => schema.Schema.Elements())
            .Where(type => type.Name != ContractFiles.Xs + "element" && IsDocumented(type))
            .Select(type => "smile:" + type.Attribute("name")?.Value)
            .ToHashSet();
        var bare =
            from schema in Schemas
            from field in schema.Schema.Descendants()
            where field.Name == ContractFiles.Xs + "element" || field.Name == ContractFiles.Xs + "attribute"
            where !IsDocumented(field) && !documented.Contains(field.Attribute("type")?.Value ?? "") && field.Attribute("ref") is null
            select $"{schema.File}: {field.Ancestors(ContractFiles.Xs + "complexType").FirstOrDefault()?.Attribute("name")?.Value}/"
                + $"{field.Attribute("name")?.Value}";

        Assert.Empty(bare);
    }

    /// <summary>O28. Every parameter of every operation, documents too: what a document is for, its type cannot say.</summary>
    [Fact]
    public void Every_parameter_of_an_operation_is_documented()
    {
        var bare =
            from path in ContractFiles.WsdlFiles
            from wrapper in XDocument.Load(path).Descendants(ContractFiles.Xs + "schema").Elements(ContractFiles.Xs + "element")
            let name = wrapper.Attribute("name")!.Value
            where !name.EndsWith("Response", StringComparison.Ordinal)
            from parameter in wrapper.Descendants(ContractFiles.Xs + "element")
            where !IsDocumented(parameter)
            select $"{Path.GetFileName(path)}: {name}/{(parameter.Attribute("name") ?? parameter.Attribute("ref"))!.Value}";

        Assert.Empty(bare);
    }

    private static bool IsDocumented(XElement declared) =>
        !string.IsNullOrWhiteSpace(declared.Element(ContractFiles.Xs + "annotation")?.Element(ContractFiles.Xs + "documentation")?.Value);

    /// <summary>A type named like its element gets mangled by gSOAP.</summary>
    [Fact]
    public void Complex_types_end_in_Type_and_documents_do_not()
    {
        Assert.Empty(
            ComplexTypes().Where(type => !type.Name.EndsWith("Type", StringComparison.Ordinal)).Select(type => $"{type.File}: {type.Name}")
        );

        // The guide names one document so: the value of a link parameter.
        Assert.Equal(
            ["LinkType"],
            Named("element").Where(element => element.Name.EndsWith("Type", StringComparison.Ordinal)).Select(element => element.Name)
        );
    }

    [Fact]
    public void The_schemas_have_no_complex_type_without_a_name()
    {
        var anonymous = Schemas.SelectMany(schema =>
            schema
                .Schema.Descendants(ContractFiles.Xs + "complexType")
                .Where(type => type.Attribute("name") is null)
                .Select(type => $"{schema.File}: {type.Parent?.Attribute("name")?.Value}")
        );

        Assert.Empty(anonymous);
    }

    [Fact]
    public void Includes_are_acyclic()
    {
        var includes = Schemas.ToDictionary(
            schema => schema.File,
            schema =>
                schema.Schema.Elements(ContractFiles.Xs + "include").Select(include => include.Attribute("schemaLocation")!.Value).ToList()
        );
        Assert.All(includes.Keys, file => Visit(file, []));

        void Visit(string file, List<string> above)
        {
            Assert.False(above.Contains(file), $"The includes go round: {string.Join(" → ", above.Append(file))}.");
            foreach (var included in includes[file])
            {
                Visit(included, [.. above, file]);
            }
        }
    }

    [Fact]
    public void The_master_schema_includes_every_part() =>
        Assert.Equal(
            Schemas.Select(schema => schema.File).Where(file => file != PublishedContract.MasterSchema),
            Schemas
                .Single(schema => schema.File == PublishedContract.MasterSchema)
                .Schema.Elements(ContractFiles.Xs + "include")
                .Select(include => include.Attribute("schemaLocation")!.Value)
                .Order(StringComparer.Ordinal)
        );

    [Fact]
    public void The_published_files_are_those_of_the_source_tree()
    {
        var published = PublishedContract.ReadFiles();

        Assert.Equal(
            ContractFiles.WsdlFiles.Concat(ContractFiles.SchemaFiles).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal),
            published.Keys.Order(StringComparer.Ordinal)
        );
        Assert.All(published, file => Assert.Equal(File.ReadAllText(Path.Combine(ContractFiles.WsdlFolder, file.Key)), file.Value));
    }

    private static IEnumerable<(string File, string Name, XElement Element)> ComplexTypes() => Named("complexType");

    private static IEnumerable<(string File, string Name, XElement Element)> Named(string kind) =>
        Schemas.SelectMany(schema =>
            schema.Schema.Elements(ContractFiles.Xs + kind).Select(element => (schema.File, element.Attribute("name")!.Value, element))
        );
}
