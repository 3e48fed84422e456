using System.Globalization;

namespace Smile.Kernel;

/// <summary>Days in texts, whatever the culture.</summary>
public static class DayText
{
    /// <summary>As in <c>2015-02-14</c>.</summary>
    public static string Iso(this DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
