using System.Globalization;
using System.Text.Json.Nodes;

namespace Smile.Catalogue;

/// <summary>The kinds of items that a catalogue holds.</summary>
public enum CatalogueItemKind
{
    Language,
    Currency,
    TimeZone,
    BillingCycle,
    Company,
    GstSchedule,
    AccountType,
    AccountTerms,
    ResponsiveTerms,
    PaymentType,
    ReportingCategory,
    ItemDescription,
    ChargeType,
    BondType,
    AdjustmentType,
    Office,
    Discount,
    InvoiceGrouping,
    CustomCollection,
    AccountField,
    PurchaseOrderField,
    Stationery,
    Service,
    Feature,
    Calendar,
    UsageAlertGroup,
    TariffType,
    SpendLimit,
    UsageSource,
    Plan,
    PrepaidBlock,
    Contract,
    ManagedPlanGroup,
    NumberPool,
    TicketStatus,
    Operator,
    TicketGroup,
    TicketType,
    TemplateTicket,
    TicketAction,
    Package,
}

/// <summary>An item of a catalogue.</summary>
/// <param name="Key">Its id, code or, for a field of accounts or purchase orders, name; an item of one company has that before its
/// code.</param>
/// <param name="Name">What people call it.</param>
public sealed record CatalogueItemReference(CatalogueItemKind Kind, string Key, string Name);

/// <summary>A property that differs, such as <c>plans[812].name</c>, in short.</summary>
/// <param name="Old">Null where it was not there.</param>
/// <param name="New">Null where it is not there any more.</param>
public sealed record CataloguePropertyChange(string Property, string? Old, string? New);

/// <summary>An item that both catalogues have and that is not the same.</summary>
public sealed record CatalogueItemChange(CatalogueItemReference Item, IReadOnlyList<CataloguePropertyChange> Properties);

/// <summary>
/// What applying a catalogue would change. Applying replaces the whole catalogue: what the new one lacks is removed, which is
/// possible only for what is not in use.
/// </summary>
public sealed class CatalogueDifference
{
    private CatalogueDifference(
        IReadOnlyList<CatalogueItemReference> added,
        IReadOnlyList<CatalogueItemChange> changed,
        IReadOnlyList<CatalogueItemReference> removed
    )
    {
        Added = added;
        Changed = changed;
        Removed = removed;
    }

    public IReadOnlyList<CatalogueItemReference> Added { get; }

    public IReadOnlyList<CatalogueItemChange> Changed { get; }

    public IReadOnlyList<CatalogueItemReference> Removed { get; }

    /// <summary>True where applying would change nothing, the order of items apart.</summary>
    public bool IsEmpty => Added.Count == 0 && Changed.Count == 0 && Removed.Count == 0;

    /// <summary>The keys of one kind that the new catalogue lacks.</summary>
    public IReadOnlyList<string> RemovedKeys(CatalogueItemKind kind) =>
        [.. Removed.Where(item => item.Kind == kind).Select(item => item.Key)];

    /// <param name="current">Null where nothing was applied before.</param>
    public static CatalogueDifference Between(CatalogueContent? current, CatalogueContent next)
    {
        var before = current is null ? [] : Items(current);
        var after = Items(next);
        var old = before.ToDictionary(item => (item.Reference.Kind, item.Reference.Key));
        var kept = after.Select(item => (item.Reference.Kind, item.Reference.Key)).ToHashSet();
        var changed = after
            .Where(item => old.ContainsKey((item.Reference.Kind, item.Reference.Key)))
            .Select(item => new CatalogueItemChange(
                item.Reference,
                CataloguePropertyComparison.Compare(old[(item.Reference.Kind, item.Reference.Key)].Node, item.Node)
            ))
            .Where(change => change.Properties.Count > 0);
        return new CatalogueDifference(
            [.. after.Where(item => !old.ContainsKey((item.Reference.Kind, item.Reference.Key))).Select(item => item.Reference)],
            [.. changed],
            [.. before.Where(item => !kept.Contains((item.Reference.Kind, item.Reference.Key))).Select(item => item.Reference)]
        );
    }

    /// <summary>Lines for people: <c>+</c> added, <c>~</c> changed with its properties below, <c>-</c> removed.</summary>
    public IEnumerable<string> Lines()
    {
        foreach (var item in Added)
        {
            yield return "+ " + Describe(item);
        }

        foreach (var change in Changed)
        {
            yield return "~ " + Describe(change.Item);
            foreach (var property in change.Properties)
            {
                yield return $"    {property.Property}: {property.Old ?? "(none)"} → {property.New ?? "(none)"}";
            }
        }

        foreach (var item in Removed)
        {
            yield return "- " + Describe(item);
        }
    }

    private static string Describe(CatalogueItemReference item) =>
        $"{item.Kind} {item.Key}" + (item.Name == item.Key ? "" : $" ({item.Name})");

    private static List<(CatalogueItemReference Reference, JsonNode? Node)> Items(CatalogueContent content)
    {
        var items = new List<(CatalogueItemReference Reference, JsonNode? Node)>();
        Add(CatalogueItemKind.Language, content.Languages, item => item.Code, item => item.Code);
        Add(CatalogueItemKind.Currency, content.Currencies, item => item.Code, item => item.Code);
        Add(CatalogueItemKind.TimeZone, content.TimeZones, item => item.Id, item => item.Name);
        Add(CatalogueItemKind.BillingCycle, content.BillingCycles, item => item.Name, item => item.Name);
        Add(CatalogueItemKind.Company, content.Companies, item => item.Id, item => item.Name);
        Add(CatalogueItemKind.GstSchedule, content.GstSchedules, item => item.Code, item => item.Name);
        Add(CatalogueItemKind.AccountType, content.AccountTypes, item => item.Id, item => item.Name);
        Add(CatalogueItemKind.AccountTerms, content.AccountTerms, item => item.Id, item => item.Name);
        Add(CatalogueItemKind.ResponsiveTerms, content.ResponsiveTerms, item => item.Id, item => item.Name);
        Add(CatalogueItemKind.PaymentType, content.PaymentTypes, item => item.Code, item => item.Name);
        Add(CatalogueItemKind.ReportingCategory, content.ReportingCategories, item => item.Code, item => item.Name);
        Add(CatalogueItemKind.ItemDescription, content.ItemDescriptions, item => item.Key, item => item.Description);
        Add(CatalogueItemKind.ChargeType, content.ChargeTypes, item => item.Id, item => item.Name);
        Add(CatalogueItemKind.BondType, content.BondTypes, item => item.Id, item => item.Name);
        Add(CatalogueItemKind.AdjustmentType, content.AdjustmentTypes, item => item.Id, item => item.Name);
        Add(CatalogueItemKind.Office, content.Offices, item => item.Id, item => item.Name);
        Add(CatalogueItemKind.Discount, content.Discounts, item => item.Id, item => item.Name);
        Add(CatalogueItemKind.InvoiceGrouping, content.InvoiceGroupings, item => item.Id, item => item.Name);
        Add(CatalogueItemKind.CustomCollection, content.CustomCollections, item => item.Code, item => item.Name);
        Add(CatalogueItemKind.AccountField, content.AccountFields, item => item.Name, item => item.Label);
        Add(CatalogueItemKind.PurchaseOrderField, content.PurchaseOrderFields, item => item.Name, item => item.Label);
        Add(CatalogueItemKind.Stationery, content.Stationery, item => item.Code, item => item.Name);
        Add(CatalogueItemKind.Service, content.Services, item => item.Id, item => item.Name);
        Add(CatalogueItemKind.Feature, content.Features, item => item.Id, item => item.Name);
        Add(CatalogueItemKind.Calendar, content.Calendars, item => item.Code, item => item.Code);
        Add(CatalogueItemKind.UsageAlertGroup, content.UsageAlertGroups, item => item.Id, item => item.Name);
        Add(CatalogueItemKind.TariffType, content.TariffTypes, item => item.Id, item => item.Name);
        Add(CatalogueItemKind.SpendLimit, content.SpendLimits, item => item.Id, item => item.Name);
        Add(CatalogueItemKind.UsageSource, content.UsageSources, item => item.Code, item => item.Code);
        Add(CatalogueItemKind.Plan, content.Plans, item => item.Code, item => item.Name);
        Add(CatalogueItemKind.PrepaidBlock, content.PrepaidBlocks, item => item.Code, item => item.Name);
        Add(CatalogueItemKind.Contract, content.Contracts, item => item.Id, item => item.Name);
        Add(CatalogueItemKind.ManagedPlanGroup, content.ManagedPlanGroups, item => item.Id, item => item.Name);
        Add(CatalogueItemKind.NumberPool, content.NumberPools, item => item.Id, item => item.Name);
        Add(CatalogueItemKind.TicketStatus, content.TicketStatuses, item => item.Id, item => item.Name);
        Add(CatalogueItemKind.Operator, content.Operators, item => item.Username, item => item.Username);
        Add(CatalogueItemKind.TicketGroup, content.TicketGroups, item => item.Id, item => item.Name);
        Add(CatalogueItemKind.TicketType, content.TicketTypes, item => item.Id, item => item.Name);
        Add(CatalogueItemKind.TemplateTicket, content.TemplateTickets, item => item.Number, item => item.Subject);
        Add(CatalogueItemKind.TicketAction, content.TicketActions, item => item.Id, item => item.Name);
        Add(CatalogueItemKind.Package, content.Packages, item => item.Id, item => item.Name);
        return items;

        void Add<TItem>(CatalogueItemKind kind, IReadOnlyList<TItem> list, Func<TItem, object> key, Func<TItem, string> name) =>
            items.AddRange(
                list.Select(item =>
                    (
                        new CatalogueItemReference(kind, Convert.ToString(key(item), CultureInfo.InvariantCulture)!, name(item)),
                        CatalogueJson.ToNode(item)
                    )
                )
            );
    }
}
