using System.Globalization;
using Smile.Kernel;
using Smile.Rating.Storage;
using Smile.Session;
using Smile.Usage;
using Smile.Usage.Storage;

namespace Smile.Rating.Archive;

/// <summary>
/// Archives months of usage: records and ratings go to files, their keys are forgotten, and their tables dropped. What was stopped goes on
/// when it is started again, and nothing is dropped whose files are not whole. Before anything else usage of that time is taken no longer
/// and its rating periods are marked: a period whose records are gone, rated again, would take back all that was charged.
/// </summary>
[UseCase]
public sealed class ArchiveUsage(StageSession session, UsageDatabase database)
{
    /// <summary>Fewer would archive what is billed next.</summary>
    private const int FewestMonths = 2;

    private readonly ArchiveObstacles _obstacles = new(session, database);

    /// <summary>The months that were archived, the latest first.</summary>
    public Task<IReadOnlyList<ArchivedMonth>> ListAsync(CancellationToken cancellation)
    {
        session.Caller.RequireAllAccounts();
        return ArchiveRows.ListAsync(database, cancellation);
    }

    /// <summary>What would be archived, and what is in the way. Nothing is changed.</summary>
    /// <param name="before">The first month that stays.</param>
    /// <param name="keepMonths">How many months are kept at least, besides the one that goes on.</param>
    /// <exception cref="SmileException">The months are to be kept.</exception>
    public async Task<ArchivePlan> PlanAsync(DateOnly before, int keepMonths, CancellationToken cancellation)
    {
        session.Caller.RequireAllAccounts();
        Check(before, keepMonths);
        var tables = await ArchivePartitions.ReadAsync(database, cancellation);
        var months = new List<(DateOnly, long, long)>();
        foreach (var month in tables.Where(month => month.Key < before))
        {
            var counts = await ArchivePartitions.CountAsync(database, month.Key, [.. month], cancellation);
            months.Add((month.Key, counts.GetValueOrDefault("usage_record"), counts.GetValueOrDefault("usage_rating")));
        }

        var (last, obstacle) = await _obstacles.OfBillsAsync(before, cancellation);
        var takenFrom = ArchiveObstacles.TakenFrom(before, last);
        var rest = await _obstacles.OfRestAsync(before, takenFrom, cancellation);
        return new ArchivePlan(months, takenFrom, obstacle is null ? rest : [obstacle, .. rest]);
    }

    /// <summary>Archives all months before one.</summary>
    /// <param name="folder">Where the files go.</param>
    /// <param name="progress">Is told how far it is.</param>
    /// <returns>The months that were archived.</returns>
    /// <exception cref="SmileException">The months are to be kept.</exception>
    /// <exception cref="ArchiveStoppedException">Something is in the way.</exception>
    public async Task<IReadOnlyList<ArchivedMonth>> ExecuteAsync(
        DateOnly before,
        int keepMonths,
        string folder,
        Action<ArchiveProgress>? progress,
        CancellationToken cancellation
    )
    {
        session.Caller.RequireAllAccounts();
        Check(before, keepMonths);
        var path = Path.GetFullPath(folder);
        if (!Directory.Exists(path))
        {
            throw new ArchiveStoppedException($"There is no folder '{folder}'.");
        }

        await using var turn =
            await ArchiveTurn.TakeAsync(database, cancellation)
            ?? throw new ArchiveStoppedException("Usage is being archived by somebody else at this moment.");
        var takenFrom = await CloseAsync(turn, before, cancellation);
        var archive = new MonthArchive(turn, path, takenFrom, session.Caller.Usn.Value, session.Now, progress);
        var known = (await ArchiveRows.ListAsync(database, cancellation)).ToLookup(month => month.Month);
        var tables = await ArchivePartitions.ReadAsync(database, cancellation);
        var begun = known.Where(parts => parts.Any(part => part.Status != ArchiveStatus.Dropped)).Select(parts => parts.Key);
        var done = new List<ArchivedMonth>();
        foreach (var month in tables.Select(each => each.Key).Union(begun).Where(month => month < before).Order())
        {
            cancellation.ThrowIfCancellationRequested();
            if (await archive.ExecuteAsync(month, [.. known[month]], [.. tables[month]], cancellation) is { } archived)
            {
                done.Add(archived);
            }
        }

        database.ForgetMonths();
        while (await ArchivePartitions.ForgetBatchesAsync(turn.Connection, MidnightOf(before), cancellation) > 0) { }
        return done;
    }

    /// <summary>Sees to it that nothing of the months is needed or changed any more.</summary>
    /// <returns>From when on usage is taken.</returns>
    private async Task<DateTimeOffset> CloseAsync(ArchiveTurn turn, DateOnly before, CancellationToken cancellation)
    {
        var (last, obstacle) = await _obstacles.OfBillsAsync(before, cancellation);
        var takenFrom = ArchiveObstacles.TakenFrom(before, last);
        Refuse(obstacle is null ? await _obstacles.OfRestAsync(before, takenFrom, cancellation) : [obstacle]);
        await ArchiveLimit.MoveAsync(turn.Connection, before, takenFrom, cancellation);

        // What came before that is known now; no more of it comes.
        (string, DateOnly)? behind = null;
        Refuse(await _obstacles.OfRestAsync(before, takenFrom, cancellation));
        var free = await _obstacles.FreeAsync(before, cancellation);
        while (await ArchiveRows.ClosedAsync(database, free, behind, cancellation) is { Count: > 0 } page)
        {
            behind = (page[^1].Subscription.Value, page[^1].Days.From);
            if (await ArchiveRows.MarkAsync(database, page, cancellation) < page.Count)
            {
                throw new ArchiveStoppedException(
                    "An invoice was deleted meanwhile, and its usage is to be billed again. Nothing was dropped."
                );
            }
        }

        Refuse(await _obstacles.OfRestAsync(before, takenFrom, cancellation));
        while (await ArchivePartitions.ForgetVersionsAsync(turn.Connection, takenFrom, cancellation) > 0) { }
        return (await ArchiveLimit.ReadAsync(database, cancellation))!.Value;

        static void Refuse(IReadOnlyList<string> obstacles)
        {
            if (obstacles.Count > 0)
            {
                throw new ArchiveStoppedException(string.Join('\n', obstacles));
            }
        }
    }

    private void Check(DateOnly before, int keepMonths)
    {
        var today = DateOnly.FromDateTime(session.Now.UtcDateTime);
        var latest = new DateOnly(today.Year, today.Month, 1).AddMonths(-Math.Max(FewestMonths, keepMonths));
        if (before.Day != 1 || before > latest)
        {
            throw Refuse.Invalid(
                "before",
                before.ToString("yyyy-MM", CultureInfo.InvariantCulture),
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{Math.Max(FewestMonths, keepMonths)} months are kept (UsageKeepMonths). The latest would be {latest:yyyy-MM}."
                )
            );
        }
    }

    private static DateTimeOffset MidnightOf(DateOnly day) => new(day, TimeOnly.MinValue, TimeSpan.Zero);
}
