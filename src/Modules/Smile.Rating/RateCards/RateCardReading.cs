using Smile.Catalogue;
using Smile.Rating.Tariffs;

namespace Smile.Rating.RateCards;

/// <summary>
/// Reads the lines of a rate card against the catalogue and what is there, and tells everything that is wrong with them. Pure: nothing is
/// changed.
/// </summary>
internal sealed class RateCardReading
{
    private const int MostProblems = 10_000;
    private const int LongestName = 100;
    private const int DigitsOfPrices = 9;
    private const int DigitsOfUnits = 15;

    private readonly CatalogueSnapshot _catalogue;
    private readonly int _service;
    private readonly bool _movesPrefixes;
    private readonly Dictionary<string, CardDestination> _destinations = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<int, string> _names;
    private readonly Dictionary<string, int> _owners;
    private readonly Dictionary<string, int> _lineOfPrefix = new(StringComparer.Ordinal);
    private readonly Dictionary<TariffKey, Tariff> _newest;
    private readonly ILookup<TariffKey, Tariff> _present;
    private readonly Dictionary<(TariffKey Key, DateOnly From), CardTariff> _ofFile = [];
    private readonly Dictionary<string, (int Line, CardDestination Destination)> _described = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, TariffTypeItem?> _types = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<CardProblem> _problems = [];
    private readonly RateCardContent _content = new();
    private CardLine<RateCardColumn> _line;

    public RateCardReading(CatalogueSnapshot catalogue, int service, ServiceTariffs present, bool movesPrefixes)
    {
        (_catalogue, _service, _movesPrefixes) = (catalogue, service, movesPrefixes);
        foreach (var row in present.Destinations)
        {
            _destinations.Add(row.Name, new CardDestination(row.Id, row.Company, row.Name, row.Class, row.IsOverrideable, row.OnNet));
        }

        _names = present.Destinations.ToDictionary(row => row.Id, row => row.Name);
        _owners = new Dictionary<string, int>(present.Prefixes, StringComparer.Ordinal);
        _present = present.Tariffs.ToLookup(TariffKey.Of);
        _newest = _present.ToDictionary(ofKey => ofKey.Key, ofKey => ofKey.MaxBy(tariff => (tariff.From, tariff.Id))!);
    }

    /// <exception cref="RateCardException">Lines are wrong: each is told.</exception>
    public RateCardContent Read(IEnumerable<CardLine<RateCardColumn>> lines)
    {
        foreach (var line in lines)
        {
            _line = line;
            _content.Lines++;
            ReadLine();
            if (_problems.Count >= MostProblems)
            {
                break;
            }
        }

        RequireOneOnNet();
        return _problems.Count == 0 ? _content : throw new RateCardException(_problems);
    }

    private void ReadLine()
    {
        if (Destination() is not { } destination)
        {
            return;
        }

        var news = Prefixes(destination);
        var problems = _problems.Count;
        var type = TariffType();
        var (plan, company, callType, calendar, band) = (Plan(), Company(RateCardColumn.Company), CallType(), Calendar(), Band());
        var from = From();
        var before = _newest.GetValueOrDefault(new TariffKey(destination.Id, plan, company, callType, calendar, band));
        var rate = Price(RateCardColumn.Rate, before?.Rate, isRequired: true);
        var flagfall = Price(RateCardColumn.Flagfall, before?.Flagfall) ?? 0m;
        var units = Units(RateCardColumn.Units, isRequired: true);
        var (first, next) = (Units(RateCardColumn.FirstIncrement) ?? 0m, Units(RateCardColumn.NextIncrement) ?? 0m);
        var (least, most) = (
            Price(RateCardColumn.MinimumCharge, before?.MinimumCharge),
            Price(RateCardColumn.MaximumCharge, before?.MaximumCharge)
        );
        if (least > most)
        {
            Add(RateCardColumn.MaximumCharge, "It must not be below the minimum charge.");
        }

        if (units == 0m)
        {
            Add(RateCardColumn.Units, "Say how many units the rate is for, such as 60 for the price of a minute.");
        }

        var decimals = Decimals();
        var rounding = Word<RateRounding>(RateCardColumn.Rounding);
        if (_problems.Count == problems)
        {
            Enter(
                new Tariff(0, destination.Id, type!.Id, flagfall, rate!.Value, units!.Value, first, next, from!.Value)
                {
                    Plan = plan,
                    Company = company,
                    CallType = callType,
                    Calendar = calendar,
                    Band = band,
                    MinimumCharge = least,
                    MaximumCharge = most,
                    Decimals = decimals ?? UsageAmounts.Decimals,
                    Rounding = rounding ?? RateRounding.HalfUp,
                },
                news
            );
        }
    }

    /// <summary>A destination may have a line for each of its prefixes, with the same prices.</summary>
    private void Enter(Tariff tariff, bool hasNewPrefixes)
    {
        if (_newest.GetValueOrDefault(TariffKey.Of(tariff)) is { } newest && tariff.From < newest.From && !IsPresent(tariff))
        {
            Add(
                RateCardColumn.From,
                $"The destination has such a tariff from {newest.From:yyyy-MM-dd} on, which would hold all the same. Give that day to"
                    + " correct it, or a later one."
            );
            return;
        }

        var key = (TariffKey.Of(tariff), tariff.From);
        if (!_ofFile.TryGetValue(key, out var before))
        {
            var entered = new CardTariff(_line.Number, tariff);
            _ofFile.Add(key, entered);
            _content.Tariffs.Add(entered);
        }
        else if (before.Tariff != tariff)
        {
            Add(
                RateCardColumn.Rate,
                $"Line {before.Line} has other prices for the same destination, day and kind of usage. Give prefixes with other prices a"
                    + " destination of their own."
            );
        }
        else if (!hasNewPrefixes)
        {
            Add(RateCardColumn.Destination, $"Line {before.Line} says the same. Delete one of them.");
        }
    }

    /// <summary>Whether it says what is there already, such as in a file that was exported.</summary>
    private bool IsPresent(Tariff tariff) =>
        _present[TariffKey.Of(tariff)].LastOrDefault(each => each.From == tariff.From) is { } same && TariffPrices.AreSame(same, tariff);

    private CardDestination? Destination()
    {
        var name = _line[RateCardColumn.Destination];
        if (name.Length is 0 or > LongestName || name.Any(char.IsControl))
        {
            Add(RateCardColumn.Destination, $"Give its name, of at most {LongestName} characters, without control characters.");
            return null;
        }

        _destinations.TryGetValue(name, out var known);
        var problems = _problems.Count;
        var stated = _line[RateCardColumn.Class];
        var group = DestinationClasses.All.FirstOrDefault(each => each.Equals(stated, StringComparison.OrdinalIgnoreCase));
        if (stated.Length > 0 && group is null)
        {
            Add(RateCardColumn.Class, $"The classes are {string.Join(", ", DestinationClasses.All)}.");
        }
        else if (stated.Length == 0 && known is null)
        {
            Add(
                RateCardColumn.Class,
                $"The destination is new: say which class it is of. They are {string.Join(", ", DestinationClasses.All)}."
            );
        }

        var overrideable = _line[RateCardColumn.Overrideable];
        if (overrideable.Length > 0 && CardCells.YesOrNo(overrideable) is null)
        {
            Add(RateCardColumn.Overrideable, "Expected true or false.");
        }

        var onNet = Word<OnNet>(RateCardColumn.OnNet);
        var company = Company(RateCardColumn.DestinationCompany);
        if (_problems.Count > problems)
        {
            return null;
        }

        var now = new CardDestination(
            known?.Id ?? -1 - _content.NewDestinations.Count,
            company ?? known?.Company,
            known?.Name ?? name,
            group ?? known!.Class,
            CardCells.YesOrNo(overrideable) ?? known?.IsOverrideable ?? false,
            onNet ?? known?.OnNet ?? OnNet.None
        );
        return Describe(known, now);
    }

    /// <summary>The lines of a destination describe it alike; what one leaves empty another may say.</summary>
    private CardDestination? Describe(CardDestination? known, CardDestination now)
    {
        if (_described.TryGetValue(now.Name, out var before))
        {
            if (before.Destination == now)
            {
                return now;
            }

            Add(RateCardColumn.Destination, $"Line {before.Line} has another class, company or mark of the same destination.");
            return null;
        }

        _described.Add(now.Name, (_line.Number, now));
        _destinations[now.Name] = now;
        if (known is null)
        {
            _content.NewDestinations.Add(now);
            _names.Add(now.Id, now.Name);
        }
        else if (known != now)
        {
            _content.ChangedDestinations.Add(now);
        }

        return now;
    }

    /// <returns>Whether the line has prefixes that no line before it has.</returns>
    private bool Prefixes(CardDestination destination)
    {
        var news = false;
        foreach (var prefix in CardCells.Prefixes(_line[RateCardColumn.Prefixes], (word, why) => Add(RateCardColumn.Prefixes, why, word)))
        {
            var isOwned = _owners.TryGetValue(prefix, out var owner);
            var line = _lineOfPrefix.GetValueOrDefault(prefix);
            news |= line == 0;
            _lineOfPrefix.TryAdd(prefix, _line.Number);
            if (isOwned && owner == destination.Id)
            {
                continue;
            }

            if (line > 0)
            {
                Add(RateCardColumn.Prefixes, $"Line {line} gives it to {_names[owner]}.", prefix);
            }
            else if (!isOwned)
            {
                _content.NewPrefixes.Add(KeyValuePair.Create(prefix, destination.Id));
                _owners.Add(prefix, destination.Id);
            }
            else if (_movesPrefixes)
            {
                _content.MovedPrefixes.Add(KeyValuePair.Create(prefix, destination.Id));
                _owners[prefix] = destination.Id;
            }
            else
            {
                Add(RateCardColumn.Prefixes, $"It is a prefix of {_names[owner]}. To take it from there, use --move-prefixes.", prefix);
            }
        }

        return news;
    }

    private TariffTypeItem? TariffType()
    {
        var text = _line[RateCardColumn.TariffType];
        if (!_types.TryGetValue(text, out var type))
        {
            type = _catalogue.Content.TariffTypes.FirstOrDefault(each =>
                each.Service == _service && (each.Name.Equals(text, StringComparison.OrdinalIgnoreCase) || $"{each.Id}" == text)
            );
            _types.Add(text, type);
        }

        if (type is null)
        {
            var known = _catalogue.Content.TariffTypes.Where(each => each.Service == _service).Select(each => each.Name).ToList();
            Add(
                RateCardColumn.TariffType,
                known.Count == 0
                    ? "The service has no tariff types: add them to the catalogue."
                    : $"The tariff types of the service are {string.Join(", ", known)}."
            );
        }

        return type;
    }

    private string? Plan()
    {
        var code = _line[RateCardColumn.Plan];
        if (code.Length > 0 && _catalogue.Plan(code)?.Service != _service)
        {
            Add(RateCardColumn.Plan, "The service has no plan of this code.");
        }

        return code.Length == 0 ? null : code;
    }

    private int? Company(RateCardColumn column)
    {
        var text = _line[column];
        if (text.Length == 0)
        {
            return null;
        }

        var found = _catalogue.Content.Companies.FirstOrDefault(each =>
            each.Name.Equals(text, StringComparison.OrdinalIgnoreCase) || $"{each.Id}" == text
        );
        if (found is null)
        {
            Add(column, $"The companies are {string.Join(", ", _catalogue.Content.Companies.Select(each => each.Name))}.");
        }

        return found?.Id;
    }

    private CallType? CallType() => Word<CallType>(RateCardColumn.CallType);

    private string? Calendar()
    {
        var code = _line[RateCardColumn.Calendar];
        if (code.Length > 0 && _catalogue.Content.Calendars.All(each => each.Code != code))
        {
            var known = string.Join(", ", _catalogue.Content.Calendars.Select(each => each.Code));
            Add(RateCardColumn.Calendar, known.Length == 0 ? "The catalogue has no calendars." : $"The calendars are {known}.");
        }

        return code.Length == 0 ? null : code;
    }

    private string? Band()
    {
        var (code, band) = (_line[RateCardColumn.Calendar], _line[RateCardColumn.Band]);
        if (code.Length > 0 != band.Length > 0)
        {
            Add(RateCardColumn.Band, "A calendar and one of its bands go together.");
        }
        else if (_catalogue.Content.Calendars.FirstOrDefault(each => each.Code == code) is { } calendar)
        {
            var bands = calendar.Bands().ToList();
            if (!bands.Contains(band))
            {
                Add(RateCardColumn.Band, $"The calendar has the bands {string.Join(", ", bands)}.");
            }
        }

        return band.Length == 0 ? null : band;
    }

    private DateOnly? From()
    {
        var day = CardCells.Day(_line[RateCardColumn.From]);
        if (day is null)
        {
            Add(RateCardColumn.From, "Expected the first day on which the price is in force, such as 2026-12-01.");
        }

        return day;
    }

    private int? Decimals()
    {
        var text = _line[RateCardColumn.Decimals];
        if (text.Length == 0)
        {
            return null;
        }

        if (text.Length == 1 && text[0] is >= '0' and <= '8')
        {
            return text[0] - '0';
        }

        Add(RateCardColumn.Decimals, "Expected a number of decimals from 0 to 8.");
        return null;
    }

    private T? Word<T>(RateCardColumn column)
        where T : struct, Enum
    {
        var text = _line[column];
        if (text.Length == 0)
        {
            return null;
        }

        var value = CardCells.Word<T>(text);
        if (value is null)
        {
            Add(column, $"Expected one of {string.Join(", ", Enum.GetNames<T>())}.");
        }

        return value;
    }

    /// <param name="before">The price that would be replaced; null for none.</param>
    private decimal? Price(RateCardColumn column, decimal? before, bool isRequired = false)
    {
        var text = _line[column];
        if (text.Length == 0)
        {
            if (isRequired)
            {
                Add(column, "Give the price without tax; 0 for nothing.");
            }

            return null;
        }

        var price = CardCells.Number(text, DigitsOfPrices, UsageAmounts.Decimals, out var advice);
        if (advice is not null)
        {
            Add(column, before is { } old ? $"{advice} The price before is {RateCardTexts.Price(old)}." : advice);
        }

        return price;
    }

    private decimal? Units(RateCardColumn column, bool isRequired = false)
    {
        var text = _line[column];
        if (text.Length == 0)
        {
            if (isRequired)
            {
                Add(column, "Say how many units the rate is for, such as 60 for the price of a minute.");
            }

            return null;
        }

        var units = CardCells.Number(text, DigitsOfUnits, 0, out var advice);
        if (advice is not null)
        {
            Add(column, advice);
        }

        return units;
    }

    /// <summary>There is one destination of calls within an account, and one of those within a company.</summary>
    private void RequireOneOnNet()
    {
        foreach (var same in _destinations.Values.Where(each => each.OnNet != OnNet.None).GroupBy(each => each.OnNet))
        {
            if (same.Skip(1).Any() && same.Select(each => _described.GetValueOrDefault(each.Name).Line).Max() is > 0 and var line)
            {
                _problems.Add(
                    new CardProblem(
                        line,
                        CardColumns.NameOf(RateCardColumn.OnNet),
                        $"{same.Key}",
                        $"A service has one destination of this kind, not {string.Join(" and ", same.Select(each => each.Name))}."
                    )
                );
            }
        }
    }

    private void Add(RateCardColumn column, string advice, string? value = null) =>
        _problems.Add(new CardProblem(_line.Number, CardColumns.NameOf(column), value ?? _line[column], advice));
}
