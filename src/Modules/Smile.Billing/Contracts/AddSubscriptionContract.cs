using Microsoft.EntityFrameworkCore;
using Smile.Catalogue;
using Smile.Contracts;
using Smile.Contracts.Faults;
using Smile.Customers.Accounts;
using Smile.Customers.Subscriptions;
using Smile.Kernel;
using Smile.Receivables;
using Smile.Session;
using Smile.Soap.Xml;

namespace Smile.Billing.Contracts;

/// <summary>addSubscriptionContract() (guide, line 15889).</summary>
[UseCase]
public sealed class AddSubscriptionContract(StageSession session, ContractRules rules, DeferredCharges deferred, Discounts discounts)
{
    /// <summary>The guide's example begins seventeen years ahead (line 15937).</summary>
    internal const int MostDaysAhead = 36_525;

    private const Fault Fault = Fault.InvalidContractException;

    /// <summary>Binds a subscription, and puts the contract's setup fees on the next invoice.</summary>
    /// <param name="end">Its day is the last one; none, or an open one, for as long as the contract says.</param>
    public async Task<SubscriptionContractType> ExecuteAsync(
        string usn,
        int contractId,
        XmlTimestamp start,
        XmlTimestamp? end,
        CancellationToken cancellation
    )
    {
        var (account, subscription) =
            await session.BeginOnSubscriptionAsync(usn.Trim(), cancellation) ?? throw StageSession.NoSuchSubscription(usn);
        var contract =
            session.Catalogue.Contract(contractId)
            ?? throw Refuse.NotFound(
                "contractId",
                contractId,
                "There is no such contract. Use getAvailableContractsForPlan().",
                Missing.Contract
            );
        if (session.Catalogue.Company(account.CompanyId).Currency != account.Currency)
        {
            throw Refuse.With(
                Fault,
                "contractId",
                contractId,
                $"The contract has no prices in {account.Currency}, which the account is kept in."
            );
        }

        var days = Days(account, contract, start, end);
        var planned = await PlannedAsync(account, subscription, contract, days, cancellation);
        await rules.RequireFreeAsync(subscription.Usn, days, except: null, Fault, cancellation);
        var added = await BindAsync(account, subscription, contract, planned, days, cancellation);
        await session.CommitAsync(cancellation);
        return ContractDocuments.Document(session.Catalogue, account, added);
    }

    /// <summary>
    /// Binds a subscription to the contract that its order came with, from today on, within the transaction that activates it.
    /// </summary>
    /// <param name="account">Locked; it, the subscription and its plan schedule are in the database.</param>
    /// <param name="planItems">The plan schedule.</param>
    public async Task BindOrderedAsync(
        Account account,
        Subscription subscription,
        ContractItem contract,
        IEnumerable<PlanScheduleItem> planItems,
        CancellationToken cancellation
    )
    {
        var from = session.DayOf(account);
        var days = new DayRange(from, LastDay(contract, from));
        var over = session.ZoneOf(account).StartOf(days.To.AddDays(1));
        var items = planItems.ToList();
        if (items.Exists(item => item.PlanCode is null && item.Start < over))
        {
            // It was cancelled before the contract could begin, for a day on which the contract would bind it.
            return;
        }

        var planned = items.First(item => item.PlanCode is { } code && contract.IsFor(code));
        await BindAsync(account, subscription, contract, planned, days, cancellation);
    }

    private async Task<SubscriptionContract> BindAsync(
        Account account,
        Subscription subscription,
        ContractItem contract,
        PlanScheduleItem planned,
        DayRange days,
        CancellationToken cancellation
    )
    {
        var plan = planned.ChargeOverrides.Apply(session.Catalogue.Plan(planned.PlanCode!)!);
        var cycles = ChargeCycles.Of(session.Catalogue, account, subscription);
        var applicable = new SubscriptionDiscounts(
            await discounts.OfAsync(account, [(subscription.Usn, subscription.ServiceId)], cancellation),
            subscription.Usn,
            session.CurrencyOf(account)
        );
        var added = new SubscriptionContract
        {
            SubscriptionUsn = subscription.Usn,
            ContractId = contract.Id,
            ContractedPlanScheduleItemId = planned.Id,
            StartDate = days.From,
            EndDate = days.To,
            ContractValue = ContractAmounts.Value(
                session.Catalogue,
                account.CompanyId,
                account.Currency,
                cycles,
                contract,
                plan,
                planned.Options,
                days,
                applicable
            ),
            EarlyTerminationCharge =
                contract.EarlyTerminationFee.Rate
                ?? ContractDocuments.Item(session.Catalogue, account.CompanyId, contract.EarlyTerminationFee).Rate
                ?? 0m,
            MinimumTerminationCharge = contract.MinimumTerminationCharge,
            MaximumTerminationCharge = contract.MaximumTerminationCharge,
            Created = session.Now,
        };
        session.Database.SubscriptionContracts.Add(added);
        subscription.RebillFromDay(days.From);
        await deferred.DeferAsync(
            account,
            [.. contract.SetupFees.Select(fee => SetupCharge(account, subscription, fee, days.From))],
            cancellation
        );
        return added;
    }

    private static DateOnly LastDay(ContractItem contract, DateOnly from) => from.AddMonths(contract.Duration).AddDays(-1);

    private DayRange Days(Account account, ContractItem contract, XmlTimestamp start, XmlTimestamp? end)
    {
        var zone = session.ZoneOf(account);
        var from = EffectiveDates.Checked(session, account, zone.DateOf(start), "startDate", daysAhead: MostDaysAhead);
        var own = LastDay(contract, from);
        var to = end is { IsOpenEnd: false } stated
            ? EffectiveDates.Checked(session, account, zone.DateOf(stated), "endDate", daysAhead: MostDaysAhead)
            : own;
        if (to < from)
        {
            throw Refuse.Invalid("endDate", to, "A contract ends on the day on which it starts or later.");
        }

        return contract.MayAlterValues || to == own
            ? new DayRange(from, to)
            : throw Refuse.With(
                Fault,
                "endDate",
                to,
                $"Contract {contract.Id} is for {contract.Duration} months and may not be altered: leave the end date out."
            );
    }

    /// <summary>
    /// The plan that the subscription uses from the contract's first day on; it offers the contract, and so do all that are to follow
    /// within it.
    /// </summary>
    private async Task<PlanScheduleItem> PlannedAsync(
        Account account,
        Subscription subscription,
        ContractItem contract,
        DayRange days,
        CancellationToken cancellation
    )
    {
        var zone = session.ZoneOf(account);
        var (begun, over) = (zone.StartOf(days.From.AddDays(1)), zone.StartOf(days.To.AddDays(1)));
        var items = await session
            .Database.ReadPlanScheduleItems.Where(item => item.SubscriptionUsn == subscription.Usn && item.Start < over)
            .OrderBy(item => item.PlanScheduleType)
            .ThenBy(item => item.Start)
            .ThenBy(item => item.Id)
            .ToListAsync(cancellation);
        foreach (var schedule in items.GroupBy(item => item.PlanScheduleType))
        {
            var used = schedule.LastOrDefault(item => item.Start < begun);
            if (
                used is not null
                && schedule
                    .Where(item => item == used || item.Start >= begun)
                    .All(item => item.PlanCode is { } code && contract.IsFor(code))
            )
            {
                return used;
            }
        }

        throw Refuse.With(
            Fault,
            "contractId",
            contract.Id,
            $"The plan that {subscription.Usn} uses from {days.From:yyyy-MM-dd} to {days.To:yyyy-MM-dd} does not offer the contract. "
                + $"Use getAvailableContractsForPlan()."
        );
    }

    private ChargeRequestType SetupCharge(Account account, Subscription subscription, ContractFee fee, DateOnly day)
    {
        var date = session.ZoneOf(account).ToXml(day).ToString();
        return new ChargeRequestType
        {
            USN = subscription.Usn.Value,
            ItemCode = fee.ItemCode,
            Description = fee.Description,
            Count = 1,
            StartDate = date,
            EndDate = date,
            Amount = fee.Rate,
        };
    }
}
