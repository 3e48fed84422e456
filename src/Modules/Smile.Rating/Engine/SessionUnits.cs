using Smile.Catalogue;

namespace Smile.Rating.Engine;

/// <summary>What rules have charged of each session, where they have a limit of it.</summary>
internal sealed class SessionUnits
{
    private readonly Dictionary<string, decimal> _secondsBefore = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Session, int Rule), decimal> _units = [];
    private readonly HashSet<string> _started = new(StringComparer.Ordinal);

    /// <summary>What the record that is being rated has used; counted once it turns out to be rateable.</summary>
    private readonly Dictionary<int, decimal> _ofRecord = [];

    /// <summary>The units that a rule may still charge of a session, from a position of a record on.</summary>
    /// <param name="total">What the record has of the measure.</param>
    public decimal Left(ChargingRule rule, UsageToRate usage, UsageMeasure measure, decimal position, decimal total)
    {
        if (!rule.NeedsSession)
        {
            return decimal.MaxValue;
        }

        var left = decimal.MaxValue;
        if (rule.MaximumUnitsPerSession is { } units)
        {
            left = units - _ofRecord.GetValueOrDefault(rule.Item.Id) - Before(rule, usage);
        }

        if (rule.Item.Constraints.MaximumSessionLengthSeconds is { } most)
        {
            var seconds = most - (usage.Session is { } session ? _secondsBefore.GetValueOrDefault(session) : 0m);
            var isAtOnce = measure == UsageMeasure.Flagfall || usage.Seconds <= 0m;
            left = Math.Min(
                left,
                !isAtOnce ? (seconds * total / usage.Seconds) - position
                    : seconds > 0m ? total - position
                    : 0m
            );
        }

        return left;
    }

    public void Add(ChargingRule rule, UsageToRate usage, decimal units)
    {
        if (rule.NeedsSession)
        {
            _ofRecord[rule.Item.Id] = _ofRecord.GetValueOrDefault(rule.Item.Id) + units;
        }
    }

    /// <summary>Counts the record that was rated into its session.</summary>
    public void Keep(UsageToRate usage)
    {
        if (usage.Session is { } session)
        {
            foreach (var (rule, units) in _ofRecord)
            {
                _units[(session, rule)] = _units.GetValueOrDefault((session, rule)) + units;
            }

            _secondsBefore[session] = _secondsBefore.GetValueOrDefault(session) + usage.Seconds;
            if (usage.IsStartOfSession)
            {
                _started.Add(session);
            }
        }

        _ofRecord.Clear();
    }

    public void Forget() => _ofRecord.Clear();

    public int Count => _secondsBefore.Count;

    /// <summary>Whether a record of it was its start.</summary>
    public bool HasStarted(string session) => _started.Contains(session);

    public IReadOnlyList<SessionReading> Readings() =>
        [
            .. _secondsBefore.Select(pair => new SessionReading(
                pair.Key,
                pair.Value,
                _units.Where(units => units.Key.Session == pair.Key).ToDictionary(units => units.Key.Rule, units => units.Value),
                _started.Contains(pair.Key)
            )),
        ];

    public void Set(IEnumerable<SessionReading> sessions)
    {
        foreach (var session in sessions)
        {
            _secondsBefore[session.Session] = session.Seconds;
            if (session.HasStarted)
            {
                _started.Add(session.Session);
            }

            foreach (var (rule, units) in session.Units)
            {
                _units[(session.Session, rule)] = units;
            }
        }
    }

    private decimal Before(ChargingRule rule, UsageToRate usage) =>
        usage.Session is { } session ? _units.GetValueOrDefault((session, rule.Item.Id)) : 0m;
}
