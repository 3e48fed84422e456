using System.Globalization;
using Smile.Catalogue;
using Smile.Contracts;
using Smile.Customers.Accounts;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Receivables;

/// <summary>getItemDescription() and getItemDescriptionById() (guide, lines 17875, 17952).</summary>
[UseCase]
public sealed class ItemDescriptions(StageSession session)
{
    /// <summary>The company's own item, or the one for all companies, of a code.</summary>
    public async Task<LineItemDescriptionType> GetAsync(int companyId, string itemCode, CancellationToken cancellation)
    {
        var company = session.Catalogue.Content.Companies.FirstOrDefault(candidate => candidate.Id == companyId);
        if (
            company is null
            || !await MaySeeAsync(companyId, cancellation)
            || session.Catalogue.ItemDescription(companyId, itemCode) is not { } item
        )
        {
            throw Refuse.NotFound("itemCode", itemCode, $"Company {companyId} has no such item description, or you may not access it.");
        }

        return ItemDescriptionDocuments.Document(session.Catalogue, item, company);
    }

    /// <param name="itemDescriptionId">The number of an item description; or a code, where one item alone has it: messages name items so
    /// (guide, line 21490).</param>
    public async Task<LineItemDescriptionType> GetByIdAsync(string itemDescriptionId, CancellationToken cancellation)
    {
        var item = Find(itemDescriptionId.Trim());
        if (item is null || (item.Company is { } owner && !await MaySeeAsync(owner, cancellation)))
        {
            throw Refuse.NotFound("itemDescriptionId", itemDescriptionId, "There is no such item description, or you may not access it.");
        }

        // An item for all companies shows in the caller's.
        var companyId = item.Company ?? await session.CallersCompanyAsync(cancellation);
        return ItemDescriptionDocuments.Document(session.Catalogue, item, session.Catalogue.Company(companyId));
    }

    private ItemDescription? Find(string id)
    {
        var items = session.Catalogue.Content.ItemDescriptions;
        var numbered = int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? items.FirstOrDefault(item => item.Id == number)
            : null;
        return numbered ?? (items.Where(item => item.Code == id).Take(2).ToList() is [var only] ? only : null);
    }

    private async Task<bool> MaySeeAsync(int company, CancellationToken cancellation) =>
        session.Caller.AllAccounts || await session.CallersCompanyAsync(cancellation) == company;
}
