using Smile.Kernel;

namespace Smile.Catalogue.Reading;

/// <summary>Reads tables of periods, and who has which cycle.</summary>
internal static class CycleSections
{
    /// <summary>Weekly periods of forty years.</summary>
    private const int MostPeriods = 2_100;

    /// <summary>A year of 53 weeks. What is longer is a slip of the pen that would leave customers without a bill.</summary>
    private const int LongestPeriod = 53 * 7;

    private const string Type = "cycleType";
    private const string Day = "cycleDay";
    private const string Table = "cycle";

    public static readonly IReadOnlyList<string> ChoiceKeys = [Type, Day, Table];

    public static void BillingCycle(MappingReader at, CatalogueDraft draft)
    {
        var cycle = new BillingCycleItem(at.Text("name"), at.Dates("starts"), at.Date("ends"));
        at.NoteRequired("starts");
        if (cycle.Starts.Count is 0 or > MostPeriods && (at.IsGood("starts") || !at.Has("starts")))
        {
            at.Problem("starts", $"There are 1 to {MostPeriods} periods, each named by its first day.");
        }
        else if (at.IsGood("starts") && at.IsGood("ends"))
        {
            CheckPeriods(at, cycle);
        }

        draft.Unique(at, "billing cycle", "name", cycle.Name);
        draft.BillingCycles.Add(cycle.Name, cycle);
    }

    /// <summary>Who has which cycle: the keys <see cref="ChoiceKeys"/>.</summary>
    public static (CycleType Type, int? Day, string? Table) Choice(MappingReader at, CatalogueDraft draft)
    {
        var type = at.Choice(Type, CatalogueDefaults.CycleType);
        var day = at.OptionalInteger(Day, 1, 31);
        var table = at.OptionalText(Table);
        if (table is not null)
        {
            draft.BillingCycles.Refer(at, Table, table);
        }

        if (type == CycleType.Custom && table is null)
        {
            at.Problem(Table, "A custom cycle needs its table of periods: the name of one of billingCycles.");
        }

        if (type == CycleType.Custom && day is not null)
        {
            at.Problem(Day, "A custom cycle has the periods of its table, and no day of the month.");
        }

        if (type == CycleType.Monthly && day is null)
        {
            at.Problem(
                Day,
                "A monthly cycle needs the day of the month that its periods begin on, 31 for periods that end with the month."
            );
        }

        if (type != CycleType.Custom && table is not null)
        {
            at.Problem(Table, "Only a custom cycle (cycleType: Custom) has a table of periods.");
        }

        return (type, day, table);
    }

    private static void CheckPeriods(MappingReader at, BillingCycleItem cycle)
    {
        for (var index = 0; index < cycle.Starts.Count; index++)
        {
            var isLast = index + 1 == cycle.Starts.Count;
            var days = (isLast ? cycle.Ends.DayNumber + 1 : cycle.Starts[index + 1].DayNumber) - cycle.Starts[index].DayNumber;
            if (days < 1 && isLast)
            {
                at.Problem("ends", $"The last period begins on {cycle.Starts[index]:yyyy-MM-dd} and cannot end before.");
            }
            else if (days < 1)
            {
                at.Problem(
                    "starts",
                    index + 1,
                    $"Periods follow each other: this one begins on {cycle.Starts[index + 1]:yyyy-MM-dd}, the one before it on "
                        + $"{cycle.Starts[index]:yyyy-MM-dd}."
                );
            }
            else if (days > LongestPeriod)
            {
                at.Problem(
                    "starts",
                    index,
                    $"The period that begins on {cycle.Starts[index]:yyyy-MM-dd} would have {days} days; it may have {LongestPeriod}."
                );
            }
        }
    }
}
