using System.Text.Json;
using System.Text.Json.Serialization;
using Smile.Contracts;
using Smile.Soap.Xml;

namespace Smile.Kernel;

/// <summary>What a custom field holds: the element of an <c>Object</c> that carries it.</summary>
public enum FieldKind
{
    String,
    Integer,
    Boolean,
    Decimal,
    Date,
    Timestamp,
    Reference,
    Object,
}

/// <summary>One field's value. A simple value is kept in its XML form, which is exact for decimals and dates with offsets.</summary>
/// <param name="Name">Code name of the field.</param>
/// <param name="Kind">Its type.</param>
/// <param name="Value">Null for a field without a value, and for a compound one.</param>
/// <param name="Members">The sub-fields of a compound field.</param>
public sealed record FieldValue(
    [property: JsonPropertyName("n")] string Name,
    [property: JsonPropertyName("k")] FieldKind Kind,
    [property: JsonPropertyName("v"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Value = null,
    [property: JsonPropertyName("m"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<FieldValue>? Members = null
);

/// <summary>The predefined and custom fields of an account, subscription or order, in document order.</summary>
public sealed class FieldValues
{
    private const int MaxFields = 500;
    private const int MaxNameLength = 100;
    internal const int MaxValueLength = 10_000;

    private static readonly JsonSerializerOptions Json = new() { Converters = { new JsonStringEnumConverter() } };

    public static FieldValues None { get; } = new([]);

    public FieldValues(IReadOnlyList<FieldValue> fields) => Fields = fields;

    public IReadOnlyList<FieldValue> Fields { get; }

    public string? this[string name] => Fields.FirstOrDefault(field => field.Name == name)?.Value;

    /// <summary>Reads an <c>Object</c> document.</summary>
    /// <param name="zone">That of whom the fields are about: timestamps without an offset are on its clocks, and all are kept in
    /// it.</param>
    /// <exception cref="SmileException">A field is named twice, or the document is larger than any form.</exception>
    public static FieldValues From(ObjectType? document, BillingTimeZone zone) =>
        document is null ? None : new FieldValues(Read(document, zone));

    public ObjectType ToDocument() => new() { Members = Write(Fields) };

    public string ToJson() => JsonSerializer.Serialize(Fields, Json);

    public static FieldValues FromJson(string json) => new(JsonSerializer.Deserialize<FieldValue[]>(json, Json) ?? []);

    /// <summary>These fields with the changes put in their places; new ones at the end. A compound field is merged in its turn.</summary>
    public FieldValues With(FieldValues changes) => changes.Fields.Count == 0 ? this : new FieldValues(Merge(Fields, changes.Fields));

    /// <summary>The same with one field.</summary>
    public FieldValues With(FieldValue change) => new(Merge(Fields, [change]));

    public FieldValues Without(string name) => new([.. Fields.Where(field => field.Name != name)]);

    public FieldValues Where(Func<FieldValue, bool> predicate) => new([.. Fields.Where(predicate)]);

    public static FieldValue Text(string name, string? value) => new(name, FieldKind.String, value);

    private static List<FieldValue> Merge(IReadOnlyList<FieldValue> fields, IReadOnlyList<FieldValue> changes)
    {
        var merged = fields.ToList();
        foreach (var change in changes)
        {
            var at = merged.FindIndex(field => field.Name == change.Name);
            if (at < 0)
            {
                merged.Add(change);
            }
            else if (change.Members is not null && merged[at].Members is { } members)
            {
                merged[at] = change with { Members = Merge(members, change.Members) };
            }
            else
            {
                merged[at] = change;
            }
        }

        return merged;
    }

    private static List<FieldValue> Read(ObjectType document, BillingTimeZone zone)
    {
        if (document.Members.Count > MaxFields)
        {
            throw Refuse.Invalid("fields", document.Members.Count, $"An Object holds at most {MaxFields} fields.");
        }

        var fields = new List<FieldValue>(document.Members.Count);
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var member in document.Members)
        {
            var field = member switch
            {
                StringFieldType text => new FieldValue(text.Name, FieldKind.String, text.Value.Length == 0 ? null : text.Value),
                IntegerFieldType whole => new FieldValue(
                    whole.Name,
                    FieldKind.Integer,
                    whole.Value?.ToString(System.Globalization.CultureInfo.InvariantCulture)
                ),
                BooleanFieldType flag => new FieldValue(
                    flag.Name,
                    FieldKind.Boolean,
                    flag.Value is { } value
                        ? value
                            ? "true"
                            : "false"
                        : null
                ),
                DecimalFieldType number => new FieldValue(
                    number.Name,
                    FieldKind.Decimal,
                    number.Value?.ToString(System.Globalization.CultureInfo.InvariantCulture)
                ),
                DateFieldType date => new FieldValue(date.Name, FieldKind.Date, date.Value?.ToString()),
                TimestampFieldType timestamp => new FieldValue(
                    timestamp.Name,
                    FieldKind.Timestamp,
                    timestamp.Value is { } at ? Kept(at, zone) : null
                ),
                ReferenceFieldType reference => new FieldValue(
                    reference.Name,
                    FieldKind.Reference,
                    reference.Value.Length == 0 ? null : reference.Value
                ),
                ObjectType compound => new FieldValue(
                    compound.Name ?? throw Refuse.Invalid("name", "", "An Object inside an Object needs the name of its compound field."),
                    FieldKind.Object,
                    null,
                    Read(compound, zone)
                ),
                _ => throw new InvalidOperationException($"Unknown field element {member.GetType().Name}."),
            };
            if (field.Name.Length is 0 or > MaxNameLength)
            {
                throw Refuse.Invalid("name", field.Name, $"A field's name has 1 to {MaxNameLength} characters.");
            }

            if (field.Value?.Length > MaxValueLength)
            {
                throw Refuse.Invalid("field", field.Name, $"A field's value has at most {MaxValueLength} characters.");
            }

            fields.Add(names.Add(field.Name) ? field : throw Refuse.Invalid("field", field.Name, "The field is given more than once."));
        }

        return fields;
    }

    /// <summary>One instant has one form, so that fields can be searched for and compared; open ends stay as they were sent.</summary>
    internal static string Kept(XmlTimestamp timestamp, BillingTimeZone zone) =>
        timestamp.IsOpenStart || timestamp.IsOpenEnd
            ? timestamp.ToString()
            : ContractWriter.FormatTimestamp(zone.At(zone.Instant(timestamp)));

    private static List<IObjectTypeMember> Write(IReadOnlyList<FieldValue> fields)
    {
        var members = new List<IObjectTypeMember>(fields.Count);
        foreach (var field in fields)
        {
            const string path = "stored field";
            members.Add(
                field.Kind switch
                {
                    FieldKind.String => new StringFieldType { Name = field.Name, Value = field.Value ?? "" },
                    FieldKind.Integer => new IntegerFieldType
                    {
                        Name = field.Name,
                        Value = field.Value is { } whole ? ContractReader.ParseLong(whole, path) : null,
                    },
                    FieldKind.Boolean => new BooleanFieldType
                    {
                        Name = field.Name,
                        Value = field.Value is { } flag ? flag == "true" : null,
                    },
                    FieldKind.Decimal => new DecimalFieldType
                    {
                        Name = field.Name,
                        Value = field.Value is { } number ? ContractReader.ParseDecimal(number, path) : null,
                    },
                    FieldKind.Date => new DateFieldType
                    {
                        Name = field.Name,
                        Value = field.Value is { } date ? ContractReader.ParseDate(date, path) : null,
                    },
                    FieldKind.Timestamp => new TimestampFieldType
                    {
                        Name = field.Name,
                        Value = field.Value is { } timestamp ? ContractReader.ParseTimestamp(timestamp, path) : null,
                    },
                    FieldKind.Reference => new ReferenceFieldType { Name = field.Name, Value = field.Value ?? "" },
                    _ => new ObjectType { Name = field.Name, Members = Write(field.Members ?? []) },
                }
            );
        }

        return members;
    }
}
