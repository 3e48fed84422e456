using System.Text.Json;
using Smile.Conformance.Running;

namespace Smile.Conformance.Journey;

/// <summary>
/// A number and a ticket of a provider from beginning to end, as programs of others' making see them, and what a Java listener is told.
/// </summary>
public sealed class InventoryJourneyTests
{
    private const string Pool = "6070712e-0058-4114-8cbd-94a2c57d145c";

    private static readonly string[] Operators = ["anna@desk.example.com", "ben@desk.example.com", "chris@desk.example.com"];
    private static readonly string[] Statuses = ["In progress", "Closed"];
    private static readonly bool[] OneTicket = [true];

    [ClientFact(ForeignClient.Zeep, ForeignClient.Php, ForeignClient.Jms)]
    public async Task A_number_is_reserved_ordered_given_up_and_free_again_and_a_ticket_goes_its_way()
    {
        await using var system = await SmileSystem.StartAsync();
        system.Use("Smile__Stages__live__ClockMayMove", "true");
        await system.Server.StopAsync();
        await using var server = await system.AddServerAsync();
        await system.CommandAsync("pool", "import", "Melbourne numbers", "0399970000-0399970019");
        foreach (var name in Operators)
        {
            await system.CommandAsync("user", "add", name);
        }

        await using var listener = await JmsListener.StartAsync(
            system.Broker,
            "inventory",
            ("SmileNumberPool", JmsListener.Everything),
            ("SmileOrder", JmsListener.Everything),
            ("SmileSubscription", JmsListener.Everything)
        );
        List<(string Program, string Script, string Username, string Number)> clients =
        [
            ("/usr/bin/python3", "zeep/inventory.py", "inventory-zeep", "0399970000"),
            ("/usr/bin/php", "php/inventory.php", "inventory-php", "0399970010"),
        ];
        foreach (var (program, script, username, number) in clients)
        {
            Assert.Equal(
                [
                    Line(
                        new
                        {
                            call = "createReservation",
                            linkType = "Temporary",
                            isFree = false,
                        }
                    ),
                    Line(
                        new
                        {
                            call = "orderSubscription",
                            number,
                            links = new[] { new[] { "Allocation", number } },
                        }
                    ),
                    Line(
                        new
                        {
                            call = "cancel",
                            links = new[] { new[] { "Quarantine", number } },
                            isFree = false,
                        }
                    ),
                    Line(new { call = "raiseTicket", subject = true }),
                    Line(
                        new
                        {
                            call = "runTicketAction",
                            status = Statuses,
                            tickets = OneTicket,
                        }
                    ),
                ],
                await CallAsync(server, program, script, username, "order")
            );
        }

        await system.CommandAsync("clock", "advance", "--days", "59");
        Assert.All(await SearchAsync(), line => Assert.Equal(Line(new { call = "search", isFree = false }), line));
        await system.CommandAsync("clock", "advance", "--days", "1");
        Assert.All(await SearchAsync(), line => Assert.Equal(Line(new { call = "search", isFree = true }), line));

        var announced = (await system.AnnouncedAsync())
            .Where(message => message.Topic is "SmileNumberPool" or "SmileOrder" or "SmileSubscription")
            .ToList();
        await listener.UntilHeardAsync(announced);
        Delivery.AssertComplete(announced, listener.Heard);
        Assert.All(listener.Heard, BusContract.AssertKept);

        // Of each number the temporary link, the allocation and the quarantine ended.
        Assert.Equal(6, announced.Count(message => message.Type == "LinkDeallocation"));
        Assert.Equal(2, announced.Count(message => message.Type == "SubscriptionClosed"));

        async Task<IReadOnlyList<string>> SearchAsync()
        {
            var lines = new List<string>();
            foreach (var (program, script, username, number) in clients)
            {
                lines.AddRange(await CallAsync(server, program, script, username, "search", number));
            }

            return lines;
        }
    }

    private static async Task<IReadOnlyList<string>> CallAsync(
        SmileProcess server,
        string program,
        string script,
        string username,
        params string[] phase
    )
    {
        var lines = await ClientProgram.RunAsync(
            program,
            [ClientProgram.File(script), server.Endpoints, PreparedDatabases.UserName, PreparedDatabases.Password, username, Pool, .. phase]
        );
        return [.. lines.Select(line => Line(line))];
    }

    private static string Line(object facts) => JsonSerializer.Serialize(facts);
}
