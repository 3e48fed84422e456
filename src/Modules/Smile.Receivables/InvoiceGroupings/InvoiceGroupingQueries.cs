using Microsoft.EntityFrameworkCore;
using Smile.Catalogue;
using Smile.Contracts;
using Smile.Contracts.Faults;
using Smile.Customers.Accounts;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Receivables.InvoiceGroupings;

/// <summary>getInvoiceGrouping() and getAvailableInvoiceGroupings() (guide, lines 5644, 5723).</summary>
[UseCase]
public sealed class InvoiceGroupingQueries(StageSession session)
{
    public async Task<InvoiceGroupingsType> GetAsync(string invoiceGroupingId, CancellationToken cancellation)
    {
        if (
            !Guid.TryParse(invoiceGroupingId, out var id)
            || await Groupings().FirstOrDefaultAsync(grouping => grouping.Id == id, cancellation) is not { } found
            || !session.Caller.MayReach(found.AccountUsn)
        )
        {
            throw NoSuchInvoiceGrouping(invoiceGroupingId);
        }

        var account = await session.Database.ReadAccounts.FirstAsync(candidate => candidate.Usn == found.AccountUsn, cancellation);
        return new InvoiceGroupingsType { InvoiceGrouping = [Document(account, found)] };
    }

    /// <summary>All of the account's that have not been deleted, oldest first.</summary>
    public async Task<InvoiceGroupingsType> ListAsync(string usn, CancellationToken cancellation)
    {
        var account = await session.ReadAccountAsync(usn, cancellation);

        var groupings = await Groupings()
            .Where(grouping => grouping.AccountUsn == account.Usn)
            .OrderBy(grouping => grouping.Created)
            .ThenBy(grouping => grouping.Id)
            .ToListAsync(cancellation);
        return new InvoiceGroupingsType { InvoiceGrouping = [.. groupings.Select(grouping => Document(account, grouping))] };
    }

    internal static SmileException NoSuchInvoiceGrouping(string id) =>
        Refuse.NotFound(
            "invoiceGroupingId",
            id,
            "There is no such invoice grouping, or you may not access it. Use getAvailableInvoiceGroupings().",
            Missing.InvoiceGrouping
        );

    private IQueryable<InvoiceGrouping> Groupings() =>
        session
            .Database.InvoiceGroupings.AsNoTracking()
            .Include(grouping => grouping.Subscriptions)
            .Where(grouping => grouping.Deleted == null);

    private InvoiceGroupingType Document(Account account, InvoiceGrouping grouping)
    {
        var configuration =
            session.Catalogue.InvoiceGrouping(grouping.ConfigurationId)
            ?? throw new InvalidOperationException(
                $"The catalogue lacks the invoice grouping {grouping.ConfigurationId}, which is in use."
            );
        var zone = session.ZoneOf(account);
        return new InvoiceGroupingType
        {
            InvoiceGroupingId = grouping.Id.ToString(),
            Account = account.Usn.Value,
            InvoiceGroupingConfiguration = new InvoiceGroupingConfigurationType
            {
                InvoiceGroupingConfigurationId = configuration.Id.ToString(),
                Name = configuration.Name,
                Company = configuration.Company,
                ItemCode = configuration.ItemCode,
            },
            RollupToSubscription = grouping.RollupToUsn?.Value,
            Subscriptions = new InvoiceGroupingSubscriptionsType
            {
                Subscription = [.. grouping.Subscriptions.Select(grouped => grouped.SubscriptionUsn.Value).Order(StringComparer.Ordinal)],
            },
            ActiveFrom = grouping.ActiveFrom is { } from ? zone.ToXml(from) : null,
            ActiveTo = grouping.ActiveTo is { } to ? zone.ToXml(to) : null,
            InvoiceGroupingOverrides = Overrides(grouping, session.Catalogue),
        };
    }

    private static InvoiceGroupingOverridesType? Overrides(InvoiceGrouping grouping, CatalogueSnapshot catalogue) =>
        grouping is { RollupDescription: null, ChargeTypes: null }
            ? null
            : new InvoiceGroupingOverridesType
            {
                RollupDescription = grouping.RollupDescription,
                ChargeTypes = grouping.ChargeTypes is { } types
                    ? new InvoiceGroupingChargeTypesType
                    {
                        ChargeType =
                        [
                            .. types.Select(type => new KeyedValueType { Key = type, Value = catalogue.ChargeType(type)?.Name ?? "" }),
                        ],
                    }
                    : null,
            };
}
