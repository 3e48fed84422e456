using Smile.Contracts;
using Smile.Contracts.Faults;
using Smile.Kernel;
using Smile.Ordering.Storage;
using Smile.Session;

namespace Smile.Ordering;

/// <summary>Bounds of ordering that a company may set.</summary>
public sealed class OrderingOptions
{
    /// <summary>Most USNs that reserveUsns() gives at once (guide, line 1646).</summary>
    public int MaxUsnCount { get; set; } = 10_000;

    /// <summary>Most USNs that a login has reserved within a day and not used, where it is limited to its own account.</summary>
    public int MaxReservedUsns { get; set; } = 1_000;

    /// <summary>The same where it has access to all accounts.</summary>
    public int MaxReservedUsnsOfAllAccounts { get; set; } = 1_000_000;
}

/// <summary>reserveUsns(): USNs with a service's prefix and suffix, for orders to come (guide, line 1627).</summary>
[UseCase]
public sealed class ReserveUsns(StageSession session, OrderingOptions options)
{
    public async Task<UsnListType> ExecuteAsync(int sid, int count, CancellationToken cancellation)
    {
        var service = session.Catalogue.Service(sid) ?? throw Refuse.NotFound("sid", sid, "There is no such service.", Missing.Service);
        if (count < 0 || count > options.MaxUsnCount)
        {
            throw Refuse.Invalid("count", count, $"Ask for 0 to {options.MaxUsnCount} USNs at a time.");
        }

        var most = session.Caller.AllAccounts ? options.MaxReservedUsnsOfAllAccounts : options.MaxReservedUsns;
        await session.Database.BeginAsync(cancellation);
        if (await session.Database.ReservedInADayAsync(session.Caller.Usn, cancellation) + count > most)
        {
            throw Refuse.Invalid("count", count, $"You may have {most} USNs reserved in a day that no order has used. Use those, or wait.");
        }

        var numbers = await session.Database.NextNumbersAsync(NumberSequence.Usn, count, cancellation);
        var usns = numbers.Select(number => service.MakeUsn(Luhn.Append(number))).ToList();
        await session.Database.ReserveUsnsAsync(usns, sid, session.Caller.Usn, cancellation);
        await session.CommitAsync(cancellation);
        return new UsnListType { Usn = [.. usns.Select(usn => usn.Value)] };
    }
}
