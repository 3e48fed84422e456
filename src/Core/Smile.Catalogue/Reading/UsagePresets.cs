namespace Smile.Catalogue.Reading;

/// <summary>Ready-made sources of usage, for <c>like</c>: <c>UsagePresets.yaml</c>, by their names.</summary>
internal static class UsagePresets
{
    private static readonly Dictionary<string, YamlTree> ByName = Read();

    public static IEnumerable<string> Names => ByName.Keys.Order(StringComparer.Ordinal);

    public static YamlTree? Find(string name) => ByName.GetValueOrDefault(name);

    /// <summary>All of them, as a catalogue would say them.</summary>
    public static string Text()
    {
        using var stream = typeof(UsagePresets).Assembly.GetManifestResourceStream("usage-presets.yaml")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private static Dictionary<string, YamlTree> Read()
    {
        var root = YamlTreeReader.Read(
            Text(),
            (at, message) => throw new InvalidOperationException($"UsagePresets.yaml({at.Line}): {message}")
        );
        return root!.Entries.ToDictionary(entry => entry.Key.Text, entry => entry.Value, StringComparer.Ordinal);
    }
}
