using Smile.Contracts;
using Smile.Kernel;
using Smile.Soap.Xml;

namespace Smile.Modules.Tests.Kernel;

public sealed class FieldValuesTests
{
    private static readonly BillingTimeZone Sydney = new(19, "Australia/Sydney");
    private static readonly FieldValue Contact = new(
        "secondaryContact",
        FieldKind.Object,
        null,
        [FieldValues.Text("secondaryContactName", "John Smith"), FieldValues.Text("secondaryContactNo", "+61395505665")]
    );

    [Fact]
    public void Fields_keep_their_order_across_kinds_from_the_document_to_the_database_and_back()
    {
        var document = new ObjectType
        {
            Members =
            [
                new IntegerFieldType { Name = "phoneLines", Value = 12 },
                new StringFieldType { Name = "username", Value = "+61355501256" },
                new DecimalFieldType { Name = "speed", Value = 123.510m },
                new ObjectType
                {
                    Name = "secondaryContact",
                    Members = [new StringFieldType { Name = "secondaryContactNo", Value = "+61395505665" }],
                },
                new BooleanFieldType { Name = "specialCustomer", Value = true },
                new StringFieldType { Name = "contactGiven", Value = "Joe" },
            ],
        };

        var stored = FieldValues.FromJson(FieldValues.From(document, Sydney).ToJson());
        var shown = stored.ToDocument();

        Assert.Equal(
            ["phoneLines", "username", "speed", "secondaryContact", "specialCustomer", "contactGiven"],
            stored.Fields.Select(field => field.Name)
        );
        Assert.Equal(
            [
                typeof(IntegerFieldType),
                typeof(StringFieldType),
                typeof(DecimalFieldType),
                typeof(ObjectType),
                typeof(BooleanFieldType),
                typeof(StringFieldType),
            ],
            shown.Members.Select(member => member.GetType())
        );
        Assert.Equal("123.510", stored["speed"]);
    }

    [Fact]
    public void A_change_takes_its_fields_place_and_a_new_field_comes_last()
    {
        var fields = new FieldValues([FieldValues.Text("contactGiven", "Joe"), FieldValues.Text("contactFamily", "Smith")]);

        var changed = fields.With(
            new FieldValues([FieldValues.Text("emailAddress", "joe@example.com"), FieldValues.Text("contactGiven", "Jo")])
        );

        Assert.Equal(
            ["contactGiven=Jo", "contactFamily=Smith", "emailAddress=joe@example.com"],
            changed.Fields.Select(field => $"{field.Name}={field.Value}")
        );
    }

    [Fact]
    public void A_change_of_one_sub_field_leaves_the_others_of_the_compound_field_as_they_are()
    {
        var changed = new FieldValues([Contact]).With(
            new FieldValues([Contact with { Members = [FieldValues.Text("secondaryContactNo", "+61395505666")] }])
        );

        Assert.Equal(
            ["secondaryContactName=John Smith", "secondaryContactNo=+61395505666"],
            changed.Fields.Single().Members!.Select(field => $"{field.Name}={field.Value}")
        );
    }

    [Fact]
    public void A_field_that_is_given_twice_is_refused_by_name()
    {
        var document = new ObjectType
        {
            Members = [new StringFieldType { Name = "username", Value = "joe" }, new IntegerFieldType { Name = "username", Value = 1 }],
        };

        var refusal = Assert.Throws<SmileException>(() => FieldValues.From(document, Sydney));

        Assert.Equal("InvalidRequestException [field=username]. The field is given more than once.", refusal.Message);
    }

    [Fact]
    public void A_sub_field_that_is_given_twice_is_refused_and_the_same_name_inside_and_outside_is_not()
    {
        var twice = new ObjectType { Members = [new ObjectType { Name = "contact", Members = [Text("name"), Text("name")] }] };
        var apart = new ObjectType { Members = [Text("name"), new ObjectType { Name = "contact", Members = [Text("name")] }] };

        Assert.Throws<SmileException>(() => FieldValues.From(twice, Sydney));
        Assert.Equal(2, FieldValues.From(apart, Sydney).Fields.Count);
    }

    [Fact]
    public void A_compound_field_without_a_name_is_refused() =>
        Assert.Throws<SmileException>(() => FieldValues.From(new ObjectType { Members = [new ObjectType()] }, Sydney));

    [Fact]
    public void More_fields_than_any_form_has_are_refused()
    {
        var document = new ObjectType { Members = [.. Enumerable.Range(0, 501).Select(number => Text($"field{number}"))] };

        Assert.Throws<SmileException>(() => FieldValues.From(document, Sydney));
    }

    /// <summary>K1: one instant has one form, whatever offset it came with; a time without one is on the account's clocks.</summary>
    [Theory]
    [InlineData("2015-01-14T10:00:00Z", "2015-01-14T21:00:00.000+11:00")]
    [InlineData("2015-01-14T10:00:00-02:00", "2015-01-14T23:00:00.000+11:00")]
    [InlineData("2015-01-14T10:00:00", "2015-01-14T10:00:00.000+11:00")]
    [InlineData("2015-07-14T24:00:00", "2015-07-15T00:00:00.000+10:00")]
    [InlineData("0001-01-01T00:00:00", "0001-01-01T00:00:00.000")]
    public void A_timestamp_is_kept_in_the_zone_of_whom_it_is_about(string sent, string kept)
    {
        var document = new ObjectType
        {
            Members = [new TimestampFieldType { Name = "dob", Value = ContractReader.ParseTimestamp(sent, "dob") }],
        };

        var fields = FieldValues.FromJson(FieldValues.From(document, Sydney).ToJson());

        Assert.Equal(kept, fields["dob"]);
        Assert.Equal(kept, Assert.IsType<TimestampFieldType>(fields.ToDocument().Members.Single()).Value.ToString());
    }

    private static StringFieldType Text(string name) => new() { Name = name, Value = "x" };
}
