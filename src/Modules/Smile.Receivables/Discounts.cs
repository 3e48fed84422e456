using Microsoft.EntityFrameworkCore;
using Smile.Catalogue;
using Smile.Customers.Accounts;
using Smile.Customers.Subscriptions;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Receivables;

/// <summary>The discounts that an account and its subscriptions have, each with the days on which it holds.</summary>
public sealed class ApplicableDiscounts
{
    private readonly IReadOnlyList<Given> _discounts;

    private ApplicableDiscounts(IReadOnlyList<Given> discounts) => _discounts = discounts;

    public static ApplicableDiscounts None { get; } = new([]);

    /// <param name="given">What the account and its subscriptions were given.</param>
    /// <param name="subscriptions">The account's, with their services.</param>
    public static ApplicableDiscounts From(
        CatalogueSnapshot catalogue,
        Account account,
        IEnumerable<AssignedDiscount> given,
        IEnumerable<(Usn Usn, int ServiceId)> subscriptions
    )
    {
        var content = catalogue.Content.Discounts;
        return new([
            .. content
                .Where(discount => discount.AccountTypes.Contains(account.AccountTypeId))
                .Select(discount => new Given(discount, null)),
            .. from assigned in given
            let discount = catalogue.Discount(assigned.DiscountId)
            where discount is not null
            select new Given(discount, assigned.Usn == account.Usn ? null : assigned.Usn)
            {
                From = assigned.ActiveFrom,
                To = assigned.ActiveTo,
            },
            .. subscriptions.SelectMany(subscription =>
                content
                    .Where(discount => discount.Services.Contains(subscription.ServiceId))
                    .Select(discount => new Given(discount, subscription.Usn))
            ),
        ]);
    }

    /// <summary>The discount that takes most off a charge: discounts do not add up. Null where none does.</summary>
    /// <param name="amount">The charge without tax, rounded; of a recurring charge, its price for a whole period.</param>
    /// <param name="day">The day that is charged for, whenever it is billed.</param>
    public (Discount Discount, decimal Amount)? Best(Usn usn, string itemCode, decimal amount, Currency currency, DateOnly day) =>
        For(usn, itemCode)
            .Where(given => given.HoldsOn(day))
            .Select(given => ((Discount Discount, decimal Amount)?)(given.Discount, currency.Round(given.Discount.Of(amount))))
            .Where(off => off!.Value.Amount != 0m)
            .OrderByDescending(off => Math.Abs(off!.Value.Amount))
            .ThenBy(off => off!.Value.Discount.Id)
            .FirstOrDefault();

    /// <summary>Days in parts of which each has the same discounts on all its days.</summary>
    public IReadOnlyList<DayRange> Parts(Usn usn, string itemCode, DayRange days)
    {
        var begins = For(usn, itemCode)
            .SelectMany(given => new[] { given.From, given.To?.AddDays(1) })
            .OfType<DateOnly>()
            .Where(day => day > days.From && day <= days.To)
            .Distinct()
            .Order()
            .ToList();
        return
        [
            .. begins.Prepend(days.From).Zip(begins.Select(day => day.AddDays(-1)).Append(days.To), (from, to) => new DayRange(from, to)),
        ];
    }

    private IEnumerable<Given> For(Usn usn, string itemCode) =>
        _discounts.Where(given => given.Discount.IsFor(itemCode) && (given.Usn is null || given.Usn == usn));

    private sealed record Given(Discount Discount, Usn? Usn)
    {
        public DateOnly? From { get; init; }

        public DateOnly? To { get; init; }

        /// <summary>From its first to its last day, both included.</summary>
        public bool HoldsOn(DateOnly day) => !(From > day) && !(To < day);
    }
}

/// <summary>The discounts of one subscription.</summary>
public sealed record SubscriptionDiscounts(ApplicableDiscounts Discounts, Usn Usn, Currency Currency)
{
    /// <inheritdoc cref="ApplicableDiscounts.Parts"/>
    public IReadOnlyList<DayRange> Parts(string itemCode, DayRange days) => Discounts.Parts(Usn, itemCode, days);

    /// <summary>What goes off the price of a whole period on a day, not rounded.</summary>
    public decimal Of(string itemCode, decimal price, DateOnly day) =>
        Discounts.Best(Usn, itemCode, Currency.Round(price), Currency, day)?.Discount.Of(price) ?? 0m;
}

/// <summary>
/// Finds discounts: those of the account's type, those of a subscription's service, and those given to the account, which hold for its
/// subscriptions too, or to a subscription.
/// </summary>
[UseCase]
public sealed class Discounts(StageSession session)
{
    public async Task<ApplicableDiscounts> OfAsync(Account account, CancellationToken cancellation)
    {
        var content = session.Catalogue.Content.Discounts;
        if (content.Count == 0)
        {
            return ApplicableDiscounts.None;
        }

        var given = await GivenAsync(account, cancellation);
        var services = content.SelectMany(discount => discount.Services).Distinct().ToArray();
        var subscriptions =
            services.Length == 0
                ? []
                : await session
                    .Database.ReadSubscriptions.Where(subscription =>
                        subscription.AccountUsn == account.Usn && services.Contains(subscription.ServiceId)
                    )
                    .Select(subscription => new { subscription.Usn, subscription.ServiceId })
                    .ToListAsync(cancellation);
        return ApplicableDiscounts.From(
            session.Catalogue,
            account,
            given,
            subscriptions.Select(subscription => (subscription.Usn, subscription.ServiceId))
        );
    }

    /// <summary>The discounts of an account, for subscriptions that may not be stored yet.</summary>
    /// <param name="subscriptions">With the SIDs of their services.</param>
    public async Task<ApplicableDiscounts> OfAsync(
        Account account,
        IEnumerable<(Usn Usn, int Service)> subscriptions,
        CancellationToken cancellation
    ) => ApplicableDiscounts.From(session.Catalogue, account, await GivenAsync(account, cancellation), subscriptions);

    private async Task<IReadOnlyList<AssignedDiscount>> GivenAsync(Account account, CancellationToken cancellation) =>
        session.Catalogue.Content.Discounts.Count == 0
            ? []
            : await session
                .Database.AssignedDiscounts.AsNoTracking()
                .Where(assigned => assigned.AccountUsn == account.Usn)
                .ToListAsync(cancellation);
}
