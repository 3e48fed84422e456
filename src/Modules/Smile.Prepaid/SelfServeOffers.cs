using Microsoft.EntityFrameworkCore;
using Smile.Catalogue;
using Smile.Contracts.Faults;
using Smile.Customers.Accounts;
using Smile.Customers.Subscriptions;
using Smile.Kernel;
using Smile.Payments;
using Smile.Rating.Subjects;
using Smile.Receivables;
using Smile.Session;

namespace Smile.Prepaid;

/// <summary>A prepaid block that a subscription can buy by itself.</summary>
/// <param name="Price">Without tax, as exact as the catalogue says it.</param>
public sealed record OfferedPrepaid(PrepaidBlockItem Block, SelfServePrepaid Terms, Money Price)
{
    /// <summary>Whether it can be paid with a type, as far as the block says.</summary>
    public bool Takes(PaymentTypeItem type) => Terms.PaymentTypes.Count == 0 || Terms.PaymentTypes.Contains(type.Code);
}

/// <summary>
/// Which prepaid blocks a subscription can buy, what they cost and with what they are paid (guide, lines 15021 to 15264): those of its
/// service that its plan accepts, in the company's currency. A tier opens with a purchase of the one before, until the rating period ends
/// (reference 33).
/// </summary>
[UseCase]
public sealed class SelfServeOffers(
    StageSession session,
    GivePrepaid give,
    RatingPeriodsOf periods,
    PaymentTypes paymentTypes,
    RaiseInvoice invoices
)
{
    /// <summary>getSelfServePrepaidList() (guide, line 15021).</summary>
    /// <exception cref="SmileException">There is no such subscription, or it can buy none.</exception>
    public async Task<IReadOnlyList<OfferedPrepaid>> ListAsync(string usn, CancellationToken cancellation)
    {
        var (subscription, account, _) = await session.ReadSubscriptionAsync(usn, cancellation);
        GivePrepaid.RequireOpen(subscription);
        var accepted = await AcceptedAsync(account, subscription, cancellation);
        if (accepted.Count == 0)
        {
            throw Refuse.With(
                Fault.PrepaidException,
                "usn",
                usn,
                "For its service, plan and currency there are no prepaid blocks that customers buy by themselves."
            );
        }

        var tier = await OpenTierAsync(subscription, accepted, cancellation);
        return [.. accepted.Where(offer => offer.Terms.Tier <= tier)];
    }

    /// <summary>getPrepaidPaymentTypes() (guide, line 15076): those by which it is known at once whether it is paid.</summary>
    /// <exception cref="SmileException">There is no such subscription, or it cannot buy the block.</exception>
    public async Task<(Account Account, IReadOnlyList<PaymentTypeItem> Types)> PaymentTypesAsync(
        string usn,
        string code,
        CancellationToken cancellation
    )
    {
        var (account, subscription) = await BeginAsync(usn, cancellation);
        var offer = await RequireAsync(account, subscription, code, cancellation);
        var due = Due(account, await LinesAsync(account, subscription, offer, cancellation));
        return (account, TypesFor(account, offer, due));
    }

    /// <summary>getQuote() (guide, line 15154): the block, what paying for it so costs on top, and the tax. Nothing is kept.</summary>
    /// <returns>The lines of the quote.</returns>
    /// <exception cref="SmileException">
    /// There is no such subscription, it cannot buy the block, or the block cannot be paid for so.
    /// </exception>
    public async Task<(Account Account, IReadOnlyList<TransactionItem> Lines)> QuoteAsync(
        string usn,
        string code,
        string paymentType,
        CancellationToken cancellation
    )
    {
        var (account, subscription) = await BeginAsync(usn, cancellation);
        var offer = await RequireAsync(account, subscription, code, cancellation);
        var lines = await LinesAsync(account, subscription, offer, cancellation);
        var due = Due(account, lines);
        var type =
            TypesFor(account, offer, due).FirstOrDefault(each => each.Code == paymentType.Trim() || each.Name == paymentType.Trim())
            ?? throw Refuse.With(
                Fault.PrepaidException,
                "paymentTypeCode",
                paymentType,
                "The block cannot be paid for with it. Use getPrepaidPaymentTypes() to discover with what it can."
            );
        return (account, [.. lines, .. paymentTypes.SurchargeLines(account, type, due, subscription.Usn, lines.Count)]);
    }

    /// <summary>The block of a code, where a subscription can buy it now.</summary>
    /// <param name="account">Locked.</param>
    internal async Task<OfferedPrepaid> RequireAsync(
        Account account,
        Subscription subscription,
        string code,
        CancellationToken cancellation
    )
    {
        var item = await give.RequireAsync(subscription, code, cancellation);
        if (item.SelfServe is not { } terms || session.Catalogue.Company(account.CompanyId).Currency != account.Currency)
        {
            throw NotOffered(code, "Customers cannot buy this prepaid block by themselves.");
        }

        var offer = new OfferedPrepaid(item, terms, new Money(terms.Rate, session.CurrencyOf(account)));
        return terms.Tier <= await OpenTierAsync(subscription, [offer], cancellation)
            ? offer
            : throw NotOffered(code, $"It can be bought after a block of tier {terms.Tier - 1} in the same rating period.");
    }

    /// <summary>What a subscription is invoiced for a block today, with rounding and tax.</summary>
    internal async Task<IReadOnlyList<TransactionItem>> LinesAsync(
        Account account,
        Subscription subscription,
        OfferedPrepaid offer,
        CancellationToken cancellation
    ) =>
        invoices.Shown(
            account,
            await invoices.GroupingsAsync(account, cancellation),
            await ChargesAsync(account, subscription, offer, cancellation),
            session.DayOf(account)
        );

    internal Task<IReadOnlyList<TransactionItem>> ChargesAsync(
        Account account,
        Subscription subscription,
        OfferedPrepaid offer,
        CancellationToken cancellation
    ) => invoices.PriceAsync(account, subscription.Usn, offer.Terms.ItemCode, offer.Terms.Rate, null, cancellation);

    internal Money Due(Account account, IEnumerable<TransactionItem> lines) =>
        new(lines.Sum(line => line.Amount), session.CurrencyOf(account));

    internal IReadOnlyList<PaymentTypeItem> TypesFor(Account account, OfferedPrepaid offer, Money due) =>
        [.. paymentTypes.AtOnce(account, due).Where(offer.Takes)];

    private async Task<(Account Account, Subscription Subscription)> BeginAsync(string usn, CancellationToken cancellation) =>
        await session.BeginOnSubscriptionAsync(usn.Trim(), cancellation) ?? throw StageSession.NoSuchSubscription(usn);

    private async Task<IReadOnlyList<OfferedPrepaid>> AcceptedAsync(
        Account account,
        Subscription subscription,
        CancellationToken cancellation
    )
    {
        if (session.Catalogue.Company(account.CompanyId).Currency != account.Currency)
        {
            return [];
        }

        var plans = await give.PlansAsync(subscription, cancellation);
        return
        [
            .. session
                .Catalogue.Content.PrepaidBlocks.Where(block =>
                    block.Service == subscription.ServiceId && (block.Plans.Count == 0 || plans.Any(block.Plans.Contains))
                )
                .Where(block => block.SelfServe is not null)
                .Select(block => new OfferedPrepaid(
                    block,
                    block.SelfServe!,
                    new Money(block.SelfServe!.Rate, session.CurrencyOf(account))
                )),
        ];
    }

    /// <summary>The highest tier that is open: one more than was bought in the rating period.</summary>
    private async Task<int> OpenTierAsync(Subscription subscription, IReadOnlyList<OfferedPrepaid> offers, CancellationToken cancellation)
    {
        if (offers.All(offer => offer.Terms.Tier == 1))
        {
            return 1;
        }

        var clock = (await periods.ClocksAsync([subscription.Usn], cancellation))[subscription.Usn];
        if (clock.PeriodAt(session.Now) is not { } days)
        {
            return 1;
        }

        var (usn, begins) = (subscription.Usn, clock.SpanOf(days).Begins);
        var bought = await session
            .Database.PurchasedBlocks.AsNoTracking()
            .Where(block => block.SubscriptionUsn == usn && block.Tier != null && block.Start >= begins)
            .MaxAsync(block => block.Tier, cancellation);
        return 1 + (bought ?? 0);
    }

    private static SmileException NotOffered(string code, string why) =>
        Refuse.With(
            Fault.PrepaidException,
            "prepaidCode",
            code,
            why + " Use getSelfServePrepaidList() to discover those that can be bought."
        );
}
