using System.Collections.Frozen;
using Smile.Catalogue;
using Smile.Rating.Engine;

namespace Smile.Rating.Tariffs;

/// <summary>The destinations and tariffs of a service. Immutable.</summary>
public sealed class TariffBook
{
    private readonly FrozenDictionary<int, Destination> _destinations;
    private readonly FrozenDictionary<int, Tariff[]> _tariffs;
    private readonly FrozenDictionary<(int Caller, int Called), int> _zonePairs;
    private readonly FrozenDictionary<OnNet, int> _onNet;
    private readonly PrefixTree _prefixes;
    private readonly PrefixTree _zones;

    /// <param name="prefixes">Destinations by prefixes of E.164 numbers without <c>+</c>.</param>
    /// <param name="zones">Zones by prefixes of numbers (SZUs; guide, line 24573).</param>
    /// <param name="zonePairs">Destinations by the zones of caller and called.</param>
    public TariffBook(
        IEnumerable<Destination> destinations,
        IEnumerable<KeyValuePair<string, int>> prefixes,
        IEnumerable<Tariff> tariffs,
        IEnumerable<KeyValuePair<string, int>>? zones = null,
        IEnumerable<KeyValuePair<(int Caller, int Called), int>>? zonePairs = null
    )
    {
        _destinations = destinations.ToFrozenDictionary(destination => destination.Id);
        _prefixes = PrefixTree.Of(prefixes);
        _zones = PrefixTree.Of(zones ?? []);
        _zonePairs = (zonePairs ?? []).ToFrozenDictionary(pair => pair.Key, pair => pair.Value);
        _onNet = _destinations
            .Values.Where(destination => destination.OnNet != OnNet.None)
            .ToFrozenDictionary(destination => destination.OnNet, destination => destination.Id);
        _tariffs = tariffs.GroupBy(tariff => tariff.Destination).ToFrozenDictionary(group => group.Key, group => group.ToArray());
    }

    public static TariffBook Empty { get; } = new([], [], []);

    public Destination? Destination(int id) => _destinations.GetValueOrDefault(id);

    /// <summary>All of its tariffs, for what needs to know when one begins.</summary>
    internal IEnumerable<Tariff> Tariffs => _tariffs.Values.SelectMany(each => each);

    /// <summary>
    /// The destination of usage: that of calls within an account or company, else that of the two zones, else that of the longest prefix.
    /// A call that the called party pays goes by the number of its caller.
    /// </summary>
    public int? DestinationOf(UsageToRate usage)
    {
        if (usage.OnNet != OnNet.None && OnNetDestination(usage.OnNet) is { } inside)
        {
            return inside;
        }

        if (
            _zonePairs.Count > 0
            && _zones.Find(usage.Caller) is { } caller
            && _zones.Find(usage.Called) is { } called
            && _zonePairs.TryGetValue((caller, called), out var ofPair)
        )
        {
            return ofPair;
        }

        return _prefixes.Find(usage.Role == UsageRole.Caller ? usage.Called : usage.Caller);
    }

    /// <summary>
    /// The tariff that is in force on a day: that of the plan before that of the company before that of all; among those the one for the
    /// type of calls before that for all types, one of a band before one for all day, and then the latest; of those that begin on the same
    /// day the one that was entered last, which corrects the others.
    /// </summary>
    /// <param name="bandOf">The band that is in force, by the code of the calendar.</param>
    internal Tariff? TariffOf(int destination, CallType callType, string plan, int company, DateOnly day, Func<string, string> bandOf)
    {
        Tariff? best = null;
        foreach (var tariff in _tariffs.GetValueOrDefault(destination) ?? [])
        {
            if (
                tariff.From <= day
                && (tariff.Plan is null || tariff.Plan == plan)
                && (tariff.Company is null || tariff.Company == company)
                && (tariff.CallType is null || tariff.CallType == callType)
                && (tariff.Calendar is null || bandOf(tariff.Calendar) == tariff.Band)
                && (best is null || Rank(tariff).CompareTo(Rank(best)) > 0)
            )
            {
                best = tariff;
            }
        }

        return best;
    }

    /// <summary>Calls within an account are within its company, too.</summary>
    private int? OnNetDestination(OnNet onNet) =>
        _onNet.TryGetValue(onNet, out var own) ? own
        : onNet == OnNet.Account && _onNet.TryGetValue(OnNet.Company, out var ofCompany) ? ofCompany
        : null;

    private static (int Owner, int CallType, int Band, DateOnly From, long Id) Rank(Tariff tariff) =>
        (
            tariff.Plan is not null ? 2
            : tariff.Company is not null ? 1
            : 0,
            tariff.CallType is null ? 0 : 1,
            tariff.Calendar is null ? 0 : 1,
            tariff.From,
            tariff.Id
        );
}
