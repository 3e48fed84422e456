using Microsoft.EntityFrameworkCore;
using Smile.Catalogue;
using Smile.Contracts;
using Smile.Contracts.Faults;
using Smile.Customers.Accounts;
using Smile.Customers.Subscriptions;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Receivables.InvoiceGroupings;

/// <summary>createInvoiceGrouping(), updateInvoiceGrouping() and deleteInvoiceGrouping() (guide, lines 5552, 5807, 5908).</summary>
[UseCase]
public sealed class InvoiceGroupingChanges(StageSession session)
{
    private const int MaxDescriptionLength = 500;

    public async Task CreateAsync(NewInvoiceGroupingType document, CancellationToken cancellation)
    {
        var request = Check(document);
        var account = await session.BeginOnAccountAsync(document.Account, cancellation);
        var grouping = new InvoiceGrouping
        {
            Id = Guid.NewGuid(),
            AccountUsn = account.Usn,
            ConfigurationId = Guid.Empty,
            Created = session.Now,
        };
        var grouped = await FillAsync(grouping, account, request, cancellation);
        grouping.Subscriptions.AddRange(grouped.Select(usn => Group(grouping, usn)));
        session.Database.InvoiceGroupings.Add(grouping);
        await session.CommitAsync(cancellation);
    }

    /// <summary>The document takes the place of what was there; the account stays.</summary>
    public async Task UpdateAsync(string invoiceGroupingId, NewInvoiceGroupingType document, CancellationToken cancellation)
    {
        var request = Check(document);
        var (account, grouping) = await BeginAsync(invoiceGroupingId, cancellation);
        var stated = new Usn(document.Account);
        if (stated != account.Usn)
        {
            throw session.Caller.MayReach(stated)
            && await session.Database.ReadAccounts.AnyAsync(candidate => candidate.Usn == stated, cancellation)
                ? Refuse.Invalid("Account", document.Account, "The invoice grouping belongs to another account.")
                : StageSession.NoSuchAccount(document.Account);
        }

        var grouped = await FillAsync(grouping, account, request, cancellation);
        grouping.Subscriptions.RemoveAll(member => !grouped.Contains(member.SubscriptionUsn));
        grouping.Subscriptions.AddRange(
            grouped.Where(usn => grouping.Subscriptions.All(member => member.SubscriptionUsn != usn)).Select(usn => Group(grouping, usn))
        );
        await session.CommitAsync(cancellation);
    }

    /// <summary>Marks it as deleted: invoices that were made with it keep what they refer to.</summary>
    public async Task DeleteAsync(string invoiceGroupingId, CancellationToken cancellation)
    {
        var (_, grouping) = await BeginAsync(invoiceGroupingId, cancellation);
        grouping.Deleted = session.Now;
        await session.CommitAsync(cancellation);
    }

    /// <summary>What can be told without the account.</summary>
    private Request Check(NewInvoiceGroupingType document)
    {
        if (string.IsNullOrWhiteSpace(document.Account))
        {
            throw Refuse.Invalid("Account", document.Account, "Specify the USN of the account.");
        }

        if (string.IsNullOrWhiteSpace(document.InvoiceGroupingConfiguration.Key))
        {
            throw Refuse.Invalid(
                "InvoiceGroupingConfiguration",
                document.InvoiceGroupingConfiguration.Value,
                "Specify the id of the configuration as its key."
            );
        }

        if (OpenDays.From(document.ActiveFrom, "ActiveFrom") >= OpenDays.Until(document.ActiveTo, "ActiveTo"))
        {
            throw Refuse.Invalid("ActiveFrom", document.ActiveFrom, "ActiveFrom must be before ActiveTo.");
        }

        var description = document.InvoiceGroupingOverrides?.RollupDescription?.Trim();
        if (description?.Length > MaxDescriptionLength)
        {
            throw Refuse.Invalid("RollupDescription", description, $"A roll up description has at most {MaxDescriptionLength} characters.");
        }

        var types = document.InvoiceGroupingOverrides?.ChargeTypes?.ChargeType.Select(ChargeType).Distinct().ToArray();
        return new Request(document, description is { Length: > 0 } ? description : null, types);
    }

    private int ChargeType(KeyedValueType reference) =>
        reference.Key is { } key && session.Catalogue.ChargeType(key) is { } type
            ? type.Id
            : throw Refuse.NotFound(
                "ChargeType",
                reference.Key?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? reference.Value,
                "There is no such charge type.",
                Missing.ChargeType
            );

    /// <summary>Puts the request into the grouping.</summary>
    /// <returns>The subscriptions to group.</returns>
    private async Task<IReadOnlyList<Usn>> FillAsync(
        InvoiceGrouping grouping,
        Account account,
        Request request,
        CancellationToken cancellation
    )
    {
        var document = request.Document;
        var configuration = Configuration(document.InvoiceGroupingConfiguration.Key, account);
        var rollupTo = string.IsNullOrWhiteSpace(document.RollupToSubscription)
            ? (Usn?)null
            : new Usn(document.RollupToSubscription.Trim());

        // In print the roll-up goes to the account's own USN (guide, line 5586).
        if (rollupTo is { } usn && usn != account.Usn)
        {
            await SubscriptionsOfAccount.RequireAsync(session, account, "RollupToSubscription", [usn.Value], cancellation);
        }

        var grouped = await SubscriptionsOfAccount.RequireAsync(
            session,
            account,
            "Subscription",
            document.Subscriptions?.Subscription ?? [],
            cancellation
        );
        var (from, to) = (OpenDays.From(document.ActiveFrom, "ActiveFrom"), OpenDays.Until(document.ActiveTo, "ActiveTo"));
        var others = await session
            .Database.InvoiceGroupings.AsNoTracking()
            .Include(other => other.Subscriptions)
            .Where(other => other.AccountUsn == account.Usn && other.Deleted == null && other.Id != grouping.Id)
            .ToListAsync(cancellation);
        if (
            others
                .Where(other => other.Overlaps(from, to))
                .SelectMany(other => other.Subscriptions)
                .Select(member => (Usn?)member.SubscriptionUsn)
                .FirstOrDefault(member => grouped.Contains(member!.Value)) is
            { } taken
        )
        {
            throw Refuse.Invalid(
                "Subscription",
                taken,
                "The subscription is in another invoice grouping, whose active period overlaps this one."
            );
        }

        grouping.ConfigurationId = configuration.Id;
        grouping.RollupToUsn = rollupTo;
        grouping.ActiveFrom = from;
        grouping.ActiveTo = to;
        grouping.RollupDescription = request.RollupDescription;
        grouping.ChargeTypes = request.ChargeTypes;
        return grouped;
    }

    private InvoiceGroupingConfiguration Configuration(string? key, Account account)
    {
        if (
            !Guid.TryParse(key, out var id)
            || session.Catalogue.InvoiceGrouping(id) is not { } configuration
            || configuration.Company != account.CompanyId
        )
        {
            throw Refuse.NotFound(
                "InvoiceGroupingConfiguration",
                key,
                "The account's company has no such invoice grouping configuration.",
                Missing.InvoiceGroupingConfiguration
            );
        }

        return configuration.Active
            ? configuration
            : throw Refuse.Invalid("InvoiceGroupingConfiguration", key, "The invoice grouping configuration is currently inactive.");
    }

    private async Task<(Account Account, InvoiceGrouping Grouping)> BeginAsync(string invoiceGroupingId, CancellationToken cancellation)
    {
        if (!Guid.TryParse(invoiceGroupingId, out var id))
        {
            throw InvoiceGroupingQueries.NoSuchInvoiceGrouping(invoiceGroupingId);
        }

        await session.Database.BeginAsync(cancellation);
        var owner = await session
            .Database.InvoiceGroupings.Where(candidate => candidate.Id == id)
            .Select(candidate => (Usn?)candidate.AccountUsn)
            .FirstOrDefaultAsync(cancellation);
        if (owner is not { } usn || await session.LockAccountAsync(usn, cancellation) is not { } account)
        {
            throw InvoiceGroupingQueries.NoSuchInvoiceGrouping(invoiceGroupingId);
        }

        var grouping = await session
            .Database.InvoiceGroupings.Include(candidate => candidate.Subscriptions)
            .FirstOrDefaultAsync(candidate => candidate.Id == id && candidate.Deleted == null, cancellation);
        return (account, grouping ?? throw InvoiceGroupingQueries.NoSuchInvoiceGrouping(invoiceGroupingId));
    }

    private static GroupedSubscription Group(InvoiceGrouping grouping, Usn usn) =>
        new() { InvoiceGroupingId = grouping.Id, SubscriptionUsn = usn };

    private sealed record Request(NewInvoiceGroupingType Document, string? RollupDescription, int[]? ChargeTypes);
}
