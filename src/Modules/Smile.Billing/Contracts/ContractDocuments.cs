using Smile.Catalogue;
using Smile.Contracts;
using Smile.Customers.Accounts;
using Smile.Kernel;
using Smile.Receivables;

namespace Smile.Billing.Contracts;

/// <summary>Contracts as the wire shows them.</summary>
internal static class ContractDocuments
{
    private const string CalendarMonths = "CalendarMonths";

    /// <param name="company">In whose currency and time zone the contract is shown.</param>
    public static ContractDescriptionType Description(CatalogueSnapshot catalogue, ContractItem contract, Company company)
    {
        var currency = catalogue.Currency(company.Currency);
        var zone = catalogue.Zone(company.TimeZone);
        return new ContractDescriptionType
        {
            ContractId = contract.Id,
            ServiceId = new KeyedValueType { Key = contract.Service, Value = catalogue.Service(contract.Service)!.Name },
            Name = contract.Name,
            BaseValue = Amount(contract.BaseValue),
            PlanRecurringChargePercentage = contract.PlanRecurringChargePercentage,
            Duration = new ContractDurationType { Unit = CalendarMonths, Value = contract.Duration },
            GraceDays = contract.GraceDays,
            ValidFrom = zone.ToXml(contract.ValidFrom),
            ValidTo = contract.ValidTo is { } last ? zone.ToXml(last) : null,
            SetupFees = new ContractSetupFeesType { SetupFee = [.. contract.SetupFees.Select(Fee)] },
            EarlyTerminationFee = Fee(contract.EarlyTerminationFee),
            MinimumTerminationCharge = Amount(contract.MinimumTerminationCharge),
            MaximumTerminationCharge = Amount(contract.MaximumTerminationCharge),
            Comments = contract.Comments,
            AllowedManagedPlanChanges = contract.AllowedManagedPlanChanges.ToString(),
        };

        CurrencyValueType Amount(decimal amount) => new Money(amount, currency).ToDocument();

        LineItemDescriptionType Fee(ContractFee fee) =>
            ItemDescriptionDocuments.Document(catalogue, Item(catalogue, company.Id, fee), company, fee.Rate, name: fee.Description);
    }

    public static SubscriptionContractType Document(CatalogueSnapshot catalogue, Account account, SubscriptionContract contract)
    {
        var currency = catalogue.Currency(account.Currency);
        var zone = catalogue.Zone(account.TimeZoneId);
        return new SubscriptionContractType
        {
            SubscriptionContractId = contract.Id,
            Contract = new KeyedValueType { Key = contract.ContractId, Value = catalogue.Contract(contract.ContractId)!.Name },
            USN = contract.SubscriptionUsn.Value,
            EarlyTerminationCharge = Amount(contract.EarlyTerminationCharge),
            StartDate = zone.ToXml(contract.StartDate),
            EndDate = zone.ToXml(contract.EndDate),
            ContractValue = Amount(contract.ContractValue),
            MinimumTerminationCharge = Amount(contract.MinimumTerminationCharge),
            MaximumTerminationCharge = Amount(contract.MaximumTerminationCharge),
            Comments = contract.Comments,
            Terminated = contract.Terminated is { } day ? zone.ToXml(day) : null,
            ContractedPlanScheduleItem = (int?)contract.ContractedPlanScheduleItemId,
        };

        CurrencyValueType Amount(decimal amount) => new Money(amount, currency).ToDocument();
    }

    /// <summary>The item that a fee is charged as.</summary>
    public static ItemDescription Item(CatalogueSnapshot catalogue, int company, ContractFee fee) =>
        catalogue.ItemDescription(company, fee.ItemCode)
        ?? throw new InvalidOperationException($"The catalogue has no item description {fee.ItemCode}.");
}
