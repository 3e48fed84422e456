using Smile.Kernel;
using Smile.Rating.Engine;
using Smile.Rating.Notices;
using Smile.Rating.Subjects;
using Smile.Usage.Storage;

namespace Smile.Rating.Runs;

/// <summary>A rating period as it stands in the database.</summary>
/// <param name="Version">Counts up with each rating; 0 for a period of which nothing was rated.</param>
/// <param name="Stamp">What it was rated by.</param>
/// <param name="Meters">Null where rating cannot go on from there.</param>
internal sealed record StoredPeriod(
    Usn Subscription,
    DayRange Days,
    PeriodStatus Status,
    int Version,
    int Records,
    int Problems,
    decimal Amount,
    (DateTimeOffset Start, long Id)? Last,
    string Stamp,
    RatingMeters? Meters,
    PeriodState State
)
{
    /// <summary>Whether something was reached or applied that is to be told to be gone when the period is over.</summary>
    public bool Alert { get; init; }

    /// <summary>Whether records or ratings of it are archived, so that it is not rated again.</summary>
    public bool IsArchived { get; init; }

    /// <summary>When it began and ended when it was rated last; null where that was not noted.</summary>
    public PeriodInstants? Instants { get; init; }

    /// <summary>The account whose subscriptions shared value pools with it when it was rated last; null for none.</summary>
    public Usn? Sharing { get; init; }

    public static StoredPeriod New(Usn subscription, DayRange days) =>
        new(subscription, days, PeriodStatus.Open, 0, 0, 0, 0m, null, "", null, EmptyState);

    /// <summary>Whether it is stored with other days or instants, so that it is written although nothing is rated.</summary>
    public bool IsMoved { get; private init; }

    /// <summary>The same as a period of other days that begins on the same one.</summary>
    public StoredPeriod Of(PeriodSpan span) =>
        this with
        {
            Days = span.Days,
            Status = Status == PeriodStatus.Replaced ? PeriodStatus.Open : Status,
            IsMoved = Days != span.Days || (Instants is { } instants && instants != PeriodInstants.Of(span)),
        };

    internal static PeriodState EmptyState { get; } = new([], [], [], []);
}

/// <summary>Whether a rating period still takes usage.</summary>
internal enum PeriodStatus
{
    Open,

    /// <summary>A bill is being made of it.</summary>
    Closing,

    /// <summary>It was billed: what comes later is billed in the next one.</summary>
    Closed,

    /// <summary>It was rated by an earlier cycle: all that was used in it is in others now.</summary>
    Replaced,
}

/// <summary>A charge as it is appended.</summary>
/// <param name="Version">Of the state that it came with.</param>
internal sealed record BookedRating(UsageRating Rating, DateTimeOffset Start, int Version, int Component);

/// <summary>A record that could not be charged.</summary>
internal sealed record RatingError(long Record, DateTimeOffset Start, RatingProblem Problem);

/// <summary>What a rating of a period has come to, to be written at once.</summary>
/// <param name="Before">As it was read.</param>
/// <param name="BilledIn">The rating period in whose bill the new charges are: a later one where this one was billed.</param>
/// <param name="ReplacesErrors">Whether errors that are not among <paramref name="Errors"/> are gone.</param>
internal sealed record RatedOutcome(
    StoredPeriod Before,
    StoredPeriod After,
    PeriodSpan BilledIn,
    IReadOnlyList<BookedRating> Ratings,
    IReadOnlyList<RatingError> Errors,
    bool ReplacesErrors
)
{
    /// <summary>What is to be told; null for nothing.</summary>
    public PeriodNotice? Notice { get; private init; }

    /// <summary>The same of the period that it is now: what it has reached is told.</summary>
    /// <param name="before">What was told of it so far.</param>
    public RatedOutcome Told(PeriodState before) =>
        this with
        {
            After = After with { Alert = PeriodNotice.IsAlert(After.State) },
            Notice = PeriodNotice.Of(After.Days.To, before, After.State),
        };

    /// <summary>The same where the period that it is now has taken over what was told.</summary>
    public RatedOutcome Handed() => this with { After = After with { Alert = false } };

    /// <summary>The same of a period that there is no longer.</summary>
    public RatedOutcome Replaced() =>
        this with
        {
            After = After with { Status = PeriodStatus.Replaced, Stamp = "", Alert = false, Sharing = null },
        };

    /// <summary>The same where thresholds of some pools are told of another subscription.</summary>
    /// <param name="isTold">Which shared pools are told of this one.</param>
    public RatedOutcome Sharing(Func<LimitState, bool> isTold) =>
        this with
        {
            After = After with
            {
                State = After.State with
                {
                    ValuePools =
                    [
                        .. After.State.ValuePools.Select(pool => pool with { IsToldElsewhere = pool.Sharing is not null && !isTold(pool) }),
                    ],
                },
            },
        };

    /// <summary>Whether it is of a period without usage, of which nothing is known and nothing to be told.</summary>
    public bool IsNothing => Before is { Version: 0, IsMoved: false } && !HasUsage && Notice is null && !IsBesideUsage;

    /// <summary>Whether something was used in it.</summary>
    public bool HasUsage => After.Records > 0 || Ratings.Count > 0 || Errors.Count > 0;

    /// <summary>Whether somebody who shares value pools with it has used something in the same period.</summary>
    public bool IsBesideUsage { get; init; }

    /// <summary>What is written together with it or not at all; null where it is written by itself.</summary>
    public (Usn Account, DateOnly From)? Group => After.Sharing is { } account ? (account, Before.Days.From) : null;

    /// <summary>Whether the period comes to something else now, so that credit limits are to be looked at.</summary>
    public bool ChangesAmount => After.Amount != Before.Amount;

    /// <summary>Whether there are charges for the bill of a later period.</summary>
    public bool IsLate => BilledIn.Days != Before.Days && Ratings.Count > 0;
}
