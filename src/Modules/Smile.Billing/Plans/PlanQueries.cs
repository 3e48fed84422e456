using Microsoft.EntityFrameworkCore;
using Smile.Catalogue;
using Smile.Contracts;
using Smile.Contracts.Faults;
using Smile.Customers.Accounts;
using Smile.Customers.Subscriptions;
using Smile.Kernel;
using Smile.Session;
using Smile.Soap.Xml;

namespace Smile.Billing.Plans;

/// <summary>
/// getPlanSchedules(), getPlanScheduleItemsAt(), getPlanChargeDescription() and getPlanConfiguration() (guide, lines 8377 to 8764, 18808).
/// </summary>
[UseCase]
public sealed class PlanQueries(StageSession session)
{
    /// <summary>Every plan of the subscription's life, in the order of time, a list for each plan schedule type.</summary>
    public async Task<PlanSchedulesType> SchedulesAsync(string usn, CancellationToken cancellation)
    {
        var (account, subscription) = await ReadAsync(usn, cancellation);
        var items = await ItemsAsync(subscription, cancellation);
        return new PlanSchedulesType
        {
            PlanSchedule =
            [
                .. items
                    .GroupBy(item => item.PlanScheduleType)
                    .OrderBy(schedule => schedule.Key)
                    .Select(schedule => new PlanScheduleType
                    {
                        PlanScheduleTypeValue = schedule.Key,
                        PlanScheduleItem = [.. schedule.Select(item => PlanDocuments.ScheduleItem(item, session.ZoneOf(account)))],
                    }),
            ],
        };
    }

    /// <summary>The plans that the subscription uses at a time, one of each type; none before it was created.</summary>
    public async Task<PlanScheduleItemsType> ItemsAtAsync(string usn, XmlTimestamp timestamp, CancellationToken cancellation)
    {
        var (account, subscription) = await ReadAsync(usn, cancellation);
        var items = await ItemsAsync(subscription, cancellation);
        var at = session.ZoneOf(account).Instant(timestamp);
        var used =
            at < subscription.Created
                ? []
                : items
                    .Where(item => item.Start <= at)
                    .GroupBy(item => item.PlanScheduleType)
                    .OrderBy(schedule => schedule.Key)
                    .Select(schedule => schedule.Last())
                    .Where(item => item.PlanCode is not null);
        return new PlanScheduleItemsType
        {
            PlanScheduleItem = [.. used.Select(item => PlanDocuments.ScheduleItem(item, session.ZoneOf(account)))],
        };
    }

    /// <summary>What a subscription is charged by one item of its plan schedule.</summary>
    /// <param name="usn">The subscription, or its account.</param>
    public async Task<PlanChargeDescriptionType> ChargeDescriptionAsync(string usn, int planScheduleItem, CancellationToken cancellation)
    {
        var key = new Usn(usn.Trim());
        var owner = await session.AccountOfSubscriptionAsync(key, cancellation);
        var account = await session.ReadAccountAsync((owner ?? key).Value, cancellation);
        var item = await session.Database.ReadPlanScheduleItems.FirstOrDefaultAsync(
            candidate => candidate.Id == planScheduleItem,
            cancellation
        );
        var subscription = item is null
            ? null
            : await session.Database.ReadSubscriptions.FirstAsync(candidate => candidate.Usn == item.SubscriptionUsn, cancellation);
        if (item is null || !session.Caller.MayReach(subscription!.AccountUsn))
        {
            throw Refuse.NotFound("planScheduleItem", planScheduleItem, "There is no such plan schedule item.", Missing.PlanScheduleItem);
        }

        if (subscription.AccountUsn != account.Usn || (owner is not null && subscription.Usn != key))
        {
            throw Refuse.Invalid("planScheduleItem", planScheduleItem, $"The plan schedule item does not belong to {usn}.");
        }

        return new PlanChargeDescriptionType
        {
            PlanScheduleItem = PlanDocuments.ScheduleItem(item, session.ZoneOf(account)),
            PlanConfiguration =
                item.PlanCode is { } code && session.Catalogue.Plan(code) is { } plan
                    ? new PlanDocuments(session.Catalogue, session.Catalogue.Company(account.CompanyId)).Configuration(plan)
                    : null,
            PlanScheduleItemOverrides = ChargeOverrideDocuments.Document(item.ChargeOverrides, session.CurrencyOf(account)),
        };
    }

    /// <summary>What a plan charges, whoever uses it.</summary>
    public async Task<PlanConfigurationType> ConfigurationAsync(int companyId, string code, CancellationToken cancellation)
    {
        var (company, plan) = await FindAsync(companyId, code, cancellation);
        return new PlanDocuments(session.Catalogue, company).Configuration(plan);
    }

    /// <summary>A plan of a company that the caller may see.</summary>
    internal async Task<(Company Company, Plan Plan)> FindAsync(int companyId, string code, CancellationToken cancellation)
    {
        var company = session.Catalogue.Content.Companies.FirstOrDefault(candidate => candidate.Id == companyId);
        var maySee = session.Caller.AllAccounts || await session.CallersCompanyAsync(cancellation) == companyId;
        return company is not null && maySee && session.Catalogue.Plan(code) is { } plan && (plan.Company ?? companyId) == companyId
            ? (company, plan)
            : throw Refuse.NotFound("plan", code, $"Company {companyId} has no such plan.", Missing.Plan);
    }

    private async Task<(Account Account, Subscription Subscription)> ReadAsync(string usn, CancellationToken cancellation)
    {
        var found = await session.ReadSubscriptionAsync(usn, cancellation);
        return (found.Account, found.Subscription);
    }

    private Task<List<PlanScheduleItem>> ItemsAsync(Subscription subscription, CancellationToken cancellation) =>
        session
            .Database.ReadPlanScheduleItems.Where(item => item.SubscriptionUsn == subscription.Usn)
            .OrderBy(item => item.Start)
            .ThenBy(item => item.Id)
            .ToListAsync(cancellation);
}
