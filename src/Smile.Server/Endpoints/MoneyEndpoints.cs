using Smile.Contracts;
using Smile.Receivables;
using Smile.Receivables.InvoiceGroupings;

namespace Smile.Server.Endpoints;

internal sealed class AccountInvoiceGroupingEndpoint(InvoiceGroupingQueries queries, InvoiceGroupingChanges changes)
    : IAccountInvoiceGroupingEndpoint
{
    public Task CreateInvoiceGrouping(NewInvoiceGroupingType newInvoiceGrouping, CancellationToken cancellation) =>
        changes.CreateAsync(newInvoiceGrouping, cancellation);

    public async Task<InvoiceGroupingsType?> GetInvoiceGrouping(string invoiceGroupingId, CancellationToken cancellation) =>
        await queries.GetAsync(invoiceGroupingId, cancellation);

    public async Task<InvoiceGroupingsType?> GetAvailableInvoiceGroupings(string usn, CancellationToken cancellation) =>
        await queries.ListAsync(usn, cancellation);

    public Task UpdateInvoiceGrouping(
        string invoiceGroupingId,
        NewInvoiceGroupingType newInvoiceGrouping,
        CancellationToken cancellation
    ) => changes.UpdateAsync(invoiceGroupingId, newInvoiceGrouping, cancellation);

    public Task DeleteInvoiceGrouping(string invoiceGroupingId, CancellationToken cancellation) =>
        changes.DeleteAsync(invoiceGroupingId, cancellation);
}

internal sealed class AccountsReceivableEndpoint(ItemDescriptions items) : IAccountsReceivableEndpoint
{
    public async Task<LineItemDescriptionType?> GetItemDescription(int company, string itemCode, CancellationToken cancellation) =>
        await items.GetAsync(company, itemCode, cancellation);

    public async Task<LineItemDescriptionType?> GetItemDescriptionById(string itemDescriptionId, CancellationToken cancellation) =>
        await items.GetByIdAsync(itemDescriptionId, cancellation);
}
