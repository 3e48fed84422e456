using Smile.Contracts.Faults;
using Smile.Kernel;

namespace Smile.Catalogue.Fields;

/// <summary>
/// Checks field values against what a form or service defines. Which entries a custom collection has, the database says: use cases call
/// <c>StageSession.CheckFieldsAsync</c>, which asks both.
/// </summary>
public sealed class FieldRules(IReadOnlyList<FieldDefinition> definitions)
{
    private readonly Dictionary<string, FieldDefinition> _byName = definitions.ToDictionary(definition => definition.Name);

    /// <summary>Whether the field may be set here at all: defined, or predefined.</summary>
    public bool Knows(string name) => _byName.ContainsKey(name) || PredefinedFields.IsPredefined(name);

    /// <summary>Refuses fields that are unknown or of the wrong type.</summary>
    /// <param name="references">Gathers what must be entries of custom collections.</param>
    public void Check(FieldValues values, Fault fault, ICollection<CollectionReference> references)
    {
        foreach (var value in values.Fields)
        {
            Check(value, [], fault, references);
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

    private void Check(FieldValue value, IReadOnlyList<string> above, Fault fault, ICollection<CollectionReference> references)
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

        IReadOnlyList<string> names = [.. above, value.Name];
        if (definition.Collection is { } code && value.Value is { } entry)
        {
            references.Add(new CollectionReference(code, new FieldPath(names), entry));
        }

        if (value.Members is { } members)
        {
            new FieldRules(definition.Members).CheckMembers(members, names, fault, references);
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

    private void CheckMembers(
        IReadOnlyList<FieldValue> members,
        IReadOnlyList<string> above,
        Fault fault,
        ICollection<CollectionReference> references
    )
    {
        foreach (var member in members)
        {
            if (!_byName.ContainsKey(member.Name))
            {
                throw Refuse.With(
                    fault,
                    "field",
                    new FieldPath([.. above, member.Name]),
                    "There is no such sub-field here. Use the fields of the form."
                );
            }

            Check(member, above, fault, references);
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
