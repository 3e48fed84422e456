using System.Xml.Linq;
using Npgsql;
using Smile.Catalogue;
using Smile.Kernel;
using Smile.Server.Tests.Fixture;
using static Smile.Server.Tests.CustomCollections.CollectionHelp;
using static Smile.Server.Tests.Fixture.Orders;
using static Smile.Server.Tests.Fixture.SoapCaller;

namespace Smile.Server.Tests.CustomCollections;

/// <summary>
/// Entries and the fields that refer to them: none refers to an entry that there is not, whatever is called at the same time. It has a
/// server of its own, since it applies another catalogue.
/// </summary>
public sealed class ReferenceTests(ServerFixture server) : IClassFixture<ServerFixture>, IAsyncLifetime
{
    private readonly CollectionHelp _api = new(server);
    private ChangedCatalogue? _catalogue;

    /// <summary>The example, with fields everywhere that are bound to the colours, alone and in compound fields.</summary>
    public async Task InitializeAsync() =>
        _catalogue = await ChangedCatalogue.ApplyAsync(
            server,
            content =>
            {
                var colour = new FieldDefinition(
                    900,
                    "paint",
                    "Paint",
                    FieldKind.String,
                    false,
                    FieldVisibility.VisibleAndEditable,
                    Colours,
                    []
                );
                var box = new FieldDefinition(
                    901,
                    "box",
                    "Box",
                    FieldKind.Object,
                    false,
                    FieldVisibility.VisibleAndEditable,
                    null,
                    [colour]
                );
                return content with
                {
                    AccountFields = [.. content.AccountFields, colour, box],
                    TicketTypes =
                    [
                        .. content.TicketTypes.Select(type => type.Id == 370 ? type with { Fields = [.. type.Fields, colour] } : type),
                    ],
                    PurchaseOrderFields = [.. content.PurchaseOrderFields, colour],
                    Services =
                    [
                        .. content.Services.Select(service =>
                            service.Id == 17
                                ? service with
                                {
                                    Fields = [.. service.Fields, box],
                                    Subservices = service.Subservices! with { Fields = [colour] },
                                }
                                : service
                        ),
                    ],
                    Packages =
                    [
                        .. content.Packages.Select(package =>
                            package.Id is AccountOnly or AdslOnly ? package with { Form = [.. package.Form, colour, box] } : package
                        ),
                    ],
                    ItemDescriptions =
                    [
                        .. content.ItemDescriptions.Select(item => item.Code == "cst" ? item with { Fields = [colour] } : item),
                    ],
                };
            }
        );

    public async Task DisposeAsync() => await _catalogue!.DisposeAsync();

    /// <summary>Every way in which a field comes to refer to an entry.</summary>
    [Theory]
    [InlineData("account", "1 account")]
    [InlineData("account's box", "1 account")]
    [InlineData("closed account", "1 account")]
    [InlineData("subscription", "1 subscription")]
    [InlineData("subscription's box", "1 subscription")]
    [InlineData("subservice", "1 subservice")]
    [InlineData("purchase order", "1 purchase order")]
    [InlineData("order in a group", "1 order that waits")]
    [InlineData("ticket", "1 ticket")]
    [InlineData("ticket of no account", "1 ticket")]
    [InlineData("entry", "1 entry of another collection")]
    public async Task An_entry_that_is_referred_to_stays_and_is_renamed_where_it_stands(string from, string use)
    {
        var (collection, code) = (from == "subscription" ? Modems : Colours, server.Unique("entry"));
        var key = await _api.AddAsync(collection, code);
        var (refer, read) = await new ReferenceWays(server).OfAsync(from);
        var missing = await refer(code + "x");
        Assert.NotNull(missing);
        Assert.Contains($"{code}x]. The value is not in the custom collection '{collection}'.", missing.Message, StringComparison.Ordinal);
        Assert.Null(await refer(code));
        Assert.Equal(code, await read());

        var fault = await _api.DeleteRefusedAsync(key);
        Assert.Equal("NoSuchItemException", fault.Element);
        Assert.Equal($"InvalidRequestException [key={key}]. The entry is in use by {use}. Change them first.", fault.Message);
        await _api.UpdateAsync(key, collection, code + "y");
        Assert.Equal(code + "y", await read());
        Assert.Contains(use, (await _api.DeleteRefusedAsync(key)).Message, StringComparison.Ordinal);

        // What was set to another one is free of it.
        var other = server.Unique("entry");
        await _api.AddAsync(collection, other);
        if (from != "closed account")
        {
            Assert.Null(await refer(other));
            await _api.DeleteAsync(key);
        }
    }

    /// <summary>A field of the same name that is bound to nothing, or to another collection, is no reference.</summary>
    /// <summary>A template that names what is gone is dead: no ticket can be raised from it.</summary>
    [Fact]
    public async Task An_entry_that_a_template_ticket_holds_stays_and_keeps_its_code()
    {
        const string issues = "supportIssues";
        var key = CollectionHelp.KeyOf(await _api.GetAsync(issues, "other"));
        var deleted = await _api.DeleteRefusedAsync(key);
        Assert.Contains("1 template ticket of the catalogue (123)", deleted.Message, StringComparison.Ordinal);
        var renamed = await _api.UpdateRefusedAsync(key, issues, server.Unique("other"));
        Assert.Contains("1 template ticket of the catalogue (123)", renamed.Message, StringComparison.Ordinal);
        await new Crm.CrmHelp(server).RaiseAsync(Crm.CrmHelp.Support, (await PortalCustomerAsync(server)).Usn);
    }

    [Fact]
    public async Task Only_fields_that_are_bound_to_the_collection_refer_to_its_entries()
    {
        var code = server.Unique("entry");
        var key = await _api.AddAsync(Colours, code);
        var account = await _api.AccountWithAsync("amy");
        await UpdateAccountAsync(account, Text("client_id", code) + Text("companyName", code));
        await _api.AddAsync(Managers, code);
        await UpdateAccountAsync(account, Text("accountManager", code));
        await _api.UpdateAsync(key, Colours, code + "y");
        var fields = await _api.Api.CallAsync("account", "get", P("usn", account));
        Assert.Equal((code, code), (fields.Field("client_id"), fields.Field("accountManager")));
        await _api.DeleteAsync(key);
    }

    [Fact]
    public async Task Many_references_of_several_kinds_are_counted_and_renamed_at_once()
    {
        var code = server.Unique("entry");
        var key = await _api.AddAsync(Colours, code);
        var accounts = new List<string>();
        for (var index = 0; index < 3; index++)
        {
            accounts.Add(await _api.AccountWithAsync("amy"));
            await UpdateAccountAsync(accounts[^1], Text("paint", code) + $"<Object name=\"box\">{Text("paint", code)}</Object>");
        }

        var product = await _api.AddAsync(Products, code, Product(code, Text("colour", code)));
        Assert.Contains(
            "in use by 1 entry of another collection and 3 accounts.",
            (await _api.DeleteRefusedAsync(key)).Message,
            StringComparison.Ordinal
        );
        await _api.UpdateAsync(key, Colours, code + "y");
        foreach (var account in accounts)
        {
            var fields = await _api.Api.CallAsync("account", "get", P("usn", account));
            Assert.Equal(
                [code + "y", code + "y"],
                fields!.Descendants().Where(field => field.Attribute("name")?.Value == "paint").Select(field => field.Value)
            );
            Assert.Equal(
                1L,
                await server.QueryAsync<long>(
                    """
                    SELECT count(*) FROM audit_change WHERE table_name = 'account' AND key = $1 AND after -> 'properties' @> $2::jsonb
                        AND changed_by <> 'fixture'
                    """,
                    account,
                    $"[{{\"n\":\"paint\",\"v\":\"{code}y\"}}]"
                )
            );
        }

        // The product shows the colour: it has changed as well.
        Assert.Equal(code + "y", (await _api.GetAsync(product)).Field("colour"));
        Assert.Equal(code + "y", XElement.Parse((await _api.MessagesAsync(product))[^1].Body).Field("colour"));
    }

    /// <summary>Lines of charges say what was charged: they are checked when they are raised, and left as they are.</summary>
    [Fact]
    public async Task Charges_are_checked_and_do_not_keep_entries()
    {
        var code = server.Unique("entry");
        var key = await _api.AddAsync(Colours, code);
        var account = await _api.AccountWithAsync("amy");
        XElement Invoice(string colour) =>
            Fixture.Money.Invoice([
                Fixture.Money.Charge(account, "cst", "1.00", $"<Object>{Text("paint", colour)}</Object>", chargeGst: false),
            ]);
        var fault = await server.Administrator.TryAsync("account", Wrapper("raiseInvoice", [P("usn", account), Invoice(code + "x")]));
        Assert.Contains(
            "[paint=" + code + "x]. The value is not in the custom collection 'colours'.",
            fault?.Message ?? "",
            StringComparison.Ordinal
        );
        Assert.Null(await server.Administrator.TryAsync("account", Wrapper("raiseInvoice", [P("usn", account), Invoice(code)])));
        await _api.DeleteAsync(key);
    }

    /// <summary>A deletion waits for whoever is about to refer to the entry, and then knows of it.</summary>
    [Fact]
    public async Task A_deletion_waits_for_who_refers_to_the_entry()
    {
        var code = server.Unique("entry");
        var key = await _api.AddAsync(Managers, code);
        var account = await _api.AccountWithAsync("amy");
        await using var connection = await server.Stage.Store.Source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await ExecuteAsync(connection, "SELECT FROM custom_collection_entry WHERE key = $1 FOR KEY SHARE", key);
        var deletion = _api.TryDeleteAsync(key);
        await UntilWaitingAsync();
        await ExecuteAsync(
            connection,
            "UPDATE account SET properties = $2::jsonb WHERE usn = $1",
            account,
            $"[{{\"n\":\"accountManager\",\"k\":\"String\",\"v\":\"{code}\"}}]"
        );
        await transaction.CommitAsync();
        var fault = await deletion;
        Assert.Contains("in use by 1 account.", fault?.Message ?? "", StringComparison.Ordinal);
        Assert.Equal(code, (await _api.GetAsync(key)).At("EntryCode"));
    }

    /// <summary>A call that wants to refer to an entry waits for its deletion or renaming, and then is refused.</summary>
    [Theory]
    [InlineData("DELETE FROM custom_collection_entry WHERE key = $1")]
    [InlineData("UPDATE custom_collection_entry SET entry_code = entry_code || 'z' WHERE key = $1")]
    public async Task Who_wants_to_refer_to_an_entry_waits_for_its_end(string end)
    {
        var code = server.Unique("entry");
        var key = await _api.AddAsync(Managers, code);
        var account = await _api.AccountWithAsync("amy");
        await using var connection = await server.Stage.Store.Source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await ExecuteAsync(connection, end, key);
        var reference = _api.TrySetManagerAsync(account, code);
        await UntilWaitingAsync();
        await transaction.CommitAsync();
        var fault = await reference;
        Assert.Equal("AccountException", fault?.Element);
        Assert.Contains("The value is not in the custom collection 'accountManagers'.", fault!.Message, StringComparison.Ordinal);
        Assert.Equal("amy", await _api.ManagerOfAsync(account));
    }

    /// <summary>Changes of the entry's own fields hold up nobody who refers to it.</summary>
    [Fact]
    public async Task References_do_not_wait_for_each_other_nor_for_changes_of_fields()
    {
        var code = server.Unique("entry");
        var key = await _api.AddAsync(Managers, code);
        var account = await _api.AccountWithAsync("amy");
        await using var connection = await server.Stage.Store.Source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await ExecuteAsync(connection, "SELECT FROM custom_collection_entry WHERE key = $1 FOR KEY SHARE", key);
        await ExecuteAsync(connection, "UPDATE custom_collection_entry SET label = 'other' WHERE key = $1", key);
        await _api.SetManagerAsync(account, code);
        await transaction.CommitAsync();
        Assert.Equal(code, await _api.ManagerOfAsync(account));
    }

    /// <summary>Whoever comes to refer to the entry while its owners are being locked is found, and the renaming begins anew.</summary>
    [Fact]
    public async Task A_renaming_finds_what_comes_to_refer_to_the_entry_meanwhile()
    {
        var code = server.Unique("entry");
        var key = await _api.AddAsync(Managers, code);
        var (first, second) = (await _api.AccountWithAsync(code), await _api.AccountWithAsync("amy"));
        await using var connection = await server.Stage.Store.Source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await ExecuteAsync(connection, "SELECT FROM account WHERE usn = $1 FOR UPDATE", first);
        var renaming = _api.TryUpdateAsync(key, Managers, code + "y");
        await UntilWaitingAsync();
        await _api.SetManagerAsync(second, code);
        await transaction.CommitAsync();
        Assert.Null(await renaming);
        Assert.Equal((code + "y", code + "y"), (await _api.ManagerOfAsync(first), await _api.ManagerOfAsync(second)));
        Assert.Equal(2, (await _api.MessagesAsync(key)).Count);
    }

    /// <summary>Everything at once: nobody waits for ever, no call fails for a reason of its own, and no reference dangles.</summary>
    [Fact]
    public async Task Calls_at_the_same_time_leave_no_reference_to_what_is_gone()
    {
        var codes = Enumerable.Range(0, 4).Select(_ => server.Unique("entry")).ToList();
        var keys = new List<int>();
        var accounts = new List<string>();
        foreach (var code in codes)
        {
            keys.Add(await _api.AddAsync(Managers, code));
            accounts.Add(await _api.AccountWithAsync("amy"));
        }

        var answers = await Task.WhenAll(
            Enumerable
                .Range(0, 60)
                .Select(async index =>
                    (index % 5) switch
                    {
                        0 => await _api.TryUpdateAsync(keys[index % 4], Managers, codes[index % 4] + (index % 3)),
                        1 when index > 30 => await _api.TryDeleteAsync(keys[index % 4]),
                        2 => (await _api.Api.TryAsync("order", Wrapper("orderAccount", [_api.AccountOrder(codes[index % 4])]))),
                        _ => await _api.TrySetManagerAsync(
                            accounts[index % 3],
                            index % 7 == 0 ? "amy" : codes[(index + 1) % 4] + (index % 4 == 3 ? "" : index % 3)
                        ),
                    }
                )
        );
        Assert.All(
            answers.OfType<SoapFault>(),
            fault =>
                Assert.True(
                    fault.Message.Contains("is not in the custom collection", StringComparison.Ordinal)
                        || fault.Message.Contains("in use by", StringComparison.Ordinal)
                        || fault.Message.StartsWith("NoSuchCustomCollectionEntryException", StringComparison.Ordinal),
                    fault.Message
                )
        );
        await RequireNoDanglingAsync(server);
    }

    /// <summary>No account or ticket has a manager that is no entry.</summary>
    internal static async Task RequireNoDanglingAsync(ServerFixture server) =>
        Assert.Equal(
            0L,
            await server.QueryAsync<long>(
                """
                SELECT count(*) FROM (SELECT properties FROM account UNION ALL SELECT properties FROM ticket) AS owner
                CROSS JOIN jsonb_array_elements(properties) AS field
                WHERE field ->> 'n' = 'accountManager' AND field ->> 'v' IS NOT NULL AND NOT EXISTS (
                    SELECT FROM custom_collection_entry WHERE collection_code = 'accountManagers' AND entry_code = field ->> 'v')
                """
            )
        );

    private Task UpdateAccountAsync(string usn, string fields) =>
        _api.Api.CallAsync("account", "update", P("usn", usn), ReferenceWays.Account(usn, fields));

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, params object[] parameters)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = parameter });
        }

        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Until a call waits for a lock that the test has.</summary>
    private Task UntilWaitingAsync() =>
        Smile.Testing.Until.TrueAsync(
            "a call waits for a lock",
            async () => await server.QueryAsync<long>("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'") > 0
        );
}
