using System.Globalization;
using Npgsql;
using Smile.Cli;
using Smile.Rating.RateCards;
using Smile.Server.Tests.Fixture;

namespace Smile.Server.Tests.Rating;

/// <summary>Rate cards that operators import, and what they then ask.</summary>
[Collection(ServerTests.Name)]
public sealed class RateCardTests(ServerFixture server)
{
    private static readonly RateCardOptions Plain = new();

    private readonly TariffHelp _tariffs = new(server);

    [Fact]
    public async Task A_card_is_imported_looked_up_and_written_as_it_was_read()
    {
        Assert.StartsWith(
            "Tariffs: 2 new, 0 dearer, 0 cheaper, 0 changed otherwise, 0 the same, ",
            await _tariffs.ImportAsync(
                "Card Land,International,9901 9902,Local,2014-01-01,0.15,60,,true\n"
                    + "\"Card Land, Mobile\",International,99015,Local,2014-01-01,0.30,60,,\n"
            ),
            StringComparison.Ordinal
        );
        Assert.Equal("Card Land 0.15", await _tariffs.PriceAsync("9901 4"));
        Assert.Equal("Card Land, Mobile 0.30", await _tariffs.PriceAsync("+990155"));
        Assert.Equal("Card Land ", await _tariffs.PriceAsync("9902", new DateOnly(2013, 12, 31)));
        var found = await _tariffs.FindAsync("990155");
        Assert.Equal("99015 is the longest prefix of the number, longer than 9901 of Card Land.", found.Why);
        Assert.Equal(
            ["mobile-control: the latest of all plans, from 2014-01-01", "mobile-plus: the latest of all plans, from 2014-01-01"],
            found.Tariffs.Select(each => $"{each.Plan}: {each.Why}").Order()
        );
        Assert.Null((await _tariffs.FindAsync("9909")).Destination);

        using var text = new StringWriter(CultureInfo.InvariantCulture);
        await TariffCommand.WriteAsync(
            await _tariffs.OnScopeAsync(scope => scope.Use<TariffQueries>().ExportAsync(TariffHelp.Service, null, default)),
            text,
            default
        );
        Assert.Contains("\"Card Land, Mobile\",International,99015,1550,", text.ToString(), StringComparison.Ordinal);
        var again = await _tariffs.ImportFileAsync(text.ToString(), Plain);
        Assert.StartsWith("Tariffs: 0 new, 0 dearer, 0 cheaper, 0 changed otherwise, ", again, StringComparison.Ordinal);
        Assert.EndsWith("0 prefixes are new, 0 prefixes moved. Nothing was to be done.", again, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_plan_has_a_tariff_of_its_own()
    {
        await _tariffs.ImportAsync(
            "Plan Land,International,9911,Local,2014-01-01,0.15,60,,\n" + "Plan Land,International,,Local,2014-01-01,0.05,60,mobile-plus,\n"
        );
        Assert.Equal("Plan Land 0.05", await _tariffs.PriceAsync("9911"));
        Assert.Equal(
            ["mobile-control: the latest of all plans, from 2014-01-01", "mobile-plus: the latest of the plan, from 2014-01-01"],
            (await _tariffs.FindAsync("9911")).Tariffs.Select(each => $"{each.Plan}: {each.Why}").Order()
        );
    }

    /// <summary>Nothing is ever overwritten: what was wrong is still there, and something later takes its place.</summary>
    [Fact]
    public async Task A_correction_of_the_same_day_takes_the_place_of_what_was_wrong()
    {
        await _tariffs.ImportAsync("Wrong Land,International,9921,Local,2014-01-01,0.15,60,,\n");
        Assert.Contains(
            "1 dearer",
            await _tariffs.ImportAsync("Wrong Land,International,9921,Local,2014-01-01,0.25,60,,\n"),
            StringComparison.Ordinal
        );
        Assert.Equal("Wrong Land 0.25", await _tariffs.PriceAsync("9921"));
        var shown = await _tariffs.OnScopeAsync(scope =>
            scope.Use<TariffQueries>().ShowAsync(TariffHelp.Service, "wrong land", null, default)
        );
        Assert.Equal(
            ["0.25 True", "0.15 False"],
            shown.Tariffs.Select(each => $"{RateCardTexts.Price(each.Tariff.Rate)} {each.IsInForce}")
        );
        Assert.NotEqual(shown.Tariffs[0].RateCard, shown.Tariffs[1].RateCard);
        foreach (var statement in new[] { "UPDATE tariff SET rate = 0", "DELETE FROM tariff", "TRUNCATE tariff" })
        {
            var refused = await Assert.ThrowsAsync<PostgresException>(() => server.ExecuteAsync(statement));
            Assert.Contains("never changed or deleted", refused.MessageText, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_card_leaves_a_trail()
    {
        await _tariffs.ImportAsync("Trail Land,International,9931 9932,Local,2014-01-01,0.15,60,,\n");
        var cards = await _tariffs.OnScopeAsync(scope => scope.Use<TariffQueries>().CardsAsync(TariffHelp.Service, default));
        var card = cards.First(each => each.Tariffs == 1 && each.Prefixes == 2);
        Assert.Equal(
            ("card.csv", "a test", "tests", 1, 1),
            (card.FileName, card.Comment, card.ChangedBy.Value, card.Lines, card.Destinations)
        );
        Assert.Equal(64, card.FileHash.Length);
        Assert.Equal(
            "tests",
            await server.QueryAsync<string>(
                "SELECT changed_by FROM audit_change WHERE table_name = 'destination' AND after ->> 'name' = 'Trail Land'"
            )
        );
    }

    [Fact]
    public async Task Nothing_of_a_card_with_a_wrong_line_is_imported()
    {
        var version = await VersionAsync();
        Assert.Equal(
            "line 3, rate '0,15': Write a decimal point, and nothing between thousands: 0.15 and 1000.\nNothing of the file was imported.",
            await _tariffs.RefusedAsync(
                "Half Land,International,9941,Local,2014-01-01,0.15,60,,\n" + "Bad Land,International,9942,Local,2014-01-01,\"0,15\",60,,\n"
            )
        );
        Assert.Equal(0, await server.QueryAsync<long>("SELECT count(*) FROM destination WHERE name IN ('Half Land', 'Bad Land')"));
        Assert.Equal(version, await VersionAsync());
    }

    [Fact]
    public async Task Prices_that_look_like_slips_are_taken_only_where_that_is_said()
    {
        await _tariffs.ImportAsync("Slip Land,International,9951,Local,2014-01-01,0.15,60,,\n");
        const string slip = "Slip Land,International,9951,Local,2015-01-01,15,60,,\n";
        var tried = await _tariffs.ImportAsync(slip, new RateCardOptions(DryRun: true));
        Assert.Contains("1 dearer", tried, StringComparison.Ordinal);
        Assert.EndsWith("Nothing was imported: this was a dry run.", tried, StringComparison.Ordinal);
        var refused = await _tariffs.RefusedAsync(slip);
        Assert.StartsWith("line 2, Slip Land: A minute costs 15.00; before it was 0.15.\n", refused, StringComparison.Ordinal);
        Assert.EndsWith("accept them with --accept-outliers.", refused, StringComparison.Ordinal);
        Assert.Equal("Slip Land 0.15", await _tariffs.PriceAsync("9951"));
        await _tariffs.ImportAsync(slip, new RateCardOptions(AcceptsOutliers: true));
        Assert.Equal("Slip Land 15.00", await _tariffs.PriceAsync("9951"));
        await _tariffs.RefusedAsync("Slip Land,International,9951,Local,2015-01-01,8,60,,\n", new RateCardOptions(OutlierFactor: 1.5m));
    }

    [Fact]
    public async Task Prefixes_move_from_one_destination_to_another()
    {
        await _tariffs.ImportAsync("Old Land,International,9961 9962,Local,2014-01-01,0.15,60,,\n");
        const string moving = "New Land,International,9962,Local,2014-01-01,0.20,60,,\n";
        Assert.Contains("It is a prefix of Old Land", await _tariffs.RefusedAsync(moving), StringComparison.Ordinal);
        Assert.Contains(
            "1 prefix moved",
            await _tariffs.ImportAsync(moving, new RateCardOptions(MovesPrefixes: true)),
            StringComparison.Ordinal
        );
        Assert.Equal(("Old Land 0.15", "New Land 0.20"), (await _tariffs.PriceAsync("9961"), await _tariffs.PriceAsync("9962")));
    }

    [Fact]
    public async Task A_card_of_somebody_else_is_read_by_its_own_names()
    {
        var form = CardFileForm.Read(
            ";",
            ["destination=Country", "prefixes=Dial code", "rate=Price"],
            ["class=International", "tariffType=Local", "from=2014-01-01", "units=60"]
        );
        await _tariffs.ImportFileAsync("Country;Dial code;Price;Remark\nTheir Land;9971,9972;0.15;cheap\n", Plain, form);
        Assert.Equal("Their Land 0.15", await _tariffs.PriceAsync("9972"));
    }

    [Theory]
    [InlineData("destination,rate\nX,1\n", "The file has no column 'tariffType'.")]
    [InlineData("destination,tariffType,from,rate,units,prise\n", "names columns that nothing is known of: prise.")]
    [InlineData("destination,tariffType,from,rate,units,Rate\n", "names the column 'rate' twice.")]
    [InlineData("destination,tariffType,from,rate,units\nX,1\n", "The file is no CSV")]
    public async Task A_file_that_is_no_card_is_refused(string text, string why) =>
        Assert.Contains(
            why,
            (await Assert.ThrowsAsync<CommandException>(() => _tariffs.ImportFileAsync(text, Plain))).Message,
            StringComparison.Ordinal
        );

    [Fact]
    public async Task A_service_that_there_is_not_has_no_tariffs()
    {
        var refused = await Assert.ThrowsAsync<CommandException>(() =>
            _tariffs.ImportFileAsync(TariffHelp.Header + "A,Domestic,1,Local,2014-01-01,1,60,,\n", Plain, service: 4711)
        );
        Assert.Equal("The catalogue has no service 4711.", refused.Message);
    }

    /// <summary>Two operators import the same file at the same time: the second finds it there.</summary>
    [Fact]
    public async Task Imports_come_one_after_the_other()
    {
        const string card = "Twice Land,International,9981,Local,2014-01-01,0.15,60,,\n";
        var texts = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => _tariffs.ImportAsync(card)));
        Assert.Single(texts, text => text.StartsWith("Tariffs: 1 new", StringComparison.Ordinal));
        Assert.Equal(3, texts.Count(text => text.EndsWith("Nothing was to be done.", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Zones_of_caller_and_called_go_before_prefixes()
    {
        await _tariffs.ImportAsync(
            "Zone Land,Domestic,9991,Local,2014-01-01,0.15,60,,\n" + "Zone Neighbour,Domestic,,Local,2014-01-01,0.05,60,,\n"
        );
        Assert.Equal(
            "2 zones and 3 prefixes are new, 0 changed.",
            (await _tariffs.ImportZonesAsync("zone,prefixes\nNorth,99911\nSouth,99912 99913\n"))[..42]
        );
        await _tariffs.ImportZonesAsync("caller,called,destination\nNorth,South,Zone Neighbour\nSouth,North,Zone Neighbour\n");
        var found = await _tariffs.FindAsync("999121", caller: "999111");
        Assert.Equal(
            ("Zone Neighbour", "The caller is in the zone North, the called number in South."),
            (found.Destination!.Name, found.Why)
        );
        Assert.Equal("Zone Land", (await _tariffs.FindAsync("999111", caller: "999112")).Destination!.Name);

        Assert.Contains(
            "It is a prefix of the zone North. To take it from there, use --move.",
            (await Assert.ThrowsAsync<CommandException>(() => _tariffs.ImportZonesAsync("zone,prefixes\nSouth,99911\n"))).Message,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "line 3, called 'South': Line 2 has the same pair.",
            (
                await Assert.ThrowsAsync<CommandException>(() =>
                    _tariffs.ImportZonesAsync("caller,called,destination\nNorth,South,Zone Land\nNorth,South,Zone Land\n", moves: true)
                )
            ).Message,
            StringComparison.Ordinal
        );
        await _tariffs.ImportZonesAsync("zone,prefixes\nSouth,99911\n", moves: true);
        Assert.Equal("Zone Land", (await _tariffs.FindAsync("999121", caller: "999111")).Destination!.Name);
        await _tariffs.ImportZonesAsync("caller,called,destination\nSouth,South,Zone Neighbour\n");
        Assert.Equal("Zone Neighbour", (await _tariffs.FindAsync("999121", caller: "999111")).Destination!.Name);
    }

    /// <summary>Rating asks for the book once a batch, and has it read again only where something has changed.</summary>
    [Fact]
    public async Task The_book_of_a_service_is_kept_until_tariffs_change()
    {
        await _tariffs.ImportAsync("Book Land,International,9891,Local,2014-01-01,0.15,60,,\n");
        var books = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => _tariffs.BookAsync()));
        var book = books[0];
        Assert.All(books, each => Assert.Same(book, each));
        await _tariffs.ImportAsync("Book Land,International,9891,Local,2014-01-01,0.15,60,,\n");
        Assert.Same(book, await _tariffs.BookAsync());
        await _tariffs.ImportAsync("Book Land,International,9892,Local,2014-01-01,0.15,60,,\n");
        Assert.NotSame(book, await _tariffs.BookAsync());
        Assert.Empty((await _tariffs.BookAsync(11)).Tariffs);
    }

    private Task<long> VersionAsync() => server.QueryAsync<long>("SELECT version FROM tariff_state");
}
