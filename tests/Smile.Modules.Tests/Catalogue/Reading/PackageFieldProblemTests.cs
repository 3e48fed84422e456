using Smile.Catalogue;

namespace Smile.Modules.Tests.Catalogue.Reading;

/// <summary>Fields of order forms that take numbers from pools or name subservices.</summary>
public sealed class PackageFieldProblemTests
{
    private const string Pools =
        "numberPools: [{ id: 6070712e-0058-4114-8cbd-94a2c57d145c, name: Numbers, digits: 10 }, "
        + "{ id: 1c7e0f0a-3f43-4f0e-9a55-6f6d1f3c5f10, name: Addresses, kind: IPv4 }]";

    private const string Services =
        "services: [{ id: 30, name: Line, subservices: { most: 1 } }, { id: 31, name: Mail, subservices: { types: [{ code: alias }, "
        + "{ code: forward, fields: [{ id: 700, name: to, required: true }] }] } }]";

    [Fact]
    public void A_field_takes_a_number_of_a_pool_by_its_name_or_its_id_and_gives_a_subservice()
    {
        var package = CatalogueText
            .Content(
                CatalogueText.Base,
                Pools,
                Services,
                Package(
                    "service: 30, usernameField: number, numbers: [{ field: number, pool: Numbers, reservationField: kept }, "
                        + "{ field: second, pool: 6070712e-0058-4114-8cbd-94a2c57d145c }], subservices: [{ field: second }]"
                )
            )
            .Packages.Single();
        var subscription = package.Subscriptions.Single();
        var pool = Guid.Parse("6070712e-0058-4114-8cbd-94a2c57d145c");
        Assert.Equal([new PackageNumber("number", pool, "kept"), new PackageNumber("second", pool, null)], subscription.Numbers);
        Assert.Equal([new PackageSubservice("second", null)], subscription.Subservices);
    }

    [Theory]
    [InlineData("service: 30, numbers: [{ field: number, pool: Nubmers }]", "There is no number pool 'Nubmers'.")]
    [InlineData(
        "service: 30, numbers: [{ field: number, pool: Addresses }]",
        "The pool 'Addresses' has addresses: a subscription gets them by addIpRangeReservation()."
    )]
    [InlineData("service: 30, numbers: [{ field: numbr, pool: Numbers }]", "The order form has no field 'numbr'.")]
    [InlineData(
        "service: 30, numbers: [{ field: billPrintName, pool: Numbers }]",
        "The order form's field 'billPrintName' is of kind Boolean; numbers of pools are of kind String."
    )]
    [InlineData(
        "service: 30, numbers: [{ field: number, pool: Numbers, reservationField: keept }]",
        "The order form has no field 'keept'."
    )]
    [InlineData(
        "service: 30, numbers: [{ field: number, pool: Numbers }, { field: number, pool: Numbers }]",
        "The list already has the field 'number'."
    )]
    [InlineData("service: 15, subservices: [{ field: second }]", "The service 15 has no subservices.")]
    [InlineData("service: 30, subservices: [{ field: second, type: alias }]", "The service has no subservices of type 'alias'.")]
    [InlineData("service: 31, subservices: [{ field: second }]", "Say which type of subservice it is: alias, forward.")]
    [InlineData(
        "service: 31, subservices: [{ field: second, type: forward }]",
        "A subservice of this kind needs the field 'to', which an order form cannot give it."
    )]
    [InlineData(
        "service: 30, subservices: [{ field: second }, { field: number }]",
        "A subscription of service 30 has at most 1 subservices."
    )]
    [InlineData(
        "service: 30, usernameField: second, subservices: [{ field: second }]",
        "The field 'second' is the username of the subscription itself."
    )]
    public void What_a_field_cannot_be_for_is_told(string subscription, string expected) =>
        Assert.Contains(Problems(Package(subscription)), problem => problem.Contains(": " + expected, StringComparison.Ordinal));

    [Fact]
    public void A_number_is_of_one_subscription() =>
        Assert.Contains(
            Problems(
                Package(
                    "service: 30, numbers: [{ field: number, pool: Numbers }]",
                    "service: 31, numbers: [{ field: number, pool: Numbers }]"
                )
            ),
            problem => problem.Contains("Two subscriptions take a number from the field 'number'", StringComparison.Ordinal)
        );

    private static IEnumerable<string> Problems(string package)
    {
        var result = CatalogueText.Read(CatalogueText.Base, Pools, Services, package);
        Assert.Null(result.Content);
        return result.Problems.Select(problem => problem.ToString());
    }

    private static string Package(params string[] subscriptions) =>
        $"packages: [{{ id: 5, name: P, company: 1, subscriptions: [{string.Join(", ", subscriptions.Select(each => $"{{ {each} }}"))}], "
        + "form: [{ name: username }, { id: 704, name: billPrintName }, { id: 701, name: number }, { id: 702, name: kept }, "
        + "{ id: 703, name: second }] }]";
}
