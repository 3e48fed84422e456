using Smile.Catalogue;
using Smile.Rating.Storage;
using Smile.Rating.Tariffs;
using Smile.Session;

namespace Smile.Rating.RateCards;

/// <summary>A file that is to be imported.</summary>
/// <param name="Name">Of the file.</param>
/// <param name="Hash">SHA-256 of the file, in hexadecimal digits.</param>
/// <param name="Comment">Why it is imported; null for nothing.</param>
public sealed record CardFile(string Name, string Hash, string? Comment);

/// <summary>How a rate card is to be imported.</summary>
/// <param name="DryRun">Whether it is only tried.</param>
/// <param name="MovesPrefixes">Whether prefixes may be taken from the destinations that have them.</param>
/// <param name="AcceptsOutliers">Whether prices may be far from those before.</param>
/// <param name="OutlierFactor">How many times dearer or cheaper is far.</param>
public sealed record RateCardOptions(
    bool DryRun = false,
    bool MovesPrefixes = false,
    bool AcceptsOutliers = false,
    decimal OutlierFactor = 10m
);

/// <summary>What a rate card brought, or would bring.</summary>
/// <param name="RateCard">Its number; null where nothing was entered.</param>
public sealed record RateCardResult(
    int? RateCard,
    int NewDestinations,
    int ChangedDestinations,
    int NewPrefixes,
    int MovedPrefixes,
    IReadOnlyList<ComparedTariff> Tariffs,
    IReadOnlyList<MissingTariff> Missing
)
{
    public int Count(TariffChange change) => Tariffs.Count(each => each.Change == change);

    public IEnumerable<ComparedTariff> Outliers => Tariffs.Where(each => each.Doubt is not null);
}

/// <summary>Imports the tariffs of a service from a file: all of it or nothing.</summary>
[UseCase]
public sealed class ImportRateCard(StageSession session)
{
    public const int MostLines = 1_000_000;

    /// <exception cref="RateCardException">There is no such service, lines are wrong, or prices are far from those before.</exception>
    public async Task<RateCardResult> ExecuteAsync(
        int service,
        CardFile file,
        IReadOnlyList<CardLine<RateCardColumn>> lines,
        RateCardOptions options,
        CancellationToken cancellation
    )
    {
        RequireService(session.Catalogue, service);
        await session.Database.BeginAsync(cancellation);
        await session.Database.LockTariffsAsync(cancellation);
        var present = await session.Database.LoadTariffsAsync(service, cancellation);
        var content = new RateCardReading(session.Catalogue, service, present, options.MovesPrefixes).Read(lines);
        var difference = new RateCardDifference(present, content, options.OutlierFactor);
        var result = new RateCardResult(
            null,
            content.NewDestinations.Count,
            content.ChangedDestinations.Count,
            content.NewPrefixes.Count,
            content.MovedPrefixes.Count,
            difference.Tariffs,
            difference.Missing
        );
        if (options.DryRun)
        {
            return result;
        }

        if (!options.AcceptsOutliers && result.Outliers.Any())
        {
            throw new RateCardException(
                string.Join(
                    '\n',
                    result
                        .Outliers.Take(50)
                        .Select(each => $"line {each.Line}, {each.Destination}: {each.Doubt}")
                        .Append($"{result.Outliers.Count()} prices look like slips. Nothing of the file was imported.")
                        .Append("Mend them, or accept them with --accept-outliers.")
                )
            );
        }

        var tariffs = difference.Tariffs.Where(each => each.Change != TariffChange.Same).Select(each => each.Tariff).ToList();
        return tariffs.Count + content.NewPrefixes.Count + content.MovedPrefixes.Count + content.ChangedDestinations.Count == 0
            ? result
            : result with
            {
                RateCard = await EnterAsync(service, file, content, tariffs, cancellation),
            };
    }

    internal static void RequireService(CatalogueSnapshot catalogue, int service)
    {
        if (catalogue.Service(service) is null)
        {
            throw new RateCardException($"The catalogue has no service {service}.");
        }
    }

    private async Task<int> EnterAsync(
        int service,
        CardFile file,
        RateCardContent content,
        List<Tariff> tariffs,
        CancellationToken cancellation
    )
    {
        var database = session.Database;
        var card = new RateCard
        {
            Service = service,
            Kind = RateCardKind.Tariffs,
            FileName = file.Name,
            FileHash = file.Hash,
            Comment = file.Comment,
            Imported = session.Now,
            Lines = content.Lines,
            Destinations = content.NewDestinations.Count,
            Prefixes = content.NewPrefixes.Count,
            Moved = content.MovedPrefixes.Count,
            Tariffs = tariffs.Count,
        };
        database.RateCards.Add(card);
        await database.SaveAsync(cancellation);
        var changedBy = session.Caller.Usn.Value;
        if (content.ChangedDestinations.Count > 0)
        {
            await database.ChangeDestinationsAsync(content.ChangedDestinations, changedBy, cancellation);
        }

        var ids =
            content.NewDestinations.Count == 0
                ? new Dictionary<string, int>()
                : await database.AddDestinationsAsync(service, content.NewDestinations, changedBy, cancellation);
        var idOf = content.NewDestinations.ToDictionary(each => each.Id, each => ids[each.Name]);
        int Known(int id) => id < 0 ? idOf[id] : id;
        if (content.MovedPrefixes.Count > 0)
        {
            var moved = content.MovedPrefixes.Select(each => KeyValuePair.Create(each.Key, Known(each.Value))).ToList();
            await database.MovePrefixesAsync(PrefixTable.Destinations, service, card.Id, moved, cancellation);
        }

        var prefixes = content.NewPrefixes.Select(each => KeyValuePair.Create(each.Key, Known(each.Value)));
        await database.AddPrefixesAsync(PrefixTable.Destinations, service, card.Id, prefixes, cancellation);
        var entered = tariffs.Select(tariff => tariff with { Destination = Known(tariff.Destination) });
        await database.AddTariffsAsync(card.Id, entered, cancellation);
        await database.CountTariffChangeAsync(cancellation);
        await session.CommitAsync(cancellation);
        return card.Id;
    }
}
