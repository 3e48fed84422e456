using Microsoft.EntityFrameworkCore;
using Smile.Catalogue;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Prepaid.Vouchers;

/// <summary>Why something cannot be done with vouchers, for an operator.</summary>
public sealed class VoucherException(string message) : Exception(message);

/// <summary>A voucher as it is printed.</summary>
public sealed record PrintedVoucher(string Number, string Code)
{
    /// <summary>Without the secret.</summary>
    public override string ToString() => $"{nameof(PrintedVoucher)} {Number}";
}

/// <summary>What vouchers are made for.</summary>
/// <param name="Block">Code of the catalogue's prepaid block.</param>
/// <param name="Last">The last day on which they can be redeemed, in the company's time zone.</param>
public sealed record VoucherTerms(int Company, string Block, DateOnly Last, string? Note);

/// <summary>A batch with how many of its vouchers there are of each kind.</summary>
public sealed record VoucherCount(VoucherBatch Batch, int Open, int Redeemed, int Voided);

/// <summary>A voucher with whom it was redeemed for.</summary>
public sealed record IssuedVoucher(Voucher Voucher, Usn? Subscription);

/// <summary><c>smile voucher</c>: makes vouchers, takes over those of others, and makes them void.</summary>
[UseCase]
public sealed class VoucherAdministration(StageSession session)
{
    public const int MostVouchers = 100_000;

    private const int Together = 1_000;

    /// <param name="deliver">Writes them down before they are kept: nobody can tell their codes again.</param>
    /// <returns>The number of the batch.</returns>
    /// <exception cref="VoucherException">There is no such block or company, or the day is past.</exception>
    public async Task<int> GenerateAsync(
        VoucherTerms terms,
        int count,
        Func<IReadOnlyList<PrintedVoucher>, Task> deliver,
        CancellationToken cancellation
    )
    {
        if (count is < 1 or > MostVouchers)
        {
            throw new VoucherException($"Make 1 to {MostVouchers} vouchers at a time.");
        }

        var batch = Batch(terms);
        await session.Database.BeginAsync(cancellation);
        var made = new Dictionary<string, string>(count);
        while (made.Count < count)
        {
            var numbers = Enumerable
                .Range(0, Math.Min(Together, count - made.Count))
                .Select(_ => VoucherCodes.NewNumber())
                .Where(number => !made.ContainsKey(number))
                .Distinct()
                .ToArray();
            foreach (var number in numbers.Except(await KnownAsync(terms.Company, numbers, cancellation)))
            {
                made.Add(number, VoucherCodes.NewCode());
            }
        }

        await AddAsync(batch, [.. made.Select(pair => new PrintedVoucher(pair.Key, pair.Value))], isOwn: true, cancellation);
        await deliver([.. made.Select(pair => new PrintedVoucher(pair.Key, pair.Value))]);
        await session.CommitAsync(cancellation);
        return batch.Id;
    }

    /// <summary>Takes over vouchers that others have printed: all or, where one is wrong, none.</summary>
    /// <returns>The number of the batch.</returns>
    /// <exception cref="VoucherException">One is wrong: the message says which.</exception>
    public async Task<int> ImportAsync(VoucherTerms terms, IReadOnlyList<PrintedVoucher> vouchers, CancellationToken cancellation)
    {
        if (vouchers.Count is 0 or > MostVouchers)
        {
            throw new VoucherException($"A file has 1 to {MostVouchers} vouchers.");
        }

        var seen = new HashSet<string>();
        for (var index = 0; index < vouchers.Count; index++)
        {
            var (number, code) = (vouchers[index].Number, vouchers[index].Code);
            if (number.Trim() != number || number.Length is 0 or > VoucherCodes.LongestNumber || number.Any(char.IsControl))
            {
                throw new VoucherException(
                    $"Voucher {index + 1}: a number has 1 to {VoucherCodes.LongestNumber} characters, without blanks around them."
                );
            }

            if (code.Trim('-', ' ').Length == 0 || code.Length > VoucherCodes.LongestCode)
            {
                throw new VoucherException(
                    $"Voucher {index + 1}, number {number}: a secret code has 1 to {VoucherCodes.LongestCode} characters."
                );
            }

            if (!seen.Add(number))
            {
                throw new VoucherException($"Voucher {index + 1}: the number {number} is in the file twice.");
            }
        }

        var batch = Batch(terms);
        await session.Database.BeginAsync(cancellation);
        foreach (var some in vouchers.Chunk(Together))
        {
            var known = await KnownAsync(terms.Company, [.. some.Select(voucher => voucher.Number)], cancellation);
            if (known.Count > 0)
            {
                throw new VoucherException($"The company has a voucher {known.Order(StringComparer.Ordinal).First()} already.");
            }
        }

        await AddAsync(batch, vouchers, isOwn: false, cancellation);
        await session.CommitAsync(cancellation);
        return batch.Id;
    }

    /// <summary>Makes vouchers void that are not redeemed.</summary>
    /// <param name="batch">All of it; null for those of the numbers.</param>
    /// <returns>How many are void now that were not.</returns>
    /// <exception cref="VoucherException">There is no such batch or voucher.</exception>
    public async Task<int> VoidAsync(int company, int? batch, IReadOnlyList<string> numbers, CancellationToken cancellation)
    {
        await session.Database.BeginAsync(cancellation);
        if (batch is { } id)
        {
            await RequireBatchAsync(id, cancellation);
        }

        string[] wanted = [.. numbers];
        var vouchers = await session
            .Database.Vouchers.Where(voucher =>
                batch != null ? voucher.BatchId == batch : voucher.CompanyId == company && wanted.Contains(voucher.Number)
            )
            .ToListAsync(cancellation);
        if (batch is null && wanted.Except(vouchers.Select(voucher => voucher.Number)).FirstOrDefault() is { } unknown)
        {
            throw new VoucherException($"Company {company} has no voucher {unknown}.");
        }

        var open = vouchers.Where(voucher => voucher is { Redeemed: null, Voided: null }).ToList();
        foreach (var voucher in open)
        {
            voucher.Voided = session.Now;
        }

        await session.CommitAsync(cancellation);
        return open.Count;
    }

    /// <summary>All batches, the latest first.</summary>
    public async Task<IReadOnlyList<VoucherCount>> ListAsync(CancellationToken cancellation)
    {
        var batches = await session.Database.VoucherBatches.AsNoTracking().OrderByDescending(batch => batch.Id).ToListAsync(cancellation);
        var counts = await session
            .Database.Vouchers.GroupBy(voucher => voucher.BatchId)
            .Select(group => new
            {
                Id = group.Key,
                Redeemed = group.Count(voucher => voucher.Redeemed != null),
                Voided = group.Count(voucher => voucher.Voided != null),
                All = group.Count(),
            })
            .ToDictionaryAsync(count => count.Id, cancellation);
        return
        [
            .. batches.Select(batch =>
                counts.TryGetValue(batch.Id, out var count)
                    ? new VoucherCount(batch, count.All - count.Redeemed - count.Voided, count.Redeemed, count.Voided)
                    : new VoucherCount(batch, 0, 0, 0)
            ),
        ];
    }

    /// <summary>The vouchers of a batch in the order of their numbers, without their codes, which nobody knows.</summary>
    /// <exception cref="VoucherException">There is no such batch.</exception>
    public async Task<(VoucherBatch Batch, IReadOnlyList<IssuedVoucher> Vouchers)> ExportAsync(int batch, CancellationToken cancellation)
    {
        var found = await RequireBatchAsync(batch, cancellation);
        var vouchers = await (
            from voucher in session.Database.Vouchers.AsNoTracking()
            where voucher.BatchId == batch
            join block in session.Database.PurchasedBlocks.AsNoTracking() on voucher.BlockId equals (int?)block.Id into blocks
            from redeemed in blocks.DefaultIfEmpty()
            orderby voucher.Number
            select new { voucher, Subscription = redeemed == null ? null : (Usn?)redeemed.SubscriptionUsn }
        ).ToListAsync(cancellation);
        return (found, [.. vouchers.Select(row => new IssuedVoucher(row.voucher, row.Subscription))]);
    }

    private async Task<VoucherBatch> RequireBatchAsync(int id, CancellationToken cancellation) =>
        await session.Database.VoucherBatches.AsNoTracking().FirstOrDefaultAsync(batch => batch.Id == id, cancellation)
        ?? throw new VoucherException($"There is no batch {id}. smile voucher list shows those that there are.");

    private VoucherBatch Batch(VoucherTerms terms)
    {
        var content = session.Catalogue.Content;
        var company =
            content.Companies.FirstOrDefault(each => each.Id == terms.Company)
            ?? throw new VoucherException($"The catalogue has no company {terms.Company}.");
        if (content.PrepaidBlocks.All(block => block.Code != terms.Block))
        {
            throw new VoucherException(
                $"The catalogue has no prepaid block '{terms.Block}'. It has: "
                    + string.Join(", ", content.PrepaidBlocks.Select(block => block.Code))
                    + "."
            );
        }

        var expires = session.Catalogue.Zone(company.TimeZone).StartOf(terms.Last.AddDays(1));
        return expires > session.Now
            ? new VoucherBatch
            {
                CompanyId = terms.Company,
                Code = terms.Block,
                Expires = expires,
                Made = session.Now,
                Note = terms.Note,
            }
            : throw new VoucherException($"Vouchers that expire on {terms.Last.Iso()} could not be redeemed any more.");
    }

    private async Task<IReadOnlyCollection<string>> KnownAsync(int company, string[] numbers, CancellationToken cancellation) =>
        await session
            .Database.Vouchers.Where(voucher => voucher.CompanyId == company && numbers.Contains(voucher.Number))
            .Select(voucher => voucher.Number)
            .ToListAsync(cancellation);

    private async Task AddAsync(VoucherBatch batch, IReadOnlyList<PrintedVoucher> vouchers, bool isOwn, CancellationToken cancellation)
    {
        foreach (var voucher in vouchers)
        {
            cancellation.ThrowIfCancellationRequested();
            session.Database.Vouchers.Add(
                new Voucher
                {
                    CompanyId = batch.CompanyId,
                    Number = voucher.Number,
                    Batch = batch,
                    Secret = VoucherCodes.Hash(voucher.Code, isOwn),
                }
            );
        }

        await session.Database.SaveAsync(cancellation);
    }
}
