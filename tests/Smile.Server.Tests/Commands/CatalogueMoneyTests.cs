using Smile.Catalogue;
using Smile.Cli;
using Smile.Server.Tests.Fixture;
using Smile.Storage;

namespace Smile.Server.Tests.Commands;

/// <summary>Changes of a catalogue that balances and books depend on.</summary>
[Collection(ServerTests.Name)]
public sealed class CatalogueMoneyTests(ServerFixture server)
{
    private static readonly DateOnly Today = new(2015, 2, 1);

    [Fact]
    public async Task What_balances_are_counted_in_stays()
    {
        await Orders.PortalCustomerAsync(server);
        var content = server.Stage.Catalogue.Content;
        Assert.StartsWith(
            "The new catalogue changes the decimals of currencies that accounts have: AUD has 0 in place of 2.",
            await RefusedAsync(
                content with
                {
                    Currencies =
                    [
                        .. content.Currencies.Select(currency => currency.Code == "AUD" ? currency with { Decimals = 0 } : currency),
                    ],
                }
            ),
            StringComparison.Ordinal
        );

        // What nobody has may be anything.
        var unused = content.Currencies[0] with
        {
            Code = "XTS",
            Decimals = 2,
        };
        await ApplyAsync(content with { Currencies = [.. content.Currencies, unused] });
    }

    [Fact]
    public void Changes_that_books_are_asked_about_are_said()
    {
        var content = server.Stage.Catalogue.Content;
        var schedule = content.GstSchedules[0];
        Assert.Equal(
            ["! Company 1 has USD in place of AUD: accounts that it has stay in AUD, and what is priced in its currency is not for them."],
            CatalogueWarnings.OfChanges(
                content,
                content with
                {
                    Companies = [.. content.Companies.Select(company => company.Id == 1 ? company with { Currency = "USD" } : company)],
                },
                Today
            )
        );
        var counting = content with
        {
            Companies =
            [
                .. content.Companies.Select(company =>
                    company with
                    {
                        InvoiceNumbers = company.Id == 1 ? new InvoiceNumbering("RE-", 6, 1) : null,
                    }
                ),
            ],
        };
        Assert.Equal(
            ["! Company 1 counts its invoices no more: the next ones have the numbers of their transactions."],
            CatalogueWarnings.OfChanges(
                counting,
                content with
                {
                    Companies = [.. content.Companies.Select(company => company with { InvoiceNumbers = null })],
                },
                Today
            )
        );
        Assert.Empty(
            CatalogueWarnings.OfChanges(
                content,
                content with
                {
                    GstSchedules =
                    [
                        schedule with
                        {
                            Rates = [.. schedule.Rates, new GstRate(Today.AddDays(1), 15m)],
                        },
                        .. content.GstSchedules.Skip(1),
                    ],
                },
                Today
            )
        );
        Assert.Equal(
            [
                $"! GstSchedule {schedule.Code}: the rate of 2015-02-01, a day that is past, was 10 and is 15. What is invoiced keeps "
                    + $"its tax.",
            ],
            CatalogueWarnings.OfChanges(
                content,
                content with
                {
                    GstSchedules =
                    [
                        schedule with
                        {
                            Rates = [.. schedule.Rates, new GstRate(Today, 15m)],
                        },
                        .. content.GstSchedules.Skip(1),
                    ],
                },
                Today
            )
        );
    }

    private async Task<string> RefusedAsync(CatalogueContent content) =>
        (await Assert.ThrowsAsync<CatalogueInUseException>(() => ApplyAsync(content))).Message;

    private Task<int> ApplyAsync(CatalogueContent content) =>
        CatalogueStore.ApplyAsync(server.Stage.Store.Source, content, "tests", CancellationToken.None, dryRun: true);
}
