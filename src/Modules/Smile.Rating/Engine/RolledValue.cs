using Smile.Catalogue;
using static Smile.Rating.Engine.Instants;

namespace Smile.Rating.Engine;

/// <summary>What was left of a value pool when its rating period was over, to be used in a later one.</summary>
/// <param name="Value">Tax included.</param>
/// <param name="Age">How many rating periods ago it was included: 1 for the one before.</param>
public sealed record RolledValue(decimal Value, int Age)
{
    /// <summary>
    /// What of a pool there is in the next rating period, the oldest first. The oldest is used first; what is brought on is limited by
    /// leaving out the oldest, which would be lost first.
    /// </summary>
    /// <param name="ended">The pool as it was at the end of a period.</param>
    internal static IReadOnlyList<RolledValue> Next(LimitState ended, ValuePoolItem pool)
    {
        var own = new RolledValue(ended.Limit - ended.Rolled.Sum(value => value.Value), 0);
        var used = ended.Used;
        var left = new List<RolledValue>();
        foreach (var value in ended.Rolled.Append(own))
        {
            var ofThis = Earlier(used, value.Value);
            used -= ofThis;
            if (value.Age < pool.RollOverPeriods && value.Value > ofThis)
            {
                left.Add(new RolledValue(value.Value - ofThis, value.Age + 1));
            }
        }

        var room = pool.RollOverMost ?? decimal.MaxValue;
        for (var index = left.Count - 1; index >= 0; index--)
        {
            left[index] = left[index] with { Value = Earlier(room, left[index].Value) };
            room -= left[index].Value;
        }

        return [.. left.Where(value => value.Value > 0m)];
    }
}

/// <summary>What rolls over into a rating period of a value pool of a plan.</summary>
/// <param name="PlanScheduleItem">The subscription's, which it had in the period before, too.</param>
public sealed record RolledPool(long PlanScheduleItem, int Pool, IReadOnlyList<RolledValue> Values);
