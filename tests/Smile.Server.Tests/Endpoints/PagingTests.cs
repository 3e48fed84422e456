using Smile.Server.Tests.Fixture;
using static Smile.Server.Tests.Fixture.Orders;
using static Smile.Server.Tests.Fixture.SoapCaller;

namespace Smile.Server.Tests.Endpoints;

/// <summary>K2: every list operation with a limit and an offset, gone through to its end.</summary>
[Collection(ServerTests.Name)]
public sealed class PagingTests(ServerFixture server)
{
    private SoapCaller Api => server.Administrator;

    [Fact]
    public void The_operations_that_page_are_these()
    {
        var paging = SampleRequests
            .Operations()
            .Where(operation =>
                SampleRequests.Make(operation, (_, _) => "1") is { } request
                && request.Element("limit") is not null
                && request.Element("offset") is not null
            );

        // CollectionTests goes through the pages of entries.
        Assert.Equal(
            ["account/findAccounts", "config/customfields/findCollectionEntries", "subscription/findSubscriptions"],
            paging.Select(operation => operation.ToString())
        );
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(200)]
    public async Task Pages_of_any_size_are_complete_in_order_and_without_doubles(int limit)
    {
        var client = server.Unique("paged");
        var accounts = new List<string>();
        var subscriptions = new List<string>();
        for (var count = 0; count < 7; count++)
        {
            accounts.Add(
                Read(
                    await Api.CallAsync(
                        "order",
                        "orderAccount",
                        Order(AccountOnly, null, Text("username", server.Unique("paged")) + Text("client_id", client))
                    ),
                    client
                ).Usn
            );
            subscriptions.Add(
                Read(
                    await Api.CallAsync(
                        "order",
                        "orderSubscription",
                        P("usn", accounts[0]),
                        Order(AdslOnly, 36, Text("username", server.Unique("paged")) + Text("client_id", client))
                    ),
                    client
                ).Subscriptions[0]
            );
        }

        Assert.Equal(accounts.Order(StringComparer.Ordinal), await PagesAsync("account", "findAccounts", "Accounts", client, limit));
        Assert.Equal(
            subscriptions.Order(StringComparer.Ordinal),
            await PagesAsync("subscription", "findSubscriptions", "Subscription", client, limit)
        );
    }

    private async Task<IReadOnlyList<string>> PagesAsync(string endpoint, string operation, string row, string client, int limit)
    {
        var found = new List<string>();
        for (var offset = 0; ; offset += limit)
        {
            var condition = Document(
                $"<SearchCondition><Equals><Attribute>client_id</Attribute><Value>{client}</Value></Equals></SearchCondition>"
            );
            var page = await Api.CallAsync(endpoint, operation, condition, P("limit", limit), P("offset", offset));
            var usns = page.AllAt(row + "/USN").Select(usn => usn.Value).ToList();
            Assert.Equal((limit, offset), ((int)page!.Attribute("limit")!, (int)page.Attribute("offset")!));
            Assert.True(usns.Count <= limit);
            found.AddRange(usns);
            Assert.Equal(found.Count < 7, (bool)page.Attribute("moreResults")!);
            if (!(bool)page.Attribute("moreResults")!)
            {
                return found;
            }
        }
    }
}
