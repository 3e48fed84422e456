using System.Globalization;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Smile.Catalogue;
using Smile.Contracts.Faults;
using Smile.Customers.Subscriptions.Storage;
using Smile.Customers.Subservices;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Customers.Subscriptions;

/// <summary>What has a username within a service.</summary>
public interface INamedOfService
{
    int ServiceId { get; }

    string Username { get; }
}

/// <summary>
/// What a username may be, wherever it comes from: one login must not look like another. Case does not tell two of them apart, unless their
/// service says so (<c>caseSensitiveUsernames</c>); names stay as they were typed.
/// </summary>
public static class Usernames
{
    private const int MaxLength = 200;

    /// <summary>Why a username is refused to whoever may know what his service has.</summary>
    public const string Taken = "A subscription or a subservice of the service has this username. Choose another.";

    /// <summary>Without blanks around it.</summary>
    /// <exception cref="SmileException">It is empty, too long, or has control characters such as line breaks, or invisible ones, in it.
    /// </exception>
    public static string Checked(string username, string what, Fault fault)
    {
        var trimmed = username.Trim();
        return trimmed.Length is > 0 and <= MaxLength && !trimmed.EnumerateRunes().Any(IsUnseen)
            ? trimmed
            : throw Refuse.With(
                fault,
                what,
                trimmed.ReplaceLineEndings(" "),
                $"A username has 1 to {MaxLength} characters, and no control characters or invisible ones."
            );
    }

    /// <summary>
    /// The open subscriptions of some services with a username. Where names of a service were taken that differ in case only, as older
    /// stages have them, only the one as typed has it.
    /// </summary>
    public static async Task<IReadOnlyList<Subscription>> NamedAsync(
        this IQueryable<Subscription> subscriptions,
        CatalogueSnapshot catalogue,
        IEnumerable<int> services,
        string username,
        CancellationToken cancellation
    )
    {
        var found = await subscriptions.Named(catalogue, services, username).ToListAsync(cancellation);
        return [.. found.GroupBy(subscription => subscription.ServiceId).SelectMany(service => Meant([.. service], username))];
    }

    private static List<Subscription> Meant(List<Subscription> found, string username) =>
        found.Where(subscription => subscription.Username == username).ToList() is { Count: > 0 } asTyped ? asTyped
        : found.Count == 1 ? found
        : [];

    /// <summary>The open subscriptions of some services whose username a new one would be taken for.</summary>
    public static IQueryable<Subscription> Named(
        this IQueryable<Subscription> subscriptions,
        CatalogueSnapshot catalogue,
        IEnumerable<int> services,
        params string[] usernames
    ) => subscriptions.Where(subscription => subscription.Closed == null).NamedAsTyped(catalogue, services, usernames);

    /// <summary>What of some services has a username, in the case that its service tells apart.</summary>
    internal static IQueryable<TNamed> NamedAsTyped<TNamed>(
        this IQueryable<TNamed> named,
        CatalogueSnapshot catalogue,
        IEnumerable<int> services,
        IReadOnlyCollection<string> usernames
    )
        where TNamed : class, INamedOfService
    {
        var all = services.ToArray();
        var ignoring = all.Where(service => catalogue.Service(service) is not { HasCaseSensitiveUsernames: true }).ToArray();
#pragma warning disable CA1304, CA1311, CA1862 // The database compares, and knows no culture.
        var lower = usernames.Select(InAnyCase).ToArray();
        return named.Where(row =>
            (all.Contains(row.ServiceId) && usernames.Contains(row.Username))
            || (ignoring.Contains(row.ServiceId) && lower.Contains(row.Username.ToLower()))
        );
#pragma warning restore CA1304, CA1311, CA1862
    }

    /// <summary>Two names of a service are the same where these are.</summary>
    internal static string KeyOf(CatalogueSnapshot catalogue, int serviceId, string username) =>
        catalogue.Service(serviceId) is { HasCaseSensitiveUsernames: true } ? username : InAnyCase(username);

    /// <summary>
    /// Refuses the first of some usernames that another subscription of its service has, or that is there twice. Until the transaction ends
    /// nobody else takes one of them.
    /// </summary>
    /// <param name="wanted">With the subscription that is to have the name; null for a new one.</param>
    /// <param name="refusal">What is answered for the name that is taken.</param>
    /// <param name="except">The subservices that are to have names of these; null for none that there are already.</param>
    public static async Task RequireFreeAsync(
        StageSession session,
        IReadOnlyCollection<(int ServiceId, string Username, Usn? Of)> wanted,
        Func<string, SmileException> refusal,
        CancellationToken cancellation,
        IReadOnlyCollection<long>? except = null
    )
    {
        if (wanted.Count == 0)
        {
            return;
        }

        await session.Database.LockUsernamesAsync(
            [.. wanted.Select(each => $"{each.ServiceId}/{InAnyCase(each.Username)}").Distinct()],
            cancellation
        );
        var taken = await session
            .Database.Subscriptions.AsNoTracking()
            .Named(
                session.Catalogue,
                wanted.Select(each => each.ServiceId).Distinct(),
                [.. wanted.Select(each => each.Username).Distinct()]
            )
            .Select(subscription => new
            {
                subscription.ServiceId,
                subscription.Username,
                subscription.Usn,
            })
            .ToListAsync(cancellation);
        var changing = wanted.Select(each => each.Of).OfType<Usn>().ToHashSet();
        var used = taken
            .Where(each => !changing.Contains(each.Usn))
            .Select(each => (each.ServiceId, KeyOf(session.Catalogue, each.ServiceId, each.Username)))
            .ToHashSet();
        used.UnionWith(
            await session.SubserviceNamesAsync([.. wanted.Select(each => (each.ServiceId, each.Username))], except ?? [], cancellation)
        );
        foreach (var each in wanted.Where(each => !used.Add((each.ServiceId, KeyOf(session.Catalogue, each.ServiceId, each.Username)))))
        {
            throw refusal(each.Username);
        }
    }

    /// <summary>Keeps others from taking a username of a service until the transaction ends.</summary>
    public static Task LockAsync(IStageDatabase database, int serviceId, string username, CancellationToken cancellation) =>
        database.LockUsernamesAsync([$"{serviceId}/{InAnyCase(username)}"], cancellation);

    /// <summary>Two names that differ by these alone look the same: zero width, marks of direction, separators.</summary>
    private static bool IsUnseen(Rune character) =>
        Rune.GetUnicodeCategory(character)
            is UnicodeCategory.Control
                or UnicodeCategory.Format
                or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator;

    /// <summary>Whether two names are the same number or mailbox, in whatever case.</summary>
    public static bool AreSame(string one, string? other) => other is not null && InAnyCase(one) == InAnyCase(other);

    private static string InAnyCase(string username) => username.ToLowerInvariant();
}
