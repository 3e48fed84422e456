using System.CommandLine;
using System.Globalization;
using CsvHelper;
using Smile.Catalogue;
using Smile.Hosting.Stages;
using Smile.Kernel;
using Smile.Rating.RateCards;
using Smile.Rating.Tariffs;

namespace Smile.Cli;

/// <summary><c>smile tariff</c>: what usage costs, and the files that say it.</summary>
internal static class TariffCommand
{
    /// <summary>What a terminal can show; files have all.</summary>
    private const int MostShown = 200;

    private static readonly RateCardColumn[] Required =
    [
        RateCardColumn.Destination,
        RateCardColumn.TariffType,
        RateCardColumn.From,
        RateCardColumn.Rate,
        RateCardColumn.Units,
    ];

    public static Command Create()
    {
        var service = Inputs.Number.RequiredOption("--service", "Number of the service (SID)");
        var day = Inputs.Date.Option("--day", "The day that is asked for; today where absent");
        var destination = new Argument<string>("destination") { Description = "Name or number of the destination" };
        return new Command("tariff", "Destinations and what usage costs")
        {
            Import(service),
            CommandSupport.OnSession(
                "list",
                "Shows the destinations of a service and what a minute costs",
                [service, day],
                async (parsed, scope, cancellation) =>
                {
                    var found = await TryAsync(() =>
                        scope.Use<TariffQueries>().ListAsync(parsed.GetValue(service), parsed.GetValue(day), cancellation)
                    );
                    Terminal.Standard.WriteTable(
                        [">number", "destination…", "class", ">prefixes", ">tariffs", ">cheapest", ">dearest", "overrideable"],
                        found.Select(Cells)
                    );
                    return found.Count == 0 ? "The service has no destinations. Import a rate card: smile tariff import" : null;
                }
            ),
            CommandSupport.OnSession(
                "show",
                "Shows a destination with its prefixes and tariffs",
                [destination, service, day],
                async (parsed, scope, cancellation) =>
                {
                    var found = await TryAsync(() =>
                        scope
                            .Use<TariffQueries>()
                            .ShowAsync(parsed.GetValue(service), parsed.GetValue(destination)!, parsed.GetValue(day), cancellation)
                    );
                    Show(found);
                    return null;
                }
            ),
            CommandSupport.OnSession(
                "cards",
                "Shows the files that were imported for a service",
                [service],
                async (parsed, scope, cancellation) =>
                {
                    var cards = await scope.Use<TariffQueries>().CardsAsync(parsed.GetValue(service), cancellation);
                    Terminal.Standard.WriteTable(
                        [">number", "kind", "file…", "imported", "by", ">lines", ">tariffs", ">prefixes", ">moved", "comment…"],
                        cards.Select(card =>
                            (string[])
                                [
                                    Figure(card.Id),
                                    card.Kind.ToString(),
                                    card.FileName,
                                    Moments.Text(card.Imported),
                                    card.ChangedBy.Value,
                                    Figure(card.Lines),
                                    Figure(card.Tariffs),
                                    Figure(card.Prefixes),
                                    Figure(card.Moved),
                                    card.Comment ?? "",
                                ]
                        )
                    );
                    return cards.Count == 0 ? "Nothing was imported for the service." : null;
                }
            ),
            Find(service, day),
            Export(service, day),
            Zones(service),
        };
    }

    private static Command Import(Option<int> service)
    {
        var file = new Argument<string>("file") { Description = "A CSV file whose first line names the columns" };
        var form = new FormOptions();
        var comment = new Option<string?>("--comment") { Description = "Why it is imported, for those who ask later" };
        var dryRun = new Option<bool>("--dry-run") { Description = "Only says what would change" };
        var move = new Option<bool>("--move-prefixes") { Description = "Takes prefixes from the destinations that have them" };
        var accept = new Option<bool>("--accept-outliers") { Description = "Takes prices that look like slips" };
        var factor = Inputs.Amount.OptionOr(
            10m,
            "--outlier-factor",
            "So many times dearer or cheaper than before, or than the class, looks like a slip"
        );
        return CommandSupport.OnSession(
            "import",
            "Takes the tariffs of a file: all of them or, where a line is wrong, none",
            [file, service, .. form.All, comment, dryRun, move, accept, factor],
            async (parsed, scope, cancellation) =>
            {
                await using var input = PaymentBatchCommand.Open(parsed.GetValue(file)!);
                var options = new RateCardOptions(
                    parsed.GetValue(dryRun),
                    parsed.GetValue(move),
                    parsed.GetValue(accept),
                    parsed.GetValue(factor) is > 1m and var times ? times : throw new CommandException("--outlier-factor: more than 1.")
                );
                return await ImportAsync(
                    scope,
                    parsed.GetValue(service),
                    Path.GetFileName(parsed.GetValue(file)!),
                    input,
                    form.Read(parsed),
                    parsed.GetValue(comment),
                    options,
                    cancellation
                );
            }
        );
    }

    internal static async Task<string> ImportAsync(
        UseCaseScope scope,
        int service,
        string name,
        Stream input,
        CardFileForm form,
        string? comment,
        RateCardOptions options,
        CancellationToken cancellation
    )
    {
        var card = await FileAsync(name, input, comment, cancellation);
        var lines = RateCardFile.Read(input, form, Required, ImportRateCard.MostLines);
        var result = await TryAsync(() => scope.Use<ImportRateCard>().ExecuteAsync(service, card, lines, options, cancellation));
        if (options.DryRun)
        {
            Show(result);
        }

        return Text(result, options.DryRun);
    }

    private static Command Find(Option<int> service, Option<DateOnly?> day)
    {
        var number = new Argument<string>("number") { Description = "The number that is called, with the country's digits" };
        var caller = new Option<string?>("--caller") { Description = "The number that calls, for destinations that zones decide" };
        var callType = Inputs.OneOf<CallType>().OptionOr(CallType.Voice, "--call-type", "The type of the usage");
        var company = Inputs.Number.Option("--company", "Number of the company whose tariffs hold; the first one where absent");
        return CommandSupport.OnSession(
            "find",
            "Says where a number goes to, what a minute costs by each plan, and why",
            [number, service, caller, callType, company, day],
            async (parsed, scope, cancellation) =>
            {
                var wanted = new NumberToFind(
                    parsed.GetValue(number)!,
                    parsed.GetValue(caller) ?? "",
                    parsed.GetValue(callType),
                    parsed.GetValue(company),
                    parsed.GetValue(day)
                );
                var found = await TryAsync(() => scope.Use<TariffQueries>().FindAsync(parsed.GetValue(service), wanted, cancellation));
                if (found.Destination is not { } destination)
                {
                    throw new CommandException(found.Why);
                }

                Console.WriteLine($"{destination.Name} ({destination.Class}, number {Figure(destination.Id)}). {found.Why}");
                Terminal.Standard.WriteTable(
                    ["plan", "band", "type", ">flagfall", ">rate", ">per", ">a minute", "why…"],
                    found.Tariffs.Select(each =>
                        (string[])
                            [
                                each.Plan,
                                each.Band ?? "",
                                each.Tariff?.TariffType ?? "",
                                each.Tariff is { } flagfall ? RateCardTexts.Price(flagfall.Tariff.Flagfall) : "",
                                each.Tariff is { } rate ? RateCardTexts.Price(rate.Tariff.Rate) : "",
                                each.Tariff is { } per ? RateCardTexts.Units(per.Tariff.Units) : "",
                                each.Tariff is { } minute ? RateCardTexts.Price(minute.PriceOfMinute) : "",
                                each.Tariff is { } card ? $"{each.Why}, of rate card {Figure(card.RateCard)}" : each.Why,
                            ]
                    )
                );
                return found.Tariffs.Count == 0 ? "The service has no plans." : null;
            }
        );
    }

    private static Command Export(Option<int> service, Option<DateOnly?> day)
    {
        var output = new Option<string?>("--output") { Description = "A new file to write; standard output where absent" };
        return CommandSupport.OnSession(
            "export",
            "Writes the tariffs in force as import reads them",
            [service, day, output],
            async (parsed, scope, cancellation) =>
            {
                var rows = await TryAsync(() =>
                    scope.Use<TariffQueries>().ExportAsync(parsed.GetValue(service), parsed.GetValue(day), cancellation)
                );
                if (parsed.GetValue(output) is not { } path)
                {
                    await WriteAsync(rows, Console.Out, cancellation);
                    return null;
                }

                await using var writer = new StreamWriter(PaymentBatchCommand.NewFile(path).FullName);
                await WriteAsync(rows, writer, cancellation);
                return $"{Counted.Of(rows.Count, "tariff")} written to {path}.";
            }
        );
    }

    internal static async Task WriteAsync(
        IReadOnlyList<IReadOnlyDictionary<RateCardColumn, string>> rows,
        TextWriter output,
        CancellationToken cancellation
    )
    {
        var columns = Enum.GetValues<RateCardColumn>();
        await using var csv = CsvWriter.Create(output, new CsvWriterOptions(), leaveOpen: true);
        csv.WriteHeader([.. columns.Select(CardColumns.NameOf)]);
        foreach (var row in rows)
        {
            foreach (var column in columns)
            {
                csv.WriteField(CollectionFile.Guarded(row[column]));
            }

            await csv.EndRecordAsync(cancellation);
        }
    }

    private static Command Zones(Option<int> service)
    {
        var file = new Argument<string>("file")
        {
            Description = "A CSV file with the columns zone and prefixes, or caller, called and destination",
        };
        var form = new FormOptions();
        var comment = new Option<string?>("--comment") { Description = "Why it is imported, for those who ask later" };
        var dryRun = new Option<bool>("--dry-run") { Description = "Only says what would change" };
        var move = new Option<bool>("--move")
        {
            Description = "Takes prefixes from the zones that have them, and gives pairs other destinations",
        };
        return new Command("zones", "Zones of callers and called (SZUs)")
        {
            CommandSupport.OnSession(
                "import",
                "Takes zones with their prefixes, or the destinations of pairs of zones, from a file: all of it or nothing",
                [file, service, .. form.All, comment, dryRun, move],
                async (parsed, scope, cancellation) =>
                {
                    await using var input = PaymentBatchCommand.Open(parsed.GetValue(file)!);
                    return await ImportZonesAsync(
                        scope,
                        parsed.GetValue(service),
                        Path.GetFileName(parsed.GetValue(file)!),
                        input,
                        form.Read(parsed),
                        parsed.GetValue(comment),
                        parsed.GetValue(move),
                        parsed.GetValue(dryRun),
                        cancellation
                    );
                }
            ),
        };
    }

    internal static async Task<string> ImportZonesAsync(
        UseCaseScope scope,
        int service,
        string name,
        Stream input,
        CardFileForm form,
        string? comment,
        bool moves,
        bool dryRun,
        CancellationToken cancellation
    )
    {
        var card = await FileAsync(name, input, comment, cancellation);
        var theirs = form.Columns.GetValueOrDefault("zone") ?? "zone";
        var hasZones = RateCardFile.HeaderOf(input, form).Contains(theirs, StringComparer.OrdinalIgnoreCase);
        var (kind, required) = hasZones
            ? (RateCardKind.Zones, new[] { ZoneColumn.Zone, ZoneColumn.Prefixes })
            : (RateCardKind.ZonePairs, new[] { ZoneColumn.Caller, ZoneColumn.Called, ZoneColumn.Destination });
        var lines = RateCardFile.Read(input, form, required, ImportZones.MostLines);
        var result = await TryAsync(() => scope.Use<ImportZones>().ExecuteAsync(service, kind, card, lines, moves, dryRun, cancellation));
        var what =
            kind == RateCardKind.Zones
                ? $"{Counted.Of(result.NewZones, "zone")} and {Counted.Of(result.Entries, "prefix", "prefixes")}"
                : Counted.Of(result.Entries, "pair");
        return $"{what} {(dryRun ? "would be" : "are")} new, {Figure(result.Moved)} changed.{Entered(result.RateCard, dryRun)}";
    }

    private static async Task<CardFile> FileAsync(string name, Stream input, string? comment, CancellationToken cancellation)
    {
        const int longestName = 255;
        const int longestComment = 1_000;
        return comment is { Length: > longestComment } ? throw new CommandException($"--comment: at most {longestComment} characters.")
            : name.Length > longestName ? throw new CommandException($"file: its name has more than {longestName} characters.")
            : new CardFile(name, await RateCardFile.HashAsync(input, cancellation), comment is { Length: > 0 } ? comment : null);
    }

    private static string Text(RateCardResult result, bool isTried)
    {
        var counts = string.Join(
            ", ",
            new[]
            {
                $"{Figure(result.Count(TariffChange.New))} new",
                $"{Figure(result.Count(TariffChange.Dearer))} dearer",
                $"{Figure(result.Count(TariffChange.Cheaper))} cheaper",
                $"{Figure(result.Count(TariffChange.Other))} changed otherwise",
                $"{Figure(result.Count(TariffChange.Same))} the same",
                $"{Figure(result.Missing.Count)} no longer in the card, which stay",
            }
        );
        return $"Tariffs: {counts}. {Counted.Of(result.NewDestinations, "destination")} and "
            + $"{Counted.Of(result.NewPrefixes, "prefix", "prefixes")} {(isTried ? "would be" : "are")} new, "
            + $"{Counted.Of(result.MovedPrefixes, "prefix", "prefixes")} moved.{Entered(result.RateCard, isTried)}";
    }

    private static string Entered(int? card, bool isTried) =>
        card is { } number ? $" It is rate card {Figure(number)}."
        : isTried ? " Nothing was imported: this was a dry run."
        : " Nothing was to be done.";

    /// <summary>What changes, those that look like slips first.</summary>
    private static void Show(RateCardResult result)
    {
        var changes = result
            .Tariffs.Where(each => each.Change != TariffChange.Same)
            .OrderBy(each => each.Doubt is null)
            .ThenBy(each => each.Line)
            .ToList();
        Terminal.Standard.WriteTable(
            [">line", "destination…", "change", ">before", ">now", "from", "looks like a slip…"],
            changes
                .Take(MostShown)
                .Select(each =>
                    (string[])
                        [
                            Figure(each.Line),
                            each.Destination,
                            each.Change.ToString(),
                            each.Before is { } before ? RateCardTexts.Price(before) : "",
                            RateCardTexts.Price(each.Now),
                            each.From.Iso(),
                            each.Doubt ?? "",
                        ]
                )
        );
        Terminal.Standard.WriteTable(
            ["no longer in the card…", ">a minute"],
            result.Missing.Take(MostShown).Select(each => (string[])[each.Destination, RateCardTexts.Price(each.Price)])
        );
        if (changes.Count > MostShown || result.Missing.Count > MostShown)
        {
            Console.WriteLine($"Only the first {MostShown} of each are shown.");
        }
    }

    private static void Show(ShownDestination found)
    {
        var (destination, prefixes) = (found.Destination, found.Prefixes.Select(prefix => prefix.Length == 0 ? "*" : prefix).ToList());
        Console.WriteLine($"{destination.Name} ({destination.Class}, number {Figure(destination.Id)})");
        Console.WriteLine(
            $"{Counted.Of(prefixes.Count, "prefix", "prefixes")}: {string.Join(' ', prefixes.Take(MostShown))}"
                + (prefixes.Count > MostShown ? " …" : "")
        );
        Terminal.Standard.WriteTable(
            ["from", "type", "for…", ">flagfall", ">rate", ">per", "increments", ">a minute", "in force", ">card"],
            found
                .Tariffs.Take(MostShown)
                .Select(each =>
                    (string[])
                        [
                            each.Tariff.From.Iso(),
                            each.TariffType,
                            For(each.Tariff),
                            RateCardTexts.Price(each.Tariff.Flagfall),
                            RateCardTexts.Price(each.Tariff.Rate),
                            RateCardTexts.Units(each.Tariff.Units),
                            $"{RateCardTexts.Units(each.Tariff.FirstIncrement)}/{RateCardTexts.Units(each.Tariff.NextIncrement)}",
                            RateCardTexts.Price(each.PriceOfMinute),
                            each.IsInForce ? "yes" : "",
                            Figure(each.RateCard),
                        ]
                )
        );
    }

    /// <summary>Which usage a tariff is for.</summary>
    private static string For(Tariff tariff)
    {
        string?[] parts =
        [
            tariff.Plan is { } plan ? $"plan {plan}" : null,
            tariff.Company is { } company ? $"company {Figure(company)}" : null,
            tariff.CallType?.ToString(),
            tariff.Calendar is { } calendar ? $"{calendar}: {tariff.Band}" : null,
        ];
        return parts.All(part => part is null) ? "all" : string.Join(", ", parts.OfType<string>());
    }

    private static string[] Cells(ListedDestination each) =>
        [
            Figure(each.Destination.Id),
            each.Destination.Name,
            each.Destination.Class,
            Figure(each.Prefixes),
            Figure(each.Tariffs),
            each.Cheapest is { } cheapest ? RateCardTexts.Price(cheapest) : "",
            each.Dearest is { } dearest ? RateCardTexts.Price(dearest) : "",
            each.Destination.IsOverrideable ? "yes" : "",
        ];

    private static async Task<T> TryAsync<T>(Func<Task<T>> act)
    {
        try
        {
            return await act();
        }
        catch (RateCardException exception)
        {
            throw new CommandException(exception.Message);
        }
    }

    private static string Figure(long value) => value.ToString(CultureInfo.InvariantCulture);

    /// <summary>The options that say how a file is to be read.</summary>
    private sealed class FormOptions
    {
        private readonly Option<string> _separator = new("--separator")
        {
            Description = "What stands between the cells: one character, or tab",
            DefaultValueFactory = _ => ",",
        };

        private readonly Option<string[]> _columns = new("--column")
        {
            Description = "What the file calls a column, such as destination=Country; may be given several times",
        };

        private readonly Option<string[]> _values = new("--value")
        {
            Description = "What all lines have of a column that the file lacks, such as from=2026-12-01; may be given several times",
        };

        public IEnumerable<Symbol> All => [_separator, _columns, _values];

        public CardFileForm Read(ParseResult parsed) =>
            CardFileForm.Read(parsed.GetValue(_separator)!, parsed.GetValue(_columns) ?? [], parsed.GetValue(_values) ?? []);
    }
}
