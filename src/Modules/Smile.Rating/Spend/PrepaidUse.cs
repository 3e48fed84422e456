using Smile.Kernel;
using Smile.Rating.Storage;
using Smile.Session;
using Smile.Usage;

namespace Smile.Rating.Spend;

/// <summary>What usage has used of prepaid blocks, as it was rated last.</summary>
[UseCase]
public sealed class PrepaidUse(UsageDatabase usage)
{
    /// <param name="since">A day before anything of the blocks was used.</param>
    /// <returns>Units by the numbers of the blocks; those of which nothing was used are left out.</returns>
    public async Task<IReadOnlyDictionary<long, decimal>> OfAsync(
        IReadOnlyCollection<Usn> subscriptions,
        DateOnly since,
        CancellationToken cancellation
    ) =>
        (await RatingRows.PeriodsFromAsync(usage, subscriptions, since, cancellation))
            .SelectMany(period => period.State.PrepaidBlocks)
            .GroupBy(block => block.Id)
            .ToDictionary(block => block.Key, block => block.Sum(state => state.Used - state.UsedBefore));
}
