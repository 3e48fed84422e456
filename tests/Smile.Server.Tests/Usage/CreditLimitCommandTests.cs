using Microsoft.Extensions.DependencyInjection;
using Smile.Hosting.Stages;
using Smile.Kernel;
using Smile.Rating.Credit;
using Smile.Server.Tests.Commands;
using Smile.Server.Tests.Fixture;
using Smile.Session;

namespace Smile.Server.Tests.Usage;

/// <summary><c>smile account credit-limit</c>: what it says, refuses, and leaves in the audit trail.</summary>
[Collection(ServerTests.Name)]
public sealed class CreditLimitCommandTests(ServerFixture server)
{
    [Fact]
    public async Task An_account_gets_a_limit_of_its_own_and_none_and_that_of_its_terms()
    {
        var usn = (await Orders.PortalCustomerAsync(server)).Usn;
        Assert.Equal(
            $"Account {usn} may owe less than $1,250.50 from now on, with usage that is not billed yet.",
            await GiveAsync($"account credit-limit {usn} 1250.50")
        );
        Assert.Equal($"Account {usn} may owe any amount from now on.", await GiveAsync($"account credit-limit {usn} none"));
        Assert.Equal(
            $"Account {usn} may owe any amount from now on, as its account terms say.",
            await GiveAsync($"account credit-limit {usn} default")
        );
        await GiveAsync($"account credit-limit {usn} default");
        await using (await ChangedCatalogue.OfTermsAsync(server, await TermsAsync(usn), terms => terms with { CreditLimit = new(80m) }))
        {
            Assert.Equal(
                $"Account {usn} may owe less than $80.00 from now on, with usage that is not billed yet, as its account terms say.",
                await GiveAsync($"account credit-limit {usn} default")
            );
        }

        Assert.Equal(
            "INSERT UPDATE DELETE",
            await server.QueryAsync<string>(
                "SELECT string_agg(action, ' ' ORDER BY id) FROM audit_change WHERE table_name = 'credit_limit' AND key = $1",
                usn
            )
        );
    }

    [Theory]
    [InlineData("-1", "is an amount in AUD from 0 to 1000000000")]
    [InlineData("0.001", "with at most 2 decimals")]
    [InlineData("1000000000.01", "from 0 to 1000000000")]
    public async Task An_amount_that_may_be_no_limit_is_refused(string amount, string expected)
    {
        var usn = (await Orders.PortalCustomerAsync(server)).Usn;
        var refusal = await Assert.ThrowsAnyAsync<Exception>(() => GiveAsync($"account credit-limit {usn} {amount}"));
        Assert.True(refusal is SmileException, refusal.ToString());
        Assert.Contains(expected, refusal.Message, StringComparison.Ordinal);
        Assert.Equal(0, await server.QueryAsync<long>("SELECT count(*) FROM credit_limit WHERE account_usn = $1", usn));
    }

    [Theory]
    [InlineData("much")]
    [InlineData("1,000")]
    [InlineData("None")]
    public void What_is_no_amount_is_refused(string amount) =>
        Assert.Equal(
            [
                $"amount: '{amount}' is not an amount with a point and without marks between thousands, such as 1234.50,"
                    + " nor 'none' or 'default'.",
            ],
            CommandTree.ErrorsOf("account", "credit-limit", "2142426820", amount)
        );

    [Fact]
    public async Task An_account_that_is_not_there_is_refused()
    {
        var refusal = await Assert.ThrowsAnyAsync<SmileException>(() => GiveAsync("account credit-limit 2142429999 10"));
        Assert.Contains("2142429999", refusal.Message, StringComparison.Ordinal);
    }

    /// <summary>What somebody may owe is the company's to say, also of his own account.</summary>
    [Fact]
    public async Task Who_has_no_access_to_all_accounts_is_refused()
    {
        var usn = (await Orders.PortalCustomerAsync(server)).Usn;
        var customer = new Caller(
            new Usn(usn),
            new Usn(usn),
            AllAccounts: false,
            ViewPassword: false,
            OrderAllPackages: false,
            new HashSet<int>()
        );
        foreach (
            var act in new Func<ChooseCreditLimit, Task>[]
            {
                limits => limits.SetAsync(usn, 1_000m, default),
                limits => limits.ResetAsync(usn, default),
                limits => limits.GetAsync(usn, default),
            }
        )
        {
            await using var scope = UseCaseScope.Begin(server.Services.GetRequiredService<IServiceScopeFactory>(), server.Stage, customer);
            var refusal = await Assert.ThrowsAsync<SmileException>(() => act(scope.Use<ChooseCreditLimit>()));
            Assert.Contains("Allow SOAP access to all accounts", refusal.Message, StringComparison.Ordinal);
        }
    }

    private Task<string?> GiveAsync(string line) => CommandTree.GiveAsync(server, line.Split(' '));

    private Task<int> TermsAsync(string usn) => server.QueryAsync<int>("SELECT account_terms_id FROM account WHERE usn = $1", usn);
}
