using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Smile.Catalogue;
using Smile.Contracts;
using Smile.Contracts.Faults;
using Smile.Customers.Accounts;
using Smile.Customers.Subscriptions;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Billing.Plans;

/// <summary>The four operations of the recurring charge endpoint (guide, lines 18283 to 18650).</summary>
[UseCase]
public sealed class RecurringCharges(StageSession session)
{
    private const Fault Fault = Fault.RecurringChargeException;
    private const int MostDays = 3_660;
    private const int LongestDisplayRate = 200;
    private static readonly ChargeReading Reading = new(Fault);

    public async Task<SimpleRecurringChargeType> GetAsync(string id, CancellationToken cancellation)
    {
        var charge = int.TryParse(id.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? await session.Database.RecurringCharges.AsNoTracking().FirstOrDefaultAsync(candidate => candidate.Id == number, cancellation)
            : null;
        if (charge is null || await session.FindAccountAsync(charge.AccountUsn.Value, cancellation) is not { } account)
        {
            throw Refuse.NotFound(
                "userAutoChargeId",
                id,
                "There is no such recurring charge, or you may not access it.",
                Missing.RecurringCharge
            );
        }

        return new SimpleRecurringChargeType { USN = charge.Usn.Value, SimpleRecurringCharge = Document(account, charge) };
    }

    /// <summary>The charges of an account itself, or of a subscription.</summary>
    public async Task<SimpleRecurringChargesType> ListAsync(string usn, CancellationToken cancellation)
    {
        var (account, key) = await FindAsync(usn, lockAccount: false, cancellation);
        var charges = await session
            .Database.RecurringCharges.AsNoTracking()
            .Where(charge => charge.AccountUsn == account.Usn && charge.Usn == key)
            .OrderBy(charge => charge.Id)
            .ToListAsync(cancellation);
        return new SimpleRecurringChargesType
        {
            USN = key.Value,
            SimpleRecurringCharge = [.. charges.Select(charge => Document(account, charge))],
        };
    }

    /// <returns>The new charges.</returns>
    public async Task<SimpleRecurringChargesType> AddAsync(
        string usn,
        NewSimpleRecurringChargesType document,
        CancellationToken cancellation
    )
    {
        await session.Database.BeginAsync(cancellation);
        var (account, key) = await FindAsync(usn, lockAccount: true, cancellation);
        var today = session.DayOf(account);
        var added = new List<RecurringCharge>();
        foreach (var item in document.SimpleRecurringCharge)
        {
            var itemCode = ItemCode(
                account,
                item.RecurringCharge.LineItemDescription?.ItemCode
                    ?? throw Refuse.With(Fault, "LineItemDescription", "", "Name the item that is charged.")
            );
            var charge = new RecurringCharge
            {
                AccountUsn = account.Usn,
                Usn = key,
                ItemCode = itemCode,
                Quantity = 1m,
                Rate = session.Catalogue.ItemDescription(account.CompanyId, itemCode)?.Rate ?? 0m,
                DisplayRate = session.Catalogue.ItemDescription(account.CompanyId, itemCode)?.DisplayRate,
                Frequency = ChargeFrequency.RatingPeriods,
                Every = 1,
                Timing = ChargeTiming.InAdvance,
                AdvancePeriods = 1,
                ProRata = ProRataAction.ProRata,
                MinimumProRataDays = 0,
                ValidFrom = today,
                Created = session.Now,
            };
            Put(account, charge, item);
            if (
                charge.Rate == 0m
                && item.Rate is null
                && item.RecurringCharge.Rate is null
                && item.RecurringCharge.LineItemDescription?.Rate is null
            )
            {
                throw Refuse.With(Fault, "Rate", "", $"The item {itemCode} has no rate: send one.");
            }

            added.Add(charge);
        }

        session.Database.RecurringCharges.AddRange(added);
        await RebillAsync(account, key, [.. added.Select(charge => charge.ValidFrom)], cancellation);
        await AnnounceAsync(account, key, added.Select(charge => charge.ValidFrom), cancellation);
        await session.CommitAsync(cancellation);
        return new SimpleRecurringChargesType
        {
            USN = key.Value,
            SimpleRecurringCharge = [.. added.Select(charge => Document(account, charge))],
        };
    }

    /// <summary>What the document leaves out stays.</summary>
    public async Task UpdateAsync(string usn, NewSimpleRecurringChargesType document, CancellationToken cancellation)
    {
        await session.Database.BeginAsync(cancellation);
        var (account, key) = await FindAsync(usn, lockAccount: true, cancellation);
        var ids = document
            .SimpleRecurringCharge.Select(item =>
                item.RecurringCharge.Id ?? throw Refuse.With(Fault, "id", "", "Name the recurring charge to update by its id.")
            )
            .ToArray();
        var charges = await session
            .Database.RecurringCharges.Where(charge => ids.Contains(charge.Id))
            .ToDictionaryAsync(charge => charge.Id, cancellation);
        var today = session.DayOf(account);
        var changed = new List<DateOnly>();
        foreach (var item in document.SimpleRecurringCharge)
        {
            var id = item.RecurringCharge.Id!.Value;
            if (!charges.TryGetValue(id, out var charge) || charge.AccountUsn != account.Usn || charge.Usn != key)
            {
                throw Refuse.With(Fault, "id", id, $"The recurring charge does not belong to {usn}.");
            }

            if (charge.ValidTo < today)
            {
                throw Refuse.Invalid(
                    "id",
                    id,
                    $"The recurring charge was cancelled as of {charge.ValidTo:yyyy-MM-dd} and cannot be updated."
                );
            }

            if (item.RecurringCharge.LineItemDescription?.ItemCode is { } code)
            {
                charge.ItemCode = ItemCode(account, code);
            }

            // What was charged is looked at again from where the charge begins or ends now, or did before.
            var (from, to) = (charge.ValidFrom, charge.ValidTo);
            Put(account, charge, item);
            changed.AddRange(charge.ValidFrom != from ? [charge.ValidFrom, from] : []);
            changed.AddRange(charge.ValidTo != to ? new[] { charge.ValidTo, to }.OfType<DateOnly>() : []);
        }

        await RebillAsync(account, key, changed, cancellation);
        await AnnounceAsync(account, key, changed.DefaultIfEmpty(today), cancellation);
        await session.CommitAsync(cancellation);
    }

    /// <summary>
    /// Says that a subscription's charges are others from the first of some days on (guide, line 22457); an account's own are not rated.
    /// </summary>
    private async Task AnnounceAsync(Account account, Usn usn, IEnumerable<DateOnly> days, CancellationToken cancellation)
    {
        if (await session.LoadSubscriptionAsync(usn, cancellation) is { } subscription)
        {
            session.ChangeRating(subscription, session.ZoneOf(account).StartOf(days.Min()));
        }
    }

    private async Task RebillAsync(Account account, Usn usn, IReadOnlyCollection<DateOnly> days, CancellationToken cancellation)
    {
        if (days.Count == 0)
        {
            return;
        }

        if (usn == account.Usn)
        {
            account.RebillFromDay(days.Min());
        }
        else
        {
            var subscription = await session.Database.LoadSubscriptions.FirstAsync(candidate => candidate.Usn == usn, cancellation);
            subscription.RebillFromDay(days.Min());
        }
    }

    private async Task<(Account Account, Usn Usn)> FindAsync(string usn, bool lockAccount, CancellationToken cancellation)
    {
        var key = new Usn(usn.Trim());
        var owner = await session.AccountOfSubscriptionAsync(key, cancellation) ?? key;
        var account = lockAccount
            ? await session.LockAccountAsync(owner, cancellation)
            : await session.FindAccountAsync(owner.Value, cancellation);
        return (account ?? throw Refuse.NotFound("usn", usn, "There is no such account or subscription, or you may not access it."), key);
    }

    private string ItemCode(Account account, string code) =>
        session.Catalogue.ItemDescription(account.CompanyId, code.Trim())?.Code
        ?? throw Refuse.NotFound(
            "ItemCode",
            code,
            "There is no such item description. Use getItemDescription() to look items up.",
            Missing.ItemDescription
        );

    private static void Put(Account account, RecurringCharge charge, SimpleRecurringChargeItemType item)
    {
        var document = item.RecurringCharge;
        charge.Quantity = Reading.Quantity(document.ChargeQuantity) ?? charge.Quantity;
        charge.Rate = Reading.Rate(account, item.Rate ?? document.Rate ?? document.LineItemDescription?.Rate) ?? charge.Rate;
        charge.DisplayRate = Reading.Text(
            item.DisplayRate ?? document.LineItemDescription?.DisplayRate ?? charge.DisplayRate,
            LongestDisplayRate,
            "DisplayRate"
        );
        charge.Description = Reading.Description(document.Description ?? charge.Description);
        (charge.Frequency, charge.Every) = Reading.Frequency(document.Frequency) ?? (charge.Frequency, charge.Every);
        charge.Timing = Reading.Timing(document.WhenToCharge) ?? charge.Timing;
        charge.AdvancePeriods =
            charge.Timing == ChargeTiming.InAdvance
                ? Reading.AdvancePeriods(document.AdvancePeriods) ?? Math.Max(1, charge.AdvancePeriods)
                : 0;
        if (document.ProRataAction is { } action)
        {
            charge.ProRata =
                ChargeNames.ProRata(action)
                ?? throw Refuse.With(Fault, "ProRataAction", action, $"Unrecognised pro-rata action. Expected {ChargeNames.ProRataNames}.");
        }

        charge.MinimumProRataDays = (int)
            Reading.Bounded(document.MinProRataDays ?? charge.MinimumProRataDays, 0m, MostDays, "MinProRataDays");
        charge.ValidFrom = OpenDays.From(document.ValidFrom, "ValidFrom", Fault) ?? charge.ValidFrom;
        charge.ValidTo = document.ValidTo is { } to ? OpenDays.Until(to, "ValidTo", Fault) : charge.ValidTo;
        if (charge.ValidTo < charge.ValidFrom)
        {
            throw Refuse.With(Fault, "ValidTo", document.ValidTo, "A charge is valid to the day from which it is, or later.");
        }
    }

    private SimpleRecurringChargeItemType Document(Account account, RecurringCharge charge) =>
        new()
        {
            RecurringCharge = new PlanDocuments(session.Catalogue, session.Catalogue.Company(account.CompanyId)).RecurringCharge(
                charge.ToItem()
            ),
            Rate = new Money(charge.Rate, session.CurrencyOf(account)).ToRateDocument(),
            DisplayRate = charge.DisplayRate,
        };
}
