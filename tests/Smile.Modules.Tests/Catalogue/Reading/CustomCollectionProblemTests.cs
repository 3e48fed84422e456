using Smile.Catalogue;
using Smile.Kernel;

namespace Smile.Modules.Tests.Catalogue.Reading;

public sealed class CustomCollectionProblemTests
{
    private const string Fields =
        "fields: [{ id: 5, name: name, required: true }, { id: 6, name: iata, unique: true }, { id: 7, name: gates, kind: Integer }, "
        + "{ id: 8, name: modem, collection: modems }, "
        + "{ id: 9, name: box, kind: Object, members: [{ id: 10, name: width, kind: Decimal }] }]";

    [Fact]
    public void A_collection_has_fields_and_entries_with_values_in_their_order()
    {
        var collection = Collection(
            "formId: 125, displayName: '{iata} - {name} ({label}, {entryCode})', entries: [{ code: UK_London, label: London, "
                + "values: { iata: LHR, gates: 12, name: 100, box: { width: 1.50 }, modem: acme } }]"
        );
        Assert.Equal((125, null), (collection.FormId, collection.Company));
        Assert.True(collection.Fields[1].Unique);
        var entry = collection.Entries.Single();
        Assert.Equal(
            "name=100 iata=LHR gates=12 modem=acme box",
            string.Join(' ', entry.Values.Select(value => value.Value is { } text ? $"{value.Name}={text}" : value.Name))
        );
        Assert.Equal((FieldKind.Decimal, "1.50"), (entry.Values[4].Members![0].Kind, entry.Values[4].Members![0].Value));

        // A text of digits is a text where the field is one; what values hold is text, also where it has braces.
        Assert.Equal(FieldKind.String, entry.Values[0].Kind);
        var values = new FieldValues([FieldValues.Text("iata", "{name}"), FieldValues.Text("name", "Heathrow")]);
        Assert.Equal("{name} - Heathrow (London, UK_London)", collection.NameOf("UK_London", "London", values));
        Assert.Equal(" -  (London, UK_London)", collection.NameOf("UK_London", "London", FieldValues.None));
    }

    [Fact]
    public void A_collection_may_be_empty_and_without_fields()
    {
        var content = CatalogueText.Content(CatalogueText.Base, "customCollections: [{ code: c }]");
        var collection = content.CustomCollections.Single(each => each.Code == "c");
        Assert.Empty(collection.Entries);
        Assert.Empty(collection.Fields);
        Assert.Equal("Amy", collection.NameOf("amy", "Amy", FieldValues.None));
        Assert.Equal(1, new CatalogueSnapshot(1, content).CompanyOf(collection).Id);
    }

    [Theory]
    [InlineData("entries: [{ code: a, values: { name: A, colour: red } }]", "The collection has no field 'colour'.")]
    [InlineData("entries: [{ code: a }]", "The field 'name' is required.")]
    [InlineData("entries: [{ code: a, values: { name: A, gates: many } }]", "The field 'gates' holds a Integer, and this is 'many'.")]
    [InlineData("entries: [{ code: a, values: { name: A, box: 1 } }]", "The field 'box' holds a Object, and this is '1'.")]
    [InlineData("entries: [{ code: a, values: { name: A, box: { x: 1 } } }]", "The field 'box' has no member 'x'.")]
    [InlineData(
        "entries: [{ code: a, values: { name: A, box: { width: x } } }]",
        "The field 'box/width' holds a Decimal, and this is 'x'."
    )]
    [InlineData(
        "entries: [{ code: a, values: { name: A, modem: other } }]",
        "The value 'other' of 'modem' is not in the custom collection 'modems'."
    )]
    [InlineData(
        "entries: [{ code: a, values: { name: A, iata: X } }, { code: b, values: { name: A, iata: X } }]",
        "The entry 'a' has the same value of 'iata', which is unique."
    )]
    [InlineData("displayName: '{iata} {city}'", "There is no field 'city'.")]
    [InlineData("displayName: '{box}'", "There is no field 'box'.")]
    [InlineData("company: 7", "There is no company 7.")]
    [InlineData("entries: [{ code: ' a', values: { name: A } }]", "A code has 1 to 200 characters")]
    public void A_problem_is_reported(string text, string problem)
    {
        var problems = CatalogueText.Problems($"customCollections: [{{ code: c, {Fields}, {text} }}]");
        Assert.Contains(problem, Assert.Single(problems), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("fields: [{ id: 5, name: label }]", "'label' is what entries have anyway")]
    [InlineData("fields: [{ id: 5, name: entryCode }]", "'entryCode' is what entries have anyway")]
    [InlineData(
        "fields: [{ id: 5, name: box, kind: Object, unique: true, members: [{ id: 6, name: a }] }]",
        "A compound field (kind Object) is not compared."
    )]
    [InlineData("fields: [{ id: 5, name: c, collection: c }]", "There is no custom collection c.")]
    public void A_problem_of_fields_is_reported(string text, string problem)
    {
        var problems = CatalogueText.Problems($"customCollections: [{{ code: c, {text} }}]");
        Assert.Contains(problem, Assert.Single(problems), StringComparison.Ordinal);
    }

    [Fact]
    public void Only_fields_of_collections_are_unique() =>
        Assert.Contains(
            "Unknown key 'unique'",
            Assert.Single(CatalogueText.Problems("accountFields: [{ id: 5, name: a, unique: true }]")),
            StringComparison.Ordinal
        );

    private static CustomCollection Collection(string text) =>
        CatalogueText
            .Content(CatalogueText.Base, $"customCollections: [{{ code: c, {Fields}, {text} }}]")
            .CustomCollections.Single(collection => collection.Code == "c");
}
