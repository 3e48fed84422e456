using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Smile.Catalogue;
using Smile.Contracts;
using Smile.Contracts.Faults;
using Smile.Customers.Accounts;
using Smile.Customers.Subscriptions;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Billing.ManagedPlans;

/// <summary>
/// getCurrentManagedPlanGroup(), getManagedPlanGroup(), getManagedPlanGroups() and getPlanSchedule() (guide, lines 11273 to 11501, 11737).
/// </summary>
[UseCase]
public sealed class ManagedPlanQueries(StageSession session)
{
    internal const Fault Unavailable = Fault.PlanChangeUnavailableException;
    internal const Fault Failed = Fault.PlanChangeException;

    /// <summary>The group that a subscription is in; null for none.</summary>
    public async Task<ManagedPlanGroupType?> CurrentGroupAsync(string usn, CancellationToken cancellation)
    {
        var (account, uses) = await UsesAsync(usn, cancellation);
        return uses is [{ Group: { } group }, ..] ? Document(group, account) : null;
    }

    /// <summary>A group, with the choices that are not offered any more or not yet.</summary>
    public async Task<ManagedPlanGroupType> GroupAsync(string managedPlanGroupId, CancellationToken cancellation) =>
        Document(Group(session.Catalogue, managedPlanGroupId), await CallersAccountAsync(cancellation));

    /// <summary>All groups of a service.</summary>
    public async Task<ManagedPlanGroupListType> GroupsAsync(int sid, CancellationToken cancellation)
    {
        if (session.Catalogue.Service(sid) is null)
        {
            throw Refuse.NotFound("sid", sid, "There is no such service.", Missing.Service);
        }

        var account = await CallersAccountAsync(cancellation);
        return new ManagedPlanGroupListType
        {
            ManagedPlanGroup =
            [
                .. session
                    .Catalogue.Content.ManagedPlanGroups.Where(group => group.Service == sid)
                    .Select(group => Document(group, account)),
            ],
        };
    }

    /// <summary>The managed plan in use and those to come.</summary>
    public async Task<ManagedPlanScheduleType> ScheduleAsync(string usn, CancellationToken cancellation)
    {
        var (account, uses) = await UsesAsync(usn, cancellation);
        if (uses is not [{ Group: not null }, ..])
        {
            throw NotManaged(usn);
        }

        var zone = session.ZoneOf(account);
        if (uses.FirstOrDefault(use => use.Group is null) is { } custom)
        {
            throw Refuse.With(
                Failed,
                "usn",
                usn,
                $"From {zone.DateOf(custom.Item.Start):yyyy-MM-dd} on the subscription has the plan {custom.Item.PlanCode}, which is "
                    + $"not a managed one. Use getPlanSchedules()."
            );
        }

        return new ManagedPlanScheduleType
        {
            ManagedPlanScheduleItem =
            [
                .. uses.Select(use => new ManagedPlanScheduleItemType
                {
                    Start = zone.At(use.Item.Start),
                    ManagedPlan = ManagedPlanDocuments.Choice(use.Group!, use.Choice!),
                }),
            ],
        };
    }

    /// <summary>A group by its number.</summary>
    /// <exception cref="SmileException">There is none.</exception>
    internal static ManagedPlanGroup Group(CatalogueSnapshot catalogue, string id) =>
        Number(id) is { } number && catalogue.ManagedPlanGroup(number) is { } group
            ? group
            : throw Refuse.NotFound(
                "managedPlanGroupId",
                id,
                "There is no such managed plan group. Use getManagedPlanGroups() to discover them.",
                Missing.ManagedPlanGroup
            );

    /// <summary>A choice, with its group, by its number.</summary>
    /// <exception cref="SmileException">There is none.</exception>
    internal static (ManagedPlanGroup Group, ManagedPlanChoice Choice) Choice(CatalogueSnapshot catalogue, string id) =>
        Number(id) is { } number && catalogue.ManagedPlan(number) is { } found
            ? found
            : throw Refuse.NotFound(
                "managedPlanChoiceId",
                id,
                "There is no such managed plan choice. Use getManagedPlanChoices() to discover them.",
                Missing.ManagedPlanChoice
            );

    internal static SmileException NotManaged(string usn) =>
        Refuse.With(
            Unavailable,
            "usn",
            usn,
            "The subscription is in no managed plan group. Use changeManagedPlanGroup() to put it into one."
        );

    /// <summary>Whether an account may have the plan of a choice: it is nobody else's.</summary>
    internal static bool IsFor(CatalogueSnapshot catalogue, ManagedPlanChoice choice, Account account) =>
        catalogue.Plan(choice.Plan) is { } plan && (plan.Company ?? account.CompanyId) == account.CompanyId && plan.IsFor(account.Usn);

    private async Task<(Account Account, IReadOnlyList<ManagedUse> Uses)> UsesAsync(string usn, CancellationToken cancellation)
    {
        var (subscription, account, _) = await session.ReadSubscriptionAsync(usn, cancellation);
        var items = await session
            .Database.ReadPlanScheduleItems.Where(item => item.SubscriptionUsn == subscription.Usn)
            .ToListAsync(cancellation);
        return (account, ManagedPlanMembership.Uses(session.Catalogue, subscription.ServiceId, items, session.Now, session.DayOf(account)));
    }

    /// <summary>The account whose eyes the caller sees with; null for one who sees all.</summary>
    private async Task<Account?> CallersAccountAsync(CancellationToken cancellation) =>
        session.Caller.AllAccounts ? null : await session.ReadAccountAsync(session.Caller.AccountUsn.Value, cancellation);

    private ManagedPlanGroupType Document(ManagedPlanGroup group, Account? account) =>
        ManagedPlanDocuments.Group(group, group.Choices.Where(choice => account is null || IsFor(session.Catalogue, choice, account)));

    private static int? Number(string id) =>
        int.TryParse(id.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
