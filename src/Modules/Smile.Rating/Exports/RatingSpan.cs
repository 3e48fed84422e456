using Smile.Kernel;
using Smile.Rating.Engine;
using Smile.Usage.Storage;

namespace Smile.Rating.Exports;

/// <summary>Ratings of a subscription's rating period as they are now: what is rated later has a higher version.</summary>
/// <param name="From">First day of the period.</param>
/// <param name="To">Last day of the period.</param>
/// <param name="BilledIn">First day of the period in whose bill they are; null for all of the period's.</param>
internal sealed record RatingSpan(Usn Usn, DateOnly From, DateOnly To, int Version, DateOnly? BilledIn);

/// <summary>A rating of a record, as it was booked.</summary>
/// <param name="Period">First day of the rating period that it counts in.</param>
/// <param name="At">When what is charged began.</param>
internal sealed record RatedUsage(
    UsageRecord Record,
    UsageRating Rating,
    DateOnly Period,
    DateOnly BilledIn,
    int Version,
    int Component,
    DateTimeOffset At
);
