using Smile.Server.Tests.Fixture;

namespace Smile.Server.Tests.Usage;

/// <summary>
/// Several servers look at accounts while usage comes and money moves: each crossing is told once, and at the end what is told is what is.
/// </summary>
public sealed class CreditLimitRaceTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private const int Accounts = 6;
    private const int Turns = 8;
    private const int Servers = 3;

    private readonly CreditHelp _credit = new(server);

    [Fact]
    public async Task Servers_that_look_at_once_tell_each_crossing_once()
    {
        var customers = new List<(string Number, string Usn, string Account)>();
        for (var index = 0; index < Accounts; index++)
        {
            var number = $"04611{index:00000}";
            var (usn, account) = await _credit.OrderAsync(number);
            customers.Add((number, usn, account));
        }

        var isOver = false;
        var looking = Enumerable.Range(0, Servers).Select(_ => Task.Run(LookOnAsync)).ToList();
        await Task.WhenAll(customers.Select((customer, index) => Task.Run(() => LiveAsync(customer, new Random(index)))));
        isOver = true;
        await Task.WhenAll(looking);
        await _credit.Usage.RateAsync();
        foreach (var (number, usn, account) in customers)
        {
            var told = (await _credit.ToldAsync(account, usn)).Split(", ", StringSplitOptions.RemoveEmptyEntries);
            Assert.Equal(told.Select((_, place) => place % 2 == 0 ? "Exceeded" : "Okay"), told);
            var used = decimal.Parse(
                (await _credit.Usage.RowsAsync("SELECT coalesce(sum(amount), 0) FROM usage_state WHERE subscription_usn = $1", usn))[0],
                System.Globalization.CultureInfo.InvariantCulture
            );
            var owed = await _credit.BalanceAsync(account) + (used * 1.1m);
            Assert.True(told.LastOrDefault() == "Exceeded" == owed >= 20m, $"{number} owes {owed} and was told {string.Join(", ", told)}");
            Assert.Equal(owed >= 20m ? "850" : "", await _credit.FeaturesAsync(usn));
        }

        Assert.Equal(0, await _credit.CountAsync("credit_limit_check"));
        Assert.Empty(await _credit.Usage.RowsAsync("SELECT subscription_usn FROM usage_state WHERE unchecked"));

        async Task LookOnAsync()
        {
            while (!isOver)
            {
                await _credit.LookAsync();
            }
        }
    }

    private async Task LiveAsync((string Number, string Usn, string Account) customer, Random random)
    {
        var money = new Money(server, customer.Account);
        for (var turn = 0; turn < Turns; turn++)
        {
            switch (random.Next(4))
            {
                case 0:
                    await _credit.ImportAsync(customer.Number, random.Next(1, 20));
                    await _credit.Usage.RateAsync();
                    break;
                case 1:
                    await money.InvoiceAsync(random.Next(1, 15));
                    break;
                case 2:
                    await money.AdjustAsync(-random.Next(1, 25));
                    break;
                default:
                    await server.ExecuteAsync(
                        "INSERT INTO rating_change (subscription_usn, since) VALUES ($1, now() - interval '20 years')",
                        customer.Usn
                    );
                    break;
            }
        }
    }
}
