using System.Xml.Linq;
using Smile.Server.Tests.Fixture;
using Smile.Storage;
using static Smile.Server.Tests.Fixture.Orders;
using static Smile.Server.Tests.Fixture.SoapCaller;

namespace Smile.Server.Tests.Endpoints;

[Collection(ServerTests.Name)]
public sealed class InvoiceGroupingTests(ServerFixture server)
{
    private const string Endpoint = "account/invoicegrouping";
    private const string AllCharges = "58ac9ef6-bad2-4584-b5c2-3eb2639cd5ed";
    private const string UsageOnly = "28b1a75d-b911-4ec3-a250-6740141ebce8";
    private const string Inactive = "7d0f7f5e-66a5-4b0c-9a9b-0c8a4a4f6c11";
    private const string GuidesOverrides =
        "<InvoiceGroupingOverrides><RollupDescription>Overriding Rollup description {0,date} - {1,date}</RollupDescription>"
        + "<ChargeTypes><ChargeType key='6'>Manually entered charge</ChargeType></ChargeTypes></InvoiceGroupingOverrides>";

    private SoapCaller Api => server.Administrator;

    /// <summary>The guide's example (lines 5582, 5669).</summary>
    [Fact]
    public async Task A_grouping_is_made_listed_and_read()
    {
        var customer = await PortalCustomerAsync(server);
        Assert.Null(
            await Api.CallAsync(
                Endpoint,
                "createInvoiceGrouping",
                New(
                    customer.Usn,
                    AllCharges,
                    $"<RollupToSubscription>{customer.Usn}</RollupToSubscription><ActiveTo>2015-03-31</ActiveTo>"
                        + Grouped([.. customer.Subscriptions])
                        + GuidesOverrides
                )
            )
        );
        var list = await Api.CallAsync(Endpoint, "getAvailableInvoiceGroupings", P("usn", customer.Usn));
        var id = list.At("InvoiceGrouping/InvoiceGroupingId")!;
        var expected = Document(
                $"""
                <InvoiceGroupings><InvoiceGrouping><InvoiceGroupingId>{id}</InvoiceGroupingId><Account>{customer.Usn}</Account>
                <InvoiceGroupingConfiguration><InvoiceGroupingConfigurationId>{AllCharges}</InvoiceGroupingConfigurationId>
                <Name>Roll up all charge types</Name><Company>1</Company><ItemCode>004798</ItemCode></InvoiceGroupingConfiguration>
                <RollupToSubscription>{customer.Usn}</RollupToSubscription>
                {Grouped([.. customer.Subscriptions.Order(StringComparer.Ordinal)])}
                <ActiveTo>2015-03-31+11:00</ActiveTo>{GuidesOverrides}</InvoiceGrouping></InvoiceGroupings>
                """
            )
            .ToString();
        Assert.Equal(expected, WithoutDeclarations(list));
        Assert.Equal(expected, WithoutDeclarations(await Api.CallAsync(Endpoint, "getInvoiceGrouping", P("invoiceGroupingId", id))));
    }

    [Fact]
    public async Task An_update_takes_the_place_of_everything_but_the_account()
    {
        var customer = await PortalCustomerAsync(server);
        var id = await CreateAsync(customer.Usn, "<ActiveTo>2015-03-31</ActiveTo>" + Grouped(customer.Subscriptions[0]) + GuidesOverrides);
        Assert.Null(
            await Api.CallAsync(
                Endpoint,
                "updateInvoiceGrouping",
                P("invoiceGroupingId", id),
                New(
                    customer.Usn,
                    UsageOnly,
                    $"<RollupToSubscription>{customer.Subscriptions[0]}</RollupToSubscription><ActiveFrom>2015-03-24+10:00</ActiveFrom>"
                        + Grouped(customer.Subscriptions[1])
                )
            )
        );
        var grouping = (await Api.CallAsync(Endpoint, "getInvoiceGrouping", P("invoiceGroupingId", id))).AllAt("InvoiceGrouping").Single();
        Assert.Equal(
            ("Roll up usage", "2015-03-24+11:00", null),
            (grouping.At("InvoiceGroupingConfiguration/Name"), grouping.At("ActiveFrom"), grouping.At("ActiveTo"))
        );
        Assert.Equal(
            (customer.Subscriptions[0], customer.Subscriptions[1]),
            (grouping.At("RollupToSubscription"), grouping.AllAt("Subscriptions/Subscription").Single().Value)
        );
        Assert.Empty(grouping.AllAt("InvoiceGroupingOverrides"));
    }

    [Fact]
    public async Task A_deleted_grouping_is_gone_and_its_subscriptions_are_free()
    {
        var customer = await PortalCustomerAsync(server);
        var id = await CreateAsync(customer.Usn, Grouped(customer.Subscriptions[0]));
        Assert.Null(await Api.CallAsync(Endpoint, "deleteInvoiceGrouping", P("invoiceGroupingId", id)));
        Assert.Equal("NoSuchItemException", (await Api.RefusedAsync(Endpoint, "getInvoiceGrouping", P("invoiceGroupingId", id))).Element);
        Assert.Equal(
            "NoSuchItemException",
            (await Api.RefusedAsync(Endpoint, "deleteInvoiceGrouping", P("invoiceGroupingId", id))).Element
        );
        Assert.Equal(
            "NoSuchItemException",
            (
                await Api.RefusedAsync(Endpoint, "updateInvoiceGrouping", P("invoiceGroupingId", id), New(customer.Usn, AllCharges, ""))
            ).Element
        );
        Assert.Empty((await Api.CallAsync(Endpoint, "getAvailableInvoiceGroupings", P("usn", customer.Usn))).AllAt("InvoiceGrouping"));
        await CreateAsync(customer.Usn, Grouped(customer.Subscriptions[0]));
    }

    [Fact]
    public async Task A_subscription_is_in_one_grouping_at_a_time()
    {
        var customer = await PortalCustomerAsync(server);
        var subscription = Grouped(customer.Subscriptions[0]);
        var first = await CreateAsync(customer.Usn, "<ActiveFrom>2015-01-01</ActiveFrom><ActiveTo>2015-03-31</ActiveTo>" + subscription);
        var second = await CreateAsync(customer.Usn, "<ActiveFrom>2015-04-01</ActiveFrom>" + subscription, first);
        await CreateAsync(customer.Usn, Grouped(customer.Subscriptions[1]), first, second);
        var overlapping = New(
            customer.Usn,
            AllCharges,
            "<ActiveFrom>2015-03-31</ActiveFrom><ActiveTo>2015-04-30</ActiveTo>" + subscription
        );
        var fault = await Api.RefusedAsync(Endpoint, "createInvoiceGrouping", overlapping);
        Assert.Equal("InvalidRequestException", fault.Element);
        Assert.Contains(customer.Subscriptions[0], fault.Message, StringComparison.Ordinal);
        Assert.Equal(
            "InvalidRequestException",
            (await Api.RefusedAsync(Endpoint, "updateInvoiceGrouping", P("invoiceGroupingId", second), overlapping)).Element
        );
        Assert.Null(
            await Api.CallAsync(
                Endpoint,
                "updateInvoiceGrouping",
                P("invoiceGroupingId", first),
                New(customer.Usn, AllCharges, "<ActiveTo>2015-03-31</ActiveTo>" + subscription)
            )
        );
    }

    [Fact]
    public async Task Bad_groupings_are_refused_and_nothing_is_made()
    {
        var customer = await PortalCustomerAsync(server);
        var other = await PortalCustomerAsync(server);
        var id = await CreateAsync(customer.Usn, "");
        await RefusedBothAsync("InvalidRequestException", New(" ", AllCharges, ""));
        await RefusedBothAsync(
            "InvalidRequestException",
            Document(
                $"<NewInvoiceGrouping><InvoiceGroupingConfiguration key='{AllCharges}'>All</InvoiceGroupingConfiguration>"
                    + $"</NewInvoiceGrouping>"
            )
        );
        await RefusedBothAsync(
            "InvalidRequestException",
            Document($"<NewInvoiceGrouping><Account>{customer.Usn}</Account></NewInvoiceGrouping>")
        );
        await RefusedBothAsync(
            "InvalidRequestException",
            Document(
                $"<NewInvoiceGrouping><Account>{customer.Usn}</Account>"
                    + $"<InvoiceGroupingConfiguration>All</InvoiceGroupingConfiguration></NewInvoiceGrouping>"
            )
        );
        await RefusedBothAsync(
            "InvalidRequestException",
            New(customer.Usn, AllCharges, "<ActiveFrom>2015-03-31</ActiveFrom><ActiveTo>2015-03-31</ActiveTo>")
        );
        await RefusedBothAsync("InvalidRequestException", New(customer.Usn, Inactive, ""));
        await RefusedBothAsync(
            "InvalidRequestException",
            New(customer.Usn, AllCharges, $"<RollupToSubscription>{other.Subscriptions[0]}</RollupToSubscription>")
        );
        await RefusedBothAsync("InvalidRequestException", New(customer.Usn, AllCharges, Grouped(" ")));
        await RefusedBothAsync("InvalidRequestException", New(customer.Usn, AllCharges, Grouped(other.Subscriptions[0])));
        await RefusedBothAsync(
            "InvalidRequestException",
            New(
                customer.Usn,
                AllCharges,
                $"<InvoiceGroupingOverrides><RollupDescription>{new string('x', 501)}</RollupDescription></InvoiceGroupingOverrides>"
            )
        );
        await RefusedBothAsync("NoSuchItemException", New("4711", AllCharges, ""));
        await RefusedBothAsync("NoSuchItemException", New(customer.Usn, Guid.NewGuid().ToString(), ""));
        await RefusedBothAsync("NoSuchItemException", New(customer.Usn, "nonsense", ""));
        await RefusedBothAsync(
            "NoSuchItemException",
            New(
                customer.Usn,
                AllCharges,
                "<InvoiceGroupingOverrides><ChargeTypes><ChargeType key='99'>x</ChargeType></ChargeTypes></InvoiceGroupingOverrides>"
            )
        );
        await RefusedBothAsync("NoSuchItemException", New(customer.Usn, AllCharges, "<RollupToSubscription>4711</RollupToSubscription>"));
        await RefusedBothAsync("NoSuchItemException", New(customer.Usn, AllCharges, Grouped("4711")));
        Assert.Equal(
            "InvalidRequestException",
            (await Api.RefusedAsync(Endpoint, "updateInvoiceGrouping", P("invoiceGroupingId", id), New(other.Usn, AllCharges, ""))).Element
        );
        foreach (var unknown in new[] { Guid.NewGuid().ToString(), "nonsense" })
        {
            Assert.Equal(
                "NoSuchItemException",
                (
                    await Api.RefusedAsync(
                        Endpoint,
                        "updateInvoiceGrouping",
                        P("invoiceGroupingId", unknown),
                        New(customer.Usn, AllCharges, "")
                    )
                ).Element
            );
            Assert.Equal(
                "NoSuchItemException",
                (await Api.RefusedAsync(Endpoint, "getInvoiceGrouping", P("invoiceGroupingId", unknown))).Element
            );
            Assert.Equal(
                "NoSuchItemException",
                (await Api.RefusedAsync(Endpoint, "deleteInvoiceGrouping", P("invoiceGroupingId", unknown))).Element
            );
        }

        Assert.Equal("NoSuchItemException", (await Api.RefusedAsync(Endpoint, "getAvailableInvoiceGroupings", P("usn", "4711"))).Element);
        Assert.Equal(
            [id],
            (await Api.CallAsync(Endpoint, "getAvailableInvoiceGroupings", P("usn", customer.Usn)))
                .AllAt("InvoiceGrouping/InvoiceGroupingId")
                .Select(each => each.Value)
        );

        async Task RefusedBothAsync(string fault, XElement document)
        {
            Assert.Equal(fault, (await Api.RefusedAsync(Endpoint, "createInvoiceGrouping", document)).Element);
            Assert.Equal(fault, (await Api.RefusedAsync(Endpoint, "updateInvoiceGrouping", P("invoiceGroupingId", id), document)).Element);
        }
    }

    [Fact]
    public async Task Others_groupings_are_not_found()
    {
        var customer = await PortalCustomerAsync(server);
        var other = await PortalCustomerAsync(server);
        var id = await CreateAsync(other.Usn, "");
        using var own = await server.AddUserOfAccountAsync(customer.Usn);
        Assert.Equal("NoSuchItemException", (await own.RefusedAsync(Endpoint, "getInvoiceGrouping", P("invoiceGroupingId", id))).Element);
        Assert.Equal(
            "NoSuchItemException",
            (await own.RefusedAsync(Endpoint, "getAvailableInvoiceGroupings", P("usn", other.Usn))).Element
        );
        Assert.Equal(
            "NoSuchItemException",
            (await own.RefusedAsync(Endpoint, "deleteInvoiceGrouping", P("invoiceGroupingId", id))).Element
        );
        Assert.Equal(
            "NoSuchItemException",
            (await own.RefusedAsync(Endpoint, "updateInvoiceGrouping", P("invoiceGroupingId", id), New(other.Usn, AllCharges, ""))).Element
        );
        Assert.Equal(
            "NoSuchItemException",
            (await own.RefusedAsync(Endpoint, "createInvoiceGrouping", New(other.Usn, AllCharges, ""))).Element
        );
        Assert.Equal(
            "NoSuchItemException",
            (
                await own.RefusedAsync(Endpoint, "createInvoiceGrouping", New(customer.Usn, AllCharges, Grouped(other.Subscriptions[0])))
            ).Element
        );
        Assert.Null(
            await own.CallAsync(Endpoint, "createInvoiceGrouping", New(customer.Usn, AllCharges, Grouped(customer.Subscriptions[0])))
        );
    }

    [Fact]
    public async Task A_subscription_that_moves_to_another_account_leaves_the_groupings_of_the_first()
    {
        var customer = await PortalCustomerAsync(server);
        var id = await CreateAsync(
            customer.Usn,
            $"<RollupToSubscription>{customer.Subscriptions[1]}</RollupToSubscription>" + Grouped([.. customer.Subscriptions])
        );
        await server.ExecuteAsync(
            "UPDATE grouped_subscription SET changed_by = 'somebody' WHERE subscription_usn = $1",
            customer.Subscriptions[1]
        );
        await Api.CallAsync(
            "subscription",
            "migrateSubscription",
            P("usn", customer.Subscriptions[1]),
            P("toAccountUsn", (await PortalCustomerAsync(server)).Usn)
        );
        var grouping = (await Api.CallAsync(Endpoint, "getInvoiceGrouping", P("invoiceGroupingId", id))).AllAt("InvoiceGrouping").Single();
        Assert.Equal(
            (customer.Usn, customer.Subscriptions[0]),
            (grouping.At("RollupToSubscription"), grouping.AllAt("Subscriptions/Subscription").Single().Value)
        );
        Assert.Equal(
            "administrator",
            await server.QueryAsync<string>(
                """
                SELECT username FROM audit_change JOIN subscription ON usn = audit_change.changed_by
                WHERE table_name = 'grouped_subscription' AND action = 'DELETE' AND before ->> 'subscription_usn' = $1
                """,
                customer.Subscriptions[1]
            )
        );
    }

    [Fact]
    public async Task A_catalogue_without_a_configuration_or_charge_type_that_groupings_use_is_refused()
    {
        var customer = await PortalCustomerAsync(server);
        await CreateAsync(customer.Usn, GuidesOverrides);
        var catalogue = ServerFixture.ReadCatalogue() with { InvoiceGroupings = [], ChargeTypes = [] };
        var exception = await Assert.ThrowsAsync<CatalogueInUseException>(() =>
            CatalogueStore.ApplyAsync(server.Stage.Store.Source, catalogue, "test", CancellationToken.None)
        );
        Assert.Contains($"invoice_grouping {AllCharges}", exception.Message, StringComparison.Ordinal);
        Assert.Contains("charge_type 6", exception.Message, StringComparison.Ordinal);
    }

    private static XElement New(string usn, string configuration, string content) =>
        Document(
            $"<NewInvoiceGrouping><Account>{usn}</Account><InvoiceGroupingConfiguration key='{configuration}'>All "
                + $"charges</InvoiceGroupingConfiguration>{content}</NewInvoiceGrouping>"
        );

    private static string Grouped(params string[] usns) =>
        $"<Subscriptions>{string.Concat(usns.Select(usn => $"<Subscription>{usn}</Subscription>"))}</Subscriptions>";

    private static string WithoutDeclarations(XElement? answer)
    {
        var copy = new XElement(answer!);
        copy.DescendantsAndSelf().Attributes().Where(attribute => attribute.IsNamespaceDeclaration).Remove();
        return copy.ToString();
    }

    /// <summary>Makes a grouping and finds its id, which the operation does not answer, beside those that were there.</summary>
    private async Task<string> CreateAsync(string usn, string content, params string[] known)
    {
        Assert.Null(await Api.CallAsync(Endpoint, "createInvoiceGrouping", New(usn, AllCharges, content)));
        return (await Api.CallAsync(Endpoint, "getAvailableInvoiceGroupings", P("usn", usn)))
            .AllAt("InvoiceGrouping/InvoiceGroupingId")
            .Select(id => id.Value)
            .Except(known)
            .Single();
    }
}
