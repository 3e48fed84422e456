using System.CommandLine;
using Microsoft.EntityFrameworkCore;
using Smile.Contracts;
using Smile.Domain.Access;
using Smile.Domain.Accounts;
using Smile.Domain.CustomFields;
using Smile.Domain.Foundation;
using Smile.Domain.Subscriptions;
using Smile.Server.Stages;

namespace Smile.Server.Commands;

/// <summary><c>smile user</c>: API users, which are CAT subscriptions with permissions (guide, "Configure SOAP access").</summary>
internal static class UserCommand
{
    public static Command Create()
    {
        var username = new Argument<string>("username") { Description = "The username to log in with" };
        var password = new Option<string?>("--password") { Description = "The password; one is generated and printed once where absent. SMILE_PASSWORD in the environment serves too" };
        var account = new Option<string?>("--account") { Description = "USN of the account that the login belongs to; a new account where absent" };
        var allAccounts = new Option<bool>("--all-accounts") { Description = "Allow SOAP access to all accounts" };
        var viewPassword = new Option<bool>("--view-password") { Description = "Allow retrieving passwords" };
        var packages = new Option<int[]>("--package") { Description = "A package that it may order; give it several times" };
        var allPackages = new Option<bool>("--all-packages") { Description = "May order every published package" };
        var stage = CommandSupport.StageOption();
        var add = new Command("add", "Adds an API user, or changes the permissions and password of one") { username, password, account, allAccounts, viewPassword, packages, allPackages, stage };
        add.SetAction(async (parsed, cancellation) =>
        {
            var settings = CommandSupport.ReadSettings();
            await using var opened = await CommandSupport.OpenStageAsync(settings, parsed.GetValue(stage), cancellation).ConfigureAwait(false);
            var request = new ApiUser(
                parsed.GetValue(username)!,
                parsed.GetValue(password) ?? Environment.GetEnvironmentVariable("SMILE_PASSWORD"),
                parsed.GetValue(account),
                parsed.GetValue(allAccounts),
                parsed.GetValue(viewPassword),
                parsed.GetValue(allPackages),
                parsed.GetValue(packages) ?? []);
            var (usn, generated) = await AddAsync(opened, CommandSupport.OpenVault(settings), request, cancellation).ConfigureAwait(false);
            Console.WriteLine($"API user {request.Username} [USN {usn}] on stage {opened.Name}");
            if (generated is not null)
            {
                Console.WriteLine($"Password: {generated}   (shown only now)");
            }

            return 0;
        });
        return new Command("user", "API users") { add };
    }

    /// <summary>Adds an API user, or changes one of that name.</summary>
    /// <returns>Its USN, and the password where one was generated.</returns>
    public static async Task<(Usn Usn, string? GeneratedPassword)> AddAsync(Stage stage, IPasswordVault vault, ApiUser user, CancellationToken cancellation)
    {
        if (!stage.HasCatalogue)
        {
            throw new CommandException($"Stage {stage.Name} has no catalogue yet. Apply one first: smile catalogue apply FILES");
        }

        var service = stage.Catalogue.Content.Services.FirstOrDefault(candidate => candidate.IsCatAccess)
            ?? throw new CommandException("The catalogue has no CAT access service (isCatAccess: true).");
        var session = stage.CreateSession(CommandSupport.Caller);
        await using var database = session.Database;
        await database.BeginAsync(cancellation).ConfigureAwait(false);
        var login = await database.Subscriptions.FirstOrDefaultAsync(candidate => candidate.ServiceId == service.Id && candidate.Username == user.Username && candidate.Closed == null, cancellation).ConfigureAwait(false);
        string? generated = null;
        if (login is null)
        {
            var account = user.AccountUsn is { } usn
                ? await session.LockAccountAsync(new Usn(usn), cancellation).ConfigureAwait(false) ?? throw new CommandException($"There is no account {usn}.")
                : await NewAccountAsync(session, user, cancellation).ConfigureAwait(false);
            login = new Subscription
            {
                Usn = service.MakeUsn(Luhn.Append((await database.NextNumbersAsync(NumberSequence.Usn, 1, cancellation).ConfigureAwait(false))[0])),
                AccountUsn = account.Usn,
                ParentUsn = account.Usn,
                ServiceId = service.Id,
                CompanyId = account.CompanyId,
                Username = user.Username,
                Properties = FieldValues.None,
                ProvisionStatus = ProvisionStatusType.Provisioned,
                ActivateStatus = ActivateStatusType.Activated,
                EnableStatus = EnableStatusType.Enabled,
                Created = session.Now,
                Activated = session.Now,
                ChangedBy = session.Caller.Usn,
            };
            database.Subscriptions.Add(login);
            generated = user.Password is null ? Passwords.Generate() : null;
        }

        if ((user.Password ?? generated) is { } password)
        {
            login.Password = vault.Encrypt(password);
            login.ChangedBy = session.Caller.Usn;
        }

        await SetPermissionAsync(database, login.Usn, user, session.Caller.Usn, cancellation).ConfigureAwait(false);
        await session.CommitAsync(cancellation).ConfigureAwait(false);
        return (login.Usn, generated);
    }

    private static async Task SetPermissionAsync(IStageDatabase database, Usn usn, ApiUser user, Usn changedBy, CancellationToken cancellation)
    {
        var permission = await database.ApiPermissions.FirstOrDefaultAsync(candidate => candidate.SubscriptionUsn == usn, cancellation).ConfigureAwait(false);
        if (permission is null)
        {
            permission = new ApiPermission { SubscriptionUsn = usn, SoapAccess = true, AllAccounts = false, ViewPassword = false, OrderablePackages = [], OrderAllPackages = false, ChangedBy = changedBy };
            database.ApiPermissions.Add(permission);
        }

        permission.SoapAccess = true;
        permission.AllAccounts = user.AllAccounts;
        permission.ViewPassword = user.ViewPassword;
        permission.OrderAllPackages = user.AllPackages;
        permission.OrderablePackages = [.. user.Packages];
        permission.ChangedBy = changedBy;
    }

    private static async Task<Account> NewAccountAsync(StageSession session, ApiUser user, CancellationToken cancellation)
    {
        var content = session.Catalogue.Content;
        var company = content.Companies[0];
        var zone = session.Catalogue.Zone(company.TimeZone);
        var usn = new Usn(Luhn.Append((await session.Database.NextNumbersAsync(NumberSequence.Usn, 1, cancellation).ConfigureAwait(false))[0]));
        var cycle = new CycleChoice(CycleType.Anniversary, zone.DateOf(session.Now).Day);
        var account = new Account
        {
            Usn = usn,
            CompanyId = company.Id,
            AccountTypeId = content.AccountTypes[0].Id,
            AccountTermsId = content.AccountTerms[0].Id,
            Currency = company.Currency,
            TimeZoneId = zone.Key,
            InvoicingCycle = cycle,
            RatingCycle = cycle,
            Username = usn.Value,
            Properties = new FieldValues([FieldValues.Text("name", $"API user {user.Username}")]),
            ProvisionStatus = ProvisionStatusType.Provisioned,
            ActivateStatus = ActivateStatusType.Activated,
            EnableStatus = EnableStatusType.Enabled,
            Created = session.Now,
            ChangedBy = session.Caller.Usn,
        };
        session.Database.Accounts.Add(account);
        return account;
    }
}

/// <summary>An API user as an operator asks for it.</summary>
/// <param name="Password">Null: one is generated for a new user, and kept for an existing one.</param>
internal sealed record ApiUser(string Username, string? Password, string? AccountUsn, bool AllAccounts, bool ViewPassword, bool AllPackages, IReadOnlyList<int> Packages);
