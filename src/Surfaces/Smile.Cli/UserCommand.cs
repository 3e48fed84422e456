using System.CommandLine;
using Microsoft.EntityFrameworkCore;
using Smile.Customers;
using Smile.Customers.Access;
using Smile.Customers.Accounts;
using Smile.Customers.Subscriptions;
using Smile.Hosting.Security;
using Smile.Hosting.Stages;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Cli;

/// <summary><c>smile user</c>: API users, which are CAT subscriptions with permissions (guide, "Configure SOAP access").</summary>
public static class UserCommand
{
    private const int LongestUsername = 200;

    /// <summary>Stands for the classes of operations that a user of its kind has without being given any.</summary>
    private const string KindsOwn = "default";

    public static Command Create() => new("user", "API users") { CreateAdd(), CreateList(), CreateShow(), CreateRemove() };

    private static Command CreateAdd()
    {
        var username = Username();
        var password = new Option<string?>("--password")
        {
            Description = "The password; one is generated and printed once where absent. SMILE_PASSWORD in the environment serves too",
        };
        var account = new Option<string?>("--account")
        {
            Description = "USN of the account that the login belongs to; a new account where absent",
        };
        var allAccounts = new Option<bool?>("--all-accounts") { Description = "Allow SOAP access to all accounts; 'false' takes it away" };
        var viewPassword = new Option<bool?>("--view-password") { Description = "Allow retrieving passwords; 'false' takes it away" };
        var packages = Inputs.Number.RepeatedOption(
            "--package",
            "A package that it may order; give it several times. They replace those that it had"
        );
        var allPackages = new Option<bool?>("--all-packages") { Description = "May order every published package; 'false' takes it away" };
        var allow = new Option<string[]>("--allow")
        {
            Description =
                $"A class of operations that it may call besides those of its kind: {string.Join(", ", OperationClasses.AllNames)}",
        };
        var only = new Option<string[]>("--only")
        {
            Description = "The classes of operations that it may call, and no others; 'default' for those of its kind",
        };
        var stage = CommandSupport.StageOption();
        var add = CommandSupport.OnStage(
            "add",
            "Adds an API user, or changes what is named of one",
            [username, password, account, allAccounts, viewPassword, packages, allPackages, allow, only],
            async (parsed, opened, settings, cancellation) =>
            {
                var request = new ApiUser(
                    parsed.GetValue(username)!,
                    parsed.GetValue(password) ?? Environment.GetEnvironmentVariable("SMILE_PASSWORD"),
                    parsed.GetValue(account),
                    parsed.GetValue(allAccounts),
                    parsed.GetValue(viewPassword),
                    parsed.GetValue(allPackages),
                    parsed.GetResult(packages) is null ? null : parsed.GetValue(packages)
                )
                {
                    Allow = parsed.GetValue(allow) ?? [],
                    Only = parsed.GetValue(only) ?? [],
                };
                var (usn, generated) = await AddAsync(opened, PasswordVault.Open(settings), request, cancellation);
                Console.WriteLine($"API user {request.Username} [USN {usn}] on stage {opened.Name}");
                if (generated is not null)
                {
                    Console.WriteLine($"Password: {generated}   (shown only now)");
                }

                await WriteAsync(opened, request.Username, Console.Out, cancellation);
                return 0;
            }
        );
        return add;
    }

    private static Command CreateList() => CreateReading("list", "Lists the API users and what they may do", null);

    private static Command CreateShow() => CreateReading("show", "Shows what an API user may do", Username());

    private static Command CreateReading(string name, string description, Argument<string>? username) =>
        CommandSupport.OnStage(
            name,
            description,
            username is null ? [] : [username],
            async (parsed, opened, _, cancellation) =>
            {
                await WriteAsync(opened, username is null ? null : parsed.GetValue(username), Console.Out, cancellation);
                return 0;
            }
        );

    private static Command CreateRemove()
    {
        var username = Username();
        var stage = CommandSupport.StageOption();
        var remove = CommandSupport.OnStage(
            "remove",
            "Takes the access to the API away from a user and closes the login",
            [username],
            async (parsed, opened, _, cancellation) =>
            {
                await RemoveAsync(opened, parsed.GetValue(username)!, cancellation);
                Console.WriteLine($"API user {parsed.GetValue(username)} is removed from stage {opened.Name}");
                return 0;
            }
        );
        return remove;
    }

    private static Argument<string> Username() => new("username") { Description = "The username to log in with" };

    /// <summary>Writes what users may do, a line each.</summary>
    /// <param name="username">Null for all.</param>
    /// <exception cref="CommandException">There is no such user.</exception>
    public static async Task WriteAsync(Stage stage, string? username, TextWriter output, CancellationToken cancellation)
    {
        await using var database = stage.Store.CreateDatabase();
        var users = await (
            from permission in database.ReadApiPermissions
            where permission.SoapAccess
            join login in database.ReadSubscriptions on permission.SubscriptionUsn equals login.Usn
            where login.Closed == null && (username == null || login.Username == username)
            orderby login.Username
            select new { permission, login }
        ).ToListAsync(cancellation);
        if (users.Count == 0 && username is not null)
        {
            throw NoSuchUser(stage, username);
        }

        foreach (var user in users)
        {
            var packages =
                user.permission.OrderAllPackages ? "all packages"
                : user.permission.OrderablePackages is [] ? "no packages"
                : "packages " + string.Join(", ", user.permission.OrderablePackages);
            await output.WriteLineAsync(
                string.Join(
                    "; ",
                    new[]
                    {
                        $"{user.login.Username} [USN {user.login.Usn}, account {user.login.AccountUsn}]: "
                            + $"{(user.permission.AllAccounts ? "all accounts" : "own account")}",
                        string.Join(", ", OperationClasses.NamesOf(user.permission.MayCall())),
                        packages,
                        user.permission.ViewPassword ? "views passwords" : null,
                        user.login.SuspendStatus == SuspendStatus.Suspended ? "suspended" : null,
                    }.OfType<string>()
                )
            );
        }
    }

    /// <summary>Takes API access away and closes the login.</summary>
    public static async Task RemoveAsync(Stage stage, string username, CancellationToken cancellation)
    {
        var session = stage.CreateSession(CommandSupport.Caller);
        await using var database = session.Database;
        await database.BeginAsync(cancellation);
        var login =
            await (
                from permission in database.LoadApiPermissions
                where permission.SoapAccess
                join candidate in database.LoadSubscriptions on permission.SubscriptionUsn equals candidate.Usn
                where candidate.Closed == null && candidate.Username == username
                select candidate
            ).FirstOrDefaultAsync(cancellation) ?? throw NoSuchUser(stage, username);
        var access = await database.LoadApiPermissions.FirstAsync(permission => permission.SubscriptionUsn == login.Usn, cancellation);
        access.SoapAccess = false;
        login.Close(session.Now);
        await session.CommitAsync(cancellation);
    }

    private static CommandException NoSuchUser(Stage stage, string username) =>
        new($"Stage {stage.Name} has no API user '{username}'. 'smile user list' shows those that there are.");

    /// <summary>Adds an API user, or changes one of that name.</summary>
    /// <returns>Its USN, and the password where one was generated.</returns>
    public static async Task<(Usn Usn, string? GeneratedPassword)> AddAsync(
        Stage stage,
        IPasswordVault vault,
        ApiUser user,
        CancellationToken cancellation
    )
    {
        if (!stage.HasCatalogue)
        {
            throw new CommandException($"Stage {stage.Name} has no catalogue yet. Apply one first: smile catalogue apply FILES");
        }

        if (
            string.IsNullOrWhiteSpace(user.Username)
            || user.Username.Length > LongestUsername
            || user.Username.Any(char.IsControl)
            || user.Username.Contains(':', StringComparison.Ordinal)
        )
        {
            throw new CommandException($"Give a username of 1 to {LongestUsername} characters, without a colon and control characters.");
        }

        if (user.Password is { } wanted && wanted.Length is < Passwords.MinLength or > Passwords.MaxLength)
        {
            throw new CommandException($"Give a password of {Passwords.MinLength} to {Passwords.MaxLength} characters.");
        }

        if (user.Packages?.FirstOrDefault(id => stage.Catalogue.Package(id) is null) is { } unknown and not 0)
        {
            throw new CommandException(
                $"There is no package {unknown}. There are: "
                    + $"{string.Join(", ", stage.Catalogue.Content.Packages.Select(package => package.Id))}."
            );
        }

        var service =
            stage.Catalogue.Content.Services.FirstOrDefault(candidate => candidate.IsCatAccess)
            ?? throw new CommandException("The catalogue has no CAT access service (isCatAccess: true).");
        var session = stage.CreateSession(CommandSupport.Caller);
        await using var database = session.Database;
        await database.BeginAsync(cancellation);

        // The account first, as everywhere: who is just choosing a password by a link is done by then, or finds that the login is an API
        // user's.
        var known = await database.ReadSubscriptions.NamedAsync(stage.Catalogue, [service.Id], user.Username, cancellation);
        if (known is [var there, ..])
        {
            await session.LockAccountAsync(there.AccountUsn, cancellation);
        }

        await Usernames.LockAsync(database, service.Id, user.Username, cancellation);
        var login = (
            await database.LoadSubscriptions.NamedAsync(stage.Catalogue, [service.Id], user.Username, cancellation)
        ).FirstOrDefault();
        if (login is not null && user.AccountUsn is { } asked && new Usn(asked) != login.AccountUsn)
        {
            throw new CommandException(
                $"API user '{user.Username}' is there already and belongs to account {login.AccountUsn}: --account is for a new one."
                    + " Leave it out, or remove the user first."
            );
        }

        string? generated = null;
        if (login is null)
        {
            var account = user.AccountUsn is { } usn
                ? await session.LockAccountAsync(new Usn(usn), cancellation) ?? throw new CommandException($"There is no account {usn}.")
                : await NewAccountAsync(session, user, cancellation);
            login = new Subscription
            {
                Usn = service.MakeUsn(Luhn.Append((await database.NextNumbersAsync(NumberSequence.Usn, 1, cancellation))[0])),
                AccountUsn = account.Usn,
                ParentUsn = account.Usn,
                ServiceId = service.Id,
                CompanyId = account.CompanyId,
                Username = user.Username,
                Properties = FieldValues.None,
                ProvisionStatus = ProvisionStatus.Provisioned,
                ActivateStatus = ActivateStatus.Activated,
                EnableStatus = EnableStatus.Enabled,
                Created = session.Now,
                Activated = session.Now,
            };
            database.AddSubscription(login);
            session.NoteIdentifiers(login);
            generated = user.Password is null ? Passwords.Generate() : null;
        }

        if ((user.Password ?? generated) is { } password)
        {
            login.ChangePassword(vault.Encrypt(password));
        }

        await SetPermissionAsync(database, login.Usn, user, cancellation);
        await session.CommitAsync(cancellation);
        return (login.Usn, generated);
    }

    private static async Task SetPermissionAsync(IStageDatabase database, Usn usn, ApiUser user, CancellationToken cancellation)
    {
        var permission = await database.LoadApiPermissions.FirstOrDefaultAsync(candidate => candidate.SubscriptionUsn == usn, cancellation);
        if (permission is null)
        {
            permission = new ApiPermission
            {
                SubscriptionUsn = usn,
                SoapAccess = true,
                AllAccounts = false,
                ViewPassword = false,
                OrderablePackages = [],
                OrderAllPackages = false,
            };
            database.AddApiPermission(permission);
        }

        permission.SoapAccess = true;
        permission.AllAccounts = user.AllAccounts ?? permission.AllAccounts;
        permission.ViewPassword = user.ViewPassword ?? permission.ViewPassword;
        permission.OrderAllPackages = user.AllPackages ?? permission.OrderAllPackages;
        permission.OrderablePackages = [.. user.Packages ?? permission.OrderablePackages];
        permission.Classes = ClassesOf(user, permission);
    }

    /// <summary>What is stored of the classes that were asked for.</summary>
    private static string[]? ClassesOf(ApiUser user, ApiPermission permission)
    {
        if (user.Only is [KindsOwn])
        {
            return user.Allow.Count == 0
                ? null
                : throw new CommandException(
                    $"--only {KindsOwn} gives the classes of the user's kind alone."
                        + " Add others with --allow in a command of its own, or name all with --only."
                );
        }

        if (user.Allow.Concat(user.Only).FirstOrDefault(name => OperationClasses.Find(name) is null) is { } unknown)
        {
            throw new CommandException(
                $"There is no class of operations '{unknown}'. There are: {string.Join(", ", OperationClasses.AllNames)}."
            );
        }

        var before = user.Only.Count > 0 ? OperationClass.None : permission.MayCall();
        return user.Allow.Count + user.Only.Count == 0
            ? permission.Classes
            : [.. OperationClasses.NamesOf(before | OperationClasses.Of(user.Allow.Concat(user.Only)))];
    }

    private static async Task<Account> NewAccountAsync(StageSession session, ApiUser user, CancellationToken cancellation)
    {
        var content = session.Catalogue.Content;
        var company = content.Companies[0];
        var zone = session.Catalogue.Zone(company.TimeZone);
        var usn = new Usn(Luhn.Append((await session.Database.NextNumbersAsync(NumberSequence.Usn, 1, cancellation))[0]));
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
            ProvisionStatus = ProvisionStatus.Provisioned,
            ActivateStatus = ActivateStatus.Activated,
            EnableStatus = EnableStatus.Enabled,
            Created = session.Now,
        };
        session.Database.AddAccount(account);
        return account;
    }
}

/// <summary>An API user as an operator asks for it. What is null stays as it is, and of a new user is not given.</summary>
/// <param name="Password">Null: one is generated for a new user, and kept for an existing one.</param>
public sealed record ApiUser(
    string Username,
    string? Password,
    string? AccountUsn,
    bool? AllAccounts,
    bool? ViewPassword,
    bool? AllPackages,
    IReadOnlyList<int>? Packages
)
{
    /// <summary>Classes of operations that it may call besides those that it has.</summary>
    public IReadOnlyList<string> Allow { get; init; } = [];

    /// <summary>The classes that it may call, and no others; empty: those that it has.</summary>
    public IReadOnlyList<string> Only { get; init; } = [];
}
