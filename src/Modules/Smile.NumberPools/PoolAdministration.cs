using System.Numerics;
using Smile.Catalogue;
using Smile.Kernel;
using Smile.NumberPools.Storage;
using Smile.Session;

namespace Smile.NumberPools;

/// <summary>A range of numbers as an operator gives it, with where it stands for what is said of it.</summary>
public sealed record NamedRange(string Where, string Start, string End);

/// <summary>What cannot be done with a pool. The message is for the operator.</summary>
public sealed class PoolException(string message) : Exception(message);

/// <summary>What operators do with pools: give them numbers and take them out again, release them early, see how full they are.</summary>
[UseCase]
public sealed class PoolAdministration(StageSession session, LinkedReservations reservations)
{
    /// <summary>Of what is in use of a range; so many say what is wrong.</summary>
    private const int MostShown = 10;

    /// <summary>Adds numbers to a pool, all of the ranges or none.</summary>
    /// <returns>How many numbers.</returns>
    /// <exception cref="PoolException">There is no such pool, or ranges are wrong: each has a line in the message.</exception>
    public async Task<BigInteger> ImportAsync(string name, IReadOnlyList<NamedRange> ranges, CancellationToken cancellation)
    {
        var pool = Require(name);
        var problems = new List<string>();
        var imports = Read(pool, ranges, problems);
        RequireNone(problems);
        var changedBy = session.Caller.Usn.Value;
        await session.Database.BeginAsync(cancellation);
        await session.Database.EnsurePoolAsync(pool.Id, pool.Form(), changedBy, cancellation);
        var row = (await session.Database.LockPoolAsync(pool.Id, cancellation))!;
        foreach (var (where, range) in imports)
        {
            var present = await session.Database.ImportedAsync(row.Number, range, cancellation);
            problems.AddRange(
                present.Select(each => $"{where}: {Show(pool, range)} has numbers of {Show(pool, each)}, which the pool has already.")
            );
        }

        RequireNone(problems);
        foreach (var (_, range) in imports)
        {
            await session.Database.AddImportedAsync(row.Number, range, session.Now, changedBy, cancellation);
            await session.Database.AddFreeAsync(row.Number, range, cancellation);
        }

        await session.CommitAsync(cancellation);
        return Count(imports);
    }

    /// <summary>Takes numbers out of a pool, all of the ranges or none: only what is free can go.</summary>
    /// <param name="dryRun">Whether it is only tried.</param>
    /// <returns>How many numbers.</returns>
    /// <exception cref="PoolException">There is no such pool, or some cannot go: each has a line in the message.</exception>
    public async Task<BigInteger> WithdrawAsync(string name, IReadOnlyList<NamedRange> ranges, bool dryRun, CancellationToken cancellation)
    {
        var pool = Require(name);
        var problems = new List<string>();
        var withdrawn = Read(pool, ranges, problems);
        RequireNone(problems);
        await session.Database.BeginAsync(cancellation);
        var row =
            await session.Database.LockPoolAsync(pool.Id, cancellation)
            ?? throw new PoolException($"The pool '{pool.Name}' has no numbers.");
        foreach (var (where, range) in withdrawn)
        {
            await reservations.EndExpiredAsync(row, range, cancellation);
            problems.AddRange(
                (await ReasonsToStayAsync(pool, row, range, cancellation)).Select(why => $"{where}: {Show(pool, range)} {why}")
            );
        }

        RequireNone(problems);
        if (!dryRun)
        {
            foreach (var (_, range) in withdrawn)
            {
                if (!await session.Database.TakeFreeAsync(row.Number, range, cancellation))
                {
                    throw new InvalidOperationException($"What nothing holds of pool {pool.Id} is not free.");
                }

                await session.Database.RemoveImportedAsync(row.Number, range, session.Caller.Usn.Value, cancellation);
            }

            await session.CommitAsync(cancellation);
        }

        return Count(withdrawn);
    }

    /// <summary>Ends quarantine before its time, of the reservations that lie within a range.</summary>
    /// <returns>How many numbers are free that were not.</returns>
    /// <exception cref="PoolException">There is no such pool, the range is wrong, or nothing of it is in quarantine.</exception>
    public async Task<BigInteger> ReleaseAsync(string name, NamedRange given, CancellationToken cancellation)
    {
        var pool = Require(name);
        var problems = new List<string>();
        var range = Read(pool, given, problems);
        RequireNone(problems);
        await session.Database.BeginAsync(cancellation);
        var released = BigInteger.Zero;
        var ended = 0;
        if (await session.Database.LockPoolAsync(pool.Id, cancellation) is { } row)
        {
            var found = await session.Database.LoadReservationsAsync(row.Number, range!.Value, cancellation);
            var within = found.Where(each => range.Value.Contains(each.Range)).ToList();
            ended += await reservations.EndPausedAsync(within, null, cancellation);
            foreach (var reservation in within)
            {
                foreach (var link in reservation.Links.Where(link => link.Type == PoolLinkType.Quarantine).ToList())
                {
                    await reservations.EndAsync(row, pool, reservation, link, null, cancellation);
                    ended++;
                }

                released += reservation.Ended is null ? BigInteger.Zero : reservation.Range.Count;
            }
        }

        if (ended == 0)
        {
            throw new PoolException(
                $"No reservation that lies within {given.Start}-{given.End} is in quarantine. A range that is in quarantine as a whole is "
                    + "released as a whole."
            );
        }

        await session.CommitAsync(cancellation);
        return released;
    }

    /// <summary>How full the pools of the catalogue are, in its order.</summary>
    /// <param name="name">The only one to show; null for all.</param>
    /// <exception cref="PoolException">There is no such pool.</exception>
    public async Task<IReadOnlyList<(NumberPool Pool, PoolCount Count)>> CountAsync(string? name, CancellationToken cancellation)
    {
        var only = name is null ? null : Require(name);
        var counts = (await session.Database.CountNumbersAsync(session.Now, cancellation)).ToDictionary(count => count.Id);
        return
        [
            .. session
                .Catalogue.Content.NumberPools.Where(pool => only is null || pool.Id == only.Id)
                .Select(pool => (pool, counts.GetValueOrDefault(pool.Id) ?? new PoolCount(pool.Id, 0, 0, 0, 0, 0, 0))),
        ];
    }

    /// <summary>What keeps a range from being taken out of a pool.</summary>
    private async Task<IReadOnlyList<string>> ReasonsToStayAsync(
        NumberPool pool,
        NumberPoolRow row,
        NumberRange range,
        CancellationToken cancellation
    )
    {
        if (!await session.Database.HasNumbersAsync(row.Number, range, cancellation))
        {
            return ["has numbers that the pool does not have."];
        }

        var held = await session.Database.HeldAsync(row.Number, range, MostShown + 1, cancellation);
        return
        [
            .. held.Take(MostShown).Select(each => $"has numbers of {Show(pool, new NumberRange(each.First, each.Last))}: {each.Kinds}."),
            .. held.Skip(MostShown).Select(_ => "has more that is in use."),
        ];
    }

    private NumberPool Require(string name) =>
        session.Catalogue.Content.NumberPools.FirstOrDefault(pool => pool.Name == name || pool.Id.ToString() == name)
        ?? throw new PoolException(
            $"The catalogue has no number pool '{name}'. It has: "
                + $"{string.Join(", ", session.Catalogue.Content.NumberPools.Select(pool => pool.Name).DefaultIfEmpty("none"))}."
        );

    /// <summary>The ranges that are given, in order; those that are wrong or have the same numbers are added to the problems.</summary>
    private static List<(string Where, NumberRange Range)> Read(NumberPool pool, IReadOnlyList<NamedRange> ranges, List<string> problems)
    {
        var read = ranges.Select(range => (range.Where, Range: Read(pool, range, problems))).Where(pair => pair.Range is not null);
        var ordered = read.Select(pair => (pair.Where, Range: pair.Range!.Value)).OrderBy(pair => pair.Range.First).ToList();
        foreach (var (before, next) in ordered.Zip(ordered.Skip(1)))
        {
            if (before.Range.Overlaps(next.Range))
            {
                problems.Add($"{next.Where}: {Show(pool, next.Range)} has numbers of {Show(pool, before.Range)} ({before.Where}).");
            }
        }

        return ordered;
    }

    private static BigInteger Count(IReadOnlyList<(string Where, NumberRange Range)> ranges) =>
        ranges.Aggregate(BigInteger.Zero, (sum, pair) => sum + pair.Range.Count);

    private static NumberRange? Read(NumberPool pool, NamedRange range, List<string> problems)
    {
        try
        {
            return NumberForm.Of(pool).ParseRange(range.Where, range.Start, range.Where, range.End);
        }
        catch (SmileException refusal)
        {
            // What the fault says behind its name and value.
            const string end = "]. ";
            var why = refusal.Message[(refusal.Message.IndexOf(end, StringComparison.Ordinal) + end.Length)..];
            problems.Add($"{range.Where}: {range.Start}-{range.End}: {why}");
            return null;
        }
    }

    private static string Show(NumberPool pool, NumberRange range) =>
        $"{NumberForm.Of(pool).Format(range.First)}-{NumberForm.Of(pool).Format(range.Last)}";

    private static void RequireNone(List<string> problems)
    {
        if (problems.Count > 0)
        {
            throw new PoolException(string.Join('\n', problems));
        }
    }
}
