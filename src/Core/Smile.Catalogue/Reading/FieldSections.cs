using System.Globalization;
using System.Text.RegularExpressions;
using Smile.Catalogue.Fields;
using Smile.Kernel;
using Smile.Soap.Xml;

namespace Smile.Catalogue.Reading;

/// <summary>Reads field definitions, and the values of the fields that services and features themselves have.</summary>
internal static partial class FieldSections
{
    public const int LongestName = 100;

    /// <summary>What a field of an order form takes from the field that it names.</summary>
    private static readonly string[] InheritedKeys = ["id", "kind", "label", "required", "visibility", "collection", "members"];

    public static void AccountField(MappingReader at, CatalogueDraft draft)
    {
        var field = Field(at, draft, null);
        draft.Unique(at, "account field", "name", field.Name);
        draft.AccountFields.Add(field.Name, field);
    }

    public static void PurchaseOrderField(MappingReader at, CatalogueDraft draft)
    {
        var field = Field(at, draft, null);
        draft.Unique(at, "purchase order field", "name", field.Name);
        draft.PurchaseOrderFields.Add(field.Name, field);
    }

    /// <summary>A list of definitions with different names.</summary>
    /// <param name="inherited">Where a field takes the keys from that it leaves out, and its kind must agree with; none for null.</param>
    /// <param name="mayBeUnique">Whether a field may say that no two have the same value of it.</param>
    public static IReadOnlyList<FieldDefinition> Fields(
        MappingReader at,
        string key,
        CatalogueDraft draft,
        Func<MappingReader, string, FieldDefinition?>? inherited = null,
        bool mayBeUnique = false
    )
    {
        var fields = new List<FieldDefinition>();
        foreach (var item in at.Mappings(key))
        {
            var field = item.Read(reader =>
            {
                var read = Field(reader, draft, inherited);
                return mayBeUnique ? read with { Unique = Unique(reader, read) } : read;
            });
            if (item.IsGood("name") && fields.Any(other => other.Name == field.Name))
            {
                item.Problem("name", $"The list already has a field '{field.Name}'.");
            }

            fields.Add(field);
        }

        return fields;
    }

    /// <summary>
    /// The fields of a mapping of names and values. What a value looks like says what kind it is: <c>true</c>, <c>512</c>, <c>1.5</c>,
    /// <c>2000-07-01</c>, <c>2000-07-01T09:00:00+10:00</c>, a mapping for a compound field, and a text for everything else. In quotes it
    /// is always a text.
    /// </summary>
    public static IReadOnlyList<FieldValue> Values(MappingReader at, string key)
    {
        var values = new List<FieldValue>();
        foreach (var (name, value) in at.Free(key))
        {
            if (Value(name, value) is { } field)
            {
                values.Add(field);
            }
            else
            {
                at.Problem(
                    key,
                    $"'{name}' cannot be a field: a name has 1 to {LongestName} letters, digits, '_', '-' and '.', a value is a text, "
                        + $"a number, a date, true, false or a mapping of such."
                );
            }
        }

        return values;
    }

    private static FieldDefinition Field(MappingReader at, CatalogueDraft draft, Func<MappingReader, string, FieldDefinition?>? inherited)
    {
        var name = at.Code("name", LongestName);
        var from = at.IsGood("name") ? inherited?.Invoke(at, name) : null;
        var predefined = PredefinedFields.KindOf(name);
        foreach (var key in inherited is null ? ["kind"] : InheritedKeys)
        {
            at.NoteFromOthers(key);
        }

        var kind = at.Choice("kind", from?.Kind ?? predefined ?? CatalogueDefaults.Kind);
        if (kind != (from?.Kind ?? predefined ?? kind))
        {
            at.Problem(
                "kind",
                from is null
                    ? $"'{name}' is a predefined field and holds a {predefined} (guide, \"Existing field names\")."
                    : $"The field '{name}' is defined as {from.Kind}."
            );
        }

        var field = new FieldDefinition(
            from is null && !(at.IsPartial && inherited is not null)
                ? at.Integer("id", 1, int.MaxValue)
                : at.Integer("id", 1, int.MaxValue, from?.Id ?? 0),
            name,
            at.TextFromOthers("label", from?.Label ?? name),
            kind,
            at.Flag("required", from?.Required ?? CatalogueDefaults.Required),
            at.Choice("visibility", from?.Visibility ?? CatalogueDefaults.Visibility),
            at.OptionalText("collection") is { } code ? draft.CustomCollections.Refer(at, "collection", code) : from?.Collection,
            Members(at, draft, from)
        );
        draft.FieldId(at, field.Id, name);
        CheckShape(at, field);
        return field;
    }

    private static bool Unique(MappingReader at, FieldDefinition field)
    {
        var unique = at.Flag("unique", CatalogueDefaults.IsUnique);
        if (unique && field.Kind == FieldKind.Object)
        {
            at.Problem("unique", "A compound field (kind Object) is not compared.");
        }

        return unique;
    }

    private static IReadOnlyList<FieldDefinition> Members(MappingReader at, CatalogueDraft draft, FieldDefinition? from)
    {
        var members = Fields(at, "members", draft);
        return at.Has("members") ? members : from?.Members ?? [];
    }

    private static void CheckShape(MappingReader at, FieldDefinition field)
    {
        if (field.Kind == FieldKind.Object && field.Members.Count == 0 && !at.Has("members"))
        {
            at.Problem("members", "A compound field (kind Object) needs members.");
        }

        if (field.Kind != FieldKind.Object && at.Has("members"))
        {
            at.Problem("members", "Only a compound field (kind Object) has members.");
        }

        if (field.Collection is not null && field.Kind is FieldKind.Object or FieldKind.Boolean && at.Has("collection"))
        {
            at.Problem("collection", $"A field of kind {field.Kind} cannot take its values from a collection.");
        }
    }

    private static FieldValue? Value(string name, YamlTree value)
    {
        if (!MappingReader.IsCode(name, LongestName))
        {
            return null;
        }

        if (value.Kind == YamlTreeKind.Mapping)
        {
            var members = value.Entries.Select(entry => Value(entry.Key.Text, entry.Value)).ToArray();
            return members.Length == 0 || members.Any(member => member is null)
                ? null
                : new FieldValue(name, FieldKind.Object, null, [.. members.OfType<FieldValue>()]);
        }

        if (value.Kind != YamlTreeKind.Scalar || value.IsNull)
        {
            return null;
        }

        var text = value.Text;
        return !value.IsPlain
            ? FieldValues.Text(name, text)
            : text switch
            {
                "true" or "false" => new FieldValue(name, FieldKind.Boolean, text),
                _ when WholeNumber().IsMatch(text)
                        && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _) => new FieldValue(
                    name,
                    FieldKind.Integer,
                    text
                ),
                _ when DecimalNumber().IsMatch(text) && decimal.TryParse(text, NumberStyles.Number, CultureInfo.InvariantCulture, out _) =>
                    new FieldValue(name, FieldKind.Decimal, text),
                _ when XmlDate.TryParse(text, out _) => new FieldValue(name, FieldKind.Date, text),
                _ when Timestamp().IsMatch(text)
                        && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out var instant) =>
                    new FieldValue(name, FieldKind.Timestamp, ContractWriter.FormatTimestamp(instant)),
                _ => FieldValues.Text(name, text),
            };
    }

    /// <summary>A leading zero makes a text: telephone numbers and account numbers have them.</summary>
    [GeneratedRegex(@"^-?(0|[1-9][0-9]{0,18})\z", RegexOptions.CultureInvariant)]
    private static partial Regex WholeNumber();

    [GeneratedRegex(@"^-?(0|[1-9][0-9]{0,18})\.[0-9]{1,9}\z", RegexOptions.CultureInvariant)]
    private static partial Regex DecimalNumber();

    [GeneratedRegex(@"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{5,16}(Z|[+-][0-9]{2}:[0-9]{2})\z", RegexOptions.CultureInvariant)]
    private static partial Regex Timestamp();
}
