using System.Globalization;
using Smile.Catalogue;
using Smile.Contracts;
using Smile.Contracts.Faults;
using Smile.Customers.Accounts;
using Smile.Customers.Subscriptions;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Receivables;

/// <summary>compileChargeList(): what charges would come to on an account; changes nothing (guide, line 3975).</summary>
[UseCase]
public sealed class CompileChargeList(StageSession session, Charges charges, RaiseInvoice invoices, Discounts discounts)
{
    public async Task<NewInvoiceRequestType> ExecuteAsync(
        string usn,
        ChargeListCompilationRequestType document,
        CancellationToken cancellation
    )
    {
        if (string.IsNullOrWhiteSpace(usn))
        {
            throw Refuse.Invalid("usn", "", "Name the account.");
        }

        var account = await FindAsync(usn.Trim(), cancellation);
        var requested = document.ChargeList.Charge;
        var others = requested.Select(charge => charge.USN?.Trim()).OfType<string>().Where(other => other != account.Usn.Value).ToList();
        await SubscriptionsOfAccount.RequireAsync(session, account, "USN", others, cancellation);
        var zone = session.ZoneOf(account);
        var today = zone.DateOf(session.Now);
        var applicable = await discounts.OfAsync(account, cancellation);
        return new NewInvoiceRequestType
        {
            EffectiveDate = zone.ToXml(today).ToString(),
            DueDate = zone.ToXml(invoices.DueDate(account, today)).ToString(),
            ChargeRequest = [.. requested.Select(charge => Compile(account, charge, today, applicable))],
        };
    }

    private async Task<Account> FindAsync(string usn, CancellationToken cancellation)
    {
        if (await session.FindAccountAsync(usn, cancellation) is { } account)
        {
            return account;
        }

        var key = new Usn(usn);
        var owner = await session.AccountOfSubscriptionAsync(key, cancellation);
        throw owner is { } other && session.Caller.MayReach(other)
            ? Refuse.Invalid("usn", usn, "The USN is a subscription's. Name its account.")
            : StageSession.NoSuchAccount(usn);
    }

    private ChargeRequestType Compile(Account account, CompilationChargeType charge, DateOnly today, ApplicableDiscounts applicable)
    {
        var item = Item(account, charge.ItemDescriptionID.Trim());
        var currency = session.CurrencyOf(account);
        var zone = session.ZoneOf(account);
        var usn = charge.USN?.Trim() ?? account.Usn.Value;
        var starts = charge.ChargeStart is { } start ? zone.Instant(start) : (DateTimeOffset?)null;
        var ends = charge.ChargeEnd is { } end ? zone.Instant(end) : (DateTimeOffset?)null;
        if (ends < starts)
        {
            throw Refuse.Invalid("ChargeEnd", charge.ChargeEnd, "A charge ends when it starts or later.");
        }

        var from = starts is { } first
            ? EffectiveDates.Checked(session, account, zone.DateOf(first), "ChargeStart", daysAhead: Charges.MostDaysAhead)
            : today;

        // The end is the moment at which the period is over: its last day is the day before (guide, lines 4014, 4045).
        var to =
            ends > starts
                ? EffectiveDates.Checked(
                    session,
                    account,
                    zone.DateOf(ends.Value).AddDays(-1),
                    "ChargeEnd",
                    daysAhead: Charges.MostDaysAhead
                )
                : from;

        var exact = charges.Exact(account, item, charge.Charge, charge.Quantity ?? 1m, charge.Count ?? 0);
        var amount = currency.Round(exact);
        var discount = applicable.Best(new Usn(usn), item.Code, amount, currency, from);
        var taxed = charge.ChargeGST ?? item.ChargeGst;
        return new ChargeRequestType
        {
            USN = usn,
            ItemCode = item.Code,
            Description = charge.Description ?? item.Description,
            Quantity = charge.Quantity,
            Count = charge.Count,
            StartDate = zone.ToXml(from).ToString(),
            EndDate = zone.ToXml(to < from ? from : to).ToString(),
            Amount = new Money(amount, currency).ToDocument().Value,
            ChargeGst = taxed,
            Gst = taxed ? Gst(account, charge, exact - (discount?.Amount ?? 0m), today, currency) : null,
            ChargeId = ChargeId(charge.ChargeID),
            Discount = discount is { } off
                ? new ChargeDiscountType { DiscountID = off.Discount.Id, Amount = new Money(off.Amount, currency).ToDocument().Value }
                : null,
        };
    }

    private ChargeGstType Gst(Account account, CompilationChargeType charge, decimal exact, DateOnly today, Currency currency)
    {
        var schedule = charge.GSTId is { } id
            ? session.Catalogue.GstSchedule(id) ?? throw Refuse.NotFound("GSTId", id, "There is no such GST schedule.", Missing.Gst)
            : null;
        if (charge.GSTIsPredetermined == true)
        {
            return new ChargeGstType
            {
                GstId = charge.GSTId,
                Amount = charge.GSTAmount ?? throw Refuse.Invalid("GSTAmount", "", "GST that is predetermined needs its amount."),
            };
        }

        var own = session.Catalogue.Content.GstSchedules.First(candidate =>
            candidate.Code == session.Catalogue.AccountType(account.AccountTypeId).GstSchedule
        );
        return new ChargeGstType
        {
            GstId = (schedule ?? own).Id,
            Amount = new Money(InvoiceLines.Gst(exact, (schedule ?? own).PercentAt(today), currency), currency).ToDocument().Value,
        };
    }

    /// <summary>An item by its number, or by its code: messages name items so (guide, lines 4011, 21490).</summary>
    private ItemDescription Item(Account account, string id) =>
        (
            int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                ? session.Catalogue.Content.ItemDescriptions.FirstOrDefault(item =>
                    item.Id == number && (item.Company ?? account.CompanyId) == account.CompanyId
                )
                : null
        ) ?? charges.Item(account, id);

    private static string? ChargeId(string? text) =>
        text is null ? null
        : Guid.TryParseExact(text.Trim(), "D", out var id) ? id.ToString()
        : throw Refuse.Invalid("ChargeID", text, "Expected a UUID such as 0d8c57c3-5ef3-45c2-bc4e-8e3d541c4283.");
}
