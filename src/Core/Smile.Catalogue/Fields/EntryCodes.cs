namespace Smile.Catalogue.Fields;

/// <summary>What the codes and labels of custom collections' entries may be.</summary>
public static class EntryCodes
{
    public const int Longest = 200;

    public const int LongestLabel = 500;

    /// <summary>Of values that no two entries may share: an index has them.</summary>
    public const int LongestUnique = 500;

    /// <summary>What a code must be, in words.</summary>
    public static string Expected { get; } =
        $"A code has 1 to {Longest} characters, without blanks around it and without control characters.";

    /// <summary>A code as it is kept; null where it cannot be one.</summary>
    public static string? Cleaned(string code) =>
        code.Trim() is { Length: > 0 and <= Longest } trimmed && !trimmed.Any(char.IsControl) ? trimmed : null;
}
