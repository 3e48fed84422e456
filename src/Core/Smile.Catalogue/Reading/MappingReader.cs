using System.Globalization;

namespace Smile.Catalogue.Reading;

/// <summary>
/// Reads the keys of one mapping. A value that is missing or wrong is reported and stood in for, so that reading goes on and finds the
/// other problems. The keys that are asked for are the known ones: <see cref="Finish"/> reports the rest.
/// </summary>
/// <param name="anyKey">Stands for every key in the reference of keys, where the keys are codes of something; else null.</param>
internal sealed class MappingReader(ProblemList problems, string file, YamlTree node, string path, string? anyKey = null)
{
    private const int LongestText = 1_000;
    private const string ExpectedDate = "a date such as 2000-07-01";

    private SortedSet<string> _known = new(StringComparer.Ordinal);
    private HashSet<string> _bad = new(StringComparer.Ordinal);

    public string File => file;

    public YamlTree Node => node;

    public string Path => path;

    /// <inheritdoc cref="ProblemList.IsPartial"/>
    public bool IsPartial => problems.IsPartial;

    /// <summary>Whether the file has the key.</summary>
    public bool Has(string key) => Find(key) is not null;

    /// <summary>
    /// The same mapping, with the keys of another where it has none; what both map is put together. What is read of it counts as read here.
    /// </summary>
    public MappingReader Over(YamlTree defaults) =>
        new(problems, file, Together(node, defaults), path, anyKey) { _known = _known, _bad = _bad };

    /// <summary>Tells the reference of keys that a key is required whose absence the caller reports.</summary>
    public void NoteRequired(string key) => Note(key, null, isRequired: true);

    /// <summary>Tells the reference of keys that other keys say what holds where a key is absent.</summary>
    public void NoteFromOthers(string key) =>
        problems.Keys?.Note(NotedPath(key), null, isRequired: false, isNested: false, fallback: null, isFromOthers: true);

    /// <summary>Whether the file has the key, and nothing is known to be wrong with its value.</summary>
    public bool IsGood(string key) => Find(key) is not null && !_bad.Contains(key);

    /// <summary>Reports something about a key's value, or about the mapping where it has no such key.</summary>
    public void Problem(string key, string message)
    {
        _bad.Add(key);
        problems.Add(file, Find(key) ?? node, PathOf(key), message);
    }

    /// <summary>Reports something about an item of a key's list.</summary>
    public void Problem(string key, int index, string message) =>
        problems.Add(file, Find(key)!.Items[index], $"{PathOf(key)}[{index}]", message);

    public string Text(string key)
    {
        Note(key, "text", isRequired: true);
        return OptionalText(key) ?? Missing(key, "");
    }

    public string Text(string key, string fallback)
    {
        Note(key, "text", isRequired: false, isNested: false, fallback);
        return OptionalText(key) ?? fallback;
    }

    /// <summary>A text that other keys say where it is absent.</summary>
    public string TextFromOthers(string key, string fallback)
    {
        NoteFromOthers(key);
        return OptionalText(key) ?? fallback;
    }

    public string? OptionalText(string key)
    {
        Note(key, "text");
        if (Value(key) is not { } value)
        {
            return null;
        }

        if (ScalarText(value, PathOf(key)) is { } text)
        {
            return text;
        }

        _bad.Add(key);
        return "";
    }

    /// <summary>A code: letters, digits and a few marks, so that it can stand in addresses, messages and files.</summary>
    public string Code(string key, int longest)
    {
        Note(key, null, isRequired: true);
        return OptionalCode(key, longest) ?? Missing(key, "");
    }

    public string? OptionalCode(string key, int longest)
    {
        Note(key, $"code of at most {longest} characters");
        var code = OptionalText(key);
        if (code is not null && IsGood(key) && !IsCode(code, longest))
        {
            Problem(key, $"'{code}' is not a code: 1 to {longest} letters, digits, '_', '-' and '.'.");
        }

        return code;
    }

    public string Code(string key, int longest, string fallback)
    {
        Note(key, null, isRequired: false, isNested: false, fallback);
        return OptionalCode(key, longest) ?? fallback;
    }

    public static bool IsCode(string text, int longest) =>
        text.Length > 0
        && text.Length <= longest
        && text.All(character => char.IsAsciiLetterOrDigit(character) || character is '_' or '-' or '.');

    public int Integer(string key, int least, int most)
    {
        Note(key, null, isRequired: true);
        return OptionalInteger(key, least, most) ?? Missing(key, least);
    }

    public int Integer(string key, int least, int most, int fallback)
    {
        Note(key, null, fallback: fallback);
        return OptionalInteger(key, least, most) ?? fallback;
    }

    public int? OptionalInteger(string key, int least, int most)
    {
        Note(key, most == int.MaxValue ? $"whole number from {least}" : $"whole number, {least} to {most}");
        if (Value(key) is not { } value)
        {
            return null;
        }

        if (
            !IsPlainScalar(value) || !long.TryParse(value.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
        )
        {
            return Wrong(key, value, "a whole number", least);
        }

        return number < least || number > most ? OutOfRange(key, value, $"{least} to {most}", least) : (int)number;
    }

    /// <inheritdoc cref="OptionalDecimal"/>
    /// <param name="fallback">Null where the key is required.</param>
    public decimal Decimal(string key, decimal least, decimal most, int decimals, decimal? fallback = null, string? decimalsOf = null)
    {
        Note(key, null, isRequired: fallback is null, fallback: fallback);
        return OptionalDecimal(key, least, most, decimals, decimalsOf) ?? fallback ?? Missing(key, least);
    }

    /// <param name="decimals">Most digits behind the point.</param>
    /// <param name="decimalsOf">What has so many, for the reference of keys, where it is not the same for all.</param>
    public decimal? OptionalDecimal(string key, decimal least, decimal most, int decimals, string? decimalsOf = null)
    {
        var places =
            decimalsOf is not null ? $"the decimals of {decimalsOf}"
            : decimals == 1 ? "1 decimal"
            : $"{decimals} decimals";
        Note(key, string.Create(CultureInfo.InvariantCulture, $"number, {least} to {most}, at most {places}"));
        if (Value(key) is not { } value)
        {
            return null;
        }

        if (
            !IsPlainScalar(value)
            || !decimal.TryParse(
                value.Text,
                NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint,
                CultureInfo.InvariantCulture,
                out var number
            )
        )
        {
            return Wrong(key, value, "a decimal number", least);
        }

        if (number < least || number > most)
        {
            return OutOfRange(key, value, string.Create(CultureInfo.InvariantCulture, $"{least} to {most}"), least);
        }

        return number.Scale > decimals ? OutOfRange(key, value, $"numbers with at most {decimals} decimals", least) : number;
    }

    public bool Flag(string key, bool fallback) =>
        Noted(key, "true or false", fallback ? "true" : "false") switch
        {
            null => fallback,
            { } value when IsPlainScalar(value) && value.Text is "true" or "false" => Find(key)!.Text == "true",
            { } value => Wrong(key, value, "true or false", fallback),
        };

    public DateOnly Date(string key)
    {
        Note(key, null, isRequired: true);
        return OptionalDate(key) ?? Missing(key, default(DateOnly));
    }

    public DateOnly? OptionalDate(string key)
    {
        Note(key, "date");
        return Value(key) is not { } value ? null : ReadDate(value) ?? Wrong(key, value, ExpectedDate, default(DateOnly));
    }

    /// <summary>One of an enumeration's names.</summary>
    public TChoice Choice<TChoice>(string key, TChoice fallback)
        where TChoice : struct, Enum =>
        Noted(key, NamesOf<TChoice>(), fallback) is { } value ? Choice<TChoice>(value, PathOf(key)) ?? fallback : fallback;

    /// <summary>One of an enumeration's names; null where the key is left out.</summary>
    public TChoice? OptionalChoice<TChoice>(string key)
        where TChoice : struct, Enum =>
        Noted(key, NamesOf<TChoice>(), (string?)null) is { } value ? Choice<TChoice>(value, PathOf(key)) : null;

    public IReadOnlyList<TChoice> Choices<TChoice>(string key, IReadOnlyList<TChoice> fallback)
        where TChoice : struct, Enum
    {
        Note(
            key,
            "list of " + NamesOf<TChoice>(),
            isRequired: false,
            isNested: false,
            fallback.Count == 0 ? null : string.Join(", ", fallback)
        );
        if (Value(key) is null)
        {
            return fallback;
        }

        var choices = Items(key).Select(item => Choice<TChoice>(item.Node, item.Path)).ToArray();
        if (choices.Contains(null))
        {
            _bad.Add(key);
        }

        return [.. choices.OfType<TChoice>()];
    }

    /// <summary>A list of whole numbers.</summary>
    public IReadOnlyList<int> Integers(string key, int least, int most) =>
        Values<int>(
            Listed(key, "list of whole numbers"),
            $"a whole number of {least} to {most}",
            item =>
                IsPlainScalar(item)
                && int.TryParse(item.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
                && number >= least
                && number <= most
                    ? number
                    : null
        );

    /// <summary>A list of dates.</summary>
    public IReadOnlyList<DateOnly> Dates(string key) => Values(Listed(key, "list of dates"), ExpectedDate, ReadDate);

    public IReadOnlyList<string> Texts(string key) =>
        [.. Items(Listed(key, "list of texts")).Select(item => ScalarText(item.Node, item.Path) ?? "")];

    /// <summary>The list's mappings, each read by <paramref name="read"/>; empty where there is no list.</summary>
    public IReadOnlyList<TItem> List<TItem>(string key, Func<MappingReader, TItem> read) =>
        [.. Mappings(key).Select(item => item.Read(read))];

    /// <summary>A list in which a word stands for an item, or a mapping that is read by <paramref name="read"/>.</summary>
    public IReadOnlyList<TItem> WordsAndMappings<TItem>(
        string key,
        IReadOnlyDictionary<string, TItem> words,
        Func<MappingReader, TItem> read
    )
    {
        Note(key, $"list of {string.Join(", ", words.Keys.Select(word => $"`{word}`"))} and mappings", isNested: true);
        var items = new List<TItem>();
        foreach (var (item, at) in Items(key))
        {
            if (item.Kind == YamlTreeKind.Mapping)
            {
                items.Add(new MappingReader(problems, file, item, at).Read(read));
            }
            else if (item.Kind == YamlTreeKind.Scalar && words.TryGetValue(item.Text, out var word))
            {
                items.Add(word);
            }
            else
            {
                problems.Add(file, item, at, $"Expected a mapping or one of {string.Join(", ", words.Keys)}, but this is {item.Shown}.");
            }
        }

        return items;
    }

    /// <summary>What one of some words stands for.</summary>
    public TItem Word<TItem>(string key, IReadOnlyDictionary<string, TItem> words, TItem fallback) =>
        Noted(
            key,
            string.Join(", ", words.Keys.Select(word => $"`{word}`")),
            words.Where(word => Equals(word.Value, fallback)).Select(word => word.Key).FirstOrDefault()
        ) switch
        {
            null => fallback,
            { Kind: YamlTreeKind.Scalar } value when words.TryGetValue(value.Text, out var word) => word,
            { } value => Wrong(key, value, $"one of {string.Join(", ", words.Keys)}", fallback),
        };

    /// <summary>The mapping, read by <paramref name="read"/>; null where there is none.</summary>
    public TItem? Optional<TItem>(string key, Func<MappingReader, TItem> read)
        where TItem : class => Optional(key, null, read);

    /// <summary>The mapping, read by <paramref name="read"/>; null where it is missing or wrong.</summary>
    public TItem? Mapping<TItem>(string key, Func<MappingReader, TItem> read)
        where TItem : class
    {
        NoteRequired(key);
        return Value(key) is null ? Missing<TItem?>(key, null) : Optional(key, read);
    }

    /// <summary>A mapping whose keys are codes of something; null where there is none.</summary>
    /// <param name="code">What the keys are, for the reference of keys.</param>
    /// <param name="read">Reads the entry of a code.</param>
    public IReadOnlyDictionary<string, TItem>? ByCode<TItem>(string key, string code, Func<MappingReader, string, TItem> read) =>
        Optional(
            key,
            $"<{code}>",
            entries =>
                entries
                    .Node.Entries.Select(entry => entry.Key.Text)
                    .Distinct()
                    .ToDictionary(name => name, name => read(entries, name), StringComparer.Ordinal)
        );

    /// <summary>The entries of a mapping whose keys are free.</summary>
    public IReadOnlyList<(string Name, YamlTree Value)> Free(string key)
    {
        Note(key, "mapping of any names");
        if (Value(key) is not { } value)
        {
            return [];
        }

        return value.Kind == YamlTreeKind.Mapping
            ? [.. value.Entries.Select(entry => (entry.Key.Text, entry.Value))]
            : Wrong<IReadOnlyList<(string, YamlTree)>>(key, value, "a mapping", []);
    }

    /// <summary>A free mapping of texts.</summary>
    public IReadOnlyDictionary<string, string> FreeTexts(string key) =>
        Free(key)
            .ToDictionary(
                entry => entry.Name,
                entry => ScalarText(entry.Value, $"{PathOf(key)}.{entry.Name}") ?? "",
                StringComparer.Ordinal
            );

    /// <summary>A reference: the key of something that is defined in some file.</summary>
    public TKey Reference<TKey>(string key, TKey value, bool exists, string what, IEnumerable<TKey> known)
    {
        if (!exists && !IsPartial && IsGood(key))
        {
            Problem(key, $"There is no {what} {value}.{Nearest.Hint($"{value}", known.Select(candidate => $"{candidate}"))}");
        }

        return value;
    }

    public TItem Read<TItem>(Func<MappingReader, TItem> read)
    {
        var item = read(this);
        Finish();
        return item;
    }

    public string PathOf(string key) => path.Length == 0 ? key : $"{path}.{key}";

    /// <summary>The list's mappings, for reading them one by one.</summary>
    public IEnumerable<MappingReader> Mappings(string key)
    {
        Note(key, "list of mappings", isNested: true);
        foreach (var item in Items(key))
        {
            if (item.Node.Kind == YamlTreeKind.Mapping)
            {
                yield return new MappingReader(problems, file, item.Node, item.Path);
            }
            else
            {
                problems.Add(file, item.Node, item.Path, $"Expected a mapping, but this is {item.Node.Shown}.");
            }
        }
    }

    private TItem? Optional<TItem>(string key, string? keyOfAll, Func<MappingReader, TItem> read)
        where TItem : class
    {
        Note(key, "mapping", isNested: true);
        if (Value(key) is not { } value)
        {
            return null;
        }

        return value.Kind == YamlTreeKind.Mapping
            ? new MappingReader(problems, file, value, PathOf(key), keyOfAll).Read(read)
            : Wrong<TItem?>(key, value, "a mapping", null);
    }

    private IEnumerable<(YamlTree Node, string Path)> Items(string key)
    {
        if (Value(key) is not { } value)
        {
            return [];
        }

        return value.Kind == YamlTreeKind.Sequence
            ? value.Items.Select((item, index) => (item, $"{PathOf(key)}[{index}]"))
            : Wrong<IEnumerable<(YamlTree, string)>>(key, value, "a list", []);
    }

    /// <summary>Reports the keys that nothing has asked for.</summary>
    public void Finish()
    {
        foreach (var (key, _) in node.Entries.Where(entry => !_known.Contains(entry.Key.Text)))
        {
            problems.Add(file, key, PathOf(key.Text), $"Unknown key '{key.Text}'.{Nearest.Hint(key.Text, _known)}");
        }
    }

    private static YamlTree Together(YamlTree own, YamlTree defaults) =>
        new()
        {
            Kind = YamlTreeKind.Mapping,
            Line = own.Line,
            Column = own.Column,
            Entries =
            [
                .. own.Entries.Select(entry =>
                    entry.Value.Kind == YamlTreeKind.Mapping
                    && defaults.Entries.FirstOrDefault(other => other.Key.Text == entry.Key.Text).Value
                        is { Kind: YamlTreeKind.Mapping } under
                        ? (entry.Key, Together(entry.Value, under))
                        : entry
                ),
                .. defaults.Entries.Where(entry => own.Entries.All(other => other.Key.Text != entry.Key.Text)),
            ],
        };

    private static string NamesOf<TChoice>()
        where TChoice : struct, Enum => string.Join(", ", Enum.GetNames<TChoice>().Select(name => $"`{name}`"));

    private TChoice? Choice<TChoice>(YamlTree value, string at)
        where TChoice : struct, Enum
    {
        var names = Enum.GetNames<TChoice>();
        if (value.Kind == YamlTreeKind.Scalar && names.Contains(value.Text))
        {
            return Enum.Parse<TChoice>(value.Text);
        }

        problems.Add(
            file,
            value,
            at,
            $"Expected one of {string.Join(", ", names)}, but this is "
                + $"{value.Shown}.{(value.Kind == YamlTreeKind.Scalar ? Nearest.Hint(value.Text, names) : "")}"
        );
        return null;
    }

    private string? ScalarText(YamlTree value, string at)
    {
        var wrong = value switch
        {
            { Kind: not YamlTreeKind.Scalar } or { IsNull: true } => $"Expected a text, but this is {value.Shown}.",
            { Text.Length: > LongestText } => $"A text has at most {LongestText} characters.",
            _ when value.Text.Any(char.IsControl) => "A text is one line without control characters.",
            _ => null,
        };
        if (wrong is null)
        {
            return value.Text;
        }

        problems.Add(file, value, at, wrong);
        return null;
    }

    /// <summary>The items of a list that <paramref name="read"/> takes; the others are reported.</summary>
    private List<TValue> Values<TValue>(string key, string expected, Func<YamlTree, TValue?> read)
        where TValue : struct
    {
        var values = new List<TValue>();
        foreach (var (item, at) in Items(key))
        {
            if (read(item) is { } value)
            {
                values.Add(value);
            }
            else
            {
                _bad.Add(key);
                problems.Add(file, item, at, $"Expected {expected}, but this is {item.Shown}.");
            }
        }

        return values;
    }

    private static DateOnly? ReadDate(YamlTree value) =>
        value.Kind == YamlTreeKind.Scalar
        && DateOnly.TryParseExact(value.Text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)
            ? date
            : null;

    private static bool IsPlainScalar(YamlTree value) => value is { Kind: YamlTreeKind.Scalar, IsPlain: true };

    private TValue Missing<TValue>(string key, TValue standIn)
    {
        Problem(key, $"The key '{key}' is missing.");
        return standIn;
    }

    private TValue Wrong<TValue>(string key, YamlTree value, string expected, TValue standIn)
    {
        Problem(key, $"Expected {expected}, but this is {value.Shown}.");
        return standIn;
    }

    private TValue OutOfRange<TValue>(string key, YamlTree value, string range, TValue standIn)
    {
        Problem(key, $"{value.Shown} is out of range: {range}.");
        return standIn;
    }

    private void Note(string key, string? kind, bool isRequired = false, bool isNested = false, IFormattable? fallback = null) =>
        Note(key, kind, isRequired, isNested, fallback?.ToString(null, CultureInfo.InvariantCulture));

    private void Note(string key, string? kind, bool isRequired, bool isNested, string? fallback) =>
        problems.Keys?.Note(NotedPath(key), kind, isRequired && anyKey is null, isNested, fallback, isFromOthers: false);

    private string NotedPath(string key) => anyKey is null ? PathOf(key) : $"{path}.{anyKey}";

    private YamlTree? Noted(string key, string kind, string? fallback)
    {
        Note(key, kind, isRequired: false, isNested: false, fallback);
        return Value(key);
    }

    private YamlTree? Noted<TFallback>(string key, string kind, TFallback fallback)
        where TFallback : struct, Enum => Noted(key, kind, fallback.ToString());

    private string Listed(string key, string kind)
    {
        Note(key, kind);
        return key;
    }

    private YamlTree? Value(string key)
    {
        _known.Add(key);
        return Find(key);
    }

    private YamlTree? Find(string key)
    {
        foreach (var (name, value) in node.Entries)
        {
            if (name.Text == key)
            {
                return value;
            }
        }

        return null;
    }
}
