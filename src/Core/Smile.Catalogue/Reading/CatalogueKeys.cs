using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Smile.Catalogue.Reading;

/// <summary>
/// The keys that catalogue files may have, gathered while files are read: what the readers ask for is what there is. What no file has an
/// example of is asked for all the same, but what is within it is not.
/// </summary>
public sealed partial class CatalogueKeys
{
    private const string FromOthers = "from other keys";

    private const string Head = """
        # Keys of the catalogue

        Written by `./smile generate` from the code that reads catalogues (`src/Core/Smile.Catalogue/Reading/`) and from
        `CatalogueKeys.yaml` beside it, which says what each key means. `a.b` is the key `b` within `a`, or within each mapping of
        the list `a`; `<currency>` stands for the code of any currency of the catalogue. Where a key is not required and has no
        default, or its default comes from other keys, its meaning says what holds when it is left out. `catalogue/` is an example
        of nearly everything.

        """;

    /// <summary>The members of a compound field are fields.</summary>
    private const string Recursive = ".members";

    private readonly Dictionary<string, Key> _keys = [];
    private readonly List<string> _order = [];
    private readonly CatalogueMeanings _meanings;

    public CatalogueKeys()
        : this(CatalogueMeanings.Embedded) { }

    internal CatalogueKeys(CatalogueMeanings meanings) => _meanings = meanings;

    /// <summary>Mappings and lists of mappings that no file has an example of, so that the keys within them are not known.</summary>
    public IEnumerable<string> WithoutExample =>
        _order.Where(path =>
            _keys[path].IsNested
            && !path.EndsWith(Recursive, StringComparison.Ordinal)
            && !_order.Exists(other => other.StartsWith(path + ".", StringComparison.Ordinal))
        );

    /// <summary>Keys that the reference would show without a word of what they are for.</summary>
    public IEnumerable<string> WithoutMeaning => _order.Where(path => IsWithinSection(path) && _meanings.Of(path) is null);

    /// <summary>Meanings of keys, and sentences about sections, that there are not.</summary>
    public IEnumerable<string> MeaningsWithoutKey => _meanings.Paths.Where(path => !_keys.ContainsKey(path));

    /// <summary>The reference, as Markdown.</summary>
    public string ToMarkdown()
    {
        var text = new StringBuilder();
        text.Append(Head);
        foreach (var section in _order.Where(path => !IsWithinSection(path)))
        {
            text.Append(CultureInfo.InvariantCulture, $"\n## {section}\n\n");
            if (_meanings.Of(section) is { } about)
            {
                text.Append(about).Append("\n\n");
            }

            text.Append("| Key | Value | Default | Meaning |\n|---|---|---|---|\n");
            foreach (var path in _order.Where(path => path.StartsWith(section + ".", StringComparison.Ordinal)))
            {
                var key = _keys[path];
                var name = path[(section.Length + 1)..];
                text.Append(CultureInfo.InvariantCulture, $"| `{name}` | {key.Kind} | {key.Default} | {Cell(_meanings.Of(path))} |\n");
            }
        }

        return text.ToString();
    }

    /// <param name="path">With the positions of lists.</param>
    /// <param name="kind">What its value is; null where another note of the same key says it.</param>
    /// <param name="isFromOthers">Whether other keys say what holds where it is absent.</param>
    internal void Note(string path, string? kind, bool isRequired, bool isNested, string? fallback, bool isFromOthers)
    {
        var shape = Position().Replace(path, "");
        if (!_keys.TryGetValue(shape, out var key))
        {
            _keys[shape] = key = new Key();

            // Behind the last key of the same mapping, wherever the mapping was first met.
            var parent = shape.LastIndexOf('.') is var dot and >= 0 ? shape[..dot] : "";
            var last =
                parent.Length == 0
                    ? _order.Count - 1
                    : _order.FindLastIndex(other => other == parent || other.StartsWith(parent + ".", StringComparison.Ordinal));
            _order.Insert(last + 1, shape);
        }

        // A code is read as a text: the longer kind says more.
        key.Kind = kind?.Length > key.Kind.Length ? kind : key.Kind;
        key.IsRequired |= isRequired;
        key.IsNested |= isNested;
        key.IsFromOthers |= isFromOthers;
        if (fallback is not null)
        {
            key.Fallbacks.Add(fallback);
        }
    }

    private static bool IsWithinSection(string path) => path.Contains('.', StringComparison.Ordinal);

    private static string Cell(string? text) => text?.Replace("|", "\\|", StringComparison.Ordinal) ?? "";

    [GeneratedRegex(@"\[\d+\]", RegexOptions.CultureInvariant)]
    private static partial Regex Position();

    private sealed class Key
    {
        public string Kind { get; set; } = "";

        public bool IsRequired { get; set; }

        public bool IsFromOthers { get; set; }

        public bool IsNested { get; set; }

        public SortedSet<string> Fallbacks { get; } = new(StringComparer.Ordinal);

        public string Default =>
            this switch
            {
                { IsFromOthers: true } or { Fallbacks.Count: > 1 } => FromOthers,
                { IsRequired: true } => "required",
                { Fallbacks.Min: { Length: > 0 } only } => $"`{only}`",
                _ => "",
            };
    }
}
