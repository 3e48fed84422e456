using System.Globalization;

namespace Smile.Cli;

/// <summary>Times as operators read them.</summary>
internal static class Moments
{
    /// <summary>To the minute, in UTC: 2026-01-31 09:30Z.</summary>
    public static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture);
}
