using Smile.Catalogue.Fields;
using Smile.Kernel;

namespace Smile.Catalogue.Reading;

/// <summary>Reads custom collections, and the entries that they begin with.</summary>
internal static class CustomCollectionSections
{
    public static void Collection(MappingReader at, CatalogueDraft draft)
    {
        var code = at.Code("code", CompanySections.LongestCode);
        var company = MoneySections.OptionalCompany(at, draft);
        var fields = FieldSections.Fields(at, "fields", draft, mayBeUnique: true);
        RequireOwnNames(at, fields);
        var reader = new EntryReader(fields, ZoneOf(draft, company), draft);
        var entries = new List<CollectionEntry>();
        foreach (var item in at.Mappings("entries"))
        {
            var entry = item.Read(reader.Read);
            if (item.IsGood("code") && entries.Any(other => other.Code == entry.Code))
            {
                item.Problem("code", $"The collection already has an entry '{entry.Code}'.");
            }

            RequireUnique(item, fields, entries, entry);
            entries.Add(entry);
        }

        draft.Unique(at, "custom collection", "code", code);
        var collection = new CustomCollection(code, at.TextFromOthers("name", code), entries)
        {
            FormId = at.OptionalInteger("formId", 1, int.MaxValue),
            Company = company,
            Fields = fields,
            DisplayName = DisplayName(at, fields),
        };
        draft.Unique(at, "custom collection", "formId", collection.FormId ?? 0);
        draft.CustomCollections.Add(code, collection);
    }

    /// <summary>Files and display names have the code and the label of an entry beside its fields.</summary>
    private static void RequireOwnNames(MappingReader at, IReadOnlyList<FieldDefinition> fields)
    {
        if (fields.FirstOrDefault(field => field.Name is CustomCollection.CodeColumn or CustomCollection.LabelColumn) is { } taken)
        {
            at.Problem("fields", $"'{taken.Name}' is what entries have anyway: name the field otherwise.");
        }
    }

    private static void RequireUnique(
        MappingReader at,
        IReadOnlyList<FieldDefinition> fields,
        IReadOnlyList<CollectionEntry> entries,
        CollectionEntry entry
    )
    {
        foreach (var field in fields.Where(field => field.Unique))
        {
            if (ValueOf(entry, field.Name) is { Length: > EntryCodes.LongestUnique })
            {
                at.Problem("values", $"A value of '{field.Name}', which is unique, has at most {EntryCodes.LongestUnique} characters.");
            }

            if (
                ValueOf(entry, field.Name) is { } value
                && entries.FirstOrDefault(other => ValueOf(other, field.Name) == value) is { } other
            )
            {
                at.Problem("values", $"The entry '{other.Code}' has the same value of '{field.Name}', which is unique.");
            }
        }
    }

    private static string? ValueOf(CollectionEntry entry, string field) => new FieldValues(entry.Values)[field];

    private static string? DisplayName(MappingReader at, IReadOnlyList<FieldDefinition> fields)
    {
        var pattern = at.OptionalText("displayName");
        foreach (var name in pattern is null || !at.IsGood("displayName") ? [] : DisplayNames.NamesIn(pattern))
        {
            if (
                name is not (CustomCollection.CodeColumn or CustomCollection.LabelColumn)
                && !fields.Any(field => field.Name == name && field.Kind != FieldKind.Object)
            )
            {
                at.Problem("displayName", $"There is no field '{name}'.{Nearest.Hint(name, fields.Select(field => field.Name))}");
            }
        }

        return pattern;
    }

    /// <summary>That of the company, in which entries' timestamps without an offset are.</summary>
    private static BillingTimeZone ZoneOf(CatalogueDraft draft, int? company)
    {
        var name = (company is { } id ? draft.Companies.Find(id) : draft.Companies.Items.FirstOrDefault())?.TimeZone ?? "";
        return new BillingTimeZone(0, TimeZoneInfo.TryFindSystemTimeZoneById(name, out _) ? name : "Etc/UTC");
    }

    /// <summary>Reads the entries of a collection.</summary>
    private sealed class EntryReader(IReadOnlyList<FieldDefinition> fields, BillingTimeZone zone, CatalogueDraft draft)
    {
        public CollectionEntry Read(MappingReader at)
        {
            var code = at.Text("code");
            if (at.IsGood("code") && (code.Length > EntryCodes.Longest || EntryCodes.Cleaned(code) != code))
            {
                at.Problem("code", EntryCodes.Expected);
            }

            var label = at.TextFromOthers("label", code);
            if (at.IsGood("label") && label.Length > EntryCodes.LongestLabel)
            {
                at.Problem("label", $"A label has at most {EntryCodes.LongestLabel} characters.");
            }

            return new CollectionEntry(code, label) { Values = Values(at) };
        }

        private IReadOnlyList<FieldValue> Values(MappingReader at)
        {
            var given = at.Free("values");
            foreach (var (name, _) in given.Where(value => fields.All(field => field.Name != value.Name)))
            {
                at.Problem("values", $"The collection has no field '{name}'.{Nearest.Hint(name, fields.Select(field => field.Name))}");
            }

            var values = new List<FieldValue>();
            foreach (var field in fields)
            {
                var value = given.FirstOrDefault(value => value.Name == field.Name).Value;
                if (value is null or { Kind: YamlTreeKind.Scalar, IsNull: true })
                {
                    if (field.Required)
                    {
                        at.Problem("values", $"The field '{field.Name}' is required.");
                    }
                }
                else if (Value(at, field, value, field.Name) is { } read)
                {
                    values.Add(read);
                }
            }

            return values;
        }

        private FieldValue? Value(MappingReader at, FieldDefinition field, YamlTree given, string path)
        {
            if (field.Kind == FieldKind.Object && given.Kind == YamlTreeKind.Mapping)
            {
                return Compound(at, field, given, path);
            }

            if (
                field.Kind == FieldKind.Object
                || given.Kind != YamlTreeKind.Scalar
                || FieldTexts.Read(field.Name, field.Kind, given.Text, zone) is not { } value
            )
            {
                at.Problem("values", $"The field '{path}' holds a {field.Kind}, and this is {given.Shown}.");
                return null;
            }

            if (
                field.Collection is { } code
                && draft.CustomCollections.Find(code) is { } collection
                && collection.Entries.All(entry => entry.Code != value.Value)
            )
            {
                at.Problem("values", $"The value '{value.Value}' of '{path}' is not in the custom collection '{code}'.");
            }

            return value;
        }

        private FieldValue? Compound(MappingReader at, FieldDefinition field, YamlTree given, string path)
        {
            var members = new List<FieldValue>();
            foreach (var (key, value) in given.Entries)
            {
                if (field.Members.FirstOrDefault(member => member.Name == key.Text) is not { } member)
                {
                    at.Problem("values", $"The field '{path}' has no member '{key.Text}'.");
                }
                else if (Value(at, member, value, path + FieldPath.Separator + member.Name) is { } read)
                {
                    members.Add(read);
                }
            }

            return members.Count == 0 ? null : new FieldValue(field.Name, FieldKind.Object, null, members);
        }
    }
}
