using System.Globalization;
using System.Xml.Linq;
using Smile.Kernel;
using Smile.Rating.Subjects;
using Smile.Server.Tests.Fixture;
using static Smile.Server.Tests.Fixture.SoapCaller;

namespace Smile.Server.Tests.Rating;

/// <summary>getOverrideableDestinations(), and what plan schedule items override of tariffs and charging rules.</summary>
[Collection(ServerTests.Name)]
public sealed class PlanOverrideTests(ServerFixture server)
{
    private const string ChangePlan = "ChangePlanException";
    private const string InvalidRequest = "InvalidRequestException";

    private readonly TariffHelp _tariffs = new(server);

    private SoapCaller Api => server.Administrator;

    /// <summary>As print shows them (line 19262), in the order of their numbers; no service, no destinations.</summary>
    [Fact]
    public async Task Destinations_that_may_be_overridden_are_listed_as_print_has_them()
    {
        await _tariffs.ImportFileAsync(
            TariffHelp.Header
                + "Emergency,Domestic,9871,Local,2014-01-01,0,60,,true\n"
                + "Fixed,Domestic,9872,Local,2014-01-01,0.1,60,,false\n"
                + "my destination,Premium Service,9873,Local,2014-01-01,0.1,60,,true\n",
            new Smile.Rating.RateCards.RateCardOptions(),
            service: 772
        );
        var listed = await Api.CallAsync("service", "getOverrideableDestinations", P("sid", "772"));
        Assert.Equal(
            [
                $"{await IdAsync("Emergency")} 772 Test service 772 1 Example Telecom Emergency Domestic",
                $"{await IdAsync("my destination")} 772 Test service 772 1 Example Telecom my destination Premium Service",
            ],
            listed
                .AllAt("DestinationType")
                .Select(each =>
                    $"{each.At("Destination")} {Key(each, "Service")} {each.At("Service")} {Key(each, "Company")} {each.At("Company")} "
                    + $"{each.At("Name")} "
                    + each.At("DestinationClass")
                )
        );
        Assert.Empty((await Api.CallAsync("service", "getOverrideableDestinations", P("sid", "4711"))).AllAt("DestinationType"));
        using var reader = await server.AddCustomerAsync((await Orders.PortalCustomerAsync(server)).Usn);
        Assert.NotNull(await reader.CallAsync("service", "getOverrideableDestinations", P("sid", "772")));
    }

    [Fact]
    public async Task Overrides_of_a_change_of_plan_are_what_usage_is_rated_by()
    {
        var usn = await MobileAsync();
        var destination = await OverrideableAsync("Override Land", "9861");
        await Api.CallAsync(
            "subscription",
            "changePlan",
            P("usn", usn),
            Item(
                Tariff(
                    $"<Destination key='{destination}'>Override Land</Destination><TariffType key='1551'>Messages</TariffType>"
                        + "<Flagfall>2</Flagfall><Rate>1</Rate><Units>1</Units><Increment>6</Increment>"
                        + "<MinimumCharge>5</MinimumCharge><MaximumCharge>20</MaximumCharge>"
                        + "<OverrideDescription>Updated from API</OverrideDescription><RoundingMode>HalfUp</RoundingMode>"
                        + "<DecimalPlaces>2</DecimalPlaces><CallType>Voice</CallType>"
                )
                    + Rule(
                        "<ChargingRule key='1204'/><MaximumUnits>10</MaximumUnits>"
                            + "<MaximumUnitsPerSession>100</MaximumUnitsPerSession><Comment>SOAP</Comment>"
                    )
            )
        );
        var subject = await SubjectAsync(usn);
        var stint = subject.Stints[^1];
        Assert.Equal(
            new Smile.Rating.Tariffs.TariffOverride(destination, 1551, Smile.Catalogue.CallType.Voice)
            {
                Flagfall = 2m,
                Rate = 1m,
                Units = 1m,
                Increment = 6m,
                MinimumCharge = 5m,
                MaximumCharge = 20m,
                Rounding = Smile.Catalogue.RateRounding.HalfUp,
                Decimals = 2,
            },
            Assert.Single(stint.TariffOverrides)
        );
        Assert.Equal(
            new Smile.Rating.Engine.ChargingRuleOverride(1204) { MaximumUnits = 10m, MaximumUnitsPerSession = 100m },
            Assert.Single(stint.RuleOverrides)
        );
    }

    public static TheoryData<string, string, string> Wrong =>
        new()
        {
            { Rule("<ChargingRule key='4711'/><MaximumUnits>1</MaximumUnits>"), "ChargingRule=4711", "no such charging rule" },
            { Rule("<ChargingRule key='1203'/><MaximumUnits>1</MaximumUnits>"), "ChargingRule=1203", "does not allow" },
            { Rule("<ChargingRule key='1204'/><Rate>1</Rate>"), "Rate=1", "has no rate of its own" },
            { Rule("<ChargingRule key='1204'/><RetailMarkup>1</RetailMarkup>"), "RetailMarkup=1", "has no retail markup" },
            { Rule("<ChargingRule key='1204'/><MaximumUnits>-1</MaximumUnits>"), "MaximumUnits=-1", "below zero" },
            { Rules("<ChargingRule key='1204'/>", "<ChargingRule key='1204'/>"), "ChargingRule=1204", "overridden twice" },
            { Tariff("<Destination key='4711'>?</Destination><Rate>1</Rate>"), "Destination=4711", "no such destination" },
            { Tariff("<Rate>1</Rate>"), "Destination=", "no such destination" },
            { Tariff("<Destination key='closed'>?</Destination><Rate>1</Rate>"), "Destination=", "does not allow to be overridden" },
            {
                Tariff("<Destination key='open'>?</Destination><TariffType key='1541'>Local</TariffType>"),
                "TariffType=1541",
                "no such tariff type"
            },
            { Tariff("<Destination key='open'>?</Destination><Rate>-0.01</Rate>"), "Rate=-0.01", "below zero" },
            { Tariff("<Destination key='open'>?</Destination><Units>0</Units>"), "Units=0", "how many units" },
            {
                Tariff("<Destination key='open'>?</Destination><RoundingMode>Sideways</RoundingMode>"),
                "RoundingMode=Sideways",
                "rounding modes are"
            },
            { Tariff("<Destination key='open'>?</Destination><DecimalPlaces>9</DecimalPlaces>"), "DecimalPlaces=9", "nor above 8" },
            { Tariff("<Destination key='open'>?</Destination><CallType>Telex</CallType>"), "CallType=Telex", "types of calls are" },
            {
                Tariff("<Destination key='open'>?</Destination><MinimumCharge>2</MinimumCharge><MaximumCharge>1</MaximumCharge>"),
                "MaximumCharge=1",
                "below the minimum"
            },
            {
                Tariffs("<Destination key='open'>?</Destination>", "<Destination key='open'>?</Destination>"),
                "Destination=",
                "overridden twice"
            },
        };

    /// <summary>Nothing that rating could do nothing with, and nothing that nobody allows, becomes part of a plan schedule.</summary>
    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task What_cannot_be_overridden_is_refused_by_its_name(string overrides, string named, string why)
    {
        var usn = await MobileAsync();
        var open = await OverrideableAsync("Open Land", "9862");
        var closed = await OverrideableAsync("Closed Land", "9863", isOverrideable: false);
        var document = overrides.Replace("'open'", $"'{open}'").Replace("'closed'", $"'{closed}'");
        var items = await ItemsAsync(usn);
        var refused = await Api.RefusedAsync("subscription", "changePlan", P("usn", usn), Item(document));
        Assert.Equal(ChangePlan, refused.Element);
        Assert.Contains($"[{named}", refused.Message, StringComparison.Ordinal);
        Assert.Contains(why, refused.Message, StringComparison.Ordinal);
        Assert.Equal(items, await ItemsAsync(usn));

        // The offer has another fault for the same.
        refused = await Api.RefusedAsync(
            "subscription/planchange",
            "proposePlanChange",
            P("usn", usn),
            Document($"<PlanChangeProposal>{Item(document)}</PlanChangeProposal>")
        );
        Assert.Equal(InvalidRequest, refused.Element);
        Assert.Contains($"[{named}", refused.Message, StringComparison.Ordinal);
    }

    /// <summary>Without a tariff of its own, an override must say all that rating needs.</summary>
    [Fact]
    public async Task An_override_of_a_destination_without_tariffs_names_its_type()
    {
        var usn = await MobileAsync();
        var destination = await OverrideableAsync("Bare Land", "9864");
        await server.ExecuteAsync(
            "INSERT INTO destination (service, name, class, is_overrideable, on_net, changed_by) "
                + "VALUES (137, 'Barest Land', 'Domestic', true, 'None', 'tests')"
        );
        var bare = await IdAsync("Barest Land");
        await server.ExecuteAsync("UPDATE tariff_state SET version = version + 1");
        var refused = await Api.RefusedAsync(
            "subscription",
            "changePlan",
            P("usn", usn),
            Item(Tariff($"<Destination key='{bare}'>?</Destination><Rate>1</Rate>"))
        );
        Assert.Contains("[TariffType=]", refused.Message, StringComparison.Ordinal);
        await Api.CallAsync(
            "subscription",
            "changePlan",
            P("usn", usn),
            Item(
                Tariffs(
                    $"<Destination key='{bare}'>?</Destination><TariffType key='1550'>Local</TariffType><Rate>1</Rate>",
                    $"<Destination key='{destination}'>?</Destination><Rate>1</Rate>"
                )
            )
        );
    }

    private static string Rule(string content) => Rules(content);

    private static string Rules(params string[] contents) => All("ChargingRuleOverride", contents);

    private static string Tariff(string content) => Tariffs(content);

    private static string Tariffs(params string[] contents) => All("TariffOverride", contents);

    private static string All(string name, string[] contents) =>
        $"<{name}s>{string.Concat(contents.Select(each => $"<{name}>{each}</{name}>"))}</{name}s>";

    private static string Key(XElement document, string name) => document.Element(document.Name.Namespace + name)!.Attribute("key")!.Value;

    private XElement Item(string overrides) =>
        Document(
            string.Create(
                CultureInfo.InvariantCulture,
                $"<PlanScheduleItem><PlanCode>mobile-plus</PlanCode><PlanScheduleType>1</PlanScheduleType>"
                    + $"<Start>{server.Clock.GetUtcNow():yyyy-MM-ddTHH:mm:ssZ}</Start>{overrides}</PlanScheduleItem>"
            )
        );

    private Task<string> MobileAsync() => MobileSubscriptions.AddAsync(server);

    private Task<long> ItemsAsync(string usn) =>
        server.QueryAsync<long>("SELECT count(*) FROM plan_schedule_item WHERE subscription_usn = $1", usn);

    private async Task<int> OverrideableAsync(string name, string prefix, bool isOverrideable = true)
    {
        await _tariffs.ImportAsync($"{name},International,{prefix},Local,2014-01-01,0.15,60,,{(isOverrideable ? "true" : "false")}\n");
        return await IdAsync(name);
    }

    private Task<int> IdAsync(string name) => _tariffs.DestinationAsync(name);

    private async Task<Smile.Rating.Engine.RatingSubject> SubjectAsync(string usn)
    {
        var period = new RatedPeriod(new Usn(usn), new DayRange(new DateOnly(2015, 1, 1), new DateOnly(2015, 1, 31)));
        return (await _tariffs.SubjectsAsync(period))[period];
    }
}
