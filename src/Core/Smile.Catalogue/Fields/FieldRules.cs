using Smile.Contracts.Faults;
using Smile.Kernel;

namespace Smile.Catalogue.Fields;

/// <summary>Checks field values against what a form or service defines.</summary>
public sealed class FieldRules(CatalogueContent catalogue, IReadOnlyList<FieldDefinition> definitions)
{
    private readonly Dictionary<string, FieldDefinition> _byName = definitions.ToDictionary(definition => definition.Name);

    /// <summary>Whether the field may be set here at all: defined, or predefined.</summary>
    public bool Knows(string name) => _byName.ContainsKey(name) || PredefinedFields.IsPredefined(name);

    /// <summary>Refuses fields that are unknown, of the wrong type, or not among their collection's values.</summary>
    public void Check(FieldValues values, Fault fault)
    {
        foreach (var value in values.Fields)
        {
            Check(value, fault);
        }
    }

    /// <summary>Refuses values without a required field.</summary>
    public void CheckComplete(FieldValues values, Fault fault)
    {
        foreach (var definition in definitions.Where(definition => definition.Required))
        {
            var value = values.Fields.FirstOrDefault(field => field.Name == definition.Name);
            if (value is null || (string.IsNullOrWhiteSpace(value.Value) && value.Members is null or []))
            {
                throw Refuse.With(fault, "field", definition.Name, $"The field '{definition.Label}' is required.");
            }
        }
    }

    private void Check(FieldValue value, Fault fault)
    {
        if (value is { Name: PredefinedFields.EmailAddress, Kind: FieldKind.String, Value: { Length: > 0 } address })
        {
            CheckEmailAddress(address, fault);
        }

        if (!_byName.TryGetValue(value.Name, out var definition))
        {
            var kind =
                PredefinedFields.KindOf(value.Name)
                ?? throw Refuse.With(fault, "field", value.Name, "There is no such field here. Use the fields of the form.");
            if (kind != value.Kind)
            {
                throw WrongKind(value, kind, fault);
            }

            return;
        }

        if (definition.Kind != value.Kind)
        {
            throw WrongKind(value, definition.Kind, fault);
        }

        if (
            definition.Collection is { } code
            && value.Value is { } entry
            && !catalogue.CustomCollections.Any(collection =>
                collection.Code == code && collection.Entries.Any(candidate => candidate.Code == entry)
            )
        )
        {
            throw Refuse.With(fault, value.Name, entry, $"The value is not in the custom collection '{code}'.");
        }

        if (value.Members is { } members)
        {
            new FieldRules(catalogue, definition.Members).CheckMembers(members, value.Name, fault);
        }
    }

    private static void CheckEmailAddress(string address, Fault fault)
    {
        if (address.Any(character => character is ',' or ';' or '<' or '>' || char.IsControl(character)))
        {
            throw Wrong("Give one email address: what is sent to it is for one reader.");
        }

        if (!EmailAddress.CanBeSentTo(address))
        {
            throw Wrong("Mail cannot be sent to this: give an email address, such as joe@example.com, or nothing.");
        }

        SmileException Wrong(string what) => Refuse.With(fault, "field", PredefinedFields.EmailAddress, what);
    }

    private void CheckMembers(IReadOnlyList<FieldValue> members, string parent, Fault fault)
    {
        foreach (var member in members)
        {
            if (!_byName.ContainsKey(member.Name))
            {
                throw Refuse.With(
                    fault,
                    "field",
                    $"{parent}/{member.Name}",
                    "There is no such sub-field here. Use the fields of the form."
                );
            }

            Check(member, fault);
        }
    }

    private static SmileException WrongKind(FieldValue value, FieldKind expected, Fault fault) =>
        Refuse.With(
            fault,
            "field",
            value.Name,
            $"The field holds a {expected}, not a {value.Kind}: send <{expected} name=\"{value.Name}\">."
        );
}
