namespace Smile.Rating.Tariffs;

/// <summary>Everything about the tariffs of a service, as it is kept.</summary>
internal sealed record ServiceTariffs
{
    public required IReadOnlyList<DestinationRow> Destinations { get; init; }

    /// <summary>Destinations by prefixes.</summary>
    public required IReadOnlyList<KeyValuePair<string, int>> Prefixes { get; init; }

    /// <summary>In ascending order of their ids: later ones take the place of earlier ones.</summary>
    public required IReadOnlyList<Tariff> Tariffs { get; init; }

    /// <summary>Zones with their codes.</summary>
    public required IReadOnlyList<KeyValuePair<int, string>> Zones { get; init; }

    /// <summary>Zones by prefixes.</summary>
    public required IReadOnlyList<KeyValuePair<string, int>> ZonePrefixes { get; init; }

    public required IReadOnlyList<KeyValuePair<(int Caller, int Called), int>> ZonePairs { get; init; }

    public TariffBook ToBook() =>
        new(
            Destinations.Select(row => new Destination(row.Id, row.Name, row.Class, row.IsOverrideable) { OnNet = row.OnNet }),
            Prefixes,
            Tariffs,
            ZonePrefixes,
            ZonePairs
        );
}
