using System.Globalization;
using System.Xml.Linq;
using Smile.NumberPools;
using Smile.Server.Tests.Fixture;
using static Smile.Server.Tests.Fixture.PaymentHelp;
using static Smile.Server.Tests.Fixture.SoapCaller;

namespace Smile.Server.Tests.Pools;

/// <summary>The example pools, and calls in few words.</summary>
internal sealed class PoolHelp(ServerFixture server, SoapCaller? caller = null)
{
    /// <summary>The guide's own.</summary>
    public const string Telephone = "6070712e-0058-4114-8cbd-94a2c57d145c";
    public const string Addresses = "1c7e0f0a-3f43-4f0e-9a55-6f6d1f3c5f10";

    /// <summary>Without quarantine.</summary>
    public const string Networks = "b2f7c6de-6f0b-4a52-8a2f-0b8f6f0c8f21";
    public const string Codes = "5b0d4c64-9a1e-4a9b-8b65-2f0a6d1f7e32";

    public SoapCaller Api => caller ?? server.Administrator;

    public Task ImportAsync(string pool, string start, string end) =>
        RunAsync<PoolAdministration, System.Numerics.BigInteger>(
            server,
            pools => pools.ImportAsync(pool, [new NamedRange("test", start, end)], default)
        );

    public async Task<XElement> ReserveAsync(string pool, string start, string end, string type, string? holder = null) =>
        (await Api.CallAsync("pool", "createReservation", Reservation(pool, start, end, type, holder)))!;

    public Task<SoapFault> ReserveRefusedAsync(string pool, string start, string end, string type, string? holder = null) =>
        Api.RefusedAsync("pool", "createReservation", Reservation(pool, start, end, type, holder));

    public static XElement[] Reservation(string pool, string start, string end, string type, string? holder = null) =>
        [P("poolId", pool), P("start", start), P("end", end), LinkType(type), .. BackLink(holder)];

    public async Task<XElement> LinkAsync(string? reservation, string type, string? holder = null) =>
        (await Api.CallAsync("pool", "createLinkToReservation", [P("reservationId", reservation!), LinkType(type), .. BackLink(holder)]))!;

    public Task<XElement?> UnlinkAsync(string? link) => Api.CallAsync("pool", "unlink", P("linkId", link!));

    public async Task<XElement> GetAsync(string? link) => (await Api.CallAsync("pool", "getLink", P("linkId", link!)))!;

    /// <summary>The ranges found, such as <c>0399970000-0399979999</c>.</summary>
    public async Task<string> SearchAsync(
        string pool,
        string start,
        string end,
        long? size = null,
        int? limit = null,
        string? holder = null
    )
    {
        var found = await Api.CallAsync("pool", "search", Criteria(pool, start, end, size, limit, holder));
        Assert.All(found.AllAt("PoolSearchResult"), result => Assert.Equal(pool, result.At("PoolId")));
        return string.Join(' ', found.AllAt("PoolSearchResult").Select(result => $"{result.At("RangeStart")}-{result.At("RangeEnd")}"));
    }

    public static XElement Criteria(string pool, string start, string end, long? size = null, int? limit = null, string? holder = null) =>
        Document(
            string.Create(
                CultureInfo.InvariantCulture,
                $"<PoolSearchCriteria><PoolId>{pool}</PoolId><SearchRangeStart>{start}</SearchRangeStart>"
                    + $"<SearchRangeEnd>{end}</SearchRangeEnd>{Element("DesiredRangeSize", size)}{Element("ResultLimit", limit)}"
                    + $"{string.Concat(BackLink(holder).AsEnumerable())}</PoolSearchCriteria>"
            )
        );

    public static XElement LinkType(string type) => Document($"<LinkType>{type}</LinkType>");

    private static XElement[] BackLink(string? holder) =>
        holder is null ? [] : [Document($"<BackLink><Type>subscription</Type><Key>{holder}</Key></BackLink>")];

    private static string Element(string name, long? value) => value is { } given ? $"<{name}>{given}</{name}>" : "";
}
