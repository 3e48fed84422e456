using Smile.Catalogue;
using Smile.Catalogue.Fields;
using Smile.Contracts.Faults;
using Smile.Kernel;

namespace Smile.Modules.Tests.Catalogue.Fields;

public sealed class FieldRulesTests
{
    private const Fault Fault = Fault.OrderException;

    private static readonly CatalogueContent Content = ExampleCatalogue.Content;

    private static FieldRules OrderForm { get; } = new(Content.Packages.Single(package => package.Id == 192).Form);

    private static FieldRules Adsl { get; } = new(Content.Services.Single(service => service.Id == 17).Fields);

    [Fact]
    public void The_guides_order_is_complete_and_correct()
    {
        var values = new FieldValues([
            FieldValues.Text("username", "+61355501256"),
            FieldValues.Text("contactGiven", "Joe"),
            FieldValues.Text("contactFamily", "Smith"),
            new FieldValue("phoneLines", FieldKind.Integer, "12"),
            new FieldValue("secondaryContact", FieldKind.Object, null, [FieldValues.Text("secondaryContactName", "John Smith")]),
            FieldValues.Text("billSuburb", "Melbourne"),
        ]);

        OrderForm.Check(values, Fault, []);
        OrderForm.CheckComplete(values, Fault);
    }

    [Fact]
    public void A_field_that_is_neither_defined_nor_predefined_is_refused()
    {
        Refuses(
            OrderForm,
            new FieldValue("favouriteColour", FieldKind.String, "red"),
            "OrderException [field=favouriteColour]. There is no such field here. Use the fields of the form."
        );
        Assert.False(OrderForm.Knows("favouriteColour"));
        Assert.True(OrderForm.Knows("billSuburb"));
        Assert.True(OrderForm.Knows("phoneLines"));
    }

    [Fact]
    public void A_field_of_another_kind_is_refused_with_the_right_one() =>
        Refuses(
            OrderForm,
            FieldValues.Text("phoneLines", "12"),
            "OrderException [field=phoneLines]. The field holds a Integer, not a String: send <Integer name=\"phoneLines\">."
        );

    [Fact]
    public void A_predefined_field_of_another_kind_is_refused() =>
        Refuses(
            Adsl,
            new FieldValue("billPrintName", FieldKind.String, "true"),
            "OrderException [field=billPrintName]. The field holds a Boolean, not a String: send <Boolean name=\"billPrintName\">."
        );

    /// <summary>Which entries there are, the database says: what must be among them is named, within compound fields too.</summary>
    [Fact]
    public void Values_of_fields_that_are_bound_to_a_collection_are_named_with_their_places()
    {
        var references = new List<CollectionReference>();
        var modem = Content.Services.Single(service => service.Id == 17).Fields.Single(field => field.Name == "modem");
        var device = new FieldDefinition(1, "device", "Device", FieldKind.Object, false, FieldVisibility.Visible, null, [modem]);

        new FieldRules([modem, device]).Check(
            new FieldValues([
                FieldValues.Text("modem", "acme9999"),
                new FieldValue("device", FieldKind.Object, null, [FieldValues.Text("modem", "none")]),
                FieldValues.Text("billSuburb", "acme2000"),
            ]),
            Fault,
            references
        );

        Assert.Equal(
            [("modems", "modem", "acme9999"), ("modems", "device/modem", "none")],
            references.Select(reference => (reference.Collection, reference.Path.ToString(), reference.Value))
        );
        Adsl.Check(new FieldValues([FieldValues.Text("modem", null)]), Fault, references);
        Assert.Equal(2, references.Count);
    }

    [Fact]
    public void A_sub_field_that_the_compound_field_does_not_have_is_refused_even_where_it_is_predefined() =>
        Refuses(
            OrderForm,
            new FieldValue("secondaryContact", FieldKind.Object, null, [FieldValues.Text("emailAddress", "john@example.com")]),
            "OrderException [field=secondaryContact/emailAddress]. There is no such sub-field here. Use the fields of the form."
        );

    [Theory]
    [InlineData("joe@example.com")]
    [InlineData(" leslie@pawneecouncil.gov ")]
    [InlineData("o'brien+bills@mail.example.ie")]
    [InlineData("\"joe smith\"@example.com")]
    [InlineData("root@localhost")]
    [InlineData("info@m\u00fcller.de")]
    [InlineData("")]
    [InlineData(null)]
    public void An_email_address_is_one_that_mail_can_be_sent_to(string? address) => OrderForm.Check(Address(address), Fault, []);

    [Theory]
    [InlineData("nobody at all")]
    [InlineData("joe")]
    [InlineData("joe@")]
    [InlineData("@example.com")]
    [InlineData("joe@@example.com")]
    [InlineData("joe@example..com")]
    [InlineData("Joe joe@example.com")]
    [InlineData("\"Joe\" joe@example.com")]
    [InlineData("joe@example.com (at work)")]
    [InlineData("j\u00f6rg@example.com")]
    [InlineData("joe@exa\u2028mple.com")]
    [InlineData("joe\u200b@example.com")]
    [InlineData("joe@example.com, ann@example.com")]
    [InlineData("joe@example.com;")]
    [InlineData("joe@example.com\r\nBcc: all@example.com")]
    [InlineData("joe@example.com\n")]
    [InlineData("\tjoe@example.com")]
    [InlineData(" ")]
    public void An_email_address_that_mail_could_not_be_sent_to_is_refused(string address)
    {
        string[] refusals =
        [
            "OrderException [field=emailAddress]. Give one email address: what is sent to it is for one reader.",
            "OrderException [field=emailAddress]. Mail cannot be sent to this: give an email address, such as joe@example.com, or nothing.",
        ];
        foreach (var rules in new[] { OrderForm, Adsl, new FieldRules(Content.AccountFields) })
        {
            var refusal = Assert.Throws<SmileException>(() => rules.Check(Address(address), Fault, []));
            Assert.Contains(refusal.Message, refusals);
        }
    }

    [Fact]
    public void An_email_address_may_be_of_any_length_that_mail_servers_take()
    {
        OrderForm.Check(Address(new string('a', 242) + "@example.com"), Fault, []);
        Assert.Throws<SmileException>(() => OrderForm.Check(Address(new string('a', 243) + "@example.com"), Fault, []));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("  ")]
    public void A_required_field_that_is_missing_or_blank_is_refused_by_its_label(string? family)
    {
        var values = new FieldValues([
            FieldValues.Text("username", "joe"),
            new FieldValue("phoneLines", FieldKind.Integer, "1"),
            FieldValues.Text("contactGiven", "Joe"),
            FieldValues.Text("contactFamily", family),
        ]);

        var refusal = Assert.Throws<SmileException>(() => OrderForm.CheckComplete(values, Fault));

        Assert.Equal("OrderException [field=contactFamily]. The field 'Contact's Family Name' is required.", refusal.Message);
        Assert.Equal(Fault, refusal.Fault);
    }

    private static FieldValues Address(string? address) => new([FieldValues.Text("emailAddress", address)]);

    private static void Refuses(FieldRules rules, FieldValue value, string message) =>
        Assert.Equal(message, Assert.Throws<SmileException>(() => rules.Check(new FieldValues([value]), Fault, [])).Message);
}
