using Smile.Rating.Storage;
using Smile.Rating.Tariffs;
using Smile.Session;

namespace Smile.Rating.RateCards;

/// <summary>What a file of zones brought, or would bring.</summary>
/// <param name="RateCard">Its number; null where nothing was entered.</param>
/// <param name="Entries">Prefixes of zones, or pairs of zones, that are new.</param>
/// <param name="Moved">Those that were another zone's, or had another destination, before.</param>
public sealed record ZonesResult(int? RateCard, RateCardKind Kind, int NewZones, int Entries, int Moved);

/// <summary>
/// Imports the zones of a service (SZUs; guide, line 24573) from a file: either zones with their prefixes, or pairs of zones with their
/// destinations. All of it or nothing.
/// </summary>
[UseCase]
public sealed class ImportZones(StageSession session)
{
    public const int MostLines = 5_000_000;

    private const int LongestCode = 100;
    private readonly List<CardProblem> _problems = [];

    /// <param name="kind">What the file has: it is told by its columns.</param>
    /// <param name="moves">Whether prefixes may be taken from the zones that have them, and pairs get another destination.</param>
    /// <exception cref="RateCardException">There is no such service, or lines are wrong.</exception>
    public async Task<ZonesResult> ExecuteAsync(
        int service,
        RateCardKind kind,
        CardFile file,
        IReadOnlyList<CardLine<ZoneColumn>> lines,
        bool moves,
        bool dryRun,
        CancellationToken cancellation
    )
    {
        ImportRateCard.RequireService(session.Catalogue, service);
        await session.Database.BeginAsync(cancellation);
        await session.Database.LockTariffsAsync(cancellation);
        var present = await session.Database.LoadTariffsAsync(service, cancellation);
        return kind == RateCardKind.Zones
            ? await ImportPrefixesAsync(service, file, present, lines, moves, dryRun, cancellation)
            : await ImportPairsAsync(service, file, present, lines, moves, dryRun, cancellation);
    }

    private async Task<ZonesResult> ImportPrefixesAsync(
        int service,
        CardFile file,
        ServiceTariffs present,
        IReadOnlyList<CardLine<ZoneColumn>> lines,
        bool moves,
        bool dryRun,
        CancellationToken cancellation
    )
    {
        var zones = present.Zones.ToDictionary(zone => zone.Value, zone => zone.Key, StringComparer.OrdinalIgnoreCase);
        var codes = present.Zones.ToDictionary(zone => zone.Key, zone => zone.Value);
        var owners = new Dictionary<string, int>(present.ZonePrefixes, StringComparer.Ordinal);
        var (added, moved, names) = (new Dictionary<string, int>(), new Dictionary<string, int>(), new List<string>());
        foreach (var line in lines)
        {
            var code = line[ZoneColumn.Zone];
            if (code.Length is 0 or > LongestCode)
            {
                Add(line, ZoneColumn.Zone, code, $"Give its code, of at most {LongestCode} characters.");
                continue;
            }

            if (!zones.TryGetValue(code, out var zone))
            {
                zone = -1 - names.Count;
                zones.Add(code, zone);
                codes.Add(zone, code);
                names.Add(code);
            }

            foreach (var prefix in CardCells.Prefixes(line[ZoneColumn.Prefixes], (word, why) => Add(line, ZoneColumn.Prefixes, word, why)))
            {
                if (!owners.TryGetValue(prefix, out var owner))
                {
                    added.Add(prefix, zone);
                }
                else if (owner != zone && moves && !added.ContainsKey(prefix) && !moved.ContainsKey(prefix))
                {
                    moved.Add(prefix, zone);
                }
                else if (owner != zone)
                {
                    Add(
                        line,
                        ZoneColumn.Prefixes,
                        prefix,
                        $"It is a prefix of the zone {codes[owner]}. To take it from there, use --move."
                    );
                }

                owners[prefix] = zone;
            }
        }

        RequireNone();
        if (dryRun || added.Count + moved.Count == 0)
        {
            return new ZonesResult(null, RateCardKind.Zones, names.Count, added.Count, moved.Count);
        }

        var card = await AddCardAsync(
            service,
            RateCardKind.Zones,
            file,
            lines.Count,
            (names.Count, added.Count, moved.Count),
            cancellation
        );
        var ids = await session.Database.AddZonesAsync(service, [.. names], session.Caller.Usn.Value, cancellation);
        KeyValuePair<string, int> Known(KeyValuePair<string, int> entry) =>
            KeyValuePair.Create(entry.Key, entry.Value < 0 ? ids[codes[entry.Value]] : entry.Value);
        await session.Database.MovePrefixesAsync(PrefixTable.Zones, service, card.Id, [.. moved.Select(Known)], cancellation);
        await session.Database.AddPrefixesAsync(PrefixTable.Zones, service, card.Id, added.Select(Known), cancellation);
        await session.Database.CountTariffChangeAsync(cancellation);
        await session.CommitAsync(cancellation);
        return new ZonesResult(card.Id, RateCardKind.Zones, names.Count, added.Count, moved.Count);
    }

    private async Task<ZonesResult> ImportPairsAsync(
        int service,
        CardFile file,
        ServiceTariffs present,
        IReadOnlyList<CardLine<ZoneColumn>> lines,
        bool moves,
        bool dryRun,
        CancellationToken cancellation
    )
    {
        var zones = present.Zones.ToDictionary(zone => zone.Value, zone => zone.Key, StringComparer.OrdinalIgnoreCase);
        var destinations = present.Destinations.ToDictionary(row => row.Name, row => row.Id, StringComparer.OrdinalIgnoreCase);
        var known = new Dictionary<(int, int), int>(present.ZonePairs);
        var lineOf = new Dictionary<(int, int), int>();
        var put = new List<KeyValuePair<(int Caller, int Called), int>>();
        var moved = 0;
        foreach (var line in lines)
        {
            var (caller, called) = (ZoneOf(ZoneColumn.Caller), ZoneOf(ZoneColumn.Called));
            if (!destinations.TryGetValue(line[ZoneColumn.Destination], out var destination))
            {
                Add(
                    line,
                    ZoneColumn.Destination,
                    line[ZoneColumn.Destination],
                    "The service has no such destination. Import its tariff first."
                );
                continue;
            }

            if (caller is not { } from || called is not { } to)
            {
                continue;
            }

            if (!lineOf.TryAdd((from, to), line.Number))
            {
                Add(line, ZoneColumn.Called, line[ZoneColumn.Called], $"Line {lineOf[(from, to)]} has the same pair.");
            }
            else if (!known.TryGetValue((from, to), out var before))
            {
                put.Add(KeyValuePair.Create((from, to), destination));
            }
            else if (before != destination && moves)
            {
                put.Add(KeyValuePair.Create((from, to), destination));
                moved++;
            }
            else if (before != destination)
            {
                Add(
                    line,
                    ZoneColumn.Destination,
                    line[ZoneColumn.Destination],
                    "The pair has another destination. To change it, use --move."
                );
            }

            int? ZoneOf(ZoneColumn column)
            {
                if (zones.TryGetValue(line[column], out var zone))
                {
                    return zone;
                }

                Add(line, column, line[column], "There is no such zone. Import zones with their prefixes first.");
                return null;
            }
        }

        RequireNone();
        if (dryRun || put.Count == 0)
        {
            return new ZonesResult(null, RateCardKind.ZonePairs, 0, put.Count - moved, moved);
        }

        var counts = (0, put.Count - moved, moved);
        var card = await AddCardAsync(service, RateCardKind.ZonePairs, file, lines.Count, counts, cancellation);
        await session.Database.PutZonePairsAsync(card.Id, put, cancellation);
        await session.Database.CountTariffChangeAsync(cancellation);
        await session.CommitAsync(cancellation);
        return new ZonesResult(card.Id, RateCardKind.ZonePairs, 0, put.Count - moved, moved);
    }

    private async Task<RateCard> AddCardAsync(
        int service,
        RateCardKind kind,
        CardFile file,
        int lines,
        (int Zones, int Entries, int Moved) counts,
        CancellationToken cancellation
    )
    {
        var card = new RateCard
        {
            Service = service,
            Kind = kind,
            FileName = file.Name,
            FileHash = file.Hash,
            Comment = file.Comment,
            Imported = session.Now,
            Lines = lines,
            Destinations = counts.Zones,
            Prefixes = counts.Entries,
            Moved = counts.Moved,
            Tariffs = 0,
        };
        session.Database.RateCards.Add(card);
        await session.Database.SaveAsync(cancellation);
        return card;
    }

    private void Add(CardLine<ZoneColumn> line, ZoneColumn column, string value, string advice) =>
        _problems.Add(new CardProblem(line.Number, CardColumns.NameOf(column), value, advice));

    private void RequireNone()
    {
        if (_problems.Count > 0)
        {
            throw new RateCardException(_problems);
        }
    }
}
