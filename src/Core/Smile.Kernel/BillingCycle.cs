using System.Collections.Immutable;

namespace Smile.Kernel;

/// <summary>The types of cycles, as <c>CycleType</c> shows them (guide, line 706; reference 01).</summary>
public enum CycleType
{
    /// <summary>Periods begin on a day of the month that belongs to the account or subscription: usually that of its creation.</summary>
    Anniversary,

    /// <summary>Periods begin on the same day of the month for all.</summary>
    Monthly,

    /// <summary>Periods are those of a table in the catalogue.</summary>
    Custom,
}

/// <summary>The cycle that an account or subscription has, as it is stored and shown. The catalogue knows its periods.</summary>
/// <param name="Day">Day of the month, 1 to 31; null for custom cycles.</param>
/// <param name="Table">Name of the catalogue's table of periods; null for all but custom cycles.</param>
public sealed record CycleChoice(CycleType Type, int? Day, string? Table = null)
{
    /// <param name="day">Null for the day of creation.</param>
    /// <param name="created">In the time zone of the account.</param>
    public static CycleChoice Of(CycleType type, int? day, string? table, DateOnly created) =>
        type == CycleType.Custom ? new CycleChoice(type, null, table) : new CycleChoice(type, day ?? created.Day);
}

/// <summary>A cycle with all that its periods depend on.</summary>
public abstract record BillingCycle
{
    /// <summary>The most days that a period of it has.</summary>
    public abstract int LongestPeriod { get; }
}

/// <summary>A cycle whose periods are months.</summary>
/// <param name="Day">Day of the month on which periods begin, 1 to 31; in shorter months their last day.</param>
public sealed record MonthCycle(int Day) : BillingCycle
{
    private const int LongestMonth = 31;

    /// <summary>Whether periods end with the month: their day is the last one that any month has (guide, line 10365).</summary>
    public bool IsEndOfMonth => Day == LongestMonth;

    public override int LongestPeriod => LongestMonth;
}

/// <summary>A cycle whose periods stand in a table.</summary>
/// <param name="Name">Its name in the catalogue.</param>
/// <param name="Starts">The first days of the periods, in order: each period ends on the day before the next one.</param>
/// <param name="Ends">The last day of the last period.</param>
public sealed record TableCycle(string Name, ImmutableArray<DateOnly> Starts, DateOnly Ends) : BillingCycle
{
    public override int LongestPeriod { get; } =
        Starts.Zip(Starts.Skip(1).Select(next => next.DayNumber).Append(Ends.DayNumber + 1), (start, next) => next - start.DayNumber).Max();
}
