using System.Text.RegularExpressions;
using Smile.Server.Tests.Fixture;
using Smile.Testing;
using static Smile.Server.Tests.Fixture.Orders;
using static Smile.Server.Tests.Fixture.SoapCaller;

namespace Smile.Server.Tests.Endpoints;

/// <summary>K3: whatever refers to a row that an operation deletes is known, and keeps it with a documented refusal.</summary>
[Collection(ServerTests.Name)]
public sealed partial class InUseTests(ServerFixture server)
{
    /// <summary>What use cases delete, and the tables that these rows are in.</summary>
    private static readonly Dictionary<string, string> Deleted = new()
    {
        ["AutoPaymentChoices"] = "auto_payment_choice",
        ["BilledUsage"] = "billed_usage",
        ["Bills"] = "bill",
        ["CollectionEntries"] = "custom_collection_entry",
        ["CostCentres"] = "cost_centre",
        ["CreditLimits"] = "credit_limit",
        ["CreditLimitStates"] = "credit_limit_state",
        ["DueWork"] = "due_work",
        ["ImportedAsync"] = "pool_range",
        ["PausedQuarantines"] = "pool_paused_quarantine",
        ["PlanScheduleItems"] = "plan_schedule_item",
        ["PrepaidWarnings"] = "prepaid_warning",
        ["SpendLimitOverrides"] = "spend_limit_override",
        ["SpendLimitThresholds"] = "spend_limit_thresholds",
        ["StoredPaymentDetails"] = "stored_payment_details",
        ["UsageTreatments"] = "usage_treatment",
    };

    private SoapCaller Api => server.Administrator;

    [Fact]
    public async Task Every_key_that_keeps_a_row_from_being_deleted_is_refused_by_its_operation()
    {
        var sources = Directory
            .EnumerateFiles(Path.Combine(Repository.Folder(), "src", "Modules"), "*.cs", SearchOption.AllDirectories)
            .Select(File.ReadAllText);
        Assert.Equal(
            Deleted.Keys.Order(),
            sources
                .SelectMany(text => Removal().Matches(text))
                .Select(match => match.Groups[1].Value + match.Groups[2].Value)
                .Distinct()
                .Order()
        );

        var keys = await server.QueryAsync<string[]>(
            """
            SELECT coalesce(array_agg(conrelid::regclass || '.' || attname ORDER BY 1), '{}') FROM pg_constraint
            JOIN pg_attribute ON attrelid = conrelid AND attnum = conkey[1]
            WHERE contype = 'f' AND confdeltype IN ('a', 'r') AND confrelid::regclass::text = ANY ($1)
            """,
            (object)Deleted.Values.ToArray()
        );
        Assert.Equal(["account.cost_centre_id", "subscription.cost_centre_id", "transaction_item.cost_centre_id"], keys.Order());
    }

    [Theory]
    [InlineData("account", "UPDATE account SET cost_centre_id = $1::int WHERE usn = $2")]
    [InlineData(
        "subscription",
        "UPDATE subscription SET cost_centre_id = $1::int WHERE usn = (SELECT min(usn) FROM subscription WHERE account_usn = $2)"
    )]
    [InlineData("charge", null)]
    public async Task A_cost_centre_in_use_stays(string user, string? sql)
    {
        var usn = (await PortalCustomerAsync(server)).Usn;
        var id = (
            await Api.CallAsync(
                "account",
                "createCostCentre",
                Document($"<NewCostCentre><AccountUSN>{usn}</AccountUSN><Name>Used by a {user}</Name></NewCostCentre>")
            )
        ).At("CostCentreId")!;
        if (sql is not null)
        {
            await server.ExecuteAsync(sql, id, usn);
        }
        else
        {
            await Api.CallAsync(
                "account",
                "raiseInvoice",
                P("usn", usn),
                Money.Invoice([Money.Charge(usn, "cst", "7", more: $"<overrideCostCentre key='{id}'/>")])
            );
        }

        Assert.Equal(
            "UnsuccessfulRequestException",
            (await Api.RefusedAsync("account", "deleteCostCentre", P("costCentreId", id))).Element
        );
        Assert.Equal(id, (await Api.CallAsync("account", "getCostCentre", P("costCentreId", id))).At("CostCentreId"));
    }

    /// <summary>O20: an allocation that would do nothing, or says two things, is refused.</summary>
    [Theory]
    [InlineData("<AutoAllocate>false</AutoAllocate>")]
    [InlineData(
        "<AutoAllocate>true</AutoAllocate><AllocateTo><TransactionNumber>1</TransactionNumber><AllocateAmount>1</AllocateAmount>"
            + "</AllocateTo>"
    )]
    public async Task An_allocation_says_one_thing(string what)
    {
        var money = await Money.NewAccountAsync(server);
        var note = await money.AdjustAsync(-5m);
        var request = Document(
            $"<AllocationRequests><AllocationRequest><TransactionNumber>{note}</TransactionNumber>{what}</AllocationRequest>"
                + $"</AllocationRequests>"
        );
        Assert.Equal("InvalidRequestException", (await Api.RefusedAsync("account", "allocate", P("usn", money.Usn), request)).Element);
    }

    /// <summary>O12: a reserved USN in an order that is cancelled before it is placed is free again.</summary>
    [Fact]
    public async Task A_reserved_usn_is_free_again_when_its_group_is_cancelled()
    {
        var customer = await PortalCustomerAsync(server);
        var content = ServerFixture.ReadCatalogue();
        await using var catalogue = await ChangedCatalogue.ApplyAsync(
            server,
            _ =>
                content with
                {
                    Packages =
                    [
                        .. content.Packages.Select(package =>
                            package.Id == AdslOnly
                                ? package with
                                {
                                    Form =
                                    [
                                        .. package.Form,
                                        package.Form[0] with
                                        {
                                            Id = 9001,
                                            Name = "usn",
                                            Label = "USN",
                                            Required = false,
                                        },
                                    ],
                                }
                                : package
                        ),
                    ],
                }
        );
        var usn = (await Api.CallAsync("order", "reserveUsns", P("sid", 17), P("count", 1))).At("Usn")!;
        for (var round = 0; round < 2; round++)
        {
            var group = await Api.CallAsync(
                "order",
                "createOrderGroup",
                Order(AdslOnly, 36, Text("username", server.Unique("reserved")) + Text("usn", usn), customer.Usn)
            );
            Assert.Equal(usn, group.At("Orders/Order/OrderedComponents/Subscription/USN"));
            await Api.CallAsync("order", "cancelOrderGroup", P("orderGroupNumber", group.At("OrderGroupNumber")!));
        }
    }

    [GeneratedRegex(@"Database\.(?:(\w+)\.Remove(?:Range)?|Remove(\w+))\(")]
    private static partial Regex Removal();
}
