namespace Smile.Rating.Engine;

/// <summary>Which of two comes first.</summary>
internal static class Instants
{
    public static T Later<T>(T one, T other)
        where T : struct, IComparable<T> => one.CompareTo(other) > 0 ? one : other;

    public static T Earlier<T>(T one, T other)
        where T : struct, IComparable<T> => one.CompareTo(other) < 0 ? one : other;

    public static decimal UnixSeconds(DateTimeOffset instant) =>
        (instant.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) / (decimal)TimeSpan.TicksPerSecond;
}
