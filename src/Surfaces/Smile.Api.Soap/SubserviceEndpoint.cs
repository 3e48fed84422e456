using System.Globalization;
using Smile.Contracts;
using Smile.Customers.Subservices;
using Smile.Kernel;

namespace Smile.Api.Soap;

internal sealed class SubserviceEndpoint(UseCases use) : ISubserviceEndpoint
{
    public async Task<SubserviceType?> GetSubserviceBySubserviceUsername(
        int sid,
        string subserviceUsername,
        CancellationToken cancellation
    ) => Document(await use.Of<SubserviceQueries>().NamedAsync(sid, subserviceUsername, cancellation));

    public async Task<SubserviceListType?> GetSubservicesForSubscription(string usn, CancellationToken cancellation) =>
        Documents(await use.Of<SubserviceQueries>().OfSubscriptionAsync(usn, cancellation));

    public async Task<SubserviceType?> GetSubservice(string ssid, CancellationToken cancellation) =>
        Document(await use.Of<SubserviceQueries>().GetAsync(ssid, cancellation));

    public async Task<SubserviceType?> AddSubservice(string usn, SubserviceRequestType subserviceRequest, CancellationToken cancellation) =>
        Document((await use.Of<SubserviceChanges>().AddAsync(usn, [Content(subserviceRequest)], cancellation))[0]);

    public async Task<SubserviceListType?> AddSubservices(
        string usn,
        SubserviceRequestListType subserviceRequestList,
        CancellationToken cancellation
    ) =>
        Documents(
            await use.Of<SubserviceChanges>().AddAsync(usn, [.. subserviceRequestList.SubserviceRequest.Select(Content)], cancellation)
        );

    public Task RemoveSubservice(string ssid, CancellationToken cancellation) =>
        use.Of<SubserviceChanges>().RemoveAsync(ssid, cancellation);

    public Task UpdateSubservice(SubserviceType subservice, CancellationToken cancellation) =>
        use.Of<SubserviceChanges>()
            .UpdateAsync(
                subservice.SSID,
                new SubserviceContent(
                    subservice.SubscriptionUSN,
                    subservice.Active,
                    subservice.SubserviceUsername,
                    Fields(subservice.Object)
                ),
                cancellation
            );

    private static SubserviceContent Content(SubserviceRequestType request) =>
        new(request.SubscriptionUSN, request.Active, request.SubserviceUsername, Fields(request.Object));

    private static Func<BillingTimeZone, FieldValues>? Fields(ObjectType? document) =>
        document is null ? null : zone => FieldValues.From(document, zone);

    private static SubserviceListType Documents(IReadOnlyList<Subservice> subservices) =>
        new() { Subservice = [.. subservices.Select(Document)] };

    private static SubserviceType Document(Subservice subservice) =>
        new()
        {
            SSID = subservice.Id.ToString(CultureInfo.InvariantCulture),
            SubscriptionUSN = subservice.SubscriptionUsn.Value,
            Active = subservice.Active,
            SubserviceUsername = subservice.Username,
            Object = subservice.Properties.ToDocument(),
        };
}
