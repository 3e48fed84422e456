using Smile.Catalogue;
using Smile.Contracts;
using Smile.Contracts.Faults;
using Smile.Customers.Accounts;
using Smile.Customers.Subscriptions;
using Smile.Kernel;
using Smile.Receivables;
using Smile.Session;

namespace Smile.Billing.Plans;

/// <summary>
/// getSubscriptionPlans() and getServicePlans(): published plans, with those that are private to the account (guide, lines 8901, 9008).
/// </summary>
[UseCase]
public sealed class AvailablePlans(StageSession session)
{
    /// <param name="timestamp">A date or a timestamp; now where absent.</param>
    public async Task<PlanConfigurationsType> OfSubscriptionAsync(string usn, string? timestamp, CancellationToken cancellation)
    {
        if (string.IsNullOrWhiteSpace(usn))
        {
            throw Refuse.Invalid("usn", "", "Name the subscription.");
        }

        var (subscription, account, _) = await session.ReadSubscriptionAsync(usn, cancellation);
        return Configurations(
            subscription.ServiceId,
            session.Catalogue.Company(account.CompanyId),
            account.Usn,
            Day(timestamp, session.ZoneOf(account))
        );
    }

    /// <param name="usn">An account, for the plans that are private to it, too.</param>
    public async Task<PlanConfigurationsType> OfServiceAsync(int sid, string? usn, string? timestamp, CancellationToken cancellation)
    {
        if (session.Catalogue.Service(sid) is null)
        {
            throw Refuse.NotFound("sid", sid, "There is no such service.", Missing.Service);
        }

        var account = string.IsNullOrWhiteSpace(usn) ? null : await session.ReadAccountAsync(usn.Trim(), cancellation);
        var company = session.Catalogue.Company(account?.CompanyId ?? await session.CallersCompanyAsync(cancellation));
        return Configurations(
            sid,
            company,
            account?.Usn,
            Day(timestamp, account is null ? session.Catalogue.Zone(company.TimeZone) : session.ZoneOf(account))
        );
    }

    private PlanConfigurationsType Configurations(int sid, Company company, Usn? account, DateOnly day)
    {
        var documents = new PlanDocuments(session.Catalogue, company);
        return new PlanConfigurationsType
        {
            PlanConfiguration =
            [
                .. session
                    .Catalogue.Content.Plans.Where(plan =>
                        plan.Service == sid
                        && (plan.Company ?? company.Id) == company.Id
                        && plan.IsPublished
                        && plan.IsFor(account)
                        && !(plan.ValidFrom > day)
                        && !(plan.ValidTo < day)
                    )
                    .Select(plan => documents.NamedConfiguration(plan)),
            ],
        };
    }

    private DateOnly Day(string? timestamp, BillingTimeZone zone) =>
        string.IsNullOrWhiteSpace(timestamp) ? zone.DateOf(session.Now) : EffectiveDates.Read(zone, timestamp, "timestamp");
}
