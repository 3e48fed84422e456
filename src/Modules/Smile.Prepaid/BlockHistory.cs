using Smile.Rating.Subjects;

namespace Smile.Prepaid;

/// <summary>A prepaid block with the rows that continue it since somebody has set what was left of it, in their order.</summary>
internal sealed record BlockHistory(PurchasedBlock Block, IReadOnlyList<PurchasedBlock> Later)
{
    /// <summary>The row that holds in the end.</summary>
    public PurchasedBlock Last => Later.Count > 0 ? Later[^1] : Block;

    public IEnumerable<PurchasedBlock> Rows => Later.Prepend(Block);

    /// <param name="rows">All of the blocks that they are of.</param>
    public static IReadOnlyList<BlockHistory> Of(IReadOnlyCollection<PurchasedBlock> rows)
    {
        var later = rows.Where(row => row.Continues is not null).ToLookup(row => row.Continues);
        return
        [
            .. rows.Where(row => row.Continues is null)
                .OrderBy(row => row.Start)
                .ThenBy(row => row.Id)
                .Select(row => new BlockHistory(row, [.. later[row.Id].OrderBy(each => each.Start).ThenBy(each => each.Id)])),
        ];
    }

    /// <summary>
    /// What rating may use of it from when to when. What a row has less than was purchased counts as used, so that parts of the whole are
    /// told.
    /// </summary>
    public IEnumerable<GivenPrepaid> Parts()
    {
        var rows = Rows.ToList();
        for (var index = 0; index < rows.Count; index++)
        {
            var row = rows[index];
            var whole = row.Units is { } units ? Math.Max(units, Block.Purchased ?? units) : (decimal?)null;
            yield return new GivenPrepaid(
                row.Id,
                row.Code,
                row.ChargeType,
                whole,
                whole - row.Units ?? 0m,
                row.Start,
                index + 1 < rows.Count && !(row.End < rows[index + 1].Start) ? rows[index + 1].Start : row.End
            );
        }
    }

    /// <summary>What is left of it; null for any number of units.</summary>
    /// <param name="used">What was used of each row, by its number.</param>
    public decimal? Remaining(IReadOnlyDictionary<long, decimal> used) =>
        Last.Units is { } left ? Math.Max(0m, left - used.GetValueOrDefault(Last.Id)) : null;

    /// <summary>
    /// What of it is used: what is no longer left of what was purchased (guide, line 22436), or what was used of it where it is unlimited.
    /// </summary>
    /// <inheritdoc cref="Remaining" path="/param"/>
    public decimal Used(IReadOnlyDictionary<long, decimal> used) =>
        Block.Purchased - Remaining(used) ?? Rows.Sum(row => used.GetValueOrDefault(row.Id));
}
