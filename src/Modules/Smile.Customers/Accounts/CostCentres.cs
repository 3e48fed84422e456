using Microsoft.EntityFrameworkCore;
using Smile.Contracts;
using Smile.Contracts.Faults;
using Smile.Customers.Subscriptions;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Customers.Accounts;

/// <summary>The six cost-centre operations (guide, "Manage cost centres", line 5210).</summary>
[UseCase]
public sealed class CostCentres(StageSession session)
{
    private const int MaxNameLength = 200;

    public async Task<CostCentreType> CreateAsync(NewCostCentreType document, CancellationToken cancellation)
    {
        var name = Name(document.Name);
        var account = await session.BeginOnAccountAsync(document.AccountUSN, cancellation);
        if (
            await session.Database.CostCentres.CountAsync(centre => centre.AccountUsn == account.Usn, cancellation)
            >= CostCentre.LimitPerAccount
        )
        {
            throw Refuse.Invalid("AccountUSN", document.AccountUSN, $"The account has {CostCentre.LimitPerAccount} cost centres already.");
        }

        var created = new CostCentre { AccountUsn = account.Usn, Name = name };
        session.Database.CostCentres.Add(created);
        await CommitAsync(name, cancellation);
        return AccountDocuments.CostCentre(created);
    }

    public async Task<CostCentreType> GetAsync(int costCentreId, CancellationToken cancellation)
    {
        var centre = await session
            .Database.CostCentres.AsNoTracking()
            .FirstOrDefaultAsync(candidate => candidate.Id == costCentreId, cancellation);
        return centre is not null && session.Caller.MayReach(centre.AccountUsn)
            ? AccountDocuments.CostCentre(centre)
            : throw NoSuchCostCentre(costCentreId);
    }

    /// <param name="name">All of the account's where null; case does not matter.</param>
    public async Task<CostCentresType> ListAsync(string usn, string? name, CancellationToken cancellation)
    {
        var account = await session.ReadAccountAsync(usn, cancellation);

        // Any part of the name: the guide finds "Sydney Marketing Office" without saying what was searched for (line 5413).
        var centres = await session
            .Database.CostCentres.AsNoTracking()
            .Where(centre => centre.AccountUsn == account.Usn)
            .OrderBy(centre => centre.Id)
            .ToListAsync(cancellation);
        var found = centres.Where(centre => name is null || centre.Name.Contains(name, StringComparison.OrdinalIgnoreCase));
        return new CostCentresType { CostCentre = [.. found.Select(AccountDocuments.CostCentre)] };
    }

    public async Task UpdateAsync(CostCentreType document, CancellationToken cancellation)
    {
        var name = Name(document.Name);
        var centre = await BeginAsync(document.CostCentreId, cancellation);
        if (centre.AccountUsn.Value != document.AccountUSN)
        {
            throw Refuse.Invalid("AccountUSN", document.AccountUSN, "The cost centre does not belong to this account.");
        }

        centre.Name = name;
        await CommitAsync(name, cancellation);
    }

    /// <exception cref="SmileException">The cost centre is in use.</exception>
    public async Task DeleteAsync(int costCentreId, CancellationToken cancellation)
    {
        var centre = await BeginAsync(costCentreId, cancellation);
        if (
            await session.Database.Accounts.AnyAsync(account => account.CostCentreId == costCentreId, cancellation)
            || await session.Database.Subscriptions.AnyAsync(subscription => subscription.CostCentreId == costCentreId, cancellation)
        )
        {
            throw InUse(costCentreId);
        }

        // The audit trail names who deleted it: the last one to change the row.
        await session.Database.SaveAsync(cancellation);
        session.Database.CostCentres.Remove(centre);
        try
        {
            await session.CommitAsync(cancellation);
        }
        catch (ReferencedValueException)
        {
            throw InUse(costCentreId);
        }
    }

    private static SmileException InUse(int costCentreId) =>
        Refuse.With(
            Fault.UnsuccessfulRequestException,
            "costCentreId",
            costCentreId,
            "The cost centre is in use by the account, a subscription or a charge. Set others for the account and its "
                + "subscriptions; a cost centre that was charged stays."
        );

    private static string Name(string name) =>
        name.Trim() is { Length: > 0 and <= MaxNameLength } trimmed
            ? trimmed
            : throw Refuse.Invalid("Name", name, $"A cost centre's name has 1 to {MaxNameLength} characters.");

    private async Task<CostCentre> BeginAsync(int costCentreId, CancellationToken cancellation)
    {
        await session.Database.BeginAsync(cancellation);
        var owner = await session
            .Database.CostCentres.Where(candidate => candidate.Id == costCentreId)
            .Select(candidate => (Usn?)candidate.AccountUsn)
            .FirstOrDefaultAsync(cancellation);
        if (owner is not { } usn || await session.LockAccountAsync(usn, cancellation) is null)
        {
            throw NoSuchCostCentre(costCentreId);
        }

        return await session.Database.CostCentres.FirstOrDefaultAsync(candidate => candidate.Id == costCentreId, cancellation)
            ?? throw NoSuchCostCentre(costCentreId);
    }

    private async Task CommitAsync(string name, CancellationToken cancellation)
    {
        try
        {
            await session.CommitAsync(cancellation);
        }
        catch (DuplicateValueException exception) when (exception.Constraint == "ux_cost_centre_name")
        {
            throw Refuse.Invalid("Name", name, "The name is already in use on the account.");
        }
    }

    private static SmileException NoSuchCostCentre(int id) =>
        Refuse.NotFound("costCentreId", id, "There is no such cost centre, or you may not access it.", Missing.CostCentre);
}
