using Smile.Catalogue;
using Smile.Kernel;
using Smile.Session;
using Smile.Usage.Binding;
using Smile.Usage.Storage;

namespace Smile.Usage.Errors;

/// <summary>Usage that waits: looked at, corrected, tried again, written off.</summary>
[UseCase]
public sealed class UsageErrors(StageSession session, UsageDatabase database, UsageBinder binder)
{
    public const int MostShown = 1_000;

    private const int Together = 2_000;
    private const int LongestComment = 500;

    /// <exception cref="SmileException">There is no such source.</exception>
    public async Task<IReadOnlyList<SuspenseSum>> SumAsync(SuspenseFilter filter, CancellationToken cancellation)
    {
        await RequireSourceAsync(filter, cancellation);
        return await SuspenseRows.SumAsync(database, filter, cancellation);
    }

    /// <exception cref="SmileException">There is no such source.</exception>
    public async Task<IReadOnlyList<SuspendedUsage>> ListAsync(SuspenseFilter filter, int most, CancellationToken cancellation)
    {
        await RequireSourceAsync(filter, cancellation);
        return await SuspenseRows.ReadAsync(database, filter, null, Math.Min(most, MostShown), cancellation);
    }

    /// <summary>A source may have left the catalogue, and what it has brought waits still.</summary>
    private async Task RequireSourceAsync(SuspenseFilter filter, CancellationToken cancellation)
    {
        session.Caller.RequireAllAccounts();
        if (
            filter.Source is { } code
            && session.Catalogue.UsageSource(code) is null
            && await SuspenseRows.SumAsync(database, new SuspenseFilter { Source = code }, cancellation) is []
        )
        {
            throw Refuse.Invalid("source", code, "There is no such usage source, and nothing of it waits.");
        }
    }

    /// <summary>Tries to bind what waits.</summary>
    /// <param name="progress">Is told how many were tried.</param>
    /// <returns>How many were tried, and how many of them are bound now.</returns>
    /// <exception cref="SmileException">There is no such source.</exception>
    public async Task<(int Tried, int Bound)> RecycleAsync(SuspenseFilter filter, Action<int>? progress, CancellationToken cancellation)
    {
        await RequireSourceAsync(filter, cancellation);
        var (tried, bound) = (0, 0);
        (Guid, long)? after = null;
        while (
            await SuspenseRows.ReadAsync(database, filter with { WrittenOff = false }, after, Together, cancellation) is { Count: > 0 } rows
        )
        {
            after = (rows[^1].Key, rows[^1].Content);
            foreach (var ofSource in rows.Where(IsTriable).GroupBy(row => row.Source))
            {
                if (session.Catalogue.UsageSource(ofSource.Key) is { } source)
                {
                    bound += await TryAsync(source, [.. ofSource], cancellation);
                }
            }

            tried += rows.Count(IsTriable);
            progress?.Invoke(tried);
        }

        return (tried, bound);
    }

    /// <summary>
    /// Tries what waits for identifiers that have become a subscription's, or whose subscription was activated, since an instant.
    /// </summary>
    /// <returns>How many are bound now.</returns>
    public async Task<int> RecycleChangedAsync(DateTimeOffset since, CancellationToken cancellation)
    {
        session.Caller.RequireAllAccounts();
        var changed = await HolderQuery.ChangedSinceAsync(session.Database, since, cancellation);
        if (changed.Count == 0)
        {
            return 0;
        }

        // A username may be the number in another form than the source's.
        var numberings = session.Catalogue.Content.UsageSources.Select(source => new UsageNumbers(source.Numbering)).ToList();
        var sought = changed.Concat(changed.SelectMany(value => numberings.Select(numbers => numbers.Normal(value)))).Distinct().ToList();
        return (await RecycleAsync(new SuspenseFilter { Identifiers = sought }, null, cancellation)).Bound;
    }

    /// <summary>Corrects an entry, and tries to bind it.</summary>
    /// <param name="edit">Makes the new entry of the old one.</param>
    /// <param name="comment">Why; kept with it.</param>
    /// <returns>The reason for which it waits still; null where it is bound now.</returns>
    public async Task<string?> EditAsync(Guid key, Func<UsageEntry, UsageEntry> edit, string comment, CancellationToken cancellation)
    {
        session.Caller.RequireAllAccounts();
        var rows = await SuspenseRows.ReadAsync(database, new SuspenseFilter { Key = key }, null, 2, cancellation);
        var row =
            rows.FirstOrDefault(candidate => candidate.Entry is not null)
            ?? throw Refuse.Invalid("key", $"{key}", "No usage that waits and could be read has this key.");
        if (row.Reason == SuspenseReason.Conflict)
        {
            throw Refuse.Invalid("key", $"{key}", "A record with its id was taken before: it cannot be taken as well. Write it off.");
        }

        var entry = edit(row.Entry!);
        var source = session.Catalogue.UsageSource(row.Source);
        var sought = UsageNumbers.SoughtBy(new UsageNumbers(source?.Numbering ?? UsageNumbering.None), entry);
        await SuspenseRows.EditAsync(database, row, entry, sought, Checked(comment), session.Caller.Usn.Value, cancellation);
        await RecycleAsync(new SuspenseFilter { Key = key }, null, cancellation);
        return (await SuspenseRows.ReadAsync(database, new SuspenseFilter { Key = key }, null, 1, cancellation)) is [var waiting]
            ? waiting.Detail
            : null;
    }

    /// <summary>Gives up what waits. It stays, and is never taken again.</summary>
    /// <exception cref="SmileException">The filter leaves out nothing, or there is no comment.</exception>
    public async Task<int> WriteOffAsync(SuspenseFilter filter, string comment, CancellationToken cancellation)
    {
        await RequireSourceAsync(filter, cancellation);
        return filter.IsOfAll
            ? throw Refuse.Invalid("filter", "", "Say what is to be written off, such as --source or --reason: not everything that waits.")
            : await SuspenseRows.WriteOffAsync(database, filter, Checked(comment), session.Caller.Usn.Value, cancellation);
    }

    /// <summary>What came under the key of something else, or could not be read, waits for a person.</summary>
    private static bool IsTriable(SuspendedUsage row) => row.Entry is not null && row.Reason != SuspenseReason.Conflict;

    private async Task<int> TryAsync(UsageSourceItem source, List<SuspendedUsage> rows, CancellationToken cancellation)
    {
        var bindings = await binder.BindAsync(source, [.. rows.Select(row => row.Entry!)], cancellation);
        var pairs = rows.Select((row, index) => (Row: row, Binding: bindings[index])).ToList();
        var bound = pairs.Where(pair => pair.Binding.Usn is not null).ToList();
        if (bound.Count > 0)
        {
            await UsageBatchWriter.MoveAsync(database, bound, session.Now, cancellation);
        }

        var waiting = pairs.Where(pair => pair.Binding.Usn is null).ToList();
        if (waiting.Count > 0)
        {
            await SuspenseRows.TriedAsync(database, waiting, session.Now, cancellation);
        }

        return bound.Count;
    }

    private static string Checked(string comment) =>
        comment.Trim() is { Length: > 0 and <= LongestComment } text && !text.Any(char.IsControl)
            ? text
            : throw Refuse.Invalid("comment", comment, $"Say why, in at most {LongestComment} characters.");
}
