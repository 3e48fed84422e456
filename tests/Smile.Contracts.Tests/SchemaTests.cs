using System.Xml.Linq;

namespace Smile.Contracts.Tests;

/// <summary>House rules of the schemas, each learnt from a client generator that stumbled.</summary>
public sealed class SchemaTests
{
    private static readonly List<(string File, XElement Schema)> Schemas = [.. ContractFiles.SchemaFiles.Select(path => (Path.GetFileName(path), XDocument.Load(path).Root!))];

    [Fact]
    public void Every_named_complex_type_is_documented()
    {
        var bare = ComplexTypes().Where(type => string.IsNullOrWhiteSpace(type.Element.Element(ContractFiles.Xs + "annotation")?.Element(ContractFiles.Xs + "documentation")?.Value));

        Assert.Empty(bare.Select(type => $"{type.File}: {type.Name}"));
    }

    /// <summary>A type named like its element gets mangled by gSOAP.</summary>
    [Fact]
    public void Complex_types_end_in_Type_and_documents_do_not()
    {
        Assert.Empty(ComplexTypes().Where(type => !type.Name.EndsWith("Type", StringComparison.Ordinal)).Select(type => $"{type.File}: {type.Name}"));

        // The guide names one document so: the value of a link parameter.
        Assert.Equal(["LinkType"], Named("element").Where(element => element.Name.EndsWith("Type", StringComparison.Ordinal)).Select(element => element.Name));
    }

    [Fact]
    public void The_schemas_have_no_complex_type_without_a_name()
    {
        var anonymous = Schemas.SelectMany(schema => schema.Schema.Descendants(ContractFiles.Xs + "complexType").Where(type => type.Attribute("name") is null).Select(type => $"{schema.File}: {type.Parent?.Attribute("name")?.Value}"));

        Assert.Empty(anonymous);
    }

    [Fact]
    public void Includes_are_acyclic()
    {
        var includes = Schemas.ToDictionary(schema => schema.File, schema => schema.Schema.Elements(ContractFiles.Xs + "include").Select(include => include.Attribute("schemaLocation")!.Value).ToList());
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
    public void The_master_schema_includes_every_part() => Assert.Equal(
        Schemas.Select(schema => schema.File).Where(file => file != PublishedContract.MasterSchema),
        Schemas.Single(schema => schema.File == PublishedContract.MasterSchema).Schema.Elements(ContractFiles.Xs + "include").Select(include => include.Attribute("schemaLocation")!.Value).Order(StringComparer.Ordinal));

    [Fact]
    public void The_published_files_are_those_of_the_source_tree()
    {
        var published = PublishedContract.ReadFiles();

        Assert.Equal(ContractFiles.WsdlFiles.Concat(ContractFiles.SchemaFiles).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal), published.Keys.Order(StringComparer.Ordinal));
        Assert.All(published, file => Assert.Equal(File.ReadAllText(Path.Combine(ContractFiles.WsdlFolder, file.Key)), file.Value));
    }

    private static IEnumerable<(string File, string Name, XElement Element)> ComplexTypes() => Named("complexType");

    private static IEnumerable<(string File, string Name, XElement Element)> Named(string kind) =>
        Schemas.SelectMany(schema => schema.Schema.Elements(ContractFiles.Xs + kind).Select(element => (schema.File, element.Attribute("name")!.Value, element)));
}
