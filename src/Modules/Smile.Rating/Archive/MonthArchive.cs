using Smile.Rating.Storage;

namespace Smile.Rating.Archive;

/// <summary>
/// Archives a month whose rows nobody changes any more: files first, then it is noted that they are whole, then keys are forgotten and the
/// tables dropped. Each step finds out by itself whether it was done before.
/// </summary>
/// <param name="takenFrom">Usage that began before is not taken any more.</param>
internal sealed class MonthArchive(
    ArchiveTurn turn,
    string folder,
    DateTimeOffset takenFrom,
    string by,
    DateTimeOffset now,
    Action<ArchiveProgress>? progress
)
{
    /// <param name="parts">What is known of it.</param>
    /// <param name="parents">The tables that have one of the month.</param>
    /// <returns>Null where it had nothing.</returns>
    public async Task<ArchivedMonth?> ExecuteAsync(
        DateOnly month,
        IReadOnlyList<ArchivedMonth> parts,
        IReadOnlyList<string> parents,
        CancellationToken cancellation
    )
    {
        var counts = new Dictionary<string, long>();
        foreach (var parent in parents)
        {
            counts[parent] = await ArchivePartitions.CountAsync(turn.Connection, ArchivePartitions.NameOf(parent, month), cancellation);
        }

        var begun = parts.FirstOrDefault(part => part.Status != ArchiveStatus.Dropped);
        if (begun is null && counts.Values.Sum() == 0)
        {
            await ArchivePartitions.DropAsync(turn.Connection, month, parents, () => Task.CompletedTask, cancellation);
            return null;
        }

        begun ??= new ArchivedMonth(month, parts.Count + 1, Guid.NewGuid(), ArchiveStatus.Exporting, 0, 0, folder, null, by);
        if (begun.Status != ArchiveStatus.Exported || !await IsWholeAsync(begun, cancellation))
        {
            if (parents.Count < ArchivePartitions.Parents.Count)
            {
                throw new ArchiveStoppedException(
                    FormattableString.Invariant($"{month:yyyy-MM}: {begun.Folder} has not its files as they were written.")
                );
            }

            begun = await ExportAsync(begun, counts, cancellation);
        }
        else if (begun.Records + begun.Ratings != counts.Values.Sum())
        {
            // Its tables are gone, and were made again. What they have is another part; the files that are whole stay.
            var noted = begun with
            {
                Status = ArchiveStatus.Dropped,
                Dropped = now,
            };
            await ArchiveRows.SaveAsync(turn.Connection, noted, now, cancellation);
            return parents.Count == 0
                ? noted
                : await ExecuteAsync(month, [.. parts.Where(part => part != begun), noted], parents, cancellation);
        }

        await ForgetAsync(month, begun.Records, cancellation);
        return await FinishAsync(begun, parents, cancellation);
    }

    private async Task<ArchivedMonth> ExportAsync(ArchivedMonth begun, Dictionary<string, long> counts, CancellationToken cancellation)
    {
        var name = ArchiveFiles.NameOf(begun.Month, begun.Part);
        if (await ArchiveFiles.ReadAsync(folder, name, cancellation) is { } other && other.Id != begun.Id)
        {
            throw new ArchiveStoppedException($"{folder} has {name}.json of another archive. Name another folder.");
        }

        begun = begun with { Status = ArchiveStatus.Exporting, Folder = folder, By = by };
        await ArchiveRows.SaveAsync(turn.Connection, begun, now, cancellation);
        var (files, all, before) = (new List<ArchivedFile>(), counts.Values.Sum(), 0L);
        foreach (var (parent, count) in counts)
        {
            using var rows = await ArchivePartitions.ReadAsync(
                turn.Connection,
                ArchivePartitions.NameOf(parent, begun.Month),
                cancellation
            );
            var file = await ArchiveFiles.WriteAsync(
                folder,
                $"{name}-{(parent == "usage_record" ? "records" : "ratings")}.csv.gz",
                parent,
                rows,
                done => Tell(begun.Month, ArchiveStep.Export, before + done, all),
                cancellation
            );
            if (file.Rows != count)
            {
                throw new ArchiveStoppedException(
                    FormattableString.Invariant($"{file.File} has {file.Rows} rows, and the database {count}. Nothing was dropped.")
                );
            }

            files.Add(file);
            before += count;
        }

        var manifest = new ArchiveManifest(1, begun.Id, $"{begun.Month:yyyy-MM}", begun.Part, now, by, takenFrom, files);
        await ArchiveFiles.WriteAsync(folder, name, manifest, cancellation);
        begun = begun with
        {
            Status = ArchiveStatus.Exported,
            Records = counts.GetValueOrDefault("usage_record"),
            Ratings = counts.GetValueOrDefault("usage_rating"),
        };
        await ArchiveRows.SaveAsync(turn.Connection, begun, now, cancellation);
        return begun;
    }

    /// <summary>Whether the files that were written before are here, as they were written.</summary>
    private async Task<bool> IsWholeAsync(ArchivedMonth begun, CancellationToken cancellation) =>
        await ArchiveFiles.ReadAsync(folder, ArchiveFiles.NameOf(begun.Month, begun.Part), cancellation) is { } manifest
        && manifest.Id == begun.Id
        && await ArchiveFiles.WrongAsync(folder, manifest, cancellation) is null;

    private async Task ForgetAsync(DateOnly month, long records, CancellationToken cancellation)
    {
        var table = ArchivePartitions.NameOf("usage_record", month);
        var done = 0L;
        (string, DateTime, long)? behind = null;
        Tell(month, ArchiveStep.Forget, done, records);
        while (await ArchivePartitions.ForgetKeysAsync(turn.Connection, table, behind, cancellation) is var (last, count))
        {
            (behind, done) = (last, done + count);
            Tell(month, ArchiveStep.Forget, done, records);
        }
    }

    private async Task<ArchivedMonth> FinishAsync(ArchivedMonth begun, IReadOnlyList<string> parents, CancellationToken cancellation)
    {
        Tell(begun.Month, ArchiveStep.Drop, 0, 1);
        var dropped = begun with { Status = ArchiveStatus.Dropped, Dropped = now };
        await ArchivePartitions.DropAsync(
            turn.Connection,
            begun.Month,
            parents,
            () => ArchiveRows.SaveAsync(turn.Connection, dropped, now, cancellation),
            cancellation
        );
        Tell(begun.Month, ArchiveStep.Done, 1, 1);
        return dropped;
    }

    private void Tell(DateOnly month, ArchiveStep step, long done, long all) =>
        progress?.Invoke(new ArchiveProgress(month, step, done, all));
}
