using System.Globalization;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Smile.Catalogue;
using Smile.Cli;
using Smile.CustomCollections;
using Smile.Hosting.Stages;
using Smile.Kernel;
using Smile.Server.Tests.Fixture;
using Smile.Session;
using static Smile.Server.Tests.CustomCollections.CollectionHelp;
using static Smile.Server.Tests.Fixture.Orders;

namespace Smile.Server.Tests.CustomCollections;

/// <summary>Files of collections: what is written is what is read, and what is wrong is told by its line.</summary>
[Collection(ServerTests.Name)]
public sealed class CollectionFileTests(ServerFixture server)
{
    private static readonly ImportOptions Add = new(Update: false, DeleteMissing: false, DryRun: false);
    private static readonly ImportOptions Update = new(Update: true, DeleteMissing: false, DryRun: false);

    private readonly CollectionHelp _api = new(server);

    [Fact]
    public async Task An_exported_file_is_imported_without_a_change()
    {
        await NewProductsAsync(
            ("plain", ""),
            ("=1+2", Text("colour", "Purple")),
            ("'=quoted", "<Decimal name=\"price\">-1.50</Decimal>"),
            ("a,b \"c\"", "<Object name=\"supplier\"><Integer name=\"leadDays\">-3</Integer></Object>"),
            (" blanks ", "<Date name=\"soldFrom\">2015-01-14</Date>")
        );
        var before = await ExportAsync(Products);
        Assert.Equal(
            "entryCode,label,productCode,productDesc,colour,price,soldFrom,supplier/supplierName,supplier/leadDays",
            before.Split('\n')[0].TrimEnd('\r')
        );
        var rows = before.Split('\n').Length;
        Assert.Matches("^0 added, 0 changed, 0 deleted, [0-9]+ as they were.$", await ImportAsync(Products, before, Add));
        Assert.Matches("^0 added, 0 changed, 0 deleted, ", await ImportAsync(Products, before, Update with { DeleteMissing = true }));
        Assert.Equal(before, await ExportAsync(Products));
        Assert.Equal(rows, (await ExportAsync(Products)).Split('\n').Length);
        Assert.All(
            before.Split('\n').Skip(1).SelectMany(line => line.TrimEnd('\r').Split(',')).Where(cell => cell.Length > 0),
            cell => Assert.DoesNotContain(cell[0], "=@+")
        );
    }

    [Theory]
    [InlineData("=SUM(A1)", "'=SUM(A1)")]
    [InlineData("-5", "'-5")]
    [InlineData("'-5", "''-5")]
    [InlineData("''@x", "'''@x")]
    [InlineData("'tis", "'tis")]
    [InlineData("'", "'")]
    [InlineData("", "")]
    [InlineData("a=b", "a=b")]
    [InlineData("\tx", "'\tx")]
    public void What_a_spreadsheet_would_take_for_a_formula_is_guarded_and_comes_back(string text, string cell)
    {
        Assert.Equal(cell, CollectionFile.Guarded(text));
        Assert.Equal(text, CollectionFile.Unguarded(cell));
    }

    [Fact]
    public async Task Entries_are_added_changed_and_deleted_as_is_asked_and_announced()
    {
        var (one, two, three) = (server.Unique("one"), server.Unique("two"), server.Unique("three"));
        Assert.Equal("2 added, 0 changed, 0 deleted, 0 as they were.", await ImportAsync(Colours, $"entryCode\n{one}\n{two}\n", Add));
        var key = await _api.KeyAsync(Colours, one);
        Assert.Equal(["CustomCollectionEntryAdded"], (await _api.MessagesAsync(key)).Select(message => message.Type));

        // A column that the file lacks is left as it is; another label is a change, which must be asked for.
        Assert.Equal("0 added, 0 changed, 0 deleted, 1 as they were.", await ImportAsync(Colours, $"entryCode\n{one}\n", Update));
        var refused = await RefusedAsync(Colours, $"label,entryCode\nFirst,{one}\n,{two}\n,{three}\n", Add);
        Assert.Equal($"line 2: The collection has another entry '{one}'. Give --update to change what is there.", refused);
        Assert.Equal("NoSuchItemException", (await _api.GetRefusedAsync(Colours, three)).Element);
        Assert.Equal(
            "1 added, 1 changed, 0 deleted, 1 as they were.",
            await ImportAsync(Colours, $"label,entryCode\nFirst,{one}\n,{two}\n,{three}\n", Update)
        );
        Assert.Equal("First", (await _api.GetAsync(key)).Elements().Last().Attribute("displayName")?.Value);
        Assert.Equal("CustomCollectionEntryUpdated", (await _api.MessagesAsync(key))[^1].Type);

        // Trying it changes nothing. What the file lacks goes only where that is asked for.
        var all = await ExportAsync(Colours);
        var less = string.Join('\n', all.Split('\n').Where(line => !line.StartsWith(one, StringComparison.Ordinal)));
        Assert.StartsWith("0 added, 0 changed, 0 deleted", await ImportAsync(Colours, less, Update), StringComparison.Ordinal);
        var tried = await ImportAsync(Colours, less, Add with { DeleteMissing = true, DryRun = true });
        Assert.StartsWith("Would be 0 added, 0 changed, 1 deleted", tried, StringComparison.Ordinal);
        Assert.Equal(all, await ExportAsync(Colours));
        Assert.StartsWith(
            "0 added, 0 changed, 1 deleted",
            await ImportAsync(Colours, less, Add with { DeleteMissing = true }),
            StringComparison.Ordinal
        );
        Assert.Equal("CustomCollectionEntryDeleted", (await _api.MessagesAsync(key))[^1].Type);
    }

    [Fact]
    public async Task What_is_in_use_is_not_deleted_by_a_file_that_lacks_it()
    {
        var manager = server.Unique("manager");
        await _api.AddAsync(Managers, manager);
        var account = await _api.AccountWithAsync(manager);
        var all = await ExportAsync(Managers);
        var less = string.Join('\n', all.Split('\n').Where(line => !line.StartsWith(manager, StringComparison.Ordinal)));
        Assert.Contains(
            $"{manager}: The file does not have it, and it cannot be deleted: it is in use by 1 account.",
            await RefusedAsync(Managers, less, Add with { DeleteMissing = true }),
            StringComparison.Ordinal
        );
        Assert.Equal(all, await ExportAsync(Managers));
        Assert.Equal(manager, await _api.ManagerOfAsync(account));
    }

    [Fact]
    public async Task Everything_that_is_wrong_is_told_by_its_line_and_nothing_is_imported()
    {
        var code = server.Unique("file");
        var before = await ExportAsync(Products);
        var problems = (
            await RefusedAsync(
                Products,
                "entryCode,productCode,productDesc,colour,price,supplier/leadDays\n"
                    + $"{code}1,{code}1,One,Purple,1.5,\n"
                    + $"{code}2,{code}2,,,,\n"
                    + $"{code}3,{code}3,Three,Mauve,,\n"
                    + $"{code}4,{code}4,\"Four\nlines\",,free,\n"
                    + $"{code}5,{code}5,Five,,,soon\n"
                    + $"{code}1,{code}6,Six,,,\n"
                    + $" {code}7,{code}7,Seven,,,\n"
                    + $"{code}8,adslmodem,Eight,,,\n"
                    + $"{code}9,{code}1,Nine,,,\n",
                Add
            )
        ).Split('\n');
        Assert.Equal(
            [
                "line 3: CustomObjectException [field=productDesc]. The field 'Description' is required.",
                "line 5: price: the field holds a Decimal, and 'free' is none.",
                "line 7: supplier/leadDays: the field holds a Integer, and 'soon' is none.",
                $"line 8: The code '{code}1' is that of line 2 too.",
                "line 9: A code has 1 to 200 characters, without blanks around it and without control characters.",
                "line 4: colour: the value 'Mauve' is not in the custom collection 'colours'.",
                $"line 10: productCode: 'adslmodem' is of several entries, and the field is unique: adslmodem, {code}8",
                $"line 2: productCode: '{code}1' is of several entries, and the field is unique: {code}1, {code}9",
            ],
            problems
        );
        Assert.Equal(before, await ExportAsync(Products));
    }

    [Theory]
    [InlineData("entryCode,weight\na,1\n", "names columns that 'products' does not have: weight. It has entryCode, label, productCode")]
    [InlineData("entryCode,label,label\na,1,1\n", "names a column twice: label")]
    [InlineData("label\na\n", "does not name the column entryCode")]
    [InlineData("entryCode,label\na\n", "The file is no CSV")]
    [InlineData("entryCode,label\n\"a,b\n", "The file is no CSV")]
    [InlineData("entryCode\n\u00ff", "is not in UTF-8")]
    public async Task A_file_that_is_none_is_refused(string text, string problem)
    {
        var bytes = text.EndsWith('\u00ff') ? Encoding.Latin1.GetBytes(text) : Encoding.UTF8.GetBytes(text);
        var exception = await Assert.ThrowsAsync<CommandException>(() => ImportAsync(Products, bytes, Add));
        Assert.Contains(problem, exception.Message, StringComparison.Ordinal);
    }

    /// <summary>As many as an import may have take their time, and no more statements than a few.</summary>
    [Fact]
    public async Task Thousands_of_entries_are_imported_at_once()
    {
        var code = server.Unique("bulk");
        var text = new StringBuilder("entryCode,productCode,productDesc\n");
        for (var index = 0; index < 3_000; index++)
        {
            text.Append(CultureInfo.InvariantCulture, $"{code}-{index},{code}-{index},Number {index}\n");
        }

        Assert.StartsWith("3000 added", await ImportAsync(Products, text.ToString(), Add), StringComparison.Ordinal);
        Assert.Equal([$"{code}-2999"], CodesOf(await _api.FindAsync(Products, "productCode", $"{code}-2999")));
        var kept = string.Join(
            '\n',
            (await ExportAsync(Products)).Split('\n').Where(line => !line.StartsWith(code, StringComparison.Ordinal))
        );
        Assert.Contains("3000 deleted", await ImportAsync(Products, kept, Add with { DeleteMissing = true }), StringComparison.Ordinal);
    }

    private async Task NewProductsAsync(params (string Description, string More)[] products)
    {
        foreach (var (description, more) in products)
        {
            var code = server.Unique("product");
            await _api.AddAsync(Products, code, Product(code, more, System.Security.SecurityElement.Escape(description)));
        }
    }

    private async Task<string> ExportAsync(string collection) =>
        await OnScopeAsync(async scope =>
        {
            var export = scope.Use<ExportEntries>();
            await using var text = new StringWriter(CultureInfo.InvariantCulture);
            await CollectionFile.WriteAsync(export.Find(collection), export.ReadAsync(export.Find(collection)), text, default);
            return text.ToString();
        });

    private Task<string> ImportAsync(string collection, string text, ImportOptions options) =>
        ImportAsync(collection, Encoding.UTF8.GetBytes(text), options);

    private Task<string> ImportAsync(string collection, byte[] bytes, ImportOptions options) =>
        OnScopeAsync(async scope =>
        {
            using var input = new MemoryStream(bytes);
            return (await CollectionCommand.ImportAsync(scope, collection, input, options, default))!;
        });

    private async Task<string> RefusedAsync(string collection, string text, ImportOptions options) =>
        (await Assert.ThrowsAsync<EntryImportException>(() => ImportAsync(collection, text, options))).Message;

    private async Task<T> OnScopeAsync<T>(Func<UseCaseScope, Task<T>> act)
    {
        await using var scope = UseCaseScope.Begin(
            server.Services.GetRequiredService<IServiceScopeFactory>(),
            server.Stage,
            Caller.Server(new Usn("tests"))
        );
        return await act(scope);
    }
}
