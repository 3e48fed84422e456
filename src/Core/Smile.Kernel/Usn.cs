namespace Smile.Kernel;

/// <summary>
/// Unique subscriber number: names an account or a subscription for ever. A string, because services may prefix and suffix it
/// (<c>CN666</c>, <c>058554</c>); generated ones end in a Luhn check digit.
/// </summary>
public readonly record struct Usn(string Value) : IComparable<Usn>
{
    public const int MaxLength = 40;

    /// <summary>Without the spaces that come with it from a form or a spreadsheet.</summary>
    public string Value { get; init; } = Value?.Trim()!;

    public override string ToString() => Value;

    public int CompareTo(Usn other) => string.CompareOrdinal(Value, other.Value);

    public static bool operator <(Usn left, Usn right) => left.CompareTo(right) < 0;

    public static bool operator >(Usn left, Usn right) => left.CompareTo(right) > 0;

    public static bool operator <=(Usn left, Usn right) => left.CompareTo(right) <= 0;

    public static bool operator >=(Usn left, Usn right) => left.CompareTo(right) >= 0;
}
