using Microsoft.EntityFrameworkCore;
using Smile.Catalogue;
using Smile.Kernel;
using Smile.Rating.Engine;
using Smile.Rating.Storage;
using Smile.Rating.Tariffs;
using Smile.Session;

namespace Smile.Rating.RateCards;

/// <summary>A destination with how much is known of it.</summary>
/// <param name="Tariffs">How many tariffs are in force on the day, of all plans, companies and types of calls.</param>
/// <param name="Cheapest">The least that a minute costs by them; null for no tariff.</param>
public sealed record ListedDestination(Destination Destination, int Prefixes, int Tariffs, decimal? Cheapest, decimal? Dearest);

/// <summary>A tariff of a destination, with what it is called.</summary>
/// <param name="IsInForce">Whether it is on the day; else one with a later day or a higher number takes its place, or it is yet to begin.
/// </param>
public sealed record ShownTariff(Tariff Tariff, string TariffType, decimal PriceOfMinute, int RateCard, bool IsInForce);

/// <summary>A destination with everything that is known of it.</summary>
public sealed record ShownDestination(Destination Destination, IReadOnlyList<string> Prefixes, IReadOnlyList<ShownTariff> Tariffs);

/// <summary>Which tariff usage to a number has by a plan.</summary>
/// <param name="Band">The band of a calendar in which it holds, such as <c>peak: off</c>; null where none matters.</param>
/// <param name="Tariff">Null where none is in force.</param>
/// <param name="Why">Why it is this one.</param>
public sealed record FoundTariff(string Plan, string? Band, ShownTariff? Tariff, string Why);

/// <summary>Where a number goes to, and what it costs by plan.</summary>
/// <param name="Destination">Null where nothing has the number.</param>
public sealed record FoundNumber(Destination? Destination, string Why, IReadOnlyList<FoundTariff> Tariffs);

/// <summary>A number that is asked for.</summary>
/// <param name="Caller">For destinations that zones decide; empty for none.</param>
/// <param name="Company">Whose tariffs hold; null for the first one.</param>
public sealed record NumberToFind(string Number, string Caller, CallType CallType, int? Company, DateOnly? Day);

/// <summary>What operators ask about tariffs.</summary>
[UseCase]
public sealed class TariffQueries(StageSession session, TariffBooks books)
{
    /// <summary>The destinations of a service, by their names.</summary>
    /// <exception cref="RateCardException">There is no such service.</exception>
    public async Task<IReadOnlyList<ListedDestination>> ListAsync(int service, DateOnly? day, CancellationToken cancellation)
    {
        var all = await ReadAsync(service, cancellation);
        var prefixes = all.Prefixes.CountBy(prefix => prefix.Value).ToDictionary();
        var prices = InForce(all.Tariffs, day ?? Today).ToLookup(tariff => tariff.Destination, TariffPrices.OfMinute);
        return
        [
            .. all
                .Destinations.OrderBy(row => row.Name, StringComparer.OrdinalIgnoreCase)
                .Select(row => new ListedDestination(
                    ToDestination(row),
                    prefixes.GetValueOrDefault(row.Id),
                    prices[row.Id].Count(),
                    prices[row.Id].Any() ? prices[row.Id].Min() : null,
                    prices[row.Id].Any() ? prices[row.Id].Max() : null
                )),
        ];
    }

    /// <summary>A destination by its name or number.</summary>
    /// <exception cref="RateCardException">There is none.</exception>
    public async Task<ShownDestination> ShowAsync(int service, string destination, DateOnly? day, CancellationToken cancellation)
    {
        var all = await ReadAsync(service, cancellation);
        var row =
            all.Destinations.FirstOrDefault(each =>
                each.Name.Equals(destination.Trim(), StringComparison.OrdinalIgnoreCase) || $"{each.Id}" == destination.Trim()
            ) ?? throw new RateCardException($"The service {service} has no destination '{destination}'. See smile tariff list.");
        var tariffs = all.Tariffs.Where(tariff => tariff.Destination == row.Id).ToList();
        var inForce = InForce(tariffs, day ?? Today).Select(tariff => tariff.Id).ToHashSet();
        var cards = await session.Database.RateCardsOfAsync([.. tariffs.Select(tariff => tariff.Id)], cancellation);
        return new ShownDestination(
            ToDestination(row),
            [.. all.Prefixes.Where(prefix => prefix.Value == row.Id).Select(prefix => prefix.Key).Order(StringComparer.Ordinal)],
            [
                .. tariffs
                    .OrderByDescending(tariff => tariff.From)
                    .ThenByDescending(tariff => tariff.Id)
                    .Select(tariff => Shown(tariff, cards[tariff.Id], inForce.Contains(tariff.Id))),
            ]
        );
    }

    /// <summary>The files that were imported for a service, the latest first.</summary>
    public async Task<IReadOnlyList<RateCard>> CardsAsync(int service, CancellationToken cancellation) =>
        await session
            .Database.RateCards.AsNoTracking()
            .Where(card => card.Service == service)
            .OrderByDescending(card => card.Id)
            .ToListAsync(cancellation);

    /// <summary>The destination of a number and its tariff by each plan of the service, with the reasons.</summary>
    /// <exception cref="RateCardException">There is no such service, or no number.</exception>
    public async Task<FoundNumber> FindAsync(int service, NumberToFind wanted, CancellationToken cancellation)
    {
        ImportRateCard.RequireService(session.Catalogue, service);
        var (called, caller) = (Digits(wanted.Number), Digits(wanted.Caller));
        var companies = session.Catalogue.Content.Companies;
        var company = wanted.Company ?? companies[0].Id;
        if (companies.All(each => each.Id != company))
        {
            throw Refuse.Invalid("company", company, "The catalogue has no such company.");
        }

        var book = await books.OfAsync(service, cancellation);
        var usage = new UsageToRate(0, session.Now, wanted.CallType) { Called = called, Caller = caller };
        if (book.DestinationOf(usage) is not { } id)
        {
            return new FoundNumber(null, "No prefix of a destination is the beginning of the number, and none is * for all numbers.", []);
        }

        var day = wanted.Day ?? Today;
        var found = (
            from plan in session.Catalogue.Content.Plans
            where plan.Service == service
            from band in BandsOf(book, id)
            let tariff = book.TariffOf(id, wanted.CallType, plan.Code, company, day, code => code == band.Calendar ? band.Band! : "")
            select (plan.Code, band, tariff)
        ).ToList();
        var cards = await session.Database.RateCardsOfAsync(
            [.. found.Select(each => each.tariff?.Id ?? 0).Where(tariff => tariff > 0)],
            cancellation
        );
        return new FoundNumber(
            book.Destination(id),
            await WhyAsync(service, called, caller, book.Destination(id)!, cancellation),
            [
                .. found.Select(each => new FoundTariff(
                    each.Code,
                    each.band.Calendar is { } calendar ? $"{calendar}: {each.band.Band}" : null,
                    each.tariff is { } tariff ? Shown(tariff, cards[tariff.Id], isInForce: true) : null,
                    each.tariff is null ? $"no tariff of the destination is in force on {day:yyyy-MM-dd}" : Why(each.tariff)
                )),
            ]
        );
    }

    /// <summary>The tariffs in force on a day, each with its destination and that one's prefixes: what an import takes.</summary>
    public async Task<IReadOnlyList<IReadOnlyDictionary<RateCardColumn, string>>> ExportAsync(
        int service,
        DateOnly? day,
        CancellationToken cancellation
    )
    {
        var all = await ReadAsync(service, cancellation);
        var rows = all.Destinations.ToDictionary(row => row.Id);
        var prefixes = all.Prefixes.ToLookup(prefix => prefix.Value, prefix => prefix.Key.Length == 0 ? "*" : prefix.Key);
        return
        [
            .. InForce(all.Tariffs, day ?? Today)
                .OrderBy(tariff => rows[tariff.Destination].Name, StringComparer.OrdinalIgnoreCase)
                .ThenBy(tariff => tariff.Id)
                .Select(tariff => Cells(rows[tariff.Destination], tariff, prefixes[tariff.Destination])),
        ];
    }

    private DateOnly Today => session.Catalogue.LocalZone.DateOf(session.Now);

    private async Task<ServiceTariffs> ReadAsync(int service, CancellationToken cancellation)
    {
        ImportRateCard.RequireService(session.Catalogue, service);
        return (await session.Database.ReadTariffsAsync(service, cancellation)).Tariffs;
    }

    /// <summary>Of each kind of tariff the one that holds on a day.</summary>
    private static IEnumerable<Tariff> InForce(IEnumerable<Tariff> tariffs, DateOnly day) =>
        tariffs.Where(tariff => tariff.From <= day).GroupBy(TariffKey.Of).Select(group => group.MaxBy(tariff => (tariff.From, tariff.Id))!);

    private ShownTariff Shown(Tariff tariff, int card, bool isInForce) =>
        new(
            tariff,
            session.Catalogue.Content.TariffTypes.FirstOrDefault(type => type.Id == tariff.TariffType)?.Name ?? $"{tariff.TariffType}",
            TariffPrices.OfMinute(tariff),
            card,
            isInForce
        );

    private async Task<string> WhyAsync(int service, string called, string caller, Destination destination, CancellationToken cancellation)
    {
        var prefixes = await session.Database.PrefixesOfAsync(service, called, cancellation);
        if (prefixes.Count > 0 && prefixes[0].Name == destination.Name)
        {
            var others = string.Join(", ", prefixes.Skip(1).Select(each => $"{Text(each)} of {each.Name}"));
            return $"{Text(prefixes[0])} is the longest prefix of the number{(others.Length > 0 ? $", longer than {others}" : "")}.";
        }

        var zones = (
            await session.Database.ZonePrefixesOfAsync(service, caller, cancellation),
            await session.Database.ZonePrefixesOfAsync(service, called, cancellation)
        );
        return zones is ({ Count: > 0 } from, { Count: > 0 } to)
            ? $"The caller is in the zone {from[0].Name}, the called number in {to[0].Name}."
            : "It was found so; tariffs have changed since.";

        static string Text(FoundPrefix prefix) => prefix.Prefix.Length == 0 ? "*" : prefix.Prefix;
    }

    private static string Why(Tariff tariff)
    {
        var owner =
            tariff.Plan is not null ? "of the plan"
            : tariff.Company is not null ? "of the company"
            : "of all plans";
        var callType = tariff.CallType is { } type ? $" for {type}" : "";
        return $"the latest {owner}{callType}, from {tariff.From:yyyy-MM-dd}";
    }

    /// <summary>The bands of the calendars that a destination's tariffs go by; one that is none where they go by none.</summary>
    private List<(string? Calendar, string? Band)> BandsOf(TariffBook book, int destination)
    {
        var used = book.Tariffs.Where(tariff => tariff.Destination == destination).Select(tariff => tariff.Calendar).ToHashSet();
        return
        [
            .. session
                .Catalogue.Content.Calendars.Where(calendar => used.Contains(calendar.Code))
                .SelectMany(calendar => calendar.Bands().Select(band => ((string?)calendar.Code, (string?)band)))
                .DefaultIfEmpty(),
        ];
    }

    private static string Digits(string number)
    {
        var digits = number.Replace(" ", "", StringComparison.Ordinal).TrimStart('+');
        return digits.Length <= 30 && digits.All(char.IsAsciiDigit)
            ? digits
            : throw new RateCardException($"'{number}' is no number: give its digits with the country's, such as 61399970000.");
    }

    private static Destination ToDestination(DestinationRow row) =>
        new(row.Id, row.Name, row.Class, row.IsOverrideable) { OnNet = row.OnNet };

    private static Dictionary<RateCardColumn, string> Cells(DestinationRow row, Tariff tariff, IEnumerable<string> prefixes) =>
        new()
        {
            [RateCardColumn.Destination] = row.Name,
            [RateCardColumn.Class] = row.Class,
            [RateCardColumn.Prefixes] = string.Join(' ', prefixes.Order(StringComparer.Ordinal)),
            [RateCardColumn.TariffType] = $"{tariff.TariffType}",
            [RateCardColumn.CallType] = tariff.CallType?.ToString() ?? "",
            [RateCardColumn.Plan] = tariff.Plan ?? "",
            [RateCardColumn.Company] = tariff.Company?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "",
            [RateCardColumn.From] = tariff.From.Iso(),
            [RateCardColumn.Flagfall] = RateCardTexts.Price(tariff.Flagfall),
            [RateCardColumn.Rate] = RateCardTexts.Price(tariff.Rate),
            [RateCardColumn.Units] = RateCardTexts.Units(tariff.Units),
            [RateCardColumn.FirstIncrement] = RateCardTexts.Units(tariff.FirstIncrement),
            [RateCardColumn.NextIncrement] = RateCardTexts.Units(tariff.NextIncrement),
            [RateCardColumn.MinimumCharge] = tariff.MinimumCharge is { } least ? RateCardTexts.Price(least) : "",
            [RateCardColumn.MaximumCharge] = tariff.MaximumCharge is { } most ? RateCardTexts.Price(most) : "",
            [RateCardColumn.Decimals] = $"{tariff.Decimals}",
            [RateCardColumn.Rounding] = $"{tariff.Rounding}",
            [RateCardColumn.Calendar] = tariff.Calendar ?? "",
            [RateCardColumn.Band] = tariff.Band ?? "",
            [RateCardColumn.Overrideable] = row.IsOverrideable ? "true" : "false",
            [RateCardColumn.OnNet] = $"{row.OnNet}",
            [RateCardColumn.DestinationCompany] = row.Company?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "",
        };
}
