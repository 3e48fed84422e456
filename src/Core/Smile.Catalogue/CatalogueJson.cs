using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Smile.Catalogue;

/// <summary>
/// The catalogue as JSON: how its versions are stored. Exact for decimals, their trailing zeros included, and for dates.
/// What a version lacks is refused rather than read as null; so a property that is added to the catalogue's records later needs a
/// default value there, or versions that were stored before cannot be read.
/// </summary>
public static class CatalogueJson
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(namingPolicy: null, allowIntegerValues: false) },
        NumberHandling = JsonNumberHandling.Strict,
        PropertyNameCaseInsensitive = false,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,

        // The text goes to a database column, never into a page: names with accents and apostrophes stay legible.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static string Write(CatalogueContent content) => JsonSerializer.Serialize(content, Options);

    /// <exception cref="JsonException">The text is not a catalogue that this version of the server can read.</exception>
    public static CatalogueContent Read(string json) =>
        JsonSerializer.Deserialize<CatalogueContent>(json, Options) ?? throw new JsonException("The stored catalogue is null.");

    /// <summary>A list of one kind of items.</summary>
    public static IReadOnlyList<TItem> ReadItems<TItem>(string json) =>
        JsonSerializer.Deserialize<IReadOnlyList<TItem>>(json, Options) ?? throw new JsonException("The stored list is null.");

    /// <summary>An item, or everything, as nodes to compare.</summary>
    internal static JsonNode? ToNode<TValue>(TValue value) => JsonSerializer.SerializeToNode(value, Options);

    internal static string? ToText(JsonNode? node) => node?.ToJsonString(Options);
}
