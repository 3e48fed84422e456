using Smile.Billing;
using Smile.Contracts;
using Smile.Correspondence.Documents;
using Smile.Customers.Accounts;
using Smile.Customers.PurchaseOrders;
using Smile.Kernel;
using Smile.Rating.Exports;
using Smile.Receivables;
using Smile.Soap.Xml;

namespace Smile.Api.Soap;

internal sealed class AccountEndpoint(UseCases use) : IAccountEndpoint
{
    public async Task<FutureInvoiceListType?> GetFutureBilling(
        string usn,
        FutureInvoiceRequestType futureInvoiceRequest,
        CancellationToken cancellation
    ) => await use.Of<FutureBilling>().GetAsync(usn, futureInvoiceRequest, cancellation);

    public Task<string?> Echo(string? value, CancellationToken cancellation) => Task.FromResult(value);

    public async Task<AccountType?> Get(string usn, CancellationToken cancellation) =>
        await use.Of<AccountQueries>().GetAsync(usn, cancellation);

    public async Task<AccountInfoType?> GetAccountInfo(string usn, CancellationToken cancellation) =>
        await use.Of<AccountQueries>().GetInfoAsync(usn, cancellation);

    public Task<AccountType?> FindAccount(SearchConditionType searchCondition, CancellationToken cancellation) =>
        use.Of<AccountQueries>().FindOneAsync(searchCondition, cancellation);

    public async Task<AccountSearchResultListType?> FindAccounts(
        SearchConditionType searchCondition,
        int limit,
        int offset,
        CancellationToken cancellation
    ) => await use.Of<AccountQueries>().FindManyAsync(searchCondition, new SearchPage(limit, offset), cancellation);

    public async Task<AccountType?> Update(string usn, AccountType account, CancellationToken cancellation) =>
        await use.Of<UpdateAccount>().ExecuteAsync(usn, account, cancellation);

    public async Task<CostCentreType?> CreateCostCentre(NewCostCentreType newCostCentre, CancellationToken cancellation) =>
        await use.Of<CostCentres>().CreateAsync(newCostCentre, cancellation);

    public async Task<CostCentreType?> GetCostCentre(int costCentreId, CancellationToken cancellation) =>
        await use.Of<CostCentres>().GetAsync(costCentreId, cancellation);

    public async Task<CostCentresType?> GetCostCentres(string usn, CancellationToken cancellation) =>
        await use.Of<CostCentres>().ListAsync(usn, null, cancellation);

    public async Task<CostCentresType?> FindCostCentre(string usn, string costCentreName, CancellationToken cancellation) =>
        await use.Of<CostCentres>().ListAsync(usn, costCentreName, cancellation);

    public Task UpdateCostCentre(CostCentreType costCentre, CancellationToken cancellation) =>
        use.Of<CostCentres>().UpdateAsync(costCentre, cancellation);

    public Task DeleteCostCentre(int costCentreId, CancellationToken cancellation) =>
        use.Of<CostCentres>().DeleteAsync(costCentreId, cancellation);

    public async Task<PurchaseOrderType?> CreatePurchaseOrder(
        NewPurchaseOrderRequestType newPurchaseOrderRequest,
        CancellationToken cancellation
    ) => await use.Of<PurchaseOrderChanges>().CreateAsync(newPurchaseOrderRequest, cancellation);

    public async Task<PurchaseOrderType?> GetPurchaseOrder(string purchaseOrderId, CancellationToken cancellation) =>
        await use.Of<PurchaseOrderQueries>().GetAsync(purchaseOrderId, cancellation);

    public async Task<PurchaseOrderListType?> ListPurchaseOrders(string account, CancellationToken cancellation) =>
        await use.Of<PurchaseOrderQueries>().ListAsync(account, cancellation);

    public Task UpdatePurchaseOrder(PurchaseOrderType purchaseOrder, CancellationToken cancellation) =>
        use.Of<PurchaseOrderChanges>().UpdateAsync(purchaseOrder, cancellation);

    public async Task<TransactionDetailType?> GetTransaction(string transactionNumber, CancellationToken cancellation) =>
        await use.Of<TransactionQueries>().GetAsync(transactionNumber, cancellation);

    public async Task<TransactionListType?> GetTransactionList(
        string usn,
        XmlTimestamp startTimestamp,
        XmlTimestamp endTimestamp,
        CancellationToken cancellation
    ) => await use.Of<TransactionQueries>().ListAsync(usn, startTimestamp, endTimestamp, cancellation);

    public async Task<AccountSummaryType?> GetAccountSummary(string usn, CancellationToken cancellation) =>
        await use.Of<AccountSummaries>().GetAsync(usn, cancellation);

    public async Task<NewInvoiceRequestType?> CompileChargeList(
        string usn,
        ChargeListCompilationRequestType chargeListCompilationRequest,
        CancellationToken cancellation
    ) => await use.Of<CompileChargeList>().ExecuteAsync(usn, chargeListCompilationRequest, cancellation);

    public async Task<ItemisedTransactionDetailType?> RaiseInvoice(
        string usn,
        NewInvoiceRequestType newInvoiceRequest,
        CancellationToken cancellation
    ) => await use.Of<RaiseInvoice>().ExecuteAsync(usn, newInvoiceRequest, cancellation);

    public Task Allocate(string usn, AllocationRequestsType allocationRequests, CancellationToken cancellation) =>
        use.Of<Allocations>().AllocateAsync(usn, allocationRequests, cancellation);

    public Task ChangeBillingCycle(string usn, NewBillingCycleType newBillingCycle, CancellationToken cancellation) =>
        use.Of<ChangeBillingCycle>().ChangeAsync(usn, newBillingCycle, cancellation);

    public async Task<ItemisedTransactionDetailType?> MigrateOpenTransaction(
        string openTransactionNumber,
        string targetAccountUsn,
        CancellationToken cancellation
    ) => await use.Of<MigrateOpenTransaction>().ExecuteAsync(openTransactionNumber, targetAccountUsn, cancellation);

    public async Task<TransactionDetailType?> RaiseAdjustment(
        string usn,
        int adjustmentType,
        XmlTimestamp effective,
        decimal? amount,
        decimal? gst,
        string? comment,
        AllocationRequestType? allocationRequest,
        CancellationToken cancellation
    ) =>
        await use.Of<RaiseAdjustment>().ExecuteAsync(usn, adjustmentType, effective, amount, gst, comment, allocationRequest, cancellation);

    public async Task<DeferredChargeListType?> GetDeferredCharges(string usn, CancellationToken cancellation) =>
        await use.Of<DeferredCharges>().ListAsync(usn, cancellation);

    public async Task<TransactionItemType?> AddDeferredCharge(
        string usn,
        ChargeRequestType chargeRequest,
        CancellationToken cancellation
    ) => await use.Of<DeferredCharges>().AddAsync(usn, chargeRequest, cancellation);

    public async Task<TransactionDetailType?> RaiseReimbursement(
        string usn,
        ReimbursementRequestType reimbursementRequest,
        CancellationToken cancellation
    ) => await use.Of<Reimbursements>().RaiseAsync(usn, reimbursementRequest, cancellation);

    public async Task<TransactionDetailType?> ReverseTransaction(
        string usn,
        ReverseTransactionRequestType reverseTransactionRequest,
        CancellationToken cancellation
    ) => await use.Of<ReverseTransaction>().ExecuteAsync(usn, reverseTransactionRequest, cancellation);

    public async Task<BondsType?> GetHeldBonds(string usn, CancellationToken cancellation) =>
        await use.Of<Bonds>().ListAsync(usn, cancellation);

    public async Task<ItemisedTransactionDetailType?> CreateBond(BondRequestType bondRequest, CancellationToken cancellation) =>
        await use.Of<Bonds>().CreateAsync(bondRequest, cancellation);

    public async Task<TransactionDetailType?> ReleaseBond(string usn, string bondNumber, CancellationToken cancellation) =>
        await use.Of<Bonds>().ReleaseAsync(usn, bondNumber, cancellation);

    public async Task<BondTypesType?> GetBondTypes(CancellationToken cancellation) => await use.Of<BondTypes>().ListAsync(cancellation);

    public async Task<DocumentReferenceType?> GetTransactionDocument(string transactionNumber, CancellationToken cancellation) =>
        await use.Of<DocumentDownloads>().CreateAsync(transactionNumber, cancellation);

    public async Task<ActivityBatchURLType?> GetRatings(string transactionNumber, CancellationToken cancellation) =>
        ActivityDocuments.Document(await use.Of<ActivityRatings>().InvoiceAsync(transactionNumber, cancellation));
}
