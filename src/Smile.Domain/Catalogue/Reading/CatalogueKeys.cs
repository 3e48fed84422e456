using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Smile.Domain.Catalogue.Reading;

/// <summary>
/// The keys that catalogue files may have, gathered while files are read: what the readers ask for is what there is. What no file has an example of
/// is asked for all the same, but what is within it is not.
/// </summary>
public sealed partial class CatalogueKeys
{
    private const string FromOthers = "from other keys";

    /// <summary>The members of a compound field are fields.</summary>
    private const string Recursive = ".members";

    private readonly Dictionary<string, Key> _keys = [];
    private readonly List<string> _order = [];

    /// <summary>Mappings and lists of mappings that no file has an example of, so that the keys within them are not known.</summary>
    public IEnumerable<string> WithoutExample => _order.Where(path => _keys[path].IsNested && !path.EndsWith(Recursive, StringComparison.Ordinal) && !_order.Exists(other => other.StartsWith(path + ".", StringComparison.Ordinal)));

    /// <summary>The reference, as Markdown.</summary>
    public string ToMarkdown()
    {
        var text = new StringBuilder();
        text.Append("# Keys of the catalogue\n\n");
        text.Append("Written by `./smile generate` from the code that reads catalogues, with the example catalogue. Defaults that come from other keys are told in\n`src/Smile.Domain/Catalogue/Reading/CatalogueDefaults.cs`; what keys are for, the comments of `catalogue/` tell.\n");
        foreach (var section in _order.Where(path => !path.Contains('.', StringComparison.Ordinal)))
        {
            text.Append(CultureInfo.InvariantCulture, $"\n## {section}\n\n| Key | Value | Default |\n|---|---|---|\n");
            foreach (var path in _order.Where(path => path.StartsWith(section + ".", StringComparison.Ordinal)))
            {
                var key = _keys[path];
                text.Append(CultureInfo.InvariantCulture, $"| `{path[(section.Length + 1)..]}` | {key.Kind ?? "date"} | {key.Default} |\n");
            }
        }

        return text.ToString();
    }

    /// <param name="path">With the positions of lists.</param>
    /// <param name="kind">What its value is; null where it is only asked whether it is there.</param>
    internal void Note(string path, string? kind, bool isRequired, bool isNested, string? fallback, bool fallbackIsFromOthers)
    {
        var shape = Position().Replace(path, "");
        if (!_keys.TryGetValue(shape, out var key))
        {
            _keys[shape] = key = new Key();

            // Behind the last key of the same mapping, wherever the mapping was first met.
            var parent = shape.LastIndexOf('.') is var dot and >= 0 ? shape[..dot] : "";
            var last = parent.Length == 0 ? _order.Count - 1 : _order.FindLastIndex(other => other == parent || other.StartsWith(parent + ".", StringComparison.Ordinal));
            _order.Insert(last + 1, shape);
        }

        key.Kind = key.Kind is null || kind?.Length > key.Kind.Length ? kind ?? key.Kind : key.Kind;
        key.IsRequired |= isRequired;
        key.IsOptional |= kind is null && !isRequired && fallback is null;
        key.IsNested |= isNested;
        if (fallback is not null)
        {
            key.Fallbacks.Add(fallbackIsFromOthers ? FromOthers : fallback);
        }
    }

    [GeneratedRegex(@"\[\d+\]", RegexOptions.CultureInvariant)]
    private static partial Regex Position();

    private sealed class Key
    {
        public string? Kind { get; set; }

        public bool IsRequired { get; set; }

        /// <summary>It was asked whether it is there before it was read.</summary>
        public bool IsOptional { get; set; }

        public bool IsNested { get; set; }

        public SortedSet<string> Fallbacks { get; } = new(StringComparer.Ordinal);

        public string Default => this switch
        {
            { IsRequired: true, IsOptional: false } => "required",
            { Fallbacks.Count: 0 } => "",
            { Fallbacks.Count: 1 } => Fallbacks.Min is { } only && only != FromOthers ? $"`{only}`" : FromOthers,
            _ => FromOthers,
        };
    }
}
