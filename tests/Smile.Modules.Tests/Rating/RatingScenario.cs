using System.Globalization;
using Smile.Catalogue;
using Smile.Kernel;
using Smile.Rating.Engine;
using Smile.Rating.Tariffs;

namespace Smile.Modules.Tests.Rating;

/// <summary>
/// Plays a table of text: first how usage is charged, then records with what each is charged. <c>Scenarios/README.md</c> has the words.
/// </summary>
internal sealed class RatingScenario
{
    private readonly List<Destination> _destinations = [];
    private readonly List<KeyValuePair<string, int>> _prefixes = [];
    private readonly List<KeyValuePair<string, int>> _zones = [];
    private readonly List<KeyValuePair<(int, int), int>> _zonePairs = [];
    private readonly List<Tariff> _tariffs = [];
    private readonly List<TariffCalendar> _calendars = [];
    private readonly List<PlanStint> _stints = [];
    private readonly List<EffectiveSpendLimit> _limits = [];
    private readonly List<UsageAlertGroupItem> _groups = [];
    private readonly List<UsageRating> _all = [];
    private BillingTimeZone _zone = new(1, "Australia/Sydney");
    private DayRange _period = new(new DateOnly(2026, 3, 1), new DateOnly(2026, 3, 31));
    private GstSchedule _tax = new("gst", "GST", [new GstRate(DateOnly.MinValue, 10m)]);
    private readonly List<PrepaidBlock> _blocks = [];
    private PeriodRater? _rater;
    private long _lastRecord;

    /// <summary>Everything that was charged, in order.</summary>
    public IReadOnlyList<UsageRating> Ratings => _all;

    /// <summary>What the table says, with what came out behind the bars.</summary>
    public string Play(string table)
    {
        var played = new List<string>();
        foreach (var row in table.Split('\n').Where(row => row.Trim().Length > 0))
        {
            var step = row.Split('|')[0].Trim();
            var words = step.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            played.Add(
                char.IsAsciiDigit(words[0][0]) ? $"{step} | {Rate(words)}"
                : words[0] == "end" ? $"{step} | {End()}"
                : SetUp(words[0], new ScenarioWords(words.Skip(1)), step)
            );
        }

        return string.Join('\n', played);
    }

    /// <summary>What rating depends on, by the rows so far.</summary>
    public RatingSubject Subject() =>
        new()
        {
            Zone = _zone,
            Period = _period,
            Company = 1,
            Currency = new Currency("AUD", 2, "$"),
            Stints = _stints,
            ChargeTypes =
            [
                .. Enum.GetValues<UsageMeasure>().Select(measure => new UsageChargeType((int)measure, measure.ToString(), measure)),
            ],
            Tariffs = new TariffBook(_destinations, _prefixes, _tariffs, _zones, _zonePairs),
            Tax = _tax,
            Calendars = _calendars,
            SpendLimits = _limits,
            UsageAlertGroups = _groups,
            PrepaidBlocks = _blocks,
        };

    /// <summary>A record of usage as a row has it.</summary>
    public UsageToRate Usage(string[] words)
    {
        var keys = new ScenarioWords(words.Skip(1));
        var number = keys.Plain.FirstOrDefault(word => word.All(char.IsAsciiDigit)) ?? "";
        var seconds = keys.Plain.FirstOrDefault(word => word.EndsWith('s') && char.IsAsciiDigit(word[0]))?.TrimEnd('s') ?? "0";
        var callType = Enum.GetValues<CallType>().Cast<CallType?>().FirstOrDefault(type => keys.Has($"{type}"));
        return new UsageToRate(++_lastRecord, Instant(words[0]), callType ?? CallType.Voice)
        {
            Called = number,
            Caller = keys.Text("caller") ?? "",
            Seconds = decimal.Parse(seconds, CultureInfo.InvariantCulture),
            Role = keys.Word<UsageRole>("role") ?? UsageRole.Caller,
            OnNet = keys.Word<OnNet>("onnet") ?? OnNet.None,
            BytesReceived = (long)(keys.Number("in") ?? 0m),
            BytesSent = (long)(keys.Number("out") ?? 0m),
            Pages = keys.Whole("pages") ?? 0,
            Events = keys.Whole("events") ?? 1,
            WholesaleCharge = keys.Number("cost"),
            Session = keys.Text("session"),
            IsStartOfSession = !keys.Has("more"),
        };
    }

    private string Rate(string[] words)
    {
        _rater ??= new PeriodRater(Subject());
        var ratings = new List<UsageRating>();
        var problem = _rater.Rate(Usage(words), ratings);
        _all.AddRange(ratings);
        return problem != RatingProblem.None ? $"{problem}"
            : ratings.Count == 0 ? "nothing"
            : string.Join(", ", ratings.Select(Text));
    }

    private string End()
    {
        var state = (_rater ?? new PeriodRater(Subject())).State();
        var texts = state
            .ValuePools.Select(pool => Text("pool", pool))
            .Concat(state.SpendLimits.Select(limit => Text("limit", limit)))
            .Concat(state.UsageAlertGroups.Select(group => Text("group", group)))
            .Concat(state.PrepaidBlocks.Select(Text))
            .Concat(state.Features.Select(feature => $"feature {feature}"))
            .Append(
                string.Create(CultureInfo.InvariantCulture, $"charged {_all.Sum(rating => rating.Amount) / 1.000000000000m:0.00######}")
            );
        return string.Join(", ", texts);
    }

    private static string Text(string what, LimitState state) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{what} {state.Id} {state.Used:0.00######} of {state.Limit:0.00######} at {state.Threshold:0.##}"
        );

    private static string Text(UsageRating rating)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{rating.Rule}: {rating.Units:0.######} = {rating.Amount:0.00######}");
        return rating.PrepaidBlock is { } block
                ? text + string.Create(CultureInfo.InvariantCulture, $" of {rating.Price:0.00######} by block {block}")
            : rating.ValuePool is { } pool ? text + string.Create(CultureInfo.InvariantCulture, $" of {rating.Price:0.00######} by {pool}")
            : text;
    }

    private static string Text(PrepaidState block) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"block {block.Id} {block.Used:0.######} of {block.Quantity?.ToString("0.######", CultureInfo.InvariantCulture) ?? "any"}"
                + $" at {block.Threshold:0.##}"
        );

    private string SetUp(string what, ScenarioWords words, string row)
    {
        switch (what)
        {
            case "zone":
                _zone = new BillingTimeZone(1, words.Plain[0]);
                break;
            case "period":
                var days = words.Plain[0].Split("..").Select(Day).ToArray();
                _period = new DayRange(days[0], days[1]);
                break;
            case "tax":
                _tax = _tax with { Rates = [new GstRate(DateOnly.MinValue, decimal.Parse(words.Plain[0], CultureInfo.InvariantCulture))] };
                break;
            case "destination":
                AddDestination(words);
                break;
            case "szu":
                _zones.AddRange(words.Plain[1].Split(',').Select(prefix => KeyValuePair.Create(prefix, Whole(words.Plain[0]))));
                break;
            case "pair":
                _zonePairs.Add(KeyValuePair.Create((Whole(words.Plain[0]), Whole(words.Plain[1])), Whole(words.Plain[2])));
                break;
            case "tariff":
                AddTariff(words);
                break;
            case "calendar":
                AddCalendar(words);
                break;
            case "limit":
                _limits.Add(
                    new EffectiveSpendLimit(
                        Whole(words.Plain[0]),
                        decimal.Parse(words.Plain[1], CultureInfo.InvariantCulture),
                        words.Wholes("types"),
                        words.Numbers("at")
                    )
                );
                break;
            case "block":
                _blocks.Add(Block(words));
                break;
            case "plan":
                _stints.Add(Stint(words));
                break;
            default:
                _stints[^1] = ScenarioPlans.With(_stints[^1], what, words, _groups);
                break;
        }

        return row;
    }

    /// <summary><c>block ID MEASURE QUANTITY|any</c>, with what was used of it before.</summary>
    private PrepaidBlock Block(ScenarioWords words) =>
        new(
            Whole(words.Plain[0]),
            $"block{words.Plain[0]}",
            (int)Enum.Parse<UsageMeasure>(words.Plain[1]),
            words.Plain[2] == "any" ? null : decimal.Parse(words.Plain[2], CultureInfo.InvariantCulture),
            words.Number("used") ?? 0m,
            words.Text("from") is { } from ? Instant(from) : DateTimeOffset.UnixEpoch,
            words.Text("to") is { } to ? Instant(to) : DateTimeOffset.MaxValue
        )
        {
            Plans = words.List("plans"),
            ChargingRules = words.Wholes("rules"),
            Thresholds = words.Numbers("at"),
        };

    private PlanStint Stint(ScenarioWords words)
    {
        var code = words.Plain[0];
        var type = words.Whole("type") ?? 1;
        return new PlanStint(
            _stints.Count + 1,
            type,
            new Plan(_stints.Count + 1, code, code, 1, type) { MinimumSessionCharge = words.Number("minimumSession") },
            words.Text("from") is { } from ? Instant(from) : DateTimeOffset.UnixEpoch,
            words.Text("to") is { } to ? Instant(to) : DateTimeOffset.MaxValue,
            words
                .List("options")
                .Select(option => option.Split(':'))
                .ToDictionary(option => option[0], option => decimal.Parse(option[1], CultureInfo.InvariantCulture))
        );
    }

    private void AddDestination(ScenarioWords words)
    {
        var id = Whole(words.Plain[0]);
        _destinations.Add(new Destination(id, $"{id}", "Domestic", true) { OnNet = words.Word<OnNet>("onnet") ?? OnNet.None });
        var prefixes = words.Plain.Count > 1 ? words.Plain[1].Split(',') : [];
        _prefixes.AddRange(prefixes.Select(prefix => KeyValuePair.Create(prefix == "any" ? "" : prefix, id)));
    }

    private void AddTariff(ScenarioWords words)
    {
        var (first, next) = words.Pair("inc");
        var band = words.Text("band")?.Split(':');
        _tariffs.Add(
            new Tariff(
                _tariffs.Count + 1,
                Whole(words.Plain[0]),
                words.Whole("type") ?? 1541,
                words.Number("flagfall") ?? 0m,
                words.Number("rate") ?? 0m,
                words.Number("per") ?? 60m,
                first,
                next,
                words.Day("from") ?? DateOnly.MinValue
            )
            {
                Plan = words.Text("plan"),
                Company = words.Whole("company"),
                CallType = words.Word<CallType>("call"),
                Calendar = band?[0],
                Band = band?[1],
                MinimumCharge = words.Number("min"),
                MaximumCharge = words.Number("max"),
                Decimals = words.Whole("decimals") ?? 8,
                Rounding = words.Word<RateRounding>("round") ?? RateRounding.HalfUp,
            }
        );
    }

    private void AddCalendar(ScenarioWords words)
    {
        var (code, band, days, hours) = (words.Plain[0], words.Plain[1], words.Plain[2], words.Plain[3]);
        var before = _calendars.FirstOrDefault(each => each.Code == code) ?? new TariffCalendar(code, "off", [], []);
        _calendars.Remove(before);
        _calendars.Add(
            before with
            {
                Holidays = [.. before.Holidays, .. words.List("holidays").Select(Day)],
                Entries =
                [
                    .. before.Entries,
                    new TariffCalendarEntry(
                        char.IsAsciiDigit(days[0]) ? Day(days) : null,
                        days == "holidays",
                        ScenarioPlans.Weekdays(days),
                        ScenarioWords.Hours(hours),
                        band
                    ),
                ],
            }
        );
    }

    /// <summary>A time on the clocks of the subscription, unless it says its offset: the first of two.</summary>
    private DateTimeOffset Instant(string text)
    {
        if (text.Length == "yyyy-MM-dd".Length)
        {
            return _zone.StartOf(Day(text));
        }

        var hasOffset = text.EndsWith('Z') || text.LastIndexOf('+') > 0 || text.LastIndexOf('-') > "yyyy-MM".Length;
        if (hasOffset)
        {
            return DateTimeOffset.Parse(text, CultureInfo.InvariantCulture).ToUniversalTime();
        }

        var local = DateTime.Parse(text, CultureInfo.InvariantCulture);
        var offset = _zone.Info.IsAmbiguousTime(local) ? _zone.Info.GetAmbiguousTimeOffsets(local).Max() : _zone.Info.GetUtcOffset(local);
        return new DateTimeOffset(local, offset).ToUniversalTime();
    }

    private static DateOnly Day(string text) => DateOnly.ParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static int Whole(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
