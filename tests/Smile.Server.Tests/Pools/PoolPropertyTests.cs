using System.Globalization;
using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using Smile.Contracts.Faults;
using Smile.Kernel;
using Smile.NumberPools;
using Smile.NumberPools.IpRanges;
using Smile.Server.Tests.Fixture;
using Smile.Testing;
using static Smile.Server.Tests.Fixture.PaymentHelp;

namespace Smile.Server.Tests.Pools;

/// <summary>
/// Random sequences of pool operations against a model that knows nothing of ranges: a reservation is a list of numbers with its links. It
/// has a server of its own, since it moves the clock by months.
/// </summary>
public sealed class PoolPropertyTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    /// <summary>Numbers of a sequence; few, so that it often meets what it did before.</summary>
    private const int Numbers = 24;

    private const int Spacing = 256;
    private const int Steps = 30;

    private static readonly int Sequences = Verification.IsFull ? 400 : 16;
    private static readonly TimeSpan Temporary = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan Quarantine = TimeSpan.FromDays(30);
    private static readonly string?[] Holders = [null, "a", "b"];
    private static readonly int[] Sizes = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 15];
    private static readonly TimeSpan[] Waits = [TimeSpan.FromMinutes(5), Temporary, TimeSpan.FromDays(12), Quarantine];
    private static int _areas;

    private enum PoolAction
    {
        Reserve,
        Link,
        Unlink,
        Wait,
        Search,
        Work,
    }

    private sealed record Step(PoolAction Action, int First, int Length, PoolLinkType Type, int Holder, int Choice);

    private sealed record ModelLink(PoolLinkType Type, string? Holder, DateTimeOffset? Expiry)
    {
        public string Id { get; set; } = "";

        public override string ToString() =>
            $"{Type} {Holder ?? "-"} {Expiry?.UtcDateTime.ToString("s", CultureInfo.InvariantCulture) ?? "-"}";
    }

    /// <summary>Quarantine that a temporary link of its holder has put off.</summary>
    private sealed record ModelPaused(int First, int Last, string Holder, DateTimeOffset Expiry);

    private sealed record ModelReservation(int First, int Last, List<ModelLink> Links)
    {
        public string Id { get; set; } = "";

        public List<ModelPaused> Paused { get; init; } = [];

        public bool Has(int number) => First <= number && number <= Last;

        public bool IsKeptFor(string holder) => Links.TrueForAll(link => link.Type == PoolLinkType.Quarantine && link.Holder == holder);

        public override string ToString() =>
            $"{First}-{Last}: {string.Join(", ", Links.Select(link => link.ToString()).Order(StringComparer.Ordinal))}";
    }

    [Fact]
    public void No_number_is_given_twice_and_none_is_lost()
    {
        var step =
            from action in Gen.Elements(
                PoolAction.Reserve,
                PoolAction.Reserve,
                PoolAction.Reserve,
                PoolAction.Link,
                PoolAction.Unlink,
                PoolAction.Unlink,
                PoolAction.Wait,
                PoolAction.Search,
                PoolAction.Search,
                PoolAction.Work
            )
            from first in Gen.Choose(0, Numbers - 1)
            from length in Gen.Choose(1, 7)
            from type in Gen.Elements(Enum.GetValues<PoolLinkType>())
            from holder in Gen.Choose(0, Holders.Length - 1)
            from choice in Gen.Choose(0, 1_000)
            select new Step(action, first, length, type, holder, choice);
        var sequences = Arb.From(
            Gen.ArrayOf(step, Steps),
            steps => Enumerable.Range(0, steps.Length).Select(index => steps.Where((_, position) => position != index).ToArray())
        );
        Prop.ForAll(sequences, steps => RunAsync(steps).GetAwaiter().GetResult()).Check(Config.QuickThrowOnFailure.WithMaxTest(Sequences));
    }

    private async Task RunAsync(IReadOnlyList<Step> steps)
    {
        var area = new Area(Interlocked.Increment(ref _areas));
        await new PoolHelp(server).ImportAsync(PoolHelp.Addresses, area.Text(0), area.Text(Numbers - 1));
        List<ModelReservation> model = [];
        foreach (var step in steps)
        {
            await DoAsync(area, model, step);
            DropExpired(model);
            await RequireSameAsync(area, model, step);
        }

        await PoolInvariants.RequireAsync(server, PoolHelp.Addresses);
        var ended = (await server.MessagesAsync(PoolHelp.Addresses)).Select(message => (string)message.Headers["linkId"]).ToList();
        Assert.Equal(ended.Count, ended.Distinct().Count());
    }

    private async Task DoAsync(Area area, List<ModelReservation> model, Step step)
    {
        var links = model.SelectMany(reservation => reservation.Links.Select(link => (reservation, link))).ToList();
        switch (step.Action)
        {
            case PoolAction.Reserve:
                await ReserveAsync(area, model, step);
                break;
            case PoolAction.Link when model.Count > 0:
                var linked = model[step.Choice % model.Count];
                await RunAsync<PoolOperations, ReservationLink>(
                    server,
                    pools => pools.LinkAsync(linked.Id, step.Type, Holder(step.Holder), default)
                );
                linked.Links.Add(NewLink(step.Type, Holders[step.Holder]));
                if (step.Type is PoolLinkType.PreAllocation or PoolLinkType.Allocation)
                {
                    linked.Paused.RemoveAll(paused => paused.Holder == Holders[step.Holder]);
                }

                break;
            case PoolAction.Unlink when links.Count > 0:
                var (reservation, link) = links[step.Choice % links.Count];
                var kept = await RunAsync<SubscriptionNumbers, ReservationLink?>(server, numbers => numbers.UnlinkAsync(link.Id, default));
                reservation.Links.Remove(link);
                var isConcrete = link.Type is PoolLinkType.PreAllocation or PoolLinkType.Allocation;
                var resumes = reservation.Links.Count == 0 && reservation.Paused.Exists(paused => paused.Expiry > server.Clock.GetUtcNow());
                Assert.Equal(isConcrete || resumes, kept is not null);
                if (isConcrete)
                {
                    reservation.Links.Add(NewLink(PoolLinkType.Quarantine, link.Holder));
                }

                DropExpired(model);
                break;
            case PoolAction.Wait:
                server.Clock.Advance(Waits[step.Choice % Waits.Length]);

                // What is over and not worked off has not come back as quarantine yet.
                if (model.Exists(each => each.Paused.Count > 0))
                {
                    await server.CarryOutDueWorkAsync();
                }

                break;
            case PoolAction.Work:
                await server.CarryOutDueWorkAsync();
                break;
            case PoolAction.Search:
                await SearchAsync(area, model, step);
                break;
        }
    }

    private async Task ReserveAsync(Area area, List<ModelReservation> model, Step step)
    {
        var last = Math.Min(step.First + step.Length, Numbers) - 1;
        var holder = Holders[step.Holder];
        var met = model.Where(reservation => reservation.First <= last && step.First <= reservation.Last).ToList();
        var isFree = met.TrueForAll(reservation => holder is not null && reservation.IsKeptFor(holder));
        var reserve = () =>
            RunAsync<PoolOperations, ReservationLink>(
                server,
                pools =>
                    pools.CreateAsync(PoolHelp.Addresses, area.Text(step.First), area.Text(last), step.Type, Holder(step.Holder), default)
            );
        if (!isFree)
        {
            var refusal = await Assert.ThrowsAsync<SmileException>(reserve);
            Assert.Equal(Fault.ReservationUnavailableException, refusal.Fault);
            return;
        }

        await reserve();
        foreach (var kept in met)
        {
            model.Remove(kept);
            if (kept.First < step.First)
            {
                model.Add(new ModelReservation(kept.First, step.First - 1, [.. kept.Links]));
            }

            if (kept.Last > last)
            {
                model.Add(new ModelReservation(last + 1, kept.Last, [.. kept.Links.Select(link => link with { })]));
            }
        }

        model.Add(
            new ModelReservation(step.First, last, [NewLink(step.Type, holder)])
            {
                Paused = step.Type == PoolLinkType.Temporary ? met.ConvertAll(kept => PausedOf(kept, step.First, last, holder!)) : [],
            }
        );
    }

    private static ModelPaused PausedOf(ModelReservation kept, int first, int last, string holder) =>
        new(Math.Max(kept.First, first), Math.Min(kept.Last, last), holder, kept.Links.Max(link => link.Expiry)!.Value);

    private async Task SearchAsync(Area area, List<ModelReservation> model, Step step)
    {
        var size = Sizes[step.Choice % Sizes.Length];
        var limit = 1 + step.Choice % 5;
        var holder = Holders[step.Holder];
        var last = Math.Min(step.First + step.Choice % Numbers, Numbers - 1);
        var found = await RunAsync<SearchPool, IReadOnlyList<FreeNumbers>>(
            server,
            search =>
                search.ExecuteAsync(
                    new PoolSearch(PoolHelp.Addresses, area.Text(step.First), area.Text(last), size, limit, Holder(step.Holder)),
                    default
                )
        );
        DropExpired(model);
        var free = Enumerable
            .Range(step.First, last - step.First + 1)
            .Where(number => model.TrueForAll(taken => !taken.Has(number) || (holder is not null && taken.IsKeptFor(holder))))
            .ToHashSet();
        var starts =
            size == 0
                ? free.Where(number => !free.Contains(number - 1))
                : free.Where(number => area.Position(number) % size == 0 && Enumerable.Range(number, size).All(free.Contains));
        var expected = starts
            .Order()
            .Take(limit)
            .Select(first =>
                (First: first, Last: size == 0 ? Enumerable.Range(first, Numbers).TakeWhile(free.Contains).Last() : first + size - 1)
            )
            .Select(range => $"{area.Text(range.First)}-{area.Text(range.Last)}");
        Assert.Equal(expected, found.Select(range => $"{range.Start}-{range.End}"));
    }

    private void DropExpired(List<ModelReservation> model)
    {
        foreach (var reservation in model)
        {
            reservation.Links.RemoveAll(link => link.Expiry <= server.Clock.GetUtcNow());
        }

        var over = model.FindAll(reservation => reservation.Links.Count == 0);
        model.RemoveAll(over.Contains);
        model.AddRange(
            from reservation in over
            from paused in reservation.Paused
            where paused.Expiry > server.Clock.GetUtcNow()
            select new ModelReservation(paused.First, paused.Last, [new ModelLink(PoolLinkType.Quarantine, paused.Holder, paused.Expiry)])
        );
    }

    /// <summary>The database has what the model has; ids are taken over from it.</summary>
    private async Task RequireSameAsync(Area area, List<ModelReservation> model, Step step)
    {
        var rows = await server.QueryAsync<string[]>(
            """
            SELECT coalesce(array_agg(concat_ws('|', reservation.id, first - $1::numeric, last - $1::numeric, link.id, type,
                coalesce(back_link_key, '-'), coalesce(extract(epoch FROM expiry)::text, '-')) ORDER BY first, link.created, link.id), '{}')
            FROM pool_reservation AS reservation JOIN pool_link AS link ON link.reservation_id = reservation.id
            WHERE first >= $1::numeric AND last < $1::numeric + 256 AND (expiry IS NULL OR expiry > $2)
            """,
            area.Position(0).ToString(CultureInfo.InvariantCulture),
            server.Clock.GetUtcNow().ToUniversalTime()
        );
        var present = rows.Select(row => row.Split('|'))
            .GroupBy(row => row[0])
            .Select(group => new ModelReservation(
                int.Parse(group.First()[1], CultureInfo.InvariantCulture),
                int.Parse(group.First()[2], CultureInfo.InvariantCulture),
                [
                    .. group.Select(row => new ModelLink(
                        Enum.Parse<PoolLinkType>(row[4]),
                        row[5] == "-" ? null : row[5],
                        row[6] == "-"
                            ? null
                            : DateTimeOffset.UnixEpoch.AddSeconds((double)decimal.Parse(row[6], CultureInfo.InvariantCulture))
                    )
                    {
                        Id = row[3],
                    }),
                ]
            )
            {
                Id = group.Key,
                Paused = model.Find(each => each.Has(int.Parse(group.First()[1], CultureInfo.InvariantCulture)))?.Paused ?? [],
            })
            .OrderBy(reservation => reservation.First)
            .ToList();
        Assert.True(
            model
                .OrderBy(reservation => reservation.First)
                .Select(each => each.ToString())
                .SequenceEqual(present.Select(each => each.ToString())),
            $"after {step}: expected {string.Join("; ", model.OrderBy(each => each.First))} but there is {string.Join("; ", present)}"
        );
        model.Clear();
        model.AddRange(present);
    }

    private ModelLink NewLink(PoolLinkType type, string? holder) =>
        new(
            type,
            holder,
            type switch
            {
                PoolLinkType.Temporary => server.Clock.GetUtcNow() + Temporary,
                PoolLinkType.Quarantine => server.Clock.GetUtcNow() + Quarantine,
                _ => null,
            }
        );

    private static BackLink? Holder(int index) => Holders[index] is { } key ? new BackLink("model", key) : null;

    /// <summary>The addresses of one sequence.</summary>
    private sealed record Area(int Index)
    {
        public BigInteger Position(int number) => (10 << 24) + Index * Spacing + number;

        public string Text(int number) => string.Create(CultureInfo.InvariantCulture, $"10.{Index / Spacing}.{Index % Spacing}.{number}");
    }
}
