namespace Smile.Catalogue.Fields;

/// <summary>A value of a field that takes its values from a custom collection.</summary>
/// <param name="Collection">Code of the collection.</param>
/// <param name="Path">The field's name, behind those of the compound fields that it is in.</param>
/// <param name="Value">Code of the entry.</param>
public sealed record CollectionReference(string Collection, FieldPath Path, string Value);

/// <summary>Where a field is: its name, behind those of the compound fields that it is in.</summary>
public sealed class FieldPath(IReadOnlyList<string> names) : IEquatable<FieldPath>
{
    /// <summary>Stands between the names: none has one.</summary>
    public const char Separator = '/';

    public IReadOnlyList<string> Names => names;

    public bool Equals(FieldPath? other) => other is not null && names.SequenceEqual(other.Names);

    public override bool Equals(object? obj) => Equals(obj as FieldPath);

    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);

    public override string ToString() => string.Join(Separator, names);
}

/// <summary>Finds fields within definitions.</summary>
public static class FieldPaths
{
    /// <summary>The fields that have values of their own, those within compound fields included.</summary>
    public static IEnumerable<(FieldPath Path, FieldDefinition Field)> Leaves(this IEnumerable<FieldDefinition> fields) =>
        Leaves(fields, []);

    /// <summary>Where the fields are that take their values from a collection.</summary>
    public static IEnumerable<FieldPath> BoundTo(this IEnumerable<FieldDefinition> fields, string collection) =>
        fields.Leaves().Where(leaf => leaf.Field.Collection == collection).Select(leaf => leaf.Path);

    private static IEnumerable<(FieldPath Path, FieldDefinition Field)> Leaves(
        IEnumerable<FieldDefinition> fields,
        IReadOnlyList<string> above
    ) =>
        fields.SelectMany(field =>
        {
            IReadOnlyList<string> names = [.. above, field.Name];
            return field.Members.Count == 0 ? [(new FieldPath(names), field)] : Leaves(field.Members, names);
        });
}
