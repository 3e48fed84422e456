using System.Globalization;
using System.Xml.Linq;
using Smile.Server.Tests.Fixture;
using static Smile.Server.Tests.Crm.CrmHelp;
using static Smile.Server.Tests.Fixture.Orders;
using static Smile.Server.Tests.Fixture.SoapCaller;

namespace Smile.Server.Tests.Crm;

/// <summary>Free time of operators, and booking it (guide, lines 17074 to 17140, 17235).</summary>
public sealed class AppointmentTests(ServerFixture server) : IClassFixture<ServerFixture>, IAsyncLifetime
{
    private string _anna = "";
    private string _chris = "";

    private CrmHelp Desk => new(server);

    public async Task InitializeAsync() => (_anna, _chris) = (await Desk.OperatorAsync("anna"), await Desk.OperatorAsync("chris"));

    public Task DisposeAsync() => Task.CompletedTask;

    /// <summary>The guide's search, in the year of the tests: half an hour and a minute's way, on a Wednesday.</summary>
    [Fact]
    public async Task The_guides_search_finds_the_operators_of_a_group()
    {
        var found = await Desk.AvailabilitiesAsync(
            "<TicketGroupId>322</TicketGroupId><Start>2015-02-25T00:00:00+11:00</Start><End>2015-02-25T23:59:59+11:00</End>"
                + "<Duration>1800000</Duration><TravelDuration>60000</TravelDuration>"
        );
        AssertSame(
            XElement.Parse(
                "<AppointmentAvailability xmlns=\"http://xml.inomial.com/smile/2.xsd\">"
                    + Slot(_chris, "2015-02-25T00:00:00.000+11:00", "2015-02-25T23:59:59.000+11:00")
                    + Slot(_anna, "2015-02-25T09:01:00.000+11:00", "2015-02-25T17:00:00.000+11:00")
                    + "</AppointmentAvailability>"
            ),
            found
        );
    }

    [Fact]
    public async Task What_is_booked_is_not_free_the_way_there_counted()
    {
        var customer = await PortalCustomerAsync(server);
        var number = await Desk.RaiseAsync(
            Visit,
            customer.Usn,
            "<Subject>New Ticket Subject (customBody)</Subject><Body/>" + Appointment(_anna, "2015-03-04T11:00:00+11:00", 60, 30)
        );
        Assert.Equal("09:00-10:30/12:00-17:00", await FreeAsync(_anna, "2015-03-04T00:00:00+11:00", 90, 0));
        Assert.Equal("09:30-10:30/12:30-17:00", await FreeAsync(_anna, "2015-03-04T00:00:00+11:00", 60, 30));
        Assert.Equal("12:00-17:00", await FreeAsync(_anna, "2015-03-04T00:00:00+11:00", 91, 0));

        // The operator of the appointment has the ticket.
        Assert.Contains("Operator: anna@desk.example.com", await Desk.HistoryAsync(number), StringComparison.Ordinal);
        Assert.Contains("Appointment: 2015-03-04 11:00", await Desk.HistoryAsync(number), StringComparison.Ordinal);

        // Whoever closes the ticket gives the hour back.
        await Desk.RunAsync(number, Withdraw);
        Assert.Equal("09:00-17:00", await FreeAsync(_anna, "2015-03-04T00:00:00+11:00", 91, 0));
    }

    [Theory]
    [InlineData("2015-03-05T08:59:00+11:00", 30, 0)] // Before the hours.
    [InlineData("2015-03-05T16:31:00+11:00", 30, 0)] // Beyond them.
    [InlineData("2015-03-05T09:29:00+11:00", 30, 30)] // The way there is before them.
    [InlineData("2015-03-07T10:00:00+11:00", 30, 0)] // A Saturday.
    [InlineData("2026-12-29T10:00:00+11:00", 30, 0)] // On leave, and more than a year ahead.
    [InlineData("2015-03-05T10:00:30+11:00", 30, 0)] // No whole minute.
    [InlineData("2015-01-13T10:00:00+11:00", 30, 0)] // Past.
    [InlineData("0001-01-01T00:00:00", 30, 0)]
    [InlineData("9999-12-31T23:59:59Z", 30, 0)]
    [InlineData("2015-03-05T10:00:00+11:00", 0, 0)]
    [InlineData("2015-03-05T10:00:00+11:00", 30, -1)]
    [InlineData("2015-03-05T10:00:00+11:00", 1441, 0)]
    public async Task An_hour_that_is_not_free_is_not_booked_and_no_ticket_is_raised(string start, int minutes, int travel)
    {
        var customer = await PortalCustomerAsync(server);
        var fault = await Desk.RaiseRefusedAsync(Visit, customer.Usn, Appointment(_anna, start, minutes, travel));
        Assert.Equal("CrmException", fault.Element);
        Assert.Empty((await server.Administrator.CallAsync("crm", "getTickets", P("usn", customer.Usn))).AllAt("Ticket"));
    }

    [Fact]
    public async Task A_time_without_an_offset_is_on_the_clocks_of_the_operators_group()
    {
        var customer = await PortalCustomerAsync(server);
        await Desk.RaiseAsync(Visit, customer.Usn, Appointment(_anna, "2015-03-06T09:00:00", 60));
        Assert.Equal("10:00-17:00", await FreeAsync(_anna, "2015-03-06T00:00:00", 60, 0));
    }

    [Fact]
    public async Task Who_is_no_operator_or_lacks_the_skill_has_no_appointments()
    {
        var customer = await PortalCustomerAsync(server);
        var dora = await Desk.OperatorAsync("dora");
        foreach (var usn in new[] { customer.Subscriptions[1], customer.Subscriptions[0], customer.Usn, "none" })
        {
            var fault = await Desk.RaiseRefusedAsync(Visit, customer.Usn, Appointment(usn, "2015-03-09T10:00:00+11:00", 30));
            Assert.Equal("CrmException", fault.Element);
            Assert.Contains("no such operator", fault.Message, StringComparison.Ordinal);
        }

        var lacking = await Desk.RaiseRefusedAsync(Visit, customer.Usn, Appointment(dora, "2015-03-09T10:00:00+11:00", 30));
        Assert.Contains("lacks what such tickets need: lines", lacking.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_parallel_bookings_of_an_hour_one_wins()
    {
        var customers = new List<OrderedAccount>();
        for (var index = 0; index < 6; index++)
        {
            customers.Add(await PortalCustomerAsync(server));
        }

        for (var round = 0; round < 3; round++)
        {
            var start = $"2015-03-1{round}T10:00:00+11:00";
            var faults = await Task.WhenAll(
                customers.Select(
                    (customer, index) =>
                        server.Administrator.TryAsync(
                            "crm",
                            Wrapper("raiseTicket", Raising(Visit, customer.Usn, Appointment(_anna, start, 30 + index, index)))
                        )
                )
            );
            Assert.Single(faults, fault => fault is null);
            Assert.All(faults.OfType<SoapFault>(), fault => Assert.Equal("CrmException", fault.Element));
        }

        Assert.Equal(
            3L,
            await server.QueryAsync<long>("SELECT count(*) FROM appointment WHERE starts::date BETWEEN '2015-03-09' AND '2015-03-12'")
        );
    }

    /// <summary>Whatever the server thinks is free, the database gives no hour twice.</summary>
    [Fact]
    public async Task An_hour_cannot_be_in_the_database_twice()
    {
        var customer = await PortalCustomerAsync(server);
        var number = await Desk.RaiseAsync(Visit, customer.Usn, Appointment(_anna, "2015-03-16T10:00:00+11:00", 60, 15));
        var exception = await Assert.ThrowsAsync<Npgsql.PostgresException>(() =>
            server.ExecuteAsync(
                "INSERT INTO appointment SELECT gen_random_uuid(), calendar, ticket_number, departs - interval '1 hour', "
                    + "starts - interval '50 minutes', departs + interval '1 minute', created, NULL, 'tests' "
                    + "FROM appointment WHERE ticket_number = $1",
                long.Parse(number, CultureInfo.InvariantCulture)
            )
        );
        Assert.Equal("ex_appointment", exception.ConstraintName);
    }

    [Theory]
    [InlineData("<Start>2015-03-04T00:00:00Z</Start><Duration>60000</Duration>", "InvalidRequestException")] // Neither.
    [InlineData("<TicketGroupId>322</TicketGroupId><Duration>60000</Duration>", "InvalidRequestException")] // No start.
    [InlineData(
        "<TicketGroupId>322</TicketGroupId><Start>0001-01-01T00:00:00</Start><Duration>60000</Duration>",
        "InvalidRequestException"
    )]
    [InlineData("<TicketGroupId>322</TicketGroupId><Start>2015-03-04T00:00:00Z</Start>", "InvalidRequestException")] // No duration.
    [InlineData("<TicketGroupId>322</TicketGroupId><Start>2015-03-04T00:00:00Z</Start><Duration>0</Duration>", "InvalidRequestException")]
    [InlineData(
        "<TicketGroupId>322</TicketGroupId><Start>2015-03-04T00:00:00Z</Start><Duration>60001</Duration>",
        "InvalidRequestException"
    )]
    [InlineData(
        "<TicketGroupId>322</TicketGroupId><Start>2015-03-04T00:00:00Z</Start><Duration>60000</Duration>"
            + "<TravelDuration>-60000</TravelDuration>",
        "InvalidRequestException"
    )]
    [InlineData(
        "<TicketGroupId>322</TicketGroupId><Start>2015-03-04T00:00:00Z</Start><Duration>60000</Duration><TravelDuration>1</TravelDuration>",
        "InvalidRequestException"
    )]
    [InlineData(
        "<TicketGroupId>322</TicketGroupId><Start>2015-03-04T00:00:00Z</Start><End>2015-03-03T23:59:59Z</End><Duration>60000</Duration>",
        "InvalidRequestException"
    )]
    [InlineData(
        "<TicketGroupId>322</TicketGroupId><Start>2015-03-04T00:00:00Z</Start><End>2015-06-04T00:00:00Z</End><Duration>60000</Duration>",
        "InvalidRequestException"
    )]
    [InlineData("<TicketGroupId>999</TicketGroupId><Start>2015-03-04T00:00:00Z</Start><Duration>60000</Duration>", "NoSuchItemException")]
    [InlineData("<USN>none</USN><Start>2015-03-04T00:00:00Z</Start><Duration>60000</Duration>", "NoSuchItemException")]
    [InlineData(
        "<USN>none</USN><TicketGroupId>322</TicketGroupId><Start>2015-03-04T00:00:00Z</Start><Duration>60000</Duration>",
        "NoSuchItemException"
    )]
    [InlineData(
        "<TicketGroupId>324</TicketGroupId><Start>2015-03-07T00:00:00+11:00</Start><End>2015-03-08T23:00:00+11:00</End>"
            + "<Duration>60000</Duration>",
        "NoSuchItemException"
    )] // A weekend: nobody is there.
    [InlineData(
        "<TicketGroupId>322</TicketGroupId><Start>2014-12-01T00:00:00Z</Start><End>2014-12-10T00:00:00Z</End><Duration>60000</Duration>",
        "NoSuchItemException"
    )] // Past.
    public async Task What_cannot_be_searched_is_refused_as_printed(string request, string expected) =>
        Assert.Equal(expected, (await Desk.AvailabilitiesRefusedAsync(request)).Element);

    [Fact]
    public async Task A_USN_must_be_an_active_member_of_the_group()
    {
        var customer = await PortalCustomerAsync(server);
        var dora = await Desk.OperatorAsync("dora");
        const string when = "<Start>2015-03-04T00:00:00+11:00</Start><Duration>60000</Duration>";
        var group = $"<TicketGroupId>{Technicians}</TicketGroupId>{when}";
        Assert.Equal("InvalidRequestException", (await Desk.AvailabilitiesRefusedAsync($"<USN>{dora}</USN>{group}")).Element);
        Assert.Equal(
            "InvalidRequestException",
            (await Desk.AvailabilitiesRefusedAsync($"<USN>{customer.Subscriptions[1]}</USN>{group}")).Element
        );
        Assert.Equal(
            "NoSuchItemException",
            (await Desk.AvailabilitiesRefusedAsync($"<USN>{customer.Subscriptions[1]}</USN>{when}")).Element
        );
        await Desk.AvailabilitiesAsync($"<USN>{_anna}</USN>{group}");

        // A customer may ask for operators, and learns of no subscription of others whether it is there.
        var other = await PortalCustomerAsync(server);
        using var caller = await server.AddCustomerAsync(other.Usn);
        var desk = new CrmHelp(server, caller);
        await desk.AvailabilitiesAsync($"<USN>{_anna}</USN>{group}");
        var foreign = await desk.AvailabilitiesRefusedAsync($"<USN>{customer.Subscriptions[1]}</USN>{group}");
        var unknown = await desk.AvailabilitiesRefusedAsync($"<USN>none</USN>{group}");
        Assert.Equal(
            unknown with
            {
                Message = unknown.Message.Replace("none", "X", StringComparison.Ordinal),
            },
            foreign with
            {
                Message = foreign.Message.Replace(customer.Subscriptions[1], "X", StringComparison.Ordinal),
            }
        );

        // Who cannot log in keeps no appointments.
        var ben = await Desk.OperatorAsync("ben");
        await Desk.AvailabilitiesAsync($"<USN>{ben}</USN>{group}");
        await server.Administrator.CallAsync("subscription", "suspend", P("usn", ben));
        Assert.Equal("NoSuchItemException", (await Desk.AvailabilitiesRefusedAsync($"<USN>{ben}</USN>{when}")).Element);
    }

    [Fact]
    public async Task A_search_without_an_end_goes_two_weeks()
    {
        var found = await Desk.AvailabilitiesAsync(
            $"<USN>{_anna}</USN><Start>2015-06-01T00:00:00+10:00</Start><Duration>28800000</Duration>"
        );
        var days = found.AllAt("Availability").Select(slot => slot.At("Start")![..10]).ToList();
        Assert.Equal(10, days.Count);
        Assert.Equal(("2015-06-01", "2015-06-12"), (days[0], days[^1]));
    }

    [Fact]
    public async Task An_accounts_logins_book_so_many_hours()
    {
        var customer = await PortalCustomerAsync(server);
        using var caller = await server.AddCustomerAsync(customer.Usn);
        var desk = new CrmHelp(server, caller);
        for (var hour = 9; hour < 14; hour++)
        {
            await desk.RaiseAsync(
                Visit,
                customer.Usn,
                Appointment(_chris, $"2015-07-01T{hour.ToString("00", CultureInfo.InvariantCulture)}:00:00+10:00", 30)
            );
        }

        var fault = await desk.RaiseRefusedAsync(Visit, customer.Usn, Appointment(_chris, "2015-07-01T15:00:00+10:00", 30));
        Assert.Contains("5 appointments ahead", fault.Message, StringComparison.Ordinal);
        await Desk.RaiseAsync(Visit, customer.Usn, Appointment(_chris, "2015-07-01T15:00:00+10:00", 30));
    }

    private static string Slot(string usn, string start, string end) =>
        $"<Availability><USN>{usn}</USN><Start>{start}</Start><End>{end}</End></Availability>";

    /// <summary>The slots of the day that a search begins on, as times of its clock.</summary>
    private async Task<string> FreeAsync(string usn, string start, int minutes, int travel)
    {
        var end = start[..10] + "T23:59:00" + start[19..];
        var found = await Desk.AvailabilitiesAsync(
            string.Create(
                CultureInfo.InvariantCulture,
                $"<USN>{usn}</USN><Start>{start}</Start><End>{end}</End><Duration>{minutes * 60_000L}</Duration>"
                    + $"<TravelDuration>{travel * 60_000L}</TravelDuration>"
            )
        );
        return string.Join('/', found.AllAt("Availability").Select(slot => $"{slot.At("Start")![11..16]}-{slot.At("End")![11..16]}"));
    }
}
