using Smile.Contracts;
using Smile.Receivables;
using Smile.Receivables.InvoiceGroupings;

namespace Smile.Api.Soap;

internal sealed class AccountInvoiceGroupingEndpoint(UseCases use) : IAccountInvoiceGroupingEndpoint
{
    public Task CreateInvoiceGrouping(NewInvoiceGroupingType newInvoiceGrouping, CancellationToken cancellation) =>
        use.Of<InvoiceGroupingChanges>().CreateAsync(newInvoiceGrouping, cancellation);

    public async Task<InvoiceGroupingsType?> GetInvoiceGrouping(string invoiceGroupingId, CancellationToken cancellation) =>
        await use.Of<InvoiceGroupingQueries>().GetAsync(invoiceGroupingId, cancellation);

    public async Task<InvoiceGroupingsType?> GetAvailableInvoiceGroupings(string usn, CancellationToken cancellation) =>
        await use.Of<InvoiceGroupingQueries>().ListAsync(usn, cancellation);

    public Task UpdateInvoiceGrouping(
        string invoiceGroupingId,
        NewInvoiceGroupingType newInvoiceGrouping,
        CancellationToken cancellation
    ) => use.Of<InvoiceGroupingChanges>().UpdateAsync(invoiceGroupingId, newInvoiceGrouping, cancellation);

    public Task DeleteInvoiceGrouping(string invoiceGroupingId, CancellationToken cancellation) =>
        use.Of<InvoiceGroupingChanges>().DeleteAsync(invoiceGroupingId, cancellation);
}

internal sealed class AccountsReceivableEndpoint(UseCases use) : IAccountsReceivableEndpoint
{
    public async Task<LineItemDescriptionType?> GetItemDescription(int company, string itemCode, CancellationToken cancellation) =>
        await use.Of<ItemDescriptions>().GetAsync(company, itemCode, cancellation);

    public async Task<LineItemDescriptionType?> GetItemDescriptionById(string itemDescriptionId, CancellationToken cancellation) =>
        await use.Of<ItemDescriptions>().GetByIdAsync(itemDescriptionId, cancellation);
}
