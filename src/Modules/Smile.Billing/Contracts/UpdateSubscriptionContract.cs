using Microsoft.EntityFrameworkCore;
using Smile.Contracts;
using Smile.Contracts.Faults;
using Smile.Customers.Accounts;
using Smile.Customers.Subscriptions;
using Smile.Kernel;
using Smile.Receivables;
using Smile.Session;

namespace Smile.Billing.Contracts;

/// <summary>updateSubscriptionContract(): days, value, charges and comments, and nothing else (guide, line 15986).</summary>
[UseCase]
public sealed class UpdateSubscriptionContract(StageSession session, ContractRules rules)
{
    private const Fault Immutable = Fault.InvalidContractException;
    private const int LongestComments = 1_000;

    public async Task ExecuteAsync(string usn, SubscriptionContractType document, CancellationToken cancellation)
    {
        var id =
            document.SubscriptionContractId ?? throw Refuse.With(Immutable, "SubscriptionContractId", "", "Name the contract to update.");
        if (document.USN?.Trim() != usn.Trim())
        {
            throw Refuse.With(
                Immutable,
                "USN",
                document.USN,
                $"The document must name the subscription {usn}: a contract stays with its subscription."
            );
        }

        var (account, subscription) =
            await session.BeginOnSubscriptionAsync(usn.Trim(), cancellation) ?? throw StageSession.NoSuchSubscription(usn);
        var contract =
            await session.Database.SubscriptionContracts.FirstOrDefaultAsync(
                candidate => candidate.Id == id && candidate.SubscriptionUsn == subscription.Usn,
                cancellation
            )
            ?? throw Refuse.NotFound(
                "SubscriptionContractId",
                id,
                $"The subscription {usn} has no such contract. Use getSubscriptionContracts().",
                Missing.SubscriptionContract
            );
        RequireImmutablesKept(contract, document);
        var values = Values.Of(contract);
        Put(account, contract, document);
        if (Values.Of(contract) != values && session.Catalogue.Contract(contract.ContractId) is { MayAlterValues: false })
        {
            throw Refuse.With(
                Immutable,
                "SubscriptionContractId",
                id,
                $"The values of contract {contract.ContractId} may not be altered; comments may."
            );
        }

        await rules.RequireFreeAsync(subscription.Usn, contract.Days, except: id, Fault.ContractOverlapException, cancellation);
        var zone = session.ZoneOf(account);
        if (contract.Days.To > values.End)
        {
            await rules.RequireNotClosedAsync(subscription, contract.Days.To, zone, Fault.InvalidRequestException, cancellation);
        }

        subscription.RebillFromDay(values.Start < contract.StartDate ? values.Start : contract.StartDate);
        session.ChangeRating(subscription, zone.StartOf(values.Start < contract.StartDate ? values.Start : contract.StartDate));
        await session.CommitAsync(cancellation);
    }

    private static void RequireImmutablesKept(SubscriptionContract contract, SubscriptionContractType document)
    {
        if (document.Contract is { } kind && kind.Key != contract.ContractId)
        {
            throw Refuse.With(Immutable, "Contract", kind.Key, $"It is a contract of kind {contract.ContractId}: add another one instead.");
        }

        if (document.Terminated is { } terminated && terminated.Date != contract.Terminated)
        {
            throw Refuse.With(Immutable, "Terminated", terminated.Date, "Use commitContractTermination() to terminate a contract.");
        }

        if (document.ContractedPlanScheduleItem is { } item && item != contract.ContractedPlanScheduleItemId)
        {
            throw Refuse.With(Immutable, "ContractedPlanScheduleItem", item, "The plan that a contract binds to cannot be changed.");
        }
    }

    private void Put(Account account, SubscriptionContract contract, SubscriptionContractType document)
    {
        contract.StartDate = EffectiveDates.Checked(
            session,
            account,
            document.StartDate.Date,
            "StartDate",
            daysAhead: AddSubscriptionContract.MostDaysAhead
        );
        contract.EndDate = EffectiveDates.Checked(
            session,
            account,
            document.EndDate.Date,
            "EndDate",
            daysAhead: AddSubscriptionContract.MostDaysAhead
        );
        if (contract.EndDate < contract.StartDate)
        {
            throw Refuse.Invalid("EndDate", contract.EndDate, "A contract ends on the day on which it starts or later.");
        }

        if (contract.Terminated is { } terminated && (terminated < contract.StartDate || terminated > contract.EndDate))
        {
            throw Refuse.Invalid(
                "StartDate",
                contract.StartDate,
                $"The contract was terminated on {terminated:yyyy-MM-dd}, which must stay one of its days."
            );
        }

        var currency = session.CurrencyOf(account);
        contract.ContractValue = Amount(
            document.ContractValue,
            currency with
            {
                Decimals = ContractAmounts.ValueDecimals,
            },
            "ContractValue"
        );
        contract.EarlyTerminationCharge = Amount(document.EarlyTerminationCharge, currency, "EarlyTerminationCharge");
        contract.MinimumTerminationCharge = Amount(document.MinimumTerminationCharge, currency, "MinimumTerminationCharge");
        contract.MaximumTerminationCharge = Amount(document.MaximumTerminationCharge, currency, "MaximumTerminationCharge");
        if (contract.MaximumTerminationCharge != 0m && contract.MaximumTerminationCharge < contract.MinimumTerminationCharge)
        {
            throw Refuse.Invalid(
                "MaximumTerminationCharge",
                contract.MaximumTerminationCharge,
                "The largest charge is less than the least one; 0 is no bound."
            );
        }

        var comments = document.Comments?.Trim() ?? contract.Comments;
        contract.Comments =
            comments?.Length > LongestComments
                ? throw Refuse.Invalid("Comments", "", $"Comments have at most {LongestComments} characters.")
                : comments;
    }

    private static decimal Amount(CurrencyValueType amount, Currency currency, string what) =>
        amount.Value == 0m ? 0m : AmountRules.Positive(amount, currency, what);

    /// <summary>What a contract may fix.</summary>
    private sealed record Values(DateOnly Start, DateOnly End, decimal Value, decimal EarlyTermination, decimal Minimum, decimal Maximum)
    {
        public static Values Of(SubscriptionContract contract) =>
            new(
                contract.StartDate,
                contract.EndDate,
                contract.ContractValue,
                contract.EarlyTerminationCharge,
                contract.MinimumTerminationCharge,
                contract.MaximumTerminationCharge
            );
    }
}
