using FsCheck;
using FsCheck.Fluent;
using Smile.Kernel;

namespace Smile.Modules.Tests.Catalogue;

/// <summary>Cycles of all types for properties.</summary>
internal static class AnyCycle
{
    public static Gen<BillingCycle> ByMonth { get; } = Gen.Choose(1, 31).Select(day => (BillingCycle)new MonthCycle(day));

    /// <summary>Tables of periods that begin on a day or some weeks before.</summary>
    /// <param name="periods">How many, of 20 to 95 days each.</param>
    public static Gen<TableCycle> ByTable(DateOnly first, int periods) =>
        from before in Gen.Choose(0, 40)
        from lengths in Gen.ArrayOf(Gen.Choose(20, 95), periods)
        select Table(first.AddDays(-before), lengths);

    public static Gen<BillingCycle> From(DateOnly first, int periods) =>
        Gen.OneOf(ByMonth, ByTable(first, periods).Select(table => (BillingCycle)table));

    public static TableCycle Table(DateOnly first, IEnumerable<int> lengths)
    {
        var (starts, next) = (new List<DateOnly>(), first);
        foreach (var length in lengths)
        {
            starts.Add(next);
            next = next.AddDays(length);
        }

        return new TableCycle("Any", [.. starts], next.AddDays(-1));
    }
}
