using System.Globalization;
using Smile.Catalogue;
using Smile.Catalogue.Wording;
using Smile.Correspondence.Dispatch;
using Smile.Customers.Accounts;
using Smile.Customers.Subscriptions;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Rating.Notices;

/// <summary>
/// Writes to customers that a threshold of a value pool, a usage alert group or a spend limit is reached, and that all is at nothing again
/// with a new rating period; and of credit limits (guide, line 21778): where the catalogue names a template for it.
/// </summary>
[UseCase]
public sealed class UsageNoticeMail(StageSession session, DispatchQueue dispatch)
{
    /// <param name="account">Locked.</param>
    internal void Add(Account account, Subscription subscription, PeriodNotice notice)
    {
        foreach (var crossing in notice.Thresholds)
        {
            // That a threshold is no longer reached because usage was corrected is no new period.
            if (ItemOf(crossing) is { } item && (crossing.Threshold > 0m || notice.IsReset) && item.TemplateOf(crossing) is { } template)
            {
                dispatch.AddUsageNotice(account, subscription, template, Values(account, subscription, notice, crossing, item));
            }
        }
    }

    /// <summary>The same of a credit limit that is exceeded, or is kept again.</summary>
    /// <param name="account">Locked.</param>
    /// <param name="subscription">Of whose plan it is; null where it is the account's.</param>
    /// <param name="template">Null for no mail.</param>
    /// <param name="name">Of the plan or the account terms.</param>
    /// <param name="owed">With usage that is not billed.</param>
    internal void AddCreditLimit(Account account, Subscription? subscription, string? template, string name, decimal limit, decimal owed)
    {
        if (template is null)
        {
            return;
        }

        var language = session.Catalogue.Language(account.CompanyId, account.Properties);
        var currency = session.CurrencyOf(account);
        var percent = limit > 0m ? decimal.Floor(Math.Max(0m, owed) * 100m / limit) : 100m;
        var values = Addressed(account, subscription, name, "");
        values["threshold"] = "100";
        values["percent"] = language.Percent(percent);
        values["used"] = language.Show(new Money(owed, currency));
        values["limit"] = language.Show(new Money(limit, currency));
        values["left"] = language.Show(new Money(Math.Max(0m, limit - owed), currency));
        values["reset"] = "";
        dispatch.AddUsageNotice(account, subscription, template, values);
    }

    /// <summary>What the catalogue has; null where it is no longer there.</summary>
    private Item? ItemOf(ThresholdCrossing crossing)
    {
        var content = session.Catalogue.Content;
        switch (crossing.Kind)
        {
            case MeterKind.SpendLimit:
                return content.SpendLimits.FirstOrDefault(limit => limit.Id == crossing.Id) is { } limit
                    ? new Item(limit.Name, limit.Notices, null, null)
                    : null;
            case MeterKind.ValuePool:
                var plan = content.Plans.FirstOrDefault(each => each.ValuePools.Any(pool => pool.Id == crossing.Id));
                return plan?.ValuePools.First(pool => pool.Id == crossing.Id) is { } found
                    ? new Item(found.Name, found.Notices, plan, null)
                    : null;
            default:
                return content.UsageAlertGroups.FirstOrDefault(group => group.Id == crossing.Id) is { } group
                    ? new Item(group.Name, group.Notices, null, MeasureOf(group.Id))
                    : null;
        }
    }

    /// <summary>What a usage alert group counts; null where its charging rules count different things.</summary>
    private UsageMeasure? MeasureOf(int group)
    {
        var measures = session
            .Catalogue.Content.Plans.SelectMany(plan => plan.ChargingRules.Select(rule => (plan, rule)))
            .Where(pair => pair.rule.UsageAlertGroup == group)
            .Select(pair =>
                session
                    .Catalogue.Service(pair.plan.Service)
                    ?.UsageChargeTypes.FirstOrDefault(type => type.Id == pair.rule.ChargeType)
                    ?.Measure
            )
            .Distinct()
            .ToList();
        return measures is [{ } only] ? only
            : measures.TrueForAll(measure => measure is UsageMeasure.Bytes or UsageMeasure.BytesReceived or UsageMeasure.BytesSent)
                ? UsageMeasure.Bytes
            : null;
    }

    private Dictionary<string, string> Values(
        Account account,
        Subscription subscription,
        PeriodNotice notice,
        ThresholdCrossing crossing,
        Item item
    )
    {
        var language = session.Catalogue.Language(account.CompanyId, account.Properties);
        var currency = session.CurrencyOf(account);
        var values = Addressed(account, subscription, item.Name, item.Plan?.Name ?? "");
        values["threshold"] = crossing.Threshold.ToString("0.#####", CultureInfo.InvariantCulture);
        values["percent"] = language.Percent(PercentOf(crossing));
        values["used"] = Shown(crossing.Used);
        values["limit"] = Shown(crossing.Limit);
        values["left"] = Shown(Math.Max(0m, crossing.Limit - crossing.Used));
        values["reset"] = language.Day(notice.PeriodTo.AddDays(1), Word.FormatLongDay);
        return values;

        string Shown(decimal amount) =>
            crossing.Kind == MeterKind.UsageAlertGroup
                ? Units(language, amount, crossing.Limit, item.Measure)
                : language.Show(new Money(amount, currency));
    }

    /// <summary>Who is written to about what.</summary>
    private Dictionary<string, string> Addressed(Account account, Subscription? subscription, string item, string plan) =>
        new()
        {
            ["name"] = AddressLines.NameOf(account),
            ["given"] = account.Properties["contactGiven"] ?? "",
            ["family"] = account.Properties["contactFamily"] ?? "",
            ["usn"] = account.Usn.Value,
            ["company"] = session.Catalogue.Company(account.CompanyId).Name,
            ["subscription"] = subscription?.Username ?? account.Username,
            ["service"] = subscription is null ? "" : session.Catalogue.Service(subscription.ServiceId)?.Name ?? "",
            ["plan"] = plan,
            ["item"] = item,
        };

    /// <summary>Of a limit of nothing, the threshold that is reached is all that there is to say.</summary>
    private static decimal PercentOf(ThresholdCrossing crossing) =>
        crossing.Limit > 0m ? decimal.Floor(crossing.Used * 100m / crossing.Limit) : crossing.Threshold;

    /// <summary>Bytes in the unit that their limit is best said in, seconds in minutes, and all else as it is counted.</summary>
    private static string Units(Language language, decimal amount, decimal limit, UsageMeasure? measure) =>
        measure switch
        {
            UsageMeasure.Bytes or UsageMeasure.BytesReceived or UsageMeasure.BytesSent => language.Bytes(amount, like: limit),
            UsageMeasure.Time => language.Minutes(amount),
            _ => language.TwoDecimals(amount),
        };

    private sealed record Item(string Name, UsageNotices Notices, Plan? Plan, UsageMeasure? Measure)
    {
        public string? TemplateOf(ThresholdCrossing crossing) => crossing.Threshold > 0m ? Notices.Reached : Notices.Reset;
    }
}
