using Smile.Billing;
using Smile.Contracts;
using Smile.Correspondence.Documents;
using Smile.Customers.Accounts;
using Smile.Customers.PurchaseOrders;
using Smile.Kernel;
using Smile.Receivables;
using Smile.Soap.Xml;

namespace Smile.Server.Endpoints;

internal sealed class AccountEndpoint(
    AccountQueries queries,
    UpdateAccount update,
    CostCentres costCentres,
    PurchaseOrderQueries purchaseOrders,
    PurchaseOrderChanges purchaseOrderChanges,
    BondTypes bondTypes,
    TransactionQueries transactions,
    AccountSummaries summaries,
    RaiseInvoice invoices,
    CompileChargeList chargeLists,
    Allocations allocations,
    MigrateOpenTransaction migration,
    RaiseAdjustment adjustments,
    DeferredCharges deferredCharges,
    Reimbursements reimbursements,
    ReverseTransaction reversals,
    Bonds bonds,
    DocumentDownloads downloads,
    FutureBilling futureBilling,
    ChangeBillingCycle cycles
) : IAccountEndpoint
{
    public async Task<FutureInvoiceListType?> GetFutureBilling(
        string usn,
        FutureInvoiceRequestType futureInvoiceRequest,
        CancellationToken cancellation
    ) => await futureBilling.GetAsync(usn, futureInvoiceRequest, cancellation);

    public Task<string?> Echo(string? value, CancellationToken cancellation) => Task.FromResult(value);

    public async Task<AccountType?> Get(string usn, CancellationToken cancellation) => await queries.GetAsync(usn, cancellation);

    public async Task<AccountInfoType?> GetAccountInfo(string usn, CancellationToken cancellation) =>
        await queries.GetInfoAsync(usn, cancellation);

    public Task<AccountType?> FindAccount(SearchConditionType searchCondition, CancellationToken cancellation) =>
        queries.FindOneAsync(searchCondition, cancellation);

    public async Task<AccountSearchResultListType?> FindAccounts(
        SearchConditionType searchCondition,
        int limit,
        int offset,
        CancellationToken cancellation
    ) => await queries.FindManyAsync(searchCondition, new SearchPage(limit, offset), cancellation);

    public async Task<AccountType?> Update(string usn, AccountType account, CancellationToken cancellation) =>
        await update.ExecuteAsync(usn, account, cancellation);

    public async Task<CostCentreType?> CreateCostCentre(NewCostCentreType newCostCentre, CancellationToken cancellation) =>
        await costCentres.CreateAsync(newCostCentre, cancellation);

    public async Task<CostCentreType?> GetCostCentre(int costCentreId, CancellationToken cancellation) =>
        await costCentres.GetAsync(costCentreId, cancellation);

    public async Task<CostCentresType?> GetCostCentres(string usn, CancellationToken cancellation) =>
        await costCentres.ListAsync(usn, null, cancellation);

    public async Task<CostCentresType?> FindCostCentre(string usn, string costCentreName, CancellationToken cancellation) =>
        await costCentres.ListAsync(usn, costCentreName, cancellation);

    public Task UpdateCostCentre(CostCentreType costCentre, CancellationToken cancellation) =>
        costCentres.UpdateAsync(costCentre, cancellation);

    public Task DeleteCostCentre(int costCentreId, CancellationToken cancellation) => costCentres.DeleteAsync(costCentreId, cancellation);

    public async Task<PurchaseOrderType?> CreatePurchaseOrder(
        NewPurchaseOrderRequestType newPurchaseOrderRequest,
        CancellationToken cancellation
    ) => await purchaseOrderChanges.CreateAsync(newPurchaseOrderRequest, cancellation);

    public async Task<PurchaseOrderType?> GetPurchaseOrder(string purchaseOrderId, CancellationToken cancellation) =>
        await purchaseOrders.GetAsync(purchaseOrderId, cancellation);

    public async Task<PurchaseOrderListType?> ListPurchaseOrders(string account, CancellationToken cancellation) =>
        await purchaseOrders.ListAsync(account, cancellation);

    public Task UpdatePurchaseOrder(PurchaseOrderType purchaseOrder, CancellationToken cancellation) =>
        purchaseOrderChanges.UpdateAsync(purchaseOrder, cancellation);

    public async Task<TransactionDetailType?> GetTransaction(string transactionNumber, CancellationToken cancellation) =>
        await transactions.GetAsync(transactionNumber, cancellation);

    public async Task<TransactionListType?> GetTransactionList(
        string usn,
        XmlTimestamp startTimestamp,
        XmlTimestamp endTimestamp,
        CancellationToken cancellation
    ) => await transactions.ListAsync(usn, startTimestamp, endTimestamp, cancellation);

    public async Task<AccountSummaryType?> GetAccountSummary(string usn, CancellationToken cancellation) =>
        await summaries.GetAsync(usn, cancellation);

    public async Task<NewInvoiceRequestType?> CompileChargeList(
        string usn,
        ChargeListCompilationRequestType chargeListCompilationRequest,
        CancellationToken cancellation
    ) => await chargeLists.ExecuteAsync(usn, chargeListCompilationRequest, cancellation);

    public async Task<ItemisedTransactionDetailType?> RaiseInvoice(
        string usn,
        NewInvoiceRequestType newInvoiceRequest,
        CancellationToken cancellation
    ) => await invoices.ExecuteAsync(usn, newInvoiceRequest, cancellation);

    public Task Allocate(string usn, AllocationRequestsType allocationRequests, CancellationToken cancellation) =>
        allocations.AllocateAsync(usn, allocationRequests, cancellation);

    public Task ChangeBillingCycle(string usn, NewBillingCycleType newBillingCycle, CancellationToken cancellation) =>
        cycles.ChangeAsync(usn, newBillingCycle, cancellation);

    public async Task<ItemisedTransactionDetailType?> MigrateOpenTransaction(
        string openTransactionNumber,
        string targetAccountUsn,
        CancellationToken cancellation
    ) => await migration.ExecuteAsync(openTransactionNumber, targetAccountUsn, cancellation);

    public async Task<TransactionDetailType?> RaiseAdjustment(
        string usn,
        int adjustmentType,
        XmlTimestamp effective,
        decimal? amount,
        decimal? gst,
        string? comment,
        AllocationRequestType? allocationRequest,
        CancellationToken cancellation
    ) => await adjustments.ExecuteAsync(usn, adjustmentType, effective, amount, gst, comment, allocationRequest, cancellation);

    public async Task<DeferredChargeListType?> GetDeferredCharges(string usn, CancellationToken cancellation) =>
        await deferredCharges.ListAsync(usn, cancellation);

    public async Task<TransactionItemType?> AddDeferredCharge(
        string usn,
        ChargeRequestType chargeRequest,
        CancellationToken cancellation
    ) => await deferredCharges.AddAsync(usn, chargeRequest, cancellation);

    public async Task<TransactionDetailType?> RaiseReimbursement(
        string usn,
        ReimbursementRequestType reimbursementRequest,
        CancellationToken cancellation
    ) => await reimbursements.RaiseAsync(usn, reimbursementRequest, cancellation);

    public async Task<TransactionDetailType?> ReverseTransaction(
        string usn,
        ReverseTransactionRequestType reverseTransactionRequest,
        CancellationToken cancellation
    ) => await reversals.ExecuteAsync(usn, reverseTransactionRequest, cancellation);

    public async Task<BondsType?> GetHeldBonds(string usn, CancellationToken cancellation) => await bonds.ListAsync(usn, cancellation);

    public async Task<ItemisedTransactionDetailType?> CreateBond(BondRequestType bondRequest, CancellationToken cancellation) =>
        await bonds.CreateAsync(bondRequest, cancellation);

    public async Task<TransactionDetailType?> ReleaseBond(string usn, string bondNumber, CancellationToken cancellation) =>
        await bonds.ReleaseAsync(usn, bondNumber, cancellation);

    public async Task<BondTypesType?> GetBondTypes(CancellationToken cancellation) => await bondTypes.ListAsync(cancellation);

    public async Task<DocumentReferenceType?> GetTransactionDocument(string transactionNumber, CancellationToken cancellation) =>
        await downloads.CreateAsync(transactionNumber, cancellation);
}
