using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Smile.Catalogue.Reading;

/// <summary>Reads where usage comes from, over the ready-made sources of <see cref="UsagePresets"/>.</summary>
internal static class UsageSourceSections
{
    private const int LongestCode = 40;
    private const int MostColumns = 400;
    private const int MostPlaces = 10_000;
    private const int MostLines = 20;
    private const int MostUnreadable = 1_000_000;
    private const int LongestCountryCode = 3;
    private const int LongestPrefix = 15;

    private static readonly string[] Encodings = ["utf-8", "iso-8859-1", "us-ascii", "utf-16"];

    public static void Source(MappingReader own, CatalogueDraft draft)
    {
        var code = own.Code("code", LongestCode);
        var at = Over(own);
        var source = new UsageSourceItem(
            code,
            at.Choice("format", UsageFileFormat.Delimited),
            MoneySections.OptionalCompany(at, draft),
            Services(at, draft),
            Layout(at),
            at.FreeTexts("map")
        )
        {
            IdentifierType = at.Choice("identifierType", CatalogueDefaults.UsageIdentifier),
            IdentifierField = at.OptionalText("identifierField"),
            TimeFormats = at.Texts("times"),
            TimeZone = TimeZone(at),
            Numbering = at.Optional("numbers", Numbering) ?? UsageNumbering.None,
            HeaderWhen = at.OptionalText("headerWhen"),
            Trailer = at.Optional(
                "trailer",
                trailer => new UsageTrailer(
                    trailer.Text("when"),
                    trailer.OptionalText("records"),
                    trailer.OptionalText("seconds"),
                    trailer.OptionalText("charge")
                )
            ),
            Pairs = at.Optional(
                "pairs",
                pairs => new UsagePairs(pairs.Text("call"), pairs.Texts("parties"), pairs.Text("begin"), pairs.Text("end"))
            ),
            Ignored = at.List("ignored", item => new IgnoredUsage(item.Text("when"), item.Text("reason"))),
            Folder = at.OptionalCode("folder", LongestCode),
            FileName = at.OptionalText("fileName"),
            MostUnreadable = at.Integer("mostUnreadable", 0, MostUnreadable, CatalogueDefaults.MostUnreadableUsage),
        };
        Check(at, source);
        draft.Unique(own, "usage source", "code", source.Code);
        if (source.Folder is { } folder)
        {
            if (folder.All(character => character == '.'))
            {
                at.Problem("folder", "It names a folder below that of all usage, not another one.");
            }

            draft.Unique(at, "usage source", "folder", folder);
        }

        draft.UsageSources.Add(source.Code, source);
    }

    private static MappingReader Over(MappingReader own)
    {
        if (own.OptionalText("like") is not { } like)
        {
            return own;
        }

        if (UsagePresets.Find(like) is { } preset)
        {
            return own.Over(preset);
        }

        own.Problem("like", $"There is no ready-made source '{like}'. There are: {string.Join(", ", UsagePresets.Names)}.");
        return own;
    }

    private static IReadOnlyList<int> Services(MappingReader at, CatalogueDraft draft)
    {
        var services = at.Integers("services", 1, int.MaxValue);
        for (var index = 0; index < services.Count; index++)
        {
            draft.Services.Knows(at, "services", index, services[index]);
        }

        return services;
    }

    private static string? TimeZone(MappingReader at)
    {
        var zone = at.OptionalText("timeZone");
        if (zone is not null && at.IsGood("timeZone") && !TimeZoneInfo.TryFindSystemTimeZoneById(zone, out _))
        {
            at.Problem("timeZone", $"There is no time zone '{zone}', such as Australia/Sydney or UTC.");
        }

        return zone;
    }

    private static UsageLayout Layout(MappingReader at) =>
        at.Optional(
            "layout",
            layout =>
            {
                var read = new UsageLayout(
                    layout.Text("encoding", "utf-8"),
                    layout.Text("separator", ","),
                    layout.Choice("escape", CatalogueDefaults.UsageEscape),
                    layout.OptionalText("comment"),
                    layout.Flag("names", CatalogueDefaults.HasUsageNames),
                    layout.Integer("linesAfterNames", 0, MostLines, CatalogueDefaults.LinesAfterNames),
                    [.. layout.Texts("columns").Select((text, index) => Column(layout, index, text))],
                    layout.OptionalText("element")
                );
                if (!Encodings.Contains(read.Encoding))
                {
                    layout.Problem("encoding", $"'{read.Encoding}' is not one of {string.Join(", ", Encodings)}.");
                }

                if (read.Separator is not { Length: 1 } && layout.Has("separator") && read.Separator != "tab")
                {
                    layout.Problem("separator", "A separator is one character, or the word tab.");
                }

                if (read.Comment is { Length: not 1 })
                {
                    layout.Problem("comment", "What begins a comment is one character.");
                }

                if (read.Columns.Count > MostColumns)
                {
                    layout.Problem("columns", $"A file has at most {MostColumns} columns.");
                }

                return read;
            }
        )
        ?? new UsageLayout(
            "utf-8",
            ",",
            CatalogueDefaults.UsageEscape,
            null,
            CatalogueDefaults.HasUsageNames,
            CatalogueDefaults.LinesAfterNames,
            [],
            null
        );

    /// <summary>A name, or a name with its places such as <c>start 10-23</c>.</summary>
    private static UsageColumn Column(MappingReader at, int index, string text)
    {
        var match = Regex.Match(text, @"^(?<name>\S+) (?<from>\d{1,5})-(?<to>\d{1,5})$", RegexOptions.None, TimeSpan.FromSeconds(1));
        if (!match.Success)
        {
            return new UsageColumn(text, 0, 0);
        }

        var (from, to) = (Number("from"), Number("to"));
        if (from < 1 || to < from || to > MostPlaces)
        {
            at.Problem("columns", index, $"Places are counted from 1 on, up to {MostPlaces}, as in 'start 10-23'.");
        }

        return new UsageColumn(match.Groups["name"].Value, from, to - from + 1);

        int Number(string group) => int.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture);
    }

    private static UsageNumbering Numbering(MappingReader at)
    {
        var numbering = new UsageNumbering(
            at.OptionalText("countryCode"),
            at.Text("trunkPrefix", ""),
            at.Texts("internationalPrefixes"),
            at.List("rewrites", item => new NumberRewrite(item.Text("from"), item.Text("to", "")))
        );
        if (numbering.CountryCode is { } country && !IsDigits(country, LongestCountryCode))
        {
            at.Problem("countryCode", "A country code has one to three digits, without + and zeros, as 61.");
        }

        if (numbering.TrunkPrefix.Length > 0 && !IsDigits(numbering.TrunkPrefix, LongestPrefix))
        {
            at.Problem("trunkPrefix", "What national numbers begin with are digits, as 0.");
        }

        if (numbering.TrunkPrefix.Length > 0 && numbering.CountryCode is null)
        {
            at.Problem("trunkPrefix", "National numbers need a countryCode to become international.");
        }

        for (var index = 0; index < numbering.InternationalPrefixes.Count; index++)
        {
            if (!IsDigits(numbering.InternationalPrefixes[index], LongestPrefix))
            {
                at.Problem("internationalPrefixes", index, "What international numbers begin with are digits, as 00 or 0011.");
            }
        }

        return numbering;
    }

    private static void Check(MappingReader at, UsageSourceItem source)
    {
        foreach (var (field, expression) in source.Map)
        {
            if (!UsageFields.All.Contains(field))
            {
                at.Problem(
                    "map",
                    $"There is no '{field}'.{Nearest.Hint(field, UsageFields.All)} There are: {string.Join(", ", UsageFields.All)}."
                );
            }

            CheckExpression(at, "map", expression);
        }

        foreach (var needed in new[] { UsageFields.Identifier, UsageFields.Start }.Where(needed => !source.Map.ContainsKey(needed)))
        {
            at.Problem("map", $"It does not say where '{needed}' stands.");
        }

        CheckExpression(at, "headerWhen", source.HeaderWhen);
        foreach (var text in new[] { source.Trailer?.When, source.Trailer?.Records, source.Trailer?.Seconds, source.Trailer?.Charge })
        {
            CheckExpression(at, "trailer", text);
        }

        foreach (var ignored in source.Ignored)
        {
            CheckExpression(at, "ignored", ignored.When);
        }

        if (source.Pairs is { } pairs)
        {
            foreach (var text in pairs.Parties.Concat([pairs.Call, pairs.Begin, pairs.End]))
            {
                CheckExpression(at, "pairs", text);
            }
        }

        if (source.IdentifierType == UsageIdentifierType.Field && source.IdentifierField is null)
        {
            at.Problem("identifierField", "It does not say which field identifies subscriptions.");
        }

        if (source.Format == UsageFileFormat.Xml && source.Layout.Element is null)
        {
            at.Problem("layout", "XML needs the name of the element that is a record: layout.element.");
        }

        if (
            source.Format == UsageFileFormat.FixedWidth
            && (source.Layout.Columns.Count == 0 || source.Layout.Columns.Any(column => column.Length == 0))
        )
        {
            at.Problem("layout", "Fixed width needs columns with their places, as 'start 10-23'.");
        }

        if (source.Format == UsageFileFormat.Delimited && !source.Layout.HasNames && source.Layout.Columns.Count == 0)
        {
            at.Problem("layout", "The file does not name its columns (names: false): list them in layout.columns.");
        }

        CheckTimes(at, source);
        CheckFileName(at, source.FileName);
    }

    private static void CheckTimes(MappingReader at, UsageSourceItem source)
    {
        var sample = new DateTimeOffset(2026, 11, 28, 15, 4, 5, TimeSpan.Zero);
        for (var index = 0; index < source.TimeFormats.Count; index++)
        {
            var format = source.TimeFormats[index];
            if (format is UsageTimes.Iso or UsageTimes.EpochSeconds or UsageTimes.EpochMilliseconds or UsageTimes.EpochMicroseconds)
            {
                continue;
            }

            try
            {
                var written = sample.ToString(format, CultureInfo.InvariantCulture);
                DateTimeOffset.ParseExact(written, format, CultureInfo.InvariantCulture);
            }
            catch (FormatException)
            {
                at.Problem("times", $"'{format}' is not a way to write times, such as yyyy-MM-dd HH:mm:ss or {UsageTimes.Iso}.");
            }

            if (
                !format.Contains('z', StringComparison.Ordinal)
                && !format.Contains('K', StringComparison.Ordinal)
                && source.TimeZone is null
            )
            {
                at.Problem("timeZone", $"Times such as {format} say no offset: the source needs the timeZone of its clocks.");
            }
        }
    }

    private static void CheckFileName(MappingReader at, string? pattern)
    {
        if (pattern is null)
        {
            return;
        }

        try
        {
            var groups = new Regex(pattern, RegexOptions.NonBacktracking).GetGroupNames();
            if (groups.Contains("version") && !groups.Contains("file"))
            {
                at.Problem("fileName", "A version needs to be one of a file: name the group 'file', too.");
            }
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
        {
            at.Problem("fileName", $"It is no regular expression: {exception.Message}");
        }
    }

    private static void CheckExpression(MappingReader at, string key, string? text)
    {
        if (text is null)
        {
            return;
        }

        try
        {
            UsageExpression.Of(text);
        }
        catch (FormatException exception)
        {
            at.Problem(key, exception.Message);
        }
    }

    private static bool IsDigits(string text, int longest) => text.Length > 0 && text.Length <= longest && text.All(char.IsAsciiDigit);
}
