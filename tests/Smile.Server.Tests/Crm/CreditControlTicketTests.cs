using Smile.Catalogue;
using Smile.Server.Tests.Fixture;
using static Smile.Server.Tests.Fixture.Orders;
using static Smile.Server.Tests.Fixture.SoapCaller;

namespace Smile.Server.Tests.Crm;

/// <summary>Tickets that credit control raises, so that somebody calls the customer.</summary>
[Collection(CreditControlServerTests.Name)]
public sealed class CreditControlTicketTests(ServerFixture server) : IAsyncLifetime
{
    private readonly CreditControlHelp _help = new(server);

    public Task InitializeAsync() => _help.InitializeAsync();

    public Task DisposeAsync() => _help.DisposeAsync();

    [Fact]
    public async Task A_level_raises_its_ticket_once()
    {
        await using var changed = await ChangedCatalogue.OfTermsAsync(
            server,
            1,
            terms =>
                terms with
                {
                    TreatmentLevels =
                    [
                        new TreatmentLevel("Overdue", 1, 0m)
                        {
                            Actions = [new TreatmentAction(TreatmentActionKind.Ticket) { TemplateTicket = CrmHelp.Refund }],
                        },
                    ],
                }
        );
        var customer = await PortalCustomerAsync(server);
        await _help.PlayAsync(customer.Usn, (0, "invoice 40", "Settled", ""), (15, "", "Overdue", ""), (16, "", "Overdue", ""));
        var ticket = Assert.Single((await server.Administrator.CallAsync("crm", "getTickets", P("usn", customer.Usn))).AllAt("Ticket"));
        Assert.Equal(("Refund Request", "Credit control: Overdue"), (ticket.At("Subject"), ticket.At("Body")));
    }
}
