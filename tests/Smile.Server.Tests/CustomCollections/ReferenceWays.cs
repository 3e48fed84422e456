using System.Xml.Linq;
using Smile.Server.Tests.Fixture;
using static Smile.Server.Tests.CustomCollections.CollectionHelp;
using static Smile.Server.Tests.Fixture.Orders;
using static Smile.Server.Tests.Fixture.SoapCaller;

namespace Smile.Server.Tests.CustomCollections;

/// <summary>Every way in which a field comes to refer to an entry, in the catalogue of <see cref="ReferenceTests"/>.</summary>
internal sealed class ReferenceWays(ServerFixture server)
{
    private readonly CollectionHelp _api = new(server);

    /// <summary>A new thing of a kind: sets its field to a code, and reads it.</summary>
    public async Task<(Func<string, Task<SoapFault?>> Refer, Func<Task<string?>> Read)> OfAsync(string from)
    {
        var account = await _api.AccountWithAsync("amy");
        switch (from)
        {
            case "account":
                return (
                    code => TryUpdateAccountAsync(account, Text("paint", code)),
                    async () => (await _api.Api.CallAsync("account", "get", P("usn", account))).Field("paint")
                );
            case "account's box":
                return (
                    code => TryUpdateAccountAsync(account, $"<Object name=\"box\">{Text("paint", code)}</Object>"),
                    async () => (await _api.Api.CallAsync("account", "get", P("usn", account))).Field("paint")
                );
            case "closed account":
                return (
                    async code =>
                    {
                        var fault = await TryUpdateAccountAsync(account, Text("paint", code));
                        if (fault is null)
                        {
                            await server.ExecuteAsync("UPDATE account SET closed = now() WHERE usn = $1", account);
                        }

                        return fault;
                    },
                    async () => (await _api.Api.CallAsync("account", "get", P("usn", account))).Field("paint")
                );
            case "subscription":
            case "subscription's box":
                var line = await _api.SubscriptionWithAsync(account, "none");
                var isBox = from != "subscription";
                return (
                    code =>
                        _api.Api.TryAsync(
                            "subscription",
                            Wrapper(
                                "update",
                                [
                                    P("usn", line),
                                    Document(
                                        $"<Subscription><USN>{line}</USN><Properties><Object>"
                                            + (isBox ? $"<Object name=\"box\">{Text("paint", code)}</Object>" : Text("modem", code))
                                            + "</Object></Properties></Subscription>"
                                    ),
                                ]
                            )
                        ),
                    async () => (await _api.Api.CallAsync("subscription", "get", P("usn", line))).Field(isBox ? "paint" : "modem")
                );
            case "ticket":
            case "ticket of no account":
                return await TicketAsync(account, hasAccount: from == "ticket");
            case "subservice":
                return await SubserviceAsync(await _api.SubscriptionWithAsync(account, "none"));
            case "purchase order":
                return PurchaseOrder(account);
            case "order in a group":
                return await DraftAsync();
            default:
                var product = server.Unique("product");
                var key = await _api.AddAsync(Products, product, Product(product));
                return (
                    code => _api.TryUpdateAsync(key, Products, product, Product(product, Text("colour", code))),
                    async () => (await _api.GetAsync(key)).Field("colour")
                );
        }
    }

    private async Task<(Func<string, Task<SoapFault?>> Refer, Func<Task<string?>> Read)> TicketAsync(string account, bool hasAccount)
    {
        var raised = await _api.Api.CallAsync(
            "crm",
            "raiseTicket",
            P("templateTicketNumber", "123"),
            P("usn", account),
            Document("<NewTicketRequest><Properties><Object/></Properties></NewTicketRequest>")
        );
        var number = raised.At("Number")!;
        if (!hasAccount)
        {
            await _api.Api.CallAsync(
                "crm",
                "updateTicket",
                P("ticketNumber", number),
                Document("<TicketUpdate><USN clear=\"true\"/></TicketUpdate>")
            );
        }

        return (
            code =>
                _api.Api.TryAsync(
                    "crm",
                    Wrapper(
                        "updateTicket",
                        [
                            P("ticketNumber", number),
                            Document($"<TicketUpdate><Properties><Object>{Text("paint", code)}</Object></Properties></TicketUpdate>"),
                        ]
                    )
                ),
            () =>
                server.QueryAsync<string?>(
                    """
                    SELECT (SELECT field ->> 'v' FROM jsonb_array_elements(properties) AS field WHERE field ->> 'n' = 'paint')
                    FROM ticket WHERE number = $1::bigint
                    """,
                    number
                )
        );
    }

    private async Task<(Func<string, Task<SoapFault?>> Refer, Func<Task<string?>> Read)> SubserviceAsync(string line)
    {
        var name = server.Unique("alias");
        XElement Request(string? id, string colour) =>
            Document(
                $"<{(id is null ? "SubserviceRequest" : "Subservice")}>{(id is null ? "" : $"<SSID>{id}</SSID>")}"
                    + $"<SubscriptionUSN>{line}</SubscriptionUSN><Active>true</Active><SubserviceUsername>{name}</SubserviceUsername>"
                    + $"<Object>{Text("type", "emailAlias")}{Text("forwardTo", "joe")}{colour}</Object>"
                    + $"</{(id is null ? "SubserviceRequest" : "Subservice")}>"
            );
        var added = await _api.Api.CallAsync("subservice", "addSubservice", P("usn", line), Request(null, ""));
        var id = added.At("SSID")!;
        return (
            code => _api.Api.TryAsync("subservice", Wrapper("updateSubservice", [Request(id, Text("paint", code))])),
            async () => (await _api.Api.CallAsync("subservice", "getSubservice", P("ssid", id))).Field("paint")
        );
    }

    private (Func<string, Task<SoapFault?>> Refer, Func<Task<string?>> Read) PurchaseOrder(string account)
    {
        string? id = null;
        var number = server.Unique("PO");
        return (
            async code =>
            {
                var body = $"<AccountUSN>{account}</AccountUSN><Number>{number}</Number><Object>{Text("paint", code)}</Object>";
                var wrapper = id is null
                    ? Wrapper("createPurchaseOrder", [Document($"<NewPurchaseOrderRequest>{body}</NewPurchaseOrderRequest>")])
                    : Wrapper(
                        "updatePurchaseOrder",
                        [Document($"<PurchaseOrder>{body}<PurchaseOrderId>{id}</PurchaseOrderId></PurchaseOrder>")]
                    );
                var fault = await _api.Api.TryAsync("account", wrapper);
                id = fault is null
                    ? (await server.QueryAsync<Guid>("SELECT id FROM purchase_order WHERE number = $1", number)).ToString()
                    : id;
                return fault;
            },
            () =>
                server.QueryAsync<string?>(
                    "SELECT field ->> 'v' FROM purchase_order, jsonb_array_elements(properties) AS field WHERE number = $1",
                    number
                )
        );
    }

    private async Task<(Func<string, Task<SoapFault?>> Refer, Func<Task<string?>> Read)> DraftAsync()
    {
        var order = Order(AccountOnly, null, Text("username", server.Unique("draft")));
        var group = (await _api.Api.CallAsync("order", "createOrderGroup", order)).At("OrderGroupNumber")!;
        return (
            code =>
                _api.Api.TryAsync(
                    "order",
                    Wrapper("updateOrder", [P("orderNumber", group), Order(AccountOnly, null, Text("paint", code))])
                ),
            () =>
                server.QueryAsync<string?>(
                    """
                    SELECT field ->> 'v' FROM customer_order, jsonb_array_elements(form) AS field
                    WHERE number = $1 AND field ->> 'n' = 'paint'
                    """,
                    group
                )
        );
    }

    public static XElement Account(string usn, string fields) =>
        Document($"<Account><USN>{usn}</USN><Properties><Object>{fields}</Object></Properties></Account>");

    private Task<SoapFault?> TryUpdateAccountAsync(string usn, string fields) =>
        _api.Api.TryAsync("account", Wrapper("update", [P("usn", usn), Account(usn, fields)]));
}
