using Microsoft.EntityFrameworkCore;
using Smile.Kernel;
using Smile.Rating.Subjects;
using Smile.Session;

namespace Smile.Prepaid;

/// <summary>Tells rating which prepaid blocks subscriptions have. How much of them is left, rating knows.</summary>
[UseCase]
public sealed class BlocksForRating(StageSession session) : IPrepaidBlocks
{
    private static readonly ILookup<Usn, GivenPrepaid> None = Enumerable.Empty<GivenPrepaid>().ToLookup(_ => default(Usn));

    public async Task<ILookup<Usn, GivenPrepaid>> OfAsync(IReadOnlyCollection<Usn> subscriptions, CancellationToken cancellation)
    {
        // Who sells no prepaid asks for none: a block that somebody has is in the catalogue.
        if (session.Catalogue.Content.PrepaidBlocks.Count == 0)
        {
            return None;
        }

        var rows = await session
            .Database.PurchasedBlocks.AsNoTracking()
            .Where(block => subscriptions.Contains(block.SubscriptionUsn))
            .ToListAsync(cancellation);
        return BlockHistory
            .Of(rows)
            .SelectMany(history => history.Parts().Select(part => (history.Block.SubscriptionUsn, part)))
            .ToLookup(pair => pair.SubscriptionUsn, pair => pair.part);
    }
}
