using Smile.Catalogue;
using Smile.Kernel;
using Smile.Server.Tests.Fixture;
using Smile.Storage;
using static Smile.Server.Tests.CustomCollections.CollectionHelp;

namespace Smile.Server.Tests.CustomCollections;

/// <summary>
/// The entries that the catalogue has a collection begin with: put in when it is applied, and nobody's to change but the operations'. It
/// has a server of its own, since it applies other catalogues.
/// </summary>
public sealed class SeedTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private readonly CollectionHelp _api = new(server);

    [Fact]
    public async Task New_entries_are_put_in_and_what_is_there_is_left()
    {
        var renamed = await _api.KeyAsync(Managers, "amy");
        await _api.UpdateAsync(renamed, Managers, "amelia");
        await _api.DeleteAsync(await _api.KeyAsync(Managers, "ravi"));
        await using (await ChangedCatalogue.ApplyAsync(server, content => With(content, Entry("amy"), Entry("ravi"), Entry("zoe"))))
        {
            // Those that the catalogue had before do not come back; the new one is there, and nothing is announced of it.
            Assert.Equal(["amelia", "zoe"], await CodesAsync());
            Assert.Empty(await _api.MessagesAsync(await _api.KeyAsync(Managers, "zoe")));
        }

        // Out of the catalogue is not out of the collection; into it again, it is there already.
        Assert.Equal(["amelia", "zoe"], await CodesAsync());
        var zoe = await _api.KeyAsync(Managers, "zoe");
        await _api.UpdateAsync(zoe, Managers, "zoe");
        await using (await ChangedCatalogue.ApplyAsync(server, content => With(content, Entry("zoe"))))
        {
            Assert.Equal(zoe, await _api.KeyAsync(Managers, "zoe"));
        }
    }

    [Fact]
    public async Task A_collection_that_goes_and_comes_back_has_its_entries()
    {
        var code = server.Unique("kept");
        var key = await _api.AddAsync(Products, code, Product(code));
        await using (
            await ChangedCatalogue.ApplyAsync(
                server,
                content => content with { CustomCollections = [.. content.CustomCollections.Where(each => each.Code != Products)] }
            )
        )
        {
            Assert.Equal("NoSuchItemException", (await _api.GetRefusedAsync(key)).Element);
            Assert.Equal("NoSuchItemException", (await _api.GetRefusedAsync(Products, code)).Element);
            Assert.Equal("NoSuchItemException", (await _api.DeleteRefusedAsync(key)).Element);
            Assert.Equal("NoSuchItemException", (await _api.FindRefusedAsync(Products, null, null)).Element);
        }

        Assert.Equal(key, await _api.KeyAsync(Products, code));
        Assert.Equal("NonUniqueFieldException", (await _api.AddRefusedAsync(Products, code + "2", Product(code))).Element);
    }

    [Fact]
    public async Task A_field_becomes_unique_where_no_two_entries_have_the_same_value()
    {
        var (one, two) = (server.Unique("one"), server.Unique("two"));
        var key = await _api.AddAsync(Products, one, Product(one, description: "the same"));
        await _api.AddAsync(Products, two, Product(two, description: "the same"));
        var refused = await Assert.ThrowsAsync<CatalogueInUseException>(() => ApplyAsync(Unique(ServerFixture.ReadCatalogue(), true)));
        Assert.Contains("products: productDesc the same", refused.Message, StringComparison.Ordinal);
        await _api.UpdateAsync(key, Products, one, Product(one, description: "another"));
        await using (await ChangedCatalogue.ApplyAsync(server, content => Unique(content, true)))
        {
            var taken = await _api.AddRefusedAsync(Products, one + "x", Product(one + "x", description: "the same"));
            Assert.Equal("NonUniqueFieldException", taken.Element);
        }

        await _api.AddAsync(Products, one + "x", Product(one + "x", description: "the same"));
    }

    [Fact]
    public async Task A_new_entry_that_refers_to_one_that_is_gone_is_refused()
    {
        await _api.UpdateAsync(await _api.KeyAsync(Colours, "Silver"), Colours, "Argent");
        var entry = new CollectionEntry("kettle", "Kettle")
        {
            Values =
            [
                FieldValues.Text("productCode", "kettle"),
                FieldValues.Text("productDesc", "Kettle"),
                FieldValues.Text("colour", "Silver"),
            ],
        };
        var content = ServerFixture.ReadCatalogue();
        var refused = await Assert.ThrowsAsync<CatalogueInUseException>(() => ApplyAsync(With(content, Products, entry)));
        Assert.Contains("products/kettle refers to colours/Silver", refused.Message, StringComparison.Ordinal);
        Assert.Equal("NoSuchItemException", (await _api.GetRefusedAsync(Products, "kettle")).Element);
    }

    /// <summary>Trying a catalogue changes nothing.</summary>
    [Fact]
    public async Task A_catalogue_that_is_tried_puts_nothing_in()
    {
        await CatalogueStore.ApplyAsync(
            server.Stage.Store.Source,
            With(ServerFixture.ReadCatalogue(), Entry("tried")),
            "test",
            CancellationToken.None,
            dryRun: true
        );
        Assert.Equal("NoSuchItemException", (await _api.GetRefusedAsync(Managers, "tried")).Element);
    }

    /// <summary>Entries of the latest version, which were the catalogue's alone, come into the database with the upgrade.</summary>
    [Fact]
    public async Task The_upgrade_takes_the_entries_of_the_catalogue_that_holds()
    {
        var stage = await server.NewStageAsync("upgraded");
        await using var source = stage.Store.Source;
        var migration = typeof(CatalogueStore)
            .Assembly.GetManifestResourceNames()
            .Single(name => name.Contains("0046", StringComparison.Ordinal));
        using var reader = new StreamReader(typeof(CatalogueStore).Assembly.GetManifestResourceStream(migration)!);
        var text = await reader.ReadToEndAsync();
        var insert = text[text.IndexOf("INSERT INTO custom_collection_entry", StringComparison.Ordinal)..];
        await using var command = source.CreateCommand(
            "DELETE FROM custom_collection_entry; " + insert[..(insert.IndexOf(';', StringComparison.Ordinal) + 1)]
        );
        await command.ExecuteNonQueryAsync();
        await using var query = source.CreateCommand(
            "SELECT string_agg(entry_code || '=' || label, ' ' ORDER BY key) FROM custom_collection_entry WHERE collection_code = 'modems'"
        );
        Assert.Equal(
            "none=Customer has a modem acme2000=Acme 2000 acme3000w=Acme 3000 with wireless",
            (string?)await query.ExecuteScalarAsync()
        );
    }

    private async Task<IReadOnlyList<string>> CodesAsync() =>
        [.. CodesOf(await _api.FindAsync(Managers, null, null)).Where(code => code is "amy" or "amelia" or "ravi" or "zoe")];

    private Task ApplyAsync(CatalogueContent content) =>
        CatalogueStore.ApplyAsync(server.Stage.Store.Source, content, "test", CancellationToken.None);

    private static CollectionEntry Entry(string code) => new(code, code);

    private static CatalogueContent With(CatalogueContent content, params CollectionEntry[] entries) => With(content, Managers, entries);

    private static CatalogueContent With(CatalogueContent content, string collection, params CollectionEntry[] entries) =>
        Change(content, collection, each => each with { Entries = entries });

    private static CatalogueContent Unique(CatalogueContent content, bool unique) =>
        Change(
            content,
            Products,
            each =>
                each with
                {
                    Fields = [.. each.Fields.Select(field => field.Name == "productDesc" ? field with { Unique = unique } : field)],
                }
        );

    private static CatalogueContent Change(CatalogueContent content, string collection, Func<CustomCollection, CustomCollection> change) =>
        content with
        {
            CustomCollections = [.. content.CustomCollections.Select(each => each.Code == collection ? change(each) : each)],
        };
}
