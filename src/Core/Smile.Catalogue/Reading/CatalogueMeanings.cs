namespace Smile.Catalogue.Reading;

/// <summary>
/// What the sections of catalogue files and their keys mean, in plain English: <c>CatalogueKeys.yaml</c>, by sections and keys as the
/// reference shows them. An operator who writes a catalogue has nothing else to go by.
/// </summary>
internal sealed class CatalogueMeanings
{
    /// <summary>The key of a section's own sentence, which no section has for a key.</summary>
    private const string About = "_";

    private readonly Dictionary<string, string> _byPath = new(StringComparer.Ordinal);

    /// <exception cref="InvalidOperationException">The text is no mapping of sections, each of which maps keys to sentences.</exception>
    public CatalogueMeanings(string yaml)
    {
        var root = YamlTreeReader.Read(yaml, (at, message) => throw Wrong(at.Line, message));
        foreach (var (section, keys) in root?.Entries ?? [])
        {
            foreach (var (key, meaning) in keys.Entries)
            {
                var path = key.Text == About ? section.Text : $"{section.Text}.{key.Text}";
                _byPath.Add(
                    path,
                    meaning.Kind == YamlTreeKind.Scalar && meaning.Text.Length > 0
                        ? meaning.Text
                        : throw Wrong(meaning.Line, $"{path} has no sentence.")
                );
            }
        }
    }

    public static CatalogueMeanings Embedded { get; } = new(ReadFile());

    /// <summary>Of what there are meanings: sections, and keys behind the names of theirs.</summary>
    public IEnumerable<string> Paths => _byPath.Keys;

    /// <summary>What a key means, or what a section is for; null where nobody has said it.</summary>
    /// <param name="path">A section, or a key behind the name of its section.</param>
    public string? Of(string path) => _byPath.GetValueOrDefault(path);

    private static InvalidOperationException Wrong(long line, string message) => new($"CatalogueKeys.yaml({line}): {message}");

    private static string ReadFile()
    {
        using var stream = typeof(CatalogueMeanings).Assembly.GetManifestResourceStream("catalogue-keys.yaml")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
