using Smile.Contracts;

namespace Smile.Domain.Foundation;

/// <summary>When periods end: on a day of the month that the account or subscription chose.</summary>
/// <param name="Type">The guide's <c>CycleType</c>, such as Anniversary.</param>
/// <param name="Day">Day of the month, 1 to 31; in shorter months their last day.</param>
public sealed record BillingCycle(string Type, int Day)
{
    public const string Anniversary = "Anniversary";

    /// <summary>Whether periods end with the month: their day is the last one that any month has (guide, line 10365).</summary>
    public bool IsEndOfMonth => Day == 31;
}
