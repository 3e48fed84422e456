using Npgsql;
using Smile.Catalogue;
using Smile.Gateways.Sandbox;
using Smile.Kernel;
using Smile.Payments;
using Smile.Testing;

namespace Smile.Gateways.Tests;

public sealed class SandboxGatewayTests : IAsyncLifetime
{
    private static readonly Currency Dollar = new("AUD", 2, "$");

    private readonly ManualClock _clock = new(new DateTimeOffset(2015, 1, 14, 0, 0, 0, TimeSpan.Zero));
    private PrivateDatabase? _database;
    private NpgsqlDataSource? _source;

    public async Task InitializeAsync()
    {
        _database = await PrivateDatabase.StartNewAsync();
        _source = NpgsqlDataSource.Create(_database.ConnectionString("postgres"));
    }

    public async Task DisposeAsync()
    {
        await _source!.DisposeAsync();
        await _database!.DisposeAsync();
    }

    [Fact]
    public async Task Cards_and_amounts_ask_for_outcomes()
    {
        var gateway = Gateway();
        Assert.IsType<GatewayOutcome.Approved>(await ChargeAsync(gateway, "a", "4111111111111111"));
        Assert.Equal("The card was declined", Assert.IsType<GatewayOutcome.Declined>(await ChargeAsync(gateway, "b", Card(9001))).Reason);
        Assert.Equal(
            "The credit card has expired",
            Assert.IsType<GatewayOutcome.Declined>(await ChargeAsync(gateway, "c", Card(9002))).Reason
        );
        Assert.IsType<GatewayOutcome.Declined>(await ChargeAsync(gateway, "d", "4111111111111111", 9001.50m));
        await Assert.ThrowsAsync<TimeoutException>(() => ChargeAsync(gateway, "e", Card(9005)));
        await Assert.ThrowsAsync<TimeoutException>(() => ChargeAsync(gateway, "f", Card(9006)));
        await Assert.ThrowsAsync<HttpRequestException>(() => ChargeAsync(gateway, "g", Card(9007)));
        Assert.IsType<GatewayOutcome.Approved>(await ChargeAsync(gateway, "h", Card(9008)));
        Assert.IsType<GatewayOutcome.NeverCharged>(await gateway.InquireAsync("e", CancellationToken.None));
        Assert.IsType<GatewayOutcome.Approved>(await gateway.InquireAsync("f", CancellationToken.None));
        Assert.IsType<GatewayOutcome.NeverCharged>(await gateway.InquireAsync("g", CancellationToken.None));
    }

    [Theory]
    [InlineData(9003, typeof(GatewayOutcome.Approved))]
    [InlineData(9004, typeof(GatewayOutcome.Declined))]
    public async Task What_is_pending_is_known_a_day_later(int code, Type outcome)
    {
        var gateway = Gateway();
        var pending = Assert.IsType<GatewayOutcome.Pending>(await ChargeAsync(gateway, "a", Card(code)));
        Assert.Equal(_clock.GetUtcNow().AddDays(1), pending.AskAgain);
        Assert.IsType<GatewayOutcome.Pending>(await gateway.InquireAsync("a", CancellationToken.None));
        _clock.Advance(TimeSpan.FromDays(1));
        Assert.IsType(outcome, await gateway.InquireAsync("a", CancellationToken.None));
    }

    [Fact]
    public async Task A_reference_is_charged_once_also_by_several_at_a_time()
    {
        var outcomes = await Task.WhenAll(
            Enumerable
                .Range(0, 10)
                .Select(index => ChargeAsync(Gateway(), "once", index == 0 ? "4111111111111111" : "5105105105105100", 10m + index))
        );
        Assert.All(outcomes, outcome => Assert.IsType<GatewayOutcome.Approved>(outcome));
        await using var command = _source!.CreateCommand("SELECT count(*) FROM sandbox.charge");
        Assert.Equal(1L, await command.ExecuteScalarAsync());
    }

    [Fact]
    public async Task A_token_stands_for_its_cards_outcome()
    {
        var gateway = Gateway();
        var token = Assert
            .IsType<GatewayOutcome.Approved>(await gateway.TokeniseAsync(Instrument(Card(9001)), CancellationToken.None))
            .GatewayReference!;
        Assert.DoesNotContain("9001", token, StringComparison.Ordinal);
        var instrument = new PaymentInstrument { Kind = PaymentTypeKind.Card, Token = token };
        Assert.IsType<GatewayOutcome.Declined>(
            await gateway.ChargeAsync(new ChargeRequest("a", new Money(5m, Dollar), "1", instrument), CancellationToken.None)
        );
    }

    [Fact]
    public async Task No_more_is_refunded_than_was_charged_and_a_refund_is_made_once()
    {
        var gateway = Gateway();
        await ChargeAsync(gateway, "a", "4111111111111111", 10m);
        Assert.IsType<GatewayOutcome.Approved>(await RefundAsync(gateway, "r1", 6m));
        Assert.IsType<GatewayOutcome.Approved>(await RefundAsync(gateway, "r1", 6m));
        Assert.IsType<GatewayOutcome.Declined>(await RefundAsync(gateway, "r2", 5m));
        Assert.IsType<GatewayOutcome.Approved>(await RefundAsync(gateway, "r3", 4m));
    }

    private static Task<GatewayOutcome> RefundAsync(SandboxGateway gateway, string reference, decimal amount) =>
        gateway.RefundAsync(new RefundRequest(reference, "a", null, new Money(amount, Dollar)), CancellationToken.None);

    private static string Card(int code) => Luhn.Append(40000000000L * 10000 + code);

    private static PaymentInstrument Instrument(string number) => new() { Kind = PaymentTypeKind.Card, Number = number };

    private static Task<GatewayOutcome> ChargeAsync(SandboxGateway gateway, string reference, string card, decimal amount = 10m) =>
        gateway.ChargeAsync(new ChargeRequest(reference, new Money(amount, Dollar), "1", Instrument(card)), CancellationToken.None);

    private SandboxGateway Gateway() => new(_source!, _clock, new SandboxOptions());
}
