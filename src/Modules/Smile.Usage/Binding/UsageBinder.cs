using System.Globalization;
using System.Numerics;
using Smile.Catalogue;
using Smile.Kernel;
using Smile.NumberPools.IpRanges;
using Smile.Session;
using Smile.Usage.Storage;

namespace Smile.Usage.Binding;

/// <summary>
/// Finds whose usage is: who had its identifier when it began. It remembers whom it has asked for, so it lives no longer than a file or a
/// round of recycling.
/// </summary>
[UseCase]
public sealed class UsageBinder(StageSession session, UsageDatabase database)
{
    /// <summary>Usage is kept, and taken, for so long.</summary>
    public static readonly TimeSpan Retention = TimeSpan.FromDays(731);

    /// <summary>Clocks of switches go wrong by less.</summary>
    private static readonly TimeSpan Ahead = TimeSpan.FromDays(1);

    private const int MostRemembered = 500_000;

    private readonly Dictionary<string, UsageHolder[]> _byText = new(StringComparer.Ordinal);
    private readonly Dictionary<string, UsageHolder[]> _byUsn = new(StringComparer.Ordinal);
    private readonly Dictionary<string, UsageHolder[]> _byAddress = new(StringComparer.Ordinal);

    /// <returns>For each of the entries, in their order.</returns>
    public async Task<IReadOnlyList<BoundUsage>> BindAsync(
        UsageSourceItem source,
        IReadOnlyList<UsageEntry> entries,
        CancellationToken cancellation
    )
    {
        var numbers = new UsageNumbers(source.Numbering);
        await LookUpAsync(numbers, entries, cancellation);
        var takenFrom = await ArchiveLimit.ReadAsync(database, cancellation);
        return [.. entries.Select(entry => entry.Start < takenFrom ? ArchiveLimit.Waits(takenFrom.Value) : Bind(source, numbers, entry))];
    }

    private BoundUsage Bind(UsageSourceItem source, UsageNumbers numbers, UsageEntry entry)
    {
        if (entry.Start > session.Now + Ahead)
        {
            return BoundUsage.Waits(
                SuspenseReason.InFuture,
                "It begins in the future: look at the clock of the switch, or the source's timeZone."
            );
        }

        if (entry.Start < session.Now - Retention)
        {
            return BoundUsage.Waits(
                SuspenseReason.TooOld,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"It began more than {Retention.TotalDays} days ago, which is as long as usage is kept."
                )
            );
        }

        var all = Holders(source, numbers, entry);
        var holders = all.Where(holder => holder.HasAt(entry.Start)).DistinctBy(holder => holder.Usn).ToList();
        return holders switch
        {
            [] when all.Count == 0 => BoundUsage.Waits(SuspenseReason.UnknownIdentifier, $"No subscription has the {Named(entry)}."),
            [] when all.Any(holder => holder.Closed <= entry.Start && holder.From <= entry.Start) => BoundUsage.Waits(
                SuspenseReason.Closed,
                $"The subscription that had the {Named(entry)} was closed before."
            ),
            [] => BoundUsage.Waits(SuspenseReason.NobodysThen, $"Nobody had the {Named(entry)} when it began."),
            [var holder] when !(holder.Activated <= entry.Start) => BoundUsage.Waits(
                SuspenseReason.NotActivated,
                $"Subscription {holder.Usn} was not active then."
            ),
            [var holder] => BoundUsage.To(holder, OnNetOf(numbers, entry, holder)),
            _ => BoundUsage.Waits(
                SuspenseReason.Ambiguous,
                $"Several subscriptions had the {Named(entry)}: {string.Join(", ", holders.Select(holder => holder.Usn).Order().Take(5))}."
            ),
        };
    }

    private List<UsageHolder> Holders(UsageSourceItem source, UsageNumbers numbers, UsageEntry entry) =>
        [
            .. Found(numbers, entry)
                .Where(holder => source.Company is not { } company || holder.CompanyId == company)
                .Where(holder => source.Services.Count == 0 || source.Services.Contains(holder.ServiceId)),
        ];

    private IEnumerable<UsageHolder> Found(UsageNumbers numbers, UsageEntry entry) =>
        entry.IdentifierType switch
        {
            UsageIdentifierType.Usn => _byUsn.GetValueOrDefault(entry.Identifier, []),
            UsageIdentifierType.IpAddress => _byAddress.GetValueOrDefault(entry.Identifier, []),
            UsageIdentifierType.Number => numbers.Forms(entry.Identifier).SelectMany(form => _byText.GetValueOrDefault(Lower(form), [])),
            UsageIdentifierType.Field => ByText(entry.Identifier).Where(holder => holder.Field == entry.IdentifierField),
            _ => ByText(entry.Identifier).Where(holder => holder.Field.Length == 0),
        };

    /// <summary>Where the service tells usernames apart by their case, only the same letters are the same.</summary>
    private IEnumerable<UsageHolder> ByText(string identifier) =>
        _byText
            .GetValueOrDefault(Lower(identifier), [])
            .Where(holder =>
                session.Catalogue.Service(holder.ServiceId)?.HasCaseSensitiveUsernames != true
                || string.Equals(holder.Value, identifier, StringComparison.Ordinal)
            );

    private short OnNetOf(UsageNumbers numbers, UsageEntry entry, UsageHolder holder)
    {
        short best = 0;
        foreach (var other in OtherForms(numbers, entry).SelectMany(form => _byText.GetValueOrDefault(Lower(form), [])))
        {
            if (other.Usn != holder.Usn && other.HasAt(entry.Start))
            {
                best = Math.Max(
                    best,
                    other.AccountUsn == holder.AccountUsn ? (short)2
                        : other.CompanyId == holder.CompanyId ? (short)1
                        : (short)0
                );
            }
        }

        return best;
    }

    private async Task LookUpAsync(UsageNumbers numbers, IReadOnlyList<UsageEntry> entries, CancellationToken cancellation)
    {
        if (_byText.Count + _byUsn.Count + _byAddress.Count > MostRemembered)
        {
            _byText.Clear();
            _byUsn.Clear();
            _byAddress.Clear();
        }

        var texts = entries
            .Where(entry => entry.IdentifierType is UsageIdentifierType.Username or UsageIdentifierType.Field)
            .Select(entry => Lower(entry.Identifier))
            .Concat(
                entries
                    .Where(entry => entry.IdentifierType == UsageIdentifierType.Number)
                    .SelectMany(entry => numbers.Forms(entry.Identifier))
                    .Concat(entries.SelectMany(entry => OtherForms(numbers, entry)))
                    .Select(Lower)
            );
        await AddAsync(_byText, texts, wanted => HolderQuery.ByTextAsync(session.Database, wanted, cancellation));
        await AddAsync(
            _byUsn,
            Of(entries, UsageIdentifierType.Usn),
            wanted => HolderQuery.ByUsnAsync(session.Database, wanted, cancellation)
        );
        await AddAsync(
            _byAddress,
            Of(entries, UsageIdentifierType.IpAddress),
            wanted => HolderQuery.ByAddressAsync(session.Database, Addresses(wanted), cancellation)
        );
    }

    private static async Task AddAsync(
        Dictionary<string, UsageHolder[]> known,
        IEnumerable<string> wanted,
        Func<string[], Task<ILookup<string, UsageHolder>>> find
    )
    {
        var missing = wanted.Where(text => !known.ContainsKey(text)).Distinct().ToArray();
        if (missing.Length == 0)
        {
            return;
        }

        var found = await find(missing);
        foreach (var text in missing)
        {
            known[text] = [.. found[text]];
        }
    }

    private static IEnumerable<string> Of(IReadOnlyList<UsageEntry> entries, UsageIdentifierType type) =>
        entries.Where(entry => entry.IdentifierType == type).Select(entry => entry.Identifier);

    /// <summary>What is no address is nobody's.</summary>
    private static List<(string Text, int Version, BigInteger Position)> Addresses(string[] texts) =>
        [
            .. texts
                .Select(text => (Text: text, Address: IpAddresses.TryParse(text)))
                .Where(pair => pair.Address is not null)
                .Select(pair => (pair.Text, pair.Address!.Value.Version, pair.Address.Value.Position)),
        ];

    /// <summary>The number of the party that is not charged.</summary>
    private static IEnumerable<string> OtherForms(UsageNumbers numbers, UsageEntry entry) =>
        (entry.Role == UsageRole.Caller ? entry.Called : entry.Caller) is { Length: > 0 } other ? numbers.Forms("+" + other) : [];

    private static string Named(UsageEntry entry) =>
        entry.IdentifierType switch
        {
            UsageIdentifierType.Usn => $"USN '{entry.Identifier}'",
            UsageIdentifierType.Number => $"number '{entry.Identifier}'",
            UsageIdentifierType.IpAddress => $"address '{entry.Identifier}'",
            UsageIdentifierType.Field => $"{entry.IdentifierField} '{entry.Identifier}'",
            _ => $"username '{entry.Identifier}'",
        };

    private static string Lower(string text) => text.ToLowerInvariant();
}
