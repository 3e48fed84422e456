using Microsoft.EntityFrameworkCore;
using Smile.Domain.Accounts;
using Smile.Domain.Catalogue;
using Smile.Domain.Foundation;

namespace Smile.Domain.Receivables;

/// <summary>The discounts that an account and its subscriptions have on a day.</summary>
public sealed class ApplicableDiscounts
{
    private readonly IReadOnlyList<(Discount Discount, Usn? Usn)> _discounts;

    private ApplicableDiscounts(IReadOnlyList<(Discount Discount, Usn? Usn)> discounts) => _discounts = discounts;

    public static ApplicableDiscounts None { get; } = new([]);

    /// <param name="given">What the account and its subscriptions were given and is in force.</param>
    /// <param name="subscriptions">The account's, with their services.</param>
    public static ApplicableDiscounts From(CatalogueSnapshot catalogue, Account account, IEnumerable<AssignedDiscount> given, IEnumerable<(Usn Usn, int ServiceId)> subscriptions)
    {
        var content = catalogue.Content.Discounts;
        return new(
        [
            .. content.Where(discount => discount.AccountTypes.Contains(account.AccountTypeId)).Select(discount => (discount, (Usn?)null)),
            .. given.Select(assigned => (Discount: catalogue.Discount(assigned.DiscountId), Usn: assigned.Usn == account.Usn ? (Usn?)null : assigned.Usn))
                .Where(assigned => assigned.Discount is not null).Select(assigned => (assigned.Discount!, assigned.Usn)),
            .. subscriptions.SelectMany(subscription => content.Where(discount => discount.Services.Contains(subscription.ServiceId)).Select(discount => (discount, (Usn?)subscription.Usn))),
        ]);
    }

    /// <summary>The discount that takes most off a charge: discounts do not add up. Null where none does.</summary>
    /// <param name="amount">The charge without tax, rounded.</param>
    public (Discount Discount, decimal Amount)? Best(Usn usn, string itemCode, decimal amount, Currency currency) =>
        _discounts
            .Where(given => given.Discount.IsFor(itemCode) && (given.Usn is null || given.Usn == usn))
            .Select(given => ((Discount Discount, decimal Amount)?)(given.Discount, currency.Round(given.Discount.Of(amount))))
            .Where(off => off!.Value.Amount != 0m)
            .OrderByDescending(off => Math.Abs(off!.Value.Amount)).ThenBy(off => off!.Value.Discount.Id)
            .FirstOrDefault();
}

/// <summary>
/// Finds discounts: those of the account's type, those of a subscription's service, and those given to the account, which hold for its
/// subscriptions too, or to a subscription.
/// </summary>
[UseCase]
public sealed class Discounts(StageSession session)
{
    public async Task<ApplicableDiscounts> OfAsync(Account account, DateOnly day, CancellationToken cancellation)
    {
        var content = session.Catalogue.Content.Discounts;
        if (content.Count == 0)
        {
            return ApplicableDiscounts.None;
        }

        var given = await GivenAsync(account, day, cancellation).ConfigureAwait(false);
        var services = content.SelectMany(discount => discount.Services).Distinct().ToArray();
        var subscriptions = services.Length == 0
            ? []
            : await session.Database.Subscriptions.AsNoTracking().Where(subscription => subscription.AccountUsn == account.Usn && services.Contains(subscription.ServiceId))
                .Select(subscription => new { subscription.Usn, subscription.ServiceId }).ToListAsync(cancellation).ConfigureAwait(false);
        return ApplicableDiscounts.From(session.Catalogue, account, given, subscriptions.Select(subscription => (subscription.Usn, subscription.ServiceId)));
    }

    /// <summary>The discounts of an account on a day, for subscriptions that may not be stored yet.</summary>
    /// <param name="subscriptions">With the SIDs of their services.</param>
    internal async Task<ApplicableDiscounts> OfAsync(Account account, DateOnly day, IEnumerable<(Usn Usn, int Service)> subscriptions, CancellationToken cancellation) =>
        ApplicableDiscounts.From(session.Catalogue, account, await GivenAsync(account, day, cancellation).ConfigureAwait(false), subscriptions);

    private async Task<IEnumerable<AssignedDiscount>> GivenAsync(Account account, DateOnly day, CancellationToken cancellation)
    {
        if (session.Catalogue.Content.Discounts.Count == 0)
        {
            return [];
        }

        var assigned = await session.Database.AssignedDiscounts.AsNoTracking().Where(assigned => assigned.AccountUsn == account.Usn).ToListAsync(cancellation).ConfigureAwait(false);
        return assigned.Where(discount => discount.IsActiveOn(day));
    }
}
