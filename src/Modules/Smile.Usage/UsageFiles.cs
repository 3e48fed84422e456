using Smile.Session;
using Smile.Usage.Import;
using Smile.Usage.Storage;

namespace Smile.Usage;

/// <summary>The files of usage that came, for operators.</summary>
[UseCase]
public sealed class UsageFiles(StageSession session, UsageDatabase database)
{
    public const int MostShown = 1_000;

    /// <summary>The latest files.</summary>
    /// <param name="source">Null for all sources.</param>
    public Task<IReadOnlyList<UsageFile>> ListAsync(string? source, int most, CancellationToken cancellation)
    {
        session.Caller.RequireAllAccounts();
        return UsageFileRows.ListAsync(database, source, Math.Min(most, MostShown), cancellation);
    }

    /// <summary>A file with all that is known of it; null where there is none.</summary>
    public Task<UsageFile?> FindAsync(long id, CancellationToken cancellation)
    {
        session.Caller.RequireAllAccounts();
        return UsageFileRows.FindAsync(database, id, cancellation);
    }
}
