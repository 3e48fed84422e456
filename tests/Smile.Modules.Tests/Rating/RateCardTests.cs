using Smile.Catalogue;
using Smile.Modules.Tests.Catalogue;
using Smile.Rating.RateCards;
using Smile.Rating.Tariffs;

namespace Smile.Modules.Tests.Rating;

/// <summary>What is read of rate cards, what is refused of them, and how they compare with what is there.</summary>
public sealed class RateCardTests
{
    private const int Service = 137;
    private static readonly CatalogueSnapshot Catalogue = new(1, ExampleCatalogue.Content);

    /// <summary>What a line has unless it says something else.</summary>
    private const string Usual = "class=International;tariffType=Local;from=2026-12-01;rate=0.15;units=60";

    [Fact]
    public void A_line_is_a_tariff_of_a_destination_with_prefixes()
    {
        var content = Read(
            "destination=Germany;prefixes=49 +4930 4940-4942;flagfall=0.05;firstIncrement=60;nextIncrement=1;minimumCharge=0.10;"
                + "maximumCharge=9;decimals=4;rounding=half up;callType=voice;plan=mobile-plus;company=1;calendar=peak;band=off;"
                + "overrideable=yes;onNet=Company;tariffType=1551"
        );
        var destination = Assert.Single(content.NewDestinations);
        Assert.Equal(new CardDestination(-1, null, "Germany", "International", true, OnNet.Company), destination);
        Assert.Equal(["49", "4930", "4940", "4941", "4942"], content.NewPrefixes.Select(prefix => prefix.Key));
        Assert.Equal(
            new Tariff(0, -1, 1551, 0.05m, 0.15m, 60m, 60m, 1m, new DateOnly(2026, 12, 1))
            {
                MinimumCharge = 0.10m,
                MaximumCharge = 9m,
                Decimals = 4,
                CallType = CallType.Voice,
                Plan = "mobile-plus",
                Company = 1,
                Calendar = "peak",
                Band = "off",
            },
            Assert.Single(content.Tariffs).Tariff
        );
    }

    [Fact]
    public void A_star_is_all_numbers() => Assert.Equal("", Assert.Single(Read("destination=Rest;prefixes=*").NewPrefixes).Key);

    [Theory]
    [InlineData("rate=0,15", "rate", "Write a decimal point, and nothing between thousands: 0.15 and 1000. The price before is 0.15.")]
    [InlineData("rate=1.000,00", "rate", "Write a decimal point, and nothing between thousands: 0.15 and 1000. The price before is 0.15.")]
    [InlineData("rate=015", "rate", "That is 15, written as nobody does. Is it 0.15? Write one of them. The price before is 0.15.")]
    [InlineData("rate=-1", "rate", "It must not be below zero. The price before is 0.15.")]
    [InlineData("rate=1e3", "rate", "Expected digits with a point, such as 0.15. The price before is 0.15.")]
    [InlineData("rate=$1", "rate", "Expected digits with a point, such as 0.15. The price before is 0.15.")]
    [InlineData("rate=.5", "rate", "Expected digits with a point, such as 0.15. The price before is 0.15.")]
    [InlineData("rate=0.123456789", "rate", "It may have 9 digits before the point and 8 behind it. The price before is 0.15.")]
    [InlineData("rate=1234567890", "rate", "It may have 9 digits before the point and 8 behind it. The price before is 0.15.")]
    [InlineData("rate=", "rate", "Give the price without tax; 0 for nothing.")]
    [InlineData("units=0", "units", "Say how many units the rate is for, such as 60 for the price of a minute.")]
    [InlineData("units=", "units", "Say how many units the rate is for, such as 60 for the price of a minute.")]
    [InlineData("units=0.5", "units", "It may have 15 digits before the point and 0 behind it.")]
    [InlineData("minimumCharge=2;maximumCharge=1", "maximumCharge", "It must not be below the minimum charge.")]
    [InlineData("decimals=9", "decimals", "Expected a number of decimals from 0 to 8.")]
    [InlineData("rounding=1", "rounding", "Expected one of None, Up, Down, HalfUp, HalfEven.")]
    [InlineData(
        "callType=Telex",
        "callType",
        "Expected one of Voice, ForwardedVoice, Video, Fax, Sms, Mms, Wap, Data, EventCount, ImportedCharge, Unknown."
    )]
    [InlineData(
        "tariffType=Lokal",
        "tariffType",
        "The tariff types of the service are Local, Messages, Data, Premium messages, International."
    )]
    [InlineData("plan=gold", "plan", "The service has no plan of this code.")]
    [InlineData("calendar=moon;band=full", "calendar", "The calendars are peak.")]
    [InlineData("calendar=peak", "band", "A calendar and one of its bands go together.")]
    [InlineData("calendar=peak;band=night", "band", "The calendar has the bands off, peak.")]
    [InlineData("from=01/12/2026", "from", "Expected the first day on which the price is in force, such as 2026-12-01.")]
    [InlineData(
        "from=2026-11-30",
        "from",
        "The destination has such a tariff from 2026-12-01 on, which would hold all the same. Give that day to correct it, or a later one."
    )]
    [InlineData("class=Abroad", "class", "The classes are Domestic, International, Data, Premium Service, Service.")]
    [InlineData("overrideable=maybe", "overrideable", "Expected true or false.")]
    [InlineData(
        "prefixes=49x",
        "prefixes",
        "Expected the first digits of numbers, at most 20, such as 4930, a range 4940-4949, or * for all."
    )]
    [InlineData(
        "prefixes=4949-4940",
        "prefixes",
        "A range goes up, by less than 10000, between prefixes of the same length, such as 4940-4949."
    )]
    [InlineData("prefixes=33", "prefixes", "It is a prefix of France. To take it from there, use --move-prefixes.")]
    public void What_is_wrong_is_told_with_what_would_be_right(string line, string column, string advice)
    {
        var problem = Assert.Single(Refused(Present(), $"destination=Germany;{line}"));
        Assert.Equal((2, column, advice), (problem.Line, problem.Column, problem.Advice));
    }

    [Fact]
    public void Every_wrong_line_is_told_at_once()
    {
        var problems = Refused(
            ServiceTariffsOf(),
            "destination=Germany;rate=0,15;from=tomorrow",
            "destination=France",
            "destination=;rate=1",
            "destination=Italy;class="
        );
        Assert.Equal(
            ["line 2 from", "line 2 rate", "line 4 destination", "line 5 class"],
            problems.Select(problem => $"line {problem.Line} {problem.Column}")
        );
    }

    [Fact]
    public void A_destination_has_a_line_for_each_prefix_but_no_line_twice()
    {
        var content = Read("destination=Germany;prefixes=49", "destination=germany;prefixes=4930;class=");
        Assert.Equal((1, 2, 1), (content.NewDestinations.Count, content.NewPrefixes.Count, content.Tariffs.Count));

        Assert.Equal(
            "Line 2 says the same. Delete one of them.",
            Assert.Single(Refused(ServiceTariffsOf(), "destination=Germany;prefixes=49", "destination=Germany;prefixes=49")).Advice
        );
        Assert.StartsWith(
            "Line 2 has other prices for the same destination",
            Assert
                .Single(Refused(ServiceTariffsOf(), "destination=Germany;prefixes=49", "destination=Germany;prefixes=4930;rate=0.2"))
                .Advice,
            StringComparison.Ordinal
        );
        Assert.Equal(
            "Line 2 gives it to Germany.",
            Assert.Single(Refused(ServiceTariffsOf(), "destination=Germany;prefixes=49", "destination=Berlin;prefixes=49 4930")).Advice
        );
        Assert.Equal(
            "Line 2 has another class, company or mark of the same destination.",
            Assert.Single(Refused(ServiceTariffsOf(), "destination=Germany", "destination=Germany;class=Domestic;from=2027-01-01")).Advice
        );
    }

    [Fact]
    public void There_is_one_destination_of_calls_within_an_account() =>
        Assert.Equal(
            "A service has one destination of this kind, not Ours and Others.",
            Assert.Single(Refused(ServiceTariffsOf(), "destination=Ours;onNet=Account", "destination=Others;onNet=Account")).Advice
        );

    [Fact]
    public void Prefixes_move_where_that_is_wanted()
    {
        var content = new RateCardReading(Catalogue, Service, Present(), movesPrefixes: true).Read(
            Lines("destination=Germany;prefixes=33")
        );
        Assert.Equal([KeyValuePair.Create("33", 1)], content.MovedPrefixes);
        Assert.Empty(content.NewPrefixes);
    }

    [Fact]
    public void A_card_is_compared_with_what_is_in_force()
    {
        var difference = Compare(
            "destination=Germany;rate=0.2",
            "destination=France;rate=0.1;from=2026-12-02",
            "destination=Italy;prefixes=39"
        );
        Assert.Equal(
            ["2 Germany Dearer 0.15 0.20", "3 France Cheaper 0.15 0.10", "4 Italy New  0.15"],
            difference.Tariffs.Select(each =>
                $"{each.Line} {each.Destination} {each.Change} {(each.Before is { } before ? RateCardTexts.Price(before) : "")} "
                + RateCardTexts.Price(each.Now)
            )
        );
        Assert.Equal(["Spain 0.15"], difference.Missing.Select(each => $"{each.Destination} {RateCardTexts.Price(each.Price)}"));
        Assert.Equal(
            [TariffChange.Same, TariffChange.Other, TariffChange.Dearer],
            Compare("destination=Germany;from=2027-01-01", "destination=France;nextIncrement=1", "destination=Spain;flagfall=0.01")
                .Tariffs.Select(each => each.Change)
        );

        // What is for other plans is not missing in a card that is for one.
        Assert.Empty(Compare("destination=Germany;plan=mobile-plus").Missing);
    }

    /// <summary>What is exported can be imported again, though a later price is known by now.</summary>
    [Fact]
    public void What_is_there_already_may_be_older_than_the_newest()
    {
        var present = Present();
        var later = present.Tariffs[0] with { Id = 9, Rate = 0.2m, From = new DateOnly(2027, 1, 1) };
        present = present with { Tariffs = [.. present.Tariffs, later] };
        var content = new RateCardReading(Catalogue, Service, present, movesPrefixes: false).Read(Lines("destination=Germany"));
        Assert.Equal(TariffChange.Same, Assert.Single(new RateCardDifference(present, content, 10m).Tariffs).Change);
        Assert.Equal("from", Assert.Single(Refused(present, "destination=Germany;rate=0.16")).Column);
    }

    [Fact]
    public void Prices_of_a_card_follow_each_other()
    {
        var difference = Compare("destination=Germany;rate=0.3;from=2027-02-01", "destination=Germany;rate=0.2;from=2027-01-01");
        Assert.Equal(
            ["2 0.20 0.30", "3 0.15 0.20"],
            difference.Tariffs.Select(each => $"{each.Line} {RateCardTexts.Price(each.Before!.Value)} {RateCardTexts.Price(each.Now)}")
        );
    }

    [Theory]
    [InlineData("destination=Germany;rate=1.5", null)]
    [InlineData("destination=Germany;rate=1.51", "A minute costs 1.51; before it was 0.15.")]
    [InlineData("destination=Germany;rate=0.015", null)]
    [InlineData("destination=Germany;rate=0.014", "A minute costs 0.014; before it was 0.15.")]
    [InlineData("destination=Germany;rate=0", "A minute costs 0.00; before it was 0.15.")]
    [InlineData("destination=Italy;rate=1.5", null)]
    [InlineData("destination=Italy;rate=15", "A minute costs 15.00; half of its class cost up to 0.15.")]
    [InlineData("destination=Italy;rate=15;class=Premium Service", null)]
    public void Prices_far_from_those_before_or_those_of_their_class_look_like_slips(string line, string? doubt)
    {
        var others = Enumerable.Range(1, 4).Select(index => $"destination=Other {index};prefixes=38{index}");
        Assert.Equal(doubt, Compare([line, .. others]).Tariffs[0].Doubt);
    }

    [Fact]
    public void The_price_of_a_minute_has_flagfall_increments_and_limits()
    {
        var tariff = new Tariff(1, 1, 1, 0.05m, 0.10m, 30m, 90m, 30m, DateOnly.MinValue);
        Assert.Equal(0.35m, TariffPrices.OfMinute(tariff));
        Assert.Equal(0.30m, TariffPrices.OfMinute(tariff with { MaximumCharge = 0.30m }));
        Assert.Equal(0.50m, TariffPrices.OfMinute(tariff with { MinimumCharge = 0.50m }));
    }

    private static RateCardDifference Compare(params string[] lines)
    {
        var present = Present();
        return new RateCardDifference(
            present,
            new RateCardReading(Catalogue, Service, present, movesPrefixes: false).Read(Lines(lines)),
            10m
        );
    }

    private static RateCardContent Read(params string[] lines) =>
        new RateCardReading(Catalogue, Service, ServiceTariffsOf(), movesPrefixes: false).Read(Lines(lines));

    private static IReadOnlyList<CardProblem> Refused(ServiceTariffs present, params string[] lines) =>
        Assert
            .Throws<RateCardException>(() => new RateCardReading(Catalogue, Service, present, movesPrefixes: false).Read(Lines(lines)))
            .Problems;

    /// <summary>Germany, France and Spain at 0.15 a minute since the first of December.</summary>
    private static ServiceTariffs Present() => ServiceTariffsOf(("Germany", "49"), ("France", "33"), ("Spain", "34"));

    private static ServiceTariffs ServiceTariffsOf(params (string Name, string Prefix)[] destinations) =>
        new()
        {
            Destinations =
            [
                .. destinations.Select(
                    (each, index) =>
                        new DestinationRow
                        {
                            Id = index + 1,
                            Service = Service,
                            Name = each.Name,
                            Class = "International",
                        }
                ),
            ],
            Prefixes = [.. destinations.Select((each, index) => KeyValuePair.Create(each.Prefix, index + 1))],
            Tariffs =
            [
                .. destinations.Select(
                    (_, index) => new Tariff(index + 1, index + 1, 1550, 0m, 0.15m, 60m, 0m, 0m, new DateOnly(2026, 12, 1))
                ),
            ],
            Zones = [],
            ZonePrefixes = [],
            ZonePairs = [],
        };

    /// <summary>Lines behind the first one of the file, as <c>column=value;column=value</c>.</summary>
    private static IEnumerable<CardLine<RateCardColumn>> Lines(params string[] lines)
    {
        var names = CardColumns.Names<RateCardColumn>();
        foreach (var (line, index) in lines.Select((line, index) => (line, index)))
        {
            var cells = Enumerable.Repeat("", names.Count).ToArray();
            foreach (var cell in $"{Usual};{line}".Split(';'))
            {
                var at = cell.IndexOf('=', StringComparison.Ordinal);
                cells[(int)names[cell[..at]]] = cell[(at + 1)..];
            }

            yield return new CardLine<RateCardColumn>(index + 2, cells);
        }
    }
}
