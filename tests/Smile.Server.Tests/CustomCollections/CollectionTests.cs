using System.Globalization;
using System.Xml.Linq;
using Smile.Hosting.Security;
using Smile.Server.Tests.Fixture;
using static Smile.Server.Tests.CustomCollections.CollectionHelp;
using static Smile.Server.Tests.Fixture.Orders;
using static Smile.Server.Tests.Fixture.SoapCaller;

namespace Smile.Server.Tests.CustomCollections;

/// <summary>The operations of <c>config/customfields</c> (guide, lines 16330-16821).</summary>
[Collection(ServerTests.Name)]
public sealed class CollectionTests(ServerFixture server)
{
    private readonly CollectionHelp _api = new(server);

    /// <summary>The entries that the catalogue begins with, as print has them.</summary>
    [Fact]
    public async Task The_guides_entries_are_answered_as_printed()
    {
        var london = await _api.GetAsync(Airports, "UK_London");
        var key = KeyOf(london);
        AssertSame(
            Document(
                $"<CustomCollectionEntry key=\"{key}\"><CollectionCode>AirFreightDestinations</CollectionCode>"
                    + $"<EntryCode>UK_London</EntryCode><Object objectId=\"{key}\" formId=\"125\" displayName=\"LHR - Heathrow\">"
                    + Text("airportName", "Heathrow")
                    + Text("airportIcaoCode", "EGLL")
                    + Text("airportIataCode", "LHR")
                    + "</Object></CustomCollectionEntry>"
            ),
            london
        );
        AssertSame(london, await _api.GetAsync(key));
        Assert.Equal(
            "SYD - Kingsford Smith International",
            (await _api.GetAsync(Airports, "AU_Sydney")).Elements().Last().Attribute("displayName")?.Value
        );

        // An entry of a collection without fields, and without a form.
        var amy = await _api.GetAsync(Managers, "amy");
        AssertSame(
            Document(
                $"<CustomCollectionEntry key=\"{KeyOf(amy)}\"><CollectionCode>accountManagers</CollectionCode><EntryCode>amy</EntryCode>"
                    + $"<Object objectId=\"{KeyOf(amy)}\" displayName=\"Amy Example\"/></CustomCollectionEntry>"
            ),
            amy
        );
    }

    /// <summary>The guide's product, from its being added to its end, with the messages of each step.</summary>
    [Fact]
    public async Task An_entry_is_added_changed_renamed_and_deleted_and_each_is_announced()
    {
        var code = server.Unique("iphone");
        var added = await _api.AddedAsync(Products, code, Product("iPhone6S" + code, description: "Apple iPhone 6S"));
        var key = KeyOf(added);
        AssertSame(
            Document(
                $"<CustomCollectionEntry key=\"{key}\"><CollectionCode>products</CollectionCode><EntryCode>{code}</EntryCode>"
                    + $"<Object objectId=\"{key}\" formId=\"1252\" displayName=\"iPhone6S{code} - Apple iPhone 6S\">"
                    + Product("iPhone6S" + code, description: "Apple iPhone 6S")
                    + "</Object></CustomCollectionEntry>"
            ),
            added
        );
        AssertSame(added, await _api.GetAsync(key));

        // What was read can be sent back; the fields take the place of all that there were, in the collection's order.
        await _api.Api.CallAsync("config/customfields", "updateCollectionEntry", await _api.GetAsync(key));
        AssertSame(added, await _api.GetAsync(key));
        var fields =
            "<Object name=\"supplier\"><Integer name=\"leadDays\">14</Integer></Object><Decimal name=\"price\">1099.00</Decimal>"
            + Text("colour", "Silver")
            + Product("iPhone6S" + code, description: "{colour} & more".Replace("&", "&amp;", StringComparison.Ordinal));
        await _api.UpdateAsync(key, Products, code, fields);
        var changed = await _api.GetAsync(key);
        Assert.Equal($"iPhone6S{code} - {{colour}} & more", changed.Elements().Last().Attribute("displayName")?.Value);
        Assert.Equal(
            ["productCode", "productDesc", "colour", "price", "supplier"],
            changed.Elements().Last().Elements().Select(field => field.Attribute("name")!.Value)
        );
        await _api.UpdateAsync(key, Products, code, Product("iPhone6S" + code));
        Assert.Null((await _api.GetAsync(key)).Field("colour"));

        await _api.UpdateAsync(key, Products, code + "b", Product("iPhone6S" + code));
        Assert.Equal(key, await _api.KeyAsync(Products, code + "b"));
        var gone = await _api.GetRefusedAsync(Products, code);
        Assert.Equal(
            (
                "NoSuchItemException",
                $"NoSuchCustomCollectionEntryException [entryCode={code}]. The custom collection 'products' has no such entry. "
                    + "Use findCollectionEntries() to learn codes."
            ),
            (gone.Element, gone.Message)
        );
        var last = await _api.GetAsync(key);
        await _api.DeleteAsync(key);
        Assert.Equal("NoSuchItemException", (await _api.GetRefusedAsync(key)).Element);
        Assert.Equal("NoSuchItemException", (await _api.DeleteRefusedAsync(key)).Element);
        Assert.Equal("NoSuchItemException", (await _api.UpdateRefusedAsync(key, Products, code, Product("x"))).Element);

        var messages = await _api.MessagesAsync(key);
        Assert.Equal(
            [
                "CustomCollectionEntryAdded",
                "CustomCollectionEntryUpdated",
                "CustomCollectionEntryUpdated",
                "CustomCollectionEntryUpdated",
                "CustomCollectionEntryUpdated",
                "CustomCollectionEntryDeleted",
            ],
            messages.Select(message => message.Type)
        );
        Assert.All(messages, message => Assert.Equal("SmileCustomCollection", message.Topic));
        Assert.All(
            messages,
            message =>
                Assert.Equal(
                    (1, key, "products"),
                    (message.Headers["companyId"], message.Headers["key"], message.Headers["collectionCode"])
                )
        );
        Assert.Equal([code, code, code, code, code + "b", code + "b"], messages.Select(message => message.Headers["entryCode"]));
        AssertSame(added, XElement.Parse(messages[0].Body));
        AssertSame(changed, XElement.Parse(messages[2].Body));
        AssertSame(last, XElement.Parse(messages[4].Body));
        Assert.Equal("", messages[5].Body);

        // A code that has gone is free, for an entry with a key of its own.
        Assert.NotEqual(key, await _api.AddAsync(Products, code + "b", Product("iPhone6S" + code)));
    }

    [Theory]
    [InlineData("no such collection", "NoSuchItemException", "NoSuchCustomCollectionException [collectionCode=none]")]
    [InlineData("code taken", "NonUniqueFieldException", "NonUniqueFieldException [EntryCode=adslmodem]")]
    [InlineData("value taken", "NonUniqueFieldException", "NonUniqueFieldException [productCode=adslmodem]")]
    [InlineData(
        "missing field",
        "CustomObjectException",
        "CustomObjectException [field=productDesc]. The field 'Description' is required."
    )]
    [InlineData("unknown field", "CustomObjectException", "CustomObjectException [field=weight]. There is no such field here.")]
    [InlineData("another kind", "CustomObjectException", "CustomObjectException [field=price]. The field holds a Decimal, not a String")]
    [InlineData(
        "no such colour",
        "CustomObjectException",
        "CustomObjectException [colour=Mauve]. The value is not in the custom collection"
    )]
    [InlineData("unknown member", "CustomObjectException", "CustomObjectException [field=supplier/fax]. There is no such sub-field here.")]
    [InlineData("twice", "CustomObjectException", "InvalidRequestException [field=productCode]. The field is given more than once.")]
    [InlineData("blank code", "CustomObjectException", "CustomObjectException [EntryCode=]. A code has 1 to 200 characters")]
    [InlineData("long code", "CustomObjectException", "A code has 1 to 200 characters")]
    [InlineData("long unique value", "CustomObjectException", "CustomObjectException [field=productCode]. A value that no two entries")]
    public async Task What_cannot_be_added_is_refused_and_leaves_nothing(string what, string element, string message)
    {
        var code = server.Unique("refused");
        var good = Product(code);
        var (collection, wanted, fields) = what switch
        {
            "no such collection" => ("none", code, good),
            "code taken" => (Products, "adslmodem", good),
            "value taken" => (Products, code, Product("adslmodem")),
            "missing field" => (Products, code, Text("productCode", code)),
            "unknown field" => (Products, code, good + Text("weight", "2")),
            "another kind" => (Products, code, good + Text("price", "2")),
            "no such colour" => (Products, code, good + Text("colour", "Mauve")),
            "unknown member" => (Products, code, good + $"<Object name=\"supplier\">{Text("fax", "1")}</Object>"),
            "twice" => (Products, code, good + Text("productCode", code)),
            "blank code" => (Products, " ", good),
            "long code" => (Products, new string('a', 201), good),
            _ => (Products, code, Product(new string('a', 501))),
        };
        var fault = await _api.AddRefusedAsync(collection, wanted, fields);
        Assert.Equal(element, fault.Element);
        Assert.Contains(message, fault.Message, StringComparison.Ordinal);
        Assert.Equal("NoSuchItemException", (await _api.GetRefusedAsync(Products, code)).Element);
    }

    [Fact]
    public async Task What_cannot_be_changed_is_refused_and_changes_nothing()
    {
        var code = server.Unique("kept");
        var key = await _api.AddAsync(Products, code, Product(code));
        var before = await _api.GetAsync(key);
        Assert.Equal("NonUniqueFieldException", (await _api.UpdateRefusedAsync(key, Products, "adslmodem", Product(code))).Element);
        Assert.Equal("NonUniqueFieldException", (await _api.UpdateRefusedAsync(key, Products, code, Product("adslmodem"))).Element);
        Assert.Equal("CustomObjectException", (await _api.UpdateRefusedAsync(key, Products, code, Text("productCode", code))).Element);
        Assert.Equal("CustomObjectException", (await _api.UpdateRefusedAsync(key, Products, code, Product(code) + Text("x", "1"))).Element);
        var moved = await _api.UpdateRefusedAsync(key, Colours, code, "");
        Assert.Equal("CustomObjectException", moved.Element);
        Assert.Contains("belongs to the custom collection 'products'", moved.Message, StringComparison.Ordinal);
        AssertSame(before, await _api.GetAsync(key));
        Assert.Single(await _api.MessagesAsync(key));

        // Its own code and values are no others'; blanks around a code are nothing.
        await _api.UpdateAsync(key, Products, $" {code} ", Product(code));
        AssertSame(before, await _api.GetAsync(key));

        // A value that was given up is free for others.
        await _api.UpdateAsync(key, Products, code, Product(code + "new"));
        await _api.AddAsync(Products, code + "2", Product(code));
    }

    [Fact]
    public async Task Entries_are_found_by_a_field_or_all_in_an_order_that_stays()
    {
        var colour = server.Unique("Teal");
        await _api.AddAsync(Colours, colour);
        var codes = new List<string>();
        for (var index = 0; index < 7; index++)
        {
            codes.Add(server.Unique("found"));
            await _api.AddAsync(Products, codes[^1], Product(codes[^1], index == 3 ? "" : Text("colour", colour)));
        }

        string[] teal = [.. codes.Where((_, index) => index != 3)];
        Assert.Equal(teal, CodesOf(await _api.FindAsync(Products, "colour", colour)));
        Assert.Empty(CodesOf(await _api.FindAsync(Products, "colour", "Mauve")));
        Assert.Equal([codes[3]], CodesOf(await _api.FindAsync(Products, "productCode", codes[3])));
        for (var limit = 1; limit <= 4; limit++)
        {
            var pages = new List<string>();
            for (var (offset, more) = (0, true); more; offset += limit)
            {
                var page = await _api.FindAsync(Products, "colour", colour, limit, offset);
                Assert.Equal((limit, offset), ((int)page.Attribute("limit")!, (int)page.Attribute("offset")!));
                pages.AddRange(CodesOf(page));
                more = (bool)page.Attribute("moreResults")!;
                Assert.Equal(pages.Count < teal.Length, more);
            }

            Assert.Equal(teal, pages);
        }

        // A page that nobody came to from the one before, and an end that is no page's.
        Assert.Equal(teal[2..4], CodesOf(await _api.FindAsync(Products, "colour", colour, 2, 2)));
        Assert.Empty(CodesOf(await _api.FindAsync(Products, "colour", colour, 200, 100)));
        var all = CodesOf(await _api.FindAsync(Products, null, null));
        Assert.Equal("adslmodem", all[0]);
        Assert.Equal(codes, all.Where(codes.Contains));
        Assert.DoesNotContain("AU_Sydney", all);
    }

    [Fact]
    public async Task What_cannot_be_searched_for_is_refused()
    {
        var collection = await _api.FindRefusedAsync("none", null, null);
        Assert.Equal("NoSuchItemException", collection.Element);
        Assert.StartsWith("NoSuchCustomCollectionException [collectionCode=none]", collection.Message, StringComparison.Ordinal);
        var field = await _api.FindRefusedAsync(Products, "airportName", "Heathrow");
        Assert.Equal("NoSuchItemException", field.Element);
        Assert.StartsWith("NoSuchCustomFieldException [attribute=airportName]", field.Message, StringComparison.Ordinal);
        foreach (var (limit, offset) in new[] { (0, 0), (201, 0), (-1, 0), (1, -1) })
        {
            var page = await _api.FindRefusedAsync(Products, null, null, limit, offset);
            Assert.Equal("NoSuchItemException", page.Element);
            Assert.StartsWith("InvalidRequestException", page.Message, StringComparison.Ordinal);
        }

        Assert.Equal("NoSuchItemException", (await _api.GetRefusedAsync(int.MaxValue)).Element);
        Assert.Equal("NoSuchItemException", (await _api.GetRefusedAsync(-1)).Element);
    }

    /// <summary>Entries are of no account: whoever may read may read them. Changing them is the company's.</summary>
    [Fact]
    public async Task Customers_read_entries_and_staff_changes_them()
    {
        var account = await PortalCustomerAsync(server);
        using var customer = await server.AddCustomerAsync(account.Usn);
        var own = new CollectionHelp(server, customer);
        Assert.Equal("UK_London", (await own.GetAsync(Airports, "UK_London")).At("EntryCode"));
        Assert.NotEmpty(CodesOf(await own.FindAsync(Airports, "airportIataCode", "LHR")));
        var key = await _api.KeyAsync(Airports, "UK_London");
        Assert.Equal(key, KeyOf(await own.GetAsync(key)));
        Assert.Equal("AccessException", (await own.AddRefusedAsync(Managers, server.Unique("no"))).Element);
        Assert.Equal("AccessException", (await own.UpdateRefusedAsync(key, Airports, "UK_London", "")).Element);
        Assert.Equal("AccessException", (await own.DeleteRefusedAsync(key)).Element);

        // Who was given the class may, whatever accounts he reaches.
        using var staff = await server.AddUserOfAccountAsync(account.Usn);
        await new CollectionHelp(server, staff).AddAsync(Managers, server.Unique("yes"));
    }

    [Fact]
    public async Task Of_callers_who_want_the_same_code_or_value_one_has_it()
    {
        var code = server.Unique("same");
        var answers = await Task.WhenAll(
            Enumerable
                .Range(0, 16)
                .Select(index =>
                    index % 2 == 0
                        ? _api.TryAddAsync(Products, code, Product(string.Create(CultureInfo.InvariantCulture, $"{code}-{index}")))
                        : _api.TryAddAsync(Products, string.Create(CultureInfo.InvariantCulture, $"{code}-{index}"), Product(code))
                )
        );
        Assert.Equal(2, answers.Count(fault => fault is null));
        Assert.All(answers.OfType<SoapFault>(), fault => Assert.Equal("NonUniqueFieldException", fault.Element));
        Assert.Single(CodesOf(await _api.FindAsync(Products, "productCode", code)));
    }

    /// <summary>What the server believes does not matter: the database takes no code and no value twice.</summary>
    [Fact]
    public async Task The_database_takes_no_code_and_no_value_twice()
    {
        var code = server.Unique("indexed");
        var key = await _api.AddAsync(Products, code, Product(code));
        await Assert.ThrowsAsync<Npgsql.PostgresException>(() =>
            server.ExecuteAsync(
                """
                INSERT INTO custom_collection_entry (collection_code, entry_code, label, properties, created, message_sequence, changed_by)
                SELECT collection_code, entry_code, label, properties, created, 0, changed_by FROM custom_collection_entry WHERE key = $1
                """,
                key
            )
        );
        await Assert.ThrowsAsync<Npgsql.PostgresException>(() =>
            server.ExecuteAsync(
                """
                INSERT INTO custom_collection_value (collection_code, field, value, entry_key)
                SELECT collection_code, field, value, entry_key FROM custom_collection_value WHERE entry_key = $1
                """,
                key
            )
        );
        Assert.Equal(1L, await server.QueryAsync<long>("SELECT count(*) FROM custom_collection_value WHERE entry_key = $1", key));
        await _api.DeleteAsync(key);
        Assert.Equal(0L, await server.QueryAsync<long>("SELECT count(*) FROM custom_collection_value WHERE entry_key = $1", key));
        Assert.Equal(
            1L,
            await server.QueryAsync<long>(
                """
                SELECT count(*) FROM audit_change WHERE table_name = 'custom_collection_entry' AND key = $1 AND action = 'DELETE'
                    AND changed_by NOT IN ('fixture', 'migration')
                """,
                key.ToString(CultureInfo.InvariantCulture)
            )
        );
    }
}
