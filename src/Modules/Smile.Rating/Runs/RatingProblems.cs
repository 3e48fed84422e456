using Smile.Customers.Subscriptions;
using Smile.Kernel;
using Smile.Rating.Engine;
using Smile.Rating.Storage;
using Smile.Session;
using Smile.Usage;

namespace Smile.Rating.Runs;

/// <summary>A record of usage that could not be charged.</summary>
/// <param name="PeriodFrom">First day of its rating period.</param>
/// <param name="Since">When it was found.</param>
/// <param name="WrittenOffBy">Who said that it need not be; null where it stops bills.</param>
public sealed record UnchargedUsage(
    Usn Subscription,
    DateOnly PeriodFrom,
    long Record,
    DateTimeOffset Start,
    RatingProblem Problem,
    DateTimeOffset Since,
    string? WrittenOffBy
);

/// <summary>
/// Usage that is bound and could not be charged. It stops the bill of its account, until what is missing is there or somebody writes it
/// off.
/// </summary>
[UseCase]
public sealed class RatingProblems(StageSession session, UsageDatabase database)
{
    public const int MostShown = 1_000;

    /// <summary>The oldest first.</summary>
    /// <param name="subscription">The only one; null for all.</param>
    /// <param name="problem">The only one; null for all.</param>
    public Task<IReadOnlyList<UnchargedUsage>> ListAsync(
        Usn? subscription,
        RatingProblem? problem,
        bool writtenOff,
        CancellationToken cancellation
    )
    {
        session.Caller.RequireAllAccounts();
        return ProblemRows.ListAsync(database, subscription, problem, writtenOff, MostShown, cancellation);
    }

    /// <summary>Says that usage need not be charged. Where it can be charged after all, it is.</summary>
    /// <returns>How many records.</returns>
    /// <exception cref="SmileException">There is no such subscription.</exception>
    public async Task<int> WriteOffAsync(Usn subscription, RatingProblem? problem, CancellationToken cancellation)
    {
        session.Caller.RequireAllAccounts();
        await session.ReadSubscriptionAsync(subscription.Value, cancellation);
        return await ProblemRows.WriteOffAsync(database, subscription, problem, session.Caller.Usn.Value, cancellation);
    }
}
