using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;

namespace Smile.Contracts.Tests;

/// <summary>The documents that the guide shows, and those that it describes, against the schema and against the generated code.</summary>
public sealed class ExampleDocumentTests
{
    /// <summary>Documents that are one value: they travel as parameters only.</summary>
    private static readonly Dictionary<string, Func<string, string>> SimpleDocuments = new()
    {
        ["LinkType"] = text => LinkTypeTypeXml.Parse(text, "LinkType").ToXml(),
        ["ManagedPlanChangeTiming"] = text => ManagedPlanChangeTimingTypeXml.Parse(text, "ManagedPlanChangeTiming").ToXml(),
        ["ProvisionRequestStatus"] = text => ProvisionRequestStatusTypeXml.Parse(text, "ProvisionRequestStatus").ToXml(),
    };

    /// <summary>Files named <c>Root.what-it-shows.xml</c>.</summary>
    public static TheoryData<string> Examples =>
        [.. Directory.GetFiles(ContractFiles.ExampleFolder, "*.xml").Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Examples))]
    public void An_example_validates_and_survives_being_read_and_written(string file)
    {
        var original = XDocument.Load(Path.Combine(ContractFiles.ExampleFolder, file), LoadOptions.PreserveWhitespace);
        var root = original.Root!.Name.LocalName;
        Assert.Equal(file.Split('.')[0], root);
        Assert.Empty(ContractFiles.Validate(original));

        var written = SimpleDocuments.TryGetValue(root, out var rewrite)
            ? new XElement(original.Root.Name, rewrite(original.Root.Value)).ToString()
            : SmileDocuments.ByName[root].WriteAny(Read(SmileDocuments.ByName[root], original));

        var again = XDocument.Parse(written, LoadOptions.PreserveWhitespace);
        Assert.Empty(ContractFiles.Validate(again));
        Assert.Equal(CanonicalText.Of(original.Root), CanonicalText.Of(again.Root!));
    }

    [Fact]
    public void Fields_of_an_object_keep_their_order_across_element_names()
    {
        const string fields =
            "<Object xmlns='http://xml.inomial.com/smile/2.xsd'><Integer name='a'>1</Integer><String name='b'>x</String><Integer "
            + "name='c'>2</Integer>"
            + "<Object name='d'><Boolean name='e'>true</Boolean><String name='f'/><Decimal name='g'>1.50</Decimal></Object><String "
            + "name='h'>y</String></Object>";
        var entry =
            $"<CustomCollectionEntry xmlns='{ContractFiles.DataNamespace}' key='1'><CollectionCode>c</CollectionCode>"
            + $"<EntryCode>e</EntryCode>{fields}</CustomCollectionEntry>";

        var document = SmileDocuments.CustomCollectionEntry;
        var written = document.WriteAny(Read(document, XDocument.Parse(entry)));

        Assert.Equal(
            ["a", "b", "c", "d", "e", "f", "g", "h"],
            Regex.Matches(written, " name=\"(.)\"").Select(match => match.Groups[1].Value)
        );
    }

    [Fact]
    public void There_is_an_example_of_every_kind_of_document_that_the_guide_prints() =>
        Assert.True(Examples.Count >= 280, $"Only {Examples.Count} examples were found.");

    private static object Read(ContractDocument document, XDocument source)
    {
        using var reader = source.CreateReader();
        return document.ReadAny(reader);
    }
}
