using System.Globalization;

namespace Smile.Kernel;

/// <summary>Numbers of things, as people write them.</summary>
public static class Counted
{
    /// <param name="one">What one of them is called.</param>
    /// <param name="many">What several are called; null for the same with an s.</param>
    public static string Of(long count, string one, string? many = null) =>
        string.Create(CultureInfo.InvariantCulture, $"{count} {(count == 1 ? one : many ?? one + "s")}");
}
