using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Smile.Billing.Plans;
using Smile.Contracts;
using Smile.Contracts.Faults;
using Smile.Customers.Accounts;
using Smile.Customers.Subscriptions;
using Smile.Kernel;
using Smile.Session;
using Smile.Soap.Xml;

namespace Smile.Billing.Contracts;

/// <summary>The six operations that read contracts (guide, lines 15385 to 15877).</summary>
[UseCase]
public sealed class ContractQueries(StageSession session, PlanQueries plans)
{
    /// <summary>The contracts of a service, those that are not offered any more too.</summary>
    public async Task<ContractDescriptionListType> OfServiceAsync(int sid, CancellationToken cancellation)
    {
        if (session.Catalogue.Service(sid) is null)
        {
            throw Refuse.NotFound("sid", sid, "There is no such service.", Missing.Service);
        }

        var company = session.Catalogue.Company(await session.CallersCompanyAsync(cancellation));
        return new ContractDescriptionListType
        {
            ContractDescription =
            [
                .. session
                    .Catalogue.Content.Contracts.Where(contract => contract.Service == sid)
                    .Select(contract => ContractDocuments.Description(session.Catalogue, contract, company)),
            ],
        };
    }

    /// <summary>The contracts that a plan offers on the day of a time, in the company's time zone.</summary>
    public async Task<PlanContractDescriptionListType> OfPlanAsync(
        int companyId,
        string code,
        XmlTimestamp when,
        CancellationToken cancellation
    )
    {
        var (company, plan) = await plans.FindAsync(companyId, code, cancellation);
        var day = session.Catalogue.Zone(company.TimeZone).DateOf(when);
        return new PlanContractDescriptionListType
        {
            PlanContractDescription =
            [
                .. from contract in session.Catalogue.Content.Contracts
                where contract.IsOfferedOn(day)
                from offer in contract.Plans
                where offer.Plan == plan.Code
                select new PlanContractDescriptionType
                {
                    PlanContractId = offer.Id,
                    SelfService = offer.SelfService,
                    Name = offer.Name,
                    Plan = new KeyedTextValueType { Key = plan.Code, Value = plan.Name },
                    ContractDescription = ContractDocuments.Description(session.Catalogue, contract, company),
                },
            ],
        };
    }

    /// <summary>The contract that binds a subscription at a time; null for none.</summary>
    public async Task<SubscriptionContractType?> ActiveAsync(string usn, XmlTimestamp when, CancellationToken cancellation)
    {
        if (string.IsNullOrWhiteSpace(usn))
        {
            throw Refuse.Invalid("usn", "", "Name the subscription.");
        }

        var (subscription, account, _) = await session.ReadSubscriptionAsync(usn, cancellation);
        var day = session.ZoneOf(account).DateOf(when);
        var contract = await session
            .Database.SubscriptionContracts.AsNoTracking()
            .FirstOrDefaultAsync(
                candidate =>
                    candidate.SubscriptionUsn == subscription.Usn
                    && candidate.StartDate <= day
                    && (candidate.Terminated ?? candidate.EndDate) >= day,
                cancellation
            );
        return contract is null ? null : ContractDocuments.Document(session.Catalogue, account, contract);
    }

    public Task<SubscriptionContractType?> CurrentAsync(string usn, CancellationToken cancellation) =>
        ActiveAsync(usn, session.Now, cancellation);

    public async Task<SubscriptionContractType> ByIdAsync(string subscriptionContractId, CancellationToken cancellation)
    {
        if (!int.TryParse(subscriptionContractId.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var id))
        {
            throw Refuse.Invalid("subscriptionContractId", subscriptionContractId, "Expected a number.");
        }

        var contract = await session
            .Database.SubscriptionContracts.AsNoTracking()
            .FirstOrDefaultAsync(candidate => candidate.Id == id, cancellation);
        var owner = contract is null ? null : await session.AccountOfSubscriptionAsync(contract.SubscriptionUsn, cancellation);
        return owner is { } usn && await session.FindAccountAsync(usn.Value, cancellation) is { } account
            ? ContractDocuments.Document(session.Catalogue, account, contract!)
            : throw Refuse.With(
                Fault.ItemNotFoundException,
                "subscriptionContractId",
                id,
                "There is no such subscription contract, or you may not access it."
            );
    }

    /// <summary>Every contract of a subscription, in the order of time.</summary>
    public async Task<SubscriptionContractListType> ListAsync(string usn, CancellationToken cancellation)
    {
        var (subscription, account, _) = await session.ReadSubscriptionAsync(usn, cancellation);
        var contracts = await session
            .Database.SubscriptionContracts.AsNoTracking()
            .Where(contract => contract.SubscriptionUsn == subscription.Usn)
            .OrderBy(contract => contract.StartDate)
            .ToListAsync(cancellation);
        return new SubscriptionContractListType
        {
            SubscriptionContract = [.. contracts.Select(contract => ContractDocuments.Document(session.Catalogue, account, contract))],
        };
    }
}
