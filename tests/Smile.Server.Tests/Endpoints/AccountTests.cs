using Smile.Server.Tests.Fixture;
using static Smile.Server.Tests.Fixture.Orders;
using static Smile.Server.Tests.Fixture.SoapCaller;

namespace Smile.Server.Tests.Endpoints;

[Collection(ServerTests.Name)]
public sealed class AccountTests(ServerFixture server)
{
    private SoapCaller Api => server.Administrator;

    [Fact]
    public async Task An_account_comes_with_its_settings_and_the_subscriptions_of_its_tree()
    {
        var customer = await PortalCustomerAsync(server);
        var account = await Api.CallAsync("account", "get", P("usn", customer.Usn));
        Assert.Equal(customer.Usn, account.At("USN"));
        Assert.Equal("Anniversary", account.At("InvoicingCycle/CycleType"));
        Assert.Equal("Standard Account", account.At("AccountType"));
        Assert.Equal("1", account.AllAt("AccountTerms").Single().Attribute("key")!.Value);
        Assert.Equal("Smith", account.Field("contactFamily"));
        Assert.Equal(
            customer.Subscriptions.Order(StringComparer.Ordinal),
            account.AllAt("Subscriptions/Subscription/USN").Select(usn => usn.Value)
        );
        Assert.All(account.AllAt("Subscriptions/Subscription/Parent"), parent => Assert.Equal(customer.Usn, parent.Value));
    }

    [Fact]
    public async Task Account_info_is_the_account_without_its_subscriptions()
    {
        var customer = await PortalCustomerAsync(server);
        var info = await Api.CallAsync("account", "getAccountInfo", P("usn", customer.Usn));
        Assert.Equal("AccountInfo", info!.Name.LocalName);
        Assert.Equal(customer.Usn, info.At("USN"));
        Assert.Equal("joe@example.com", info.Field("emailAddress"));
        Assert.Empty(info.AllAt("Subscriptions"));
    }

    [Fact]
    public async Task Accounts_that_do_not_exist_or_are_out_of_reach_are_refused_alike()
    {
        var customer = await PortalCustomerAsync(server);
        var other = await PortalCustomerAsync(server);
        using var own = await server.AddUserOfAccountAsync(customer.Usn);
        Assert.Equal(customer.Usn, (await own.CallAsync("account", "get", P("usn", customer.Usn))).At("USN"));
        Assert.Equal("AccountException", (await own.RefusedAsync("account", "get", P("usn", other.Usn))).Element);
        Assert.Equal("AccountException", (await Api.RefusedAsync("account", "get", P("usn", "4711"))).Element);
        Assert.Equal("AuthenticationException", (await own.RefusedAsync("account", "getAccountInfo", P("usn", other.Usn))).Element);
        Assert.Equal("SmileApiException", (await Api.RefusedAsync("account", "getAccountInfo", P("usn", "4711"))).Element);
    }

    [Fact]
    public async Task Accounts_are_found_by_custom_field_within_the_callers_reach()
    {
        var client = server.Unique("client");
        var customer = await PortalCustomerAsync(server);
        Assert.Null(await Api.CallAsync("account", "findAccount", Search(client)));
        await SetClientAsync(customer.Usn, client);
        Assert.Equal(customer.Usn, (await Api.CallAsync("account", "findAccount", Search(client))).At("USN"));

        var second = await PortalCustomerAsync(server);
        await SetClientAsync(second.Usn, client);
        Assert.Equal("TooManyResultsException", (await Api.RefusedAsync("account", "findAccount", Search(client))).Element);
        using var own = await server.AddUserOfAccountAsync(second.Usn);
        Assert.Equal(second.Usn, (await own.CallAsync("account", "findAccount", Search(client))).At("USN"));
    }

    [Fact]
    public async Task Search_results_come_in_stable_pages()
    {
        var client = server.Unique("client");
        var usns = new List<string>();
        for (var index = 0; index < 5; index++)
        {
            usns.Add((await PortalCustomerAsync(server)).Usn);
            await SetClientAsync(usns[^1], client);
        }

        var first = await Api.CallAsync("account", "findAccounts", Search(client), P("limit", 3), P("offset", 0));
        var second = await Api.CallAsync("account", "findAccounts", Search(client), P("limit", 3), P("offset", 3));
        Assert.Equal("true", first!.Attribute("moreResults")!.Value);
        Assert.Equal("false", second!.Attribute("moreResults")!.Value);
        Assert.Equal(
            usns.Order(StringComparer.Ordinal),
            first.AllAt("Accounts/USN").Concat(second.AllAt("Accounts/USN")).Select(usn => usn.Value)
        );
        Assert.Empty((await Api.CallAsync("account", "findAccounts", Search(client), P("limit", 200), P("offset", 99))).AllAt("Accounts"));
    }

    [Theory]
    [InlineData("client_id", 0, 0, "InvalidRequestException")]
    [InlineData("client_id", 201, 0, "InvalidRequestException")]
    [InlineData("client_id", 1, -1, "InvalidRequestException")]
    [InlineData("nonsense", 1, 0, "NoSuchItemException")]
    [InlineData("emailAddress", 1, 0, "NoSuchItemException")]
    public async Task Bad_searches_are_refused(string attribute, int limit, int offset, string fault)
    {
        var condition = Document($"<SearchCondition><Equals><Attribute>{attribute}</Attribute><Value>x</Value></Equals></SearchCondition>");
        Assert.Equal(fault, (await Api.RefusedAsync("account", "findAccounts", condition, P("limit", limit), P("offset", offset))).Element);
    }

    [Fact]
    public async Task Searching_for_an_unknown_custom_field_is_refused()
    {
        var condition = Document("<SearchCondition><Equals><Attribute>nonsense</Attribute><Value>x</Value></Equals></SearchCondition>");
        Assert.Equal("NoSuchItemException", (await Api.RefusedAsync("account", "findAccount", condition)).Element);
    }

    [Fact]
    public async Task Updating_an_account_changes_only_what_is_given_and_announces_it()
    {
        var customer = await PortalCustomerAsync(server);
        var updated = await Api.CallAsync(
            "account",
            "update",
            P("usn", customer.Usn),
            Document(
                $"<Account><USN>{customer.Usn}</USN><Properties><Object><String name='emailAddress'>demo@example.com</String><Object "
                    + $"name='secondaryContact'><String name='secondaryContactName'>John Smith</String></Object></Object></Properties>"
                    + $"</Account>"
            )
        );
        Assert.Equal("demo@example.com", updated.Field("emailAddress"));
        Assert.Equal("Smith", updated.Field("contactFamily"));
        Assert.Equal("John Smith", updated.Field("secondaryContactName"));

        var message = (await server.MessagesAsync(customer.Usn)).Single(each => each.Type == "AccountUpdated");
        Assert.Equal("SmileAccount", message.Topic);
        Assert.Equal(
            (1, 1, customer.Usn),
            ((int)message.Headers["sid"], (int)message.Headers["company"], (string)message.Headers["accountUsn"])
        );
        Assert.Contains("demo@example.com", message.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Subscriptions_inherit_a_contact_detail_that_they_had_from_their_account()
    {
        var customer = await PortalCustomerAsync(server);
        await Api.CallAsync(
            "subscription",
            "update",
            P("usn", customer.Subscriptions[0]),
            Document("<Subscription><Properties><Object><String name='contactGiven'>Own</String></Object></Properties></Subscription>")
        );
        await Api.CallAsync(
            "account",
            "update",
            P("usn", customer.Usn),
            Document("<Account><Properties><Object><String name='contactGiven'>New</String></Object></Properties></Account>")
        );
        Assert.Equal("Own", (await Api.CallAsync("subscription", "get", P("usn", customer.Subscriptions[0]))).Field("contactGiven"));
        Assert.Equal("New", (await Api.CallAsync("subscription", "get", P("usn", customer.Subscriptions[1]))).Field("contactGiven"));
    }

    [Theory]
    [InlineData("<Account><USN>1</USN></Account>", "USN")]
    [InlineData("<Account><Properties><Object><String name='nonsense'>1</String></Object></Properties></Account>", "nonsense")]
    [InlineData("<Account><Properties><Object><Boolean name='emailAddress'>true</Boolean></Object></Properties></Account>", "emailAddress")]
    [InlineData("<Account><Properties><Object><String name='emailAddress'>joe</String></Object></Properties></Account>", "field=email")]
    [InlineData("<Account><Properties><Object><String name='username'>other</String></Object></Properties></Account>", "username")]
    public async Task A_bad_account_update_is_refused_and_changes_nothing(string document, string expected)
    {
        var customer = await PortalCustomerAsync(server);
        var fault = await Api.RefusedAsync("account", "update", P("usn", customer.Usn), Document(document));
        Assert.Equal("AccountException", fault.Element);
        Assert.Contains(expected, fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(await server.MessagesAsync(customer.Usn), message => message.Type == "AccountUpdated");
    }

    [Fact]
    public async Task Others_accounts_cannot_be_updated()
    {
        var customer = await PortalCustomerAsync(server);
        var other = await PortalCustomerAsync(server);
        using var own = await server.AddUserOfAccountAsync(customer.Usn);
        Assert.Equal(
            "AccountException",
            (await own.RefusedAsync("account", "update", P("usn", other.Usn), Document("<Account/>"))).Element
        );
    }

    /// <summary>
    /// L1. Who gets an account's invoices is updated, ordered and commanded; the documents are addressed to him, and the debt stays where
    /// it is.
    /// </summary>
    [Fact]
    public async Task Another_account_gets_the_invoices()
    {
        var (account, payer) = (await Money.NewAccountAsync(server), (await PortalCustomerAsync(server)).Usn);
        await Api.CallAsync(
            "account",
            "update",
            P("usn", payer),
            Document(
                "<Account><Properties><Object><String name='contactGiven'>Paula</String><String name='contactFamily'>Payer</String>"
                    + "</Object></Properties></Account>"
            )
        );
        var updated = await Api.CallAsync("account", "update", P("usn", account.Usn), Invoicee(payer));
        Assert.Equal(payer, updated.At("Invoicee/InvoiceeUsn"));
        Assert.Contains(
            $"<InvoiceeUsn>{payer}</InvoiceeUsn>",
            (await server.MessagesAsync(account.Usn))[^1].Body.Replace("ns2:", "", StringComparison.Ordinal),
            StringComparison.Ordinal
        );

        var number = await account.InvoiceAsync(25m);
        Assert.Equal(("25.00", "0.00"), (await account.BalanceAsync(), await new Money(server, payer).BalanceAsync()));
        Assert.Equal("Paula Payer", (await AddresseeAsync(number))[0]);

        // What the guide's client does, sending back what it has read, changes nothing; an empty USN takes the invoicee away.
        Assert.Equal(payer, (await Api.CallAsync("account", "update", P("usn", account.Usn), Invoicee(payer))).At("Invoicee/InvoiceeUsn"));
        Assert.Null((await Api.CallAsync("account", "update", P("usn", account.Usn), Invoicee(""))).At("Invoicee/InvoiceeUsn"));
        Assert.Equal("Joe Smith", (await AddresseeAsync(await account.InvoiceAsync(1m)))[0]);
        Assert.Equal("Paula Payer", (await AddresseeAsync(number))[0]);
        await PaymentHelp.RunAsync<Smile.Customers.Accounts.Invoicees, bool>(
            server,
            async invoicees =>
            {
                await invoicees.SetAsync(account.Usn, payer, default);
                return true;
            }
        );
        Assert.Equal(payer, (await Api.CallAsync("account", "getAccountInfo", P("usn", account.Usn))).At("Invoicee/InvoiceeUsn"));

        // Neither itself, nor in a chain, nor nobody; and customers do not decide it.
        var third = (await PortalCustomerAsync(server)).Usn;
        using var own = await server.AddUserOfAccountAsync(account.Usn);
        foreach (
            var (api, usn, invoicee) in new[]
            {
                (Api, third, third),
                (Api, third, account.Usn),
                (Api, payer, third),
                (Api, third, "999"),
                (own, account.Usn, ""),
                (own, account.Usn, third),
            }
        )
        {
            Assert.Equal("AccountException", (await api.RefusedAsync("account", "update", P("usn", usn), Invoicee(invoicee))).Element);
        }

        Assert.Equal(payer, (await Api.CallAsync("account", "get", P("usn", account.Usn))).At("Invoicee/InvoiceeUsn"));
        await using var catalogue = await ChangedCatalogue.ApplyAsync(
            server,
            content =>
                content with
                {
                    Packages =
                    [
                        .. content.Packages.Select(package =>
                            package.Id == PortalCustomer
                                ? package with
                                {
                                    Form =
                                    [
                                        .. package.Form,
                                        package.Form[0] with
                                        {
                                            Id = 9002,
                                            Name = "invoiceeUsn",
                                            Label = "Invoices to",
                                            Required = false,
                                        },
                                    ],
                                }
                                : package
                        ),
                    ],
                }
        );
        var ordered = await Api.CallAsync(
            "order",
            "orderAccount",
            Order(PortalCustomer, 1, PortalForm(server.Unique("paid")) + Text("invoiceeUsn", payer))
        );
        Assert.Equal(payer, (await Api.CallAsync("account", "get", P("usn", ordered.At("Order/AccountUSN")!))).At("Invoicee/InvoiceeUsn"));
        Assert.Equal(
            "OrderException",
            (
                await Api.RefusedAsync(
                    "order",
                    "orderAccount",
                    Order(PortalCustomer, 1, PortalForm(server.Unique("paid")) + Text("invoiceeUsn", "999"))
                )
            ).Element
        );

        static System.Xml.Linq.XElement Invoicee(string usn) =>
            Document($"<Account><Invoicee><InvoiceeUsn>{usn}</InvoiceeUsn></Invoicee></Account>");

        async Task<IReadOnlyList<string>> AddresseeAsync(string transaction)
        {
            var session = server.Stage.CreateSession(Smile.Session.Caller.Server(new Smile.Kernel.Usn("tests")));
            await using var database = session.Database;
            return (await server.DocumentsOf(session).FindTransactionAsync(transaction, CancellationToken.None))!.Addressee;
        }
    }

    private static System.Xml.Linq.XElement Search(string client) =>
        Document($"<SearchCondition><Equals><Attribute>client_id</Attribute><Value>{client}</Value></Equals></SearchCondition>");

    private Task SetClientAsync(string usn, string client) =>
        Api.CallAsync(
            "account",
            "update",
            P("usn", usn),
            Document($"<Account><Properties><Object><String name='client_id'>{client}</String></Object></Properties></Account>")
        );
}
