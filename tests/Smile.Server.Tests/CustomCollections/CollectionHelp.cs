using System.Globalization;
using System.Security;
using System.Xml.Linq;
using Smile.CustomCollections;
using Smile.Server.Tests.Fixture;
using static Smile.Server.Tests.Fixture.Orders;
using static Smile.Server.Tests.Fixture.SoapCaller;

namespace Smile.Server.Tests.CustomCollections;

/// <summary>Calls of <c>config/customfields</c> in few words.</summary>
internal sealed class CollectionHelp(ServerFixture server, SoapCaller? caller = null)
{
    public const string Airports = "AirFreightDestinations";
    public const string Products = "products";
    public const string Colours = "colours";
    public const string Managers = "accountManagers";
    public const string Modems = "modems";

    private const string Endpoint = "config/customfields";

    public SoapCaller Api => caller ?? server.Administrator;

    /// <returns>The key.</returns>
    public async Task<int> AddAsync(string collection, string code, string fields = "") =>
        KeyOf(await Api.CallAsync(Endpoint, "addCollectionEntry", New(collection, code, fields)));

    public async Task<XElement> AddedAsync(string collection, string code, string fields = "") =>
        Plain((await Api.CallAsync(Endpoint, "addCollectionEntry", New(collection, code, fields)))!);

    public Task<SoapFault> AddRefusedAsync(string collection, string code, string fields = "") =>
        Api.RefusedAsync(Endpoint, "addCollectionEntry", New(collection, code, fields));

    public Task<SoapFault?> TryAddAsync(string collection, string code, string fields = "") =>
        Api.TryAsync(Endpoint, Wrapper("addCollectionEntry", [New(collection, code, fields)]));

    public Task UpdateAsync(int key, string collection, string code, string fields = "") =>
        Api.CallAsync(Endpoint, "updateCollectionEntry", Entry(key, collection, code, fields));

    public Task<SoapFault> UpdateRefusedAsync(int key, string collection, string code, string fields = "") =>
        Api.RefusedAsync(Endpoint, "updateCollectionEntry", Entry(key, collection, code, fields));

    public Task<SoapFault?> TryUpdateAsync(int key, string collection, string code, string fields = "") =>
        Api.TryAsync(Endpoint, Wrapper("updateCollectionEntry", [Entry(key, collection, code, fields)]));

    public Task DeleteAsync(int key) => Api.CallAsync(Endpoint, "deleteCollectionEntry", P("key", key));

    public Task<SoapFault> DeleteRefusedAsync(int key) => Api.RefusedAsync(Endpoint, "deleteCollectionEntry", P("key", key));

    public Task<SoapFault?> TryDeleteAsync(int key) => Api.TryAsync(Endpoint, Wrapper("deleteCollectionEntry", [P("key", key)]));

    public async Task<XElement> GetAsync(int key) => Plain((await Api.CallAsync(Endpoint, "getCollectionEntry", P("key", key)))!);

    public Task<SoapFault> GetRefusedAsync(int key) => Api.RefusedAsync(Endpoint, "getCollectionEntry", P("key", key));

    public async Task<XElement> GetAsync(string collection, string code) =>
        Plain((await Api.CallAsync(Endpoint, "getCollectionEntryByEntryCode", P("collectionCode", collection), P("entryCode", code)))!);

    public Task<SoapFault> GetRefusedAsync(string collection, string code) =>
        Api.RefusedAsync(Endpoint, "getCollectionEntryByEntryCode", P("collectionCode", collection), P("entryCode", code));

    public async Task<int> KeyAsync(string collection, string code) => KeyOf(await GetAsync(collection, code));

    public async Task<XElement> FindAsync(string collection, string? field, string? value, int limit = 200, int offset = 0) =>
        (await Api.CallAsync(Endpoint, "findCollectionEntries", Criteria(collection, field, value, limit, offset)))!;

    public Task<SoapFault> FindRefusedAsync(string collection, string? field, string? value, int limit = 200, int offset = 0) =>
        Api.RefusedAsync(Endpoint, "findCollectionEntries", Criteria(collection, field, value, limit, offset));

    public static IReadOnlyList<string> CodesOf(XElement found) =>
        [.. found.AllAt("CustomCollectionEntryList/CustomCollectionEntry/EntryCode").Select(code => code.Value)];

    public static int KeyOf(XElement? entry) => (int)entry!.Attribute("key")!;

    public static string Product(string code, string more = "", string? description = null) =>
        Text("productCode", code) + Text("productDesc", description ?? code) + more;

    /// <summary>What was announced of an entry.</summary>
    public Task<IReadOnlyList<AnnouncedMessage>> MessagesAsync(int key) => server.MessagesAsync(CustomCollectionEntry.MessageKeyOf(key));

    /// <summary>An account with a manager, of the collection that accounts are bound to.</summary>
    public async Task<string> AccountWithAsync(string manager) =>
        Read(await Api.CallAsync("order", "orderAccount", AccountOrder(manager)), "").Usn;

    public XElement AccountOrder(string manager) =>
        Order(AccountOnly, null, Text("username", server.Unique("managed")) + Text("accountManager", manager));

    public Task SetManagerAsync(string usn, string manager) => Api.CallAsync("account", "update", P("usn", usn), Account(usn, manager));

    public Task<SoapFault?> TrySetManagerAsync(string usn, string manager) =>
        Api.TryAsync("account", Wrapper("update", [P("usn", usn), Account(usn, manager)]));

    public async Task<string?> ManagerOfAsync(string usn) => (await Api.CallAsync("account", "get", P("usn", usn))).Field("accountManager");

    /// <summary>A subscription with a modem.</summary>
    public async Task<string> SubscriptionWithAsync(string account, string modem) =>
        Read(
            await Api.CallAsync(
                "order",
                "orderSubscription",
                P("usn", account),
                Order(AdslOnly, 36, Text("username", server.Unique("line")) + Text("modem", modem))
            ),
            ""
        ).Subscriptions[0];

    public static XElement New(string collection, string code, string fields) =>
        Document(
            $"<NewCustomCollectionEntryRequest><CollectionCode>{collection}</CollectionCode>"
                + $"<EntryCode>{SecurityElement.Escape(code)}</EntryCode><Object>{fields}</Object></NewCustomCollectionEntryRequest>"
        );

    /// <summary>A document without prefixes, to be compared and sent back.</summary>
    private static XElement Plain(XElement document)
    {
        var plain = new XElement(document);
        plain.DescendantsAndSelf().Attributes().Where(attribute => attribute.IsNamespaceDeclaration).Remove();
        return plain;
    }

    private static XElement Entry(int key, string collection, string code, string fields) =>
        Document(
            string.Create(
                CultureInfo.InvariantCulture,
                $"<CustomCollectionEntry key=\"{key}\"><CollectionCode>{collection}</CollectionCode>"
                    + $"<EntryCode>{SecurityElement.Escape(code)}</EntryCode><Object>{fields}</Object></CustomCollectionEntry>"
            )
        );

    private static XElement Account(string usn, string manager) =>
        Document($"<Account><USN>{usn}</USN><Properties><Object>{Text("accountManager", manager)}</Object></Properties></Account>");

    private static XElement[] Criteria(string collection, string? field, string? value, int limit, int offset) =>
        [
            P("collectionCode", collection),
            Document(
                field is null
                    ? "<SearchCondition/>"
                    : $"<SearchCondition><Equals><Attribute>{field}</Attribute><Value>{value}</Value></Equals></SearchCondition>"
            ),
            P("limit", limit),
            P("offset", offset),
        ];
}
