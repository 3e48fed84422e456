using System.Data.Common;
using System.Diagnostics;
using Smile.Payments;

namespace Smile.Gateways.Sandbox;

/// <summary>
/// A gateway that takes no money: what it answers is asked for by the card's number or the amount. It keeps its charges in a schema of
/// its own, on connections of its own, as a bank would: what it knows outlives a server that stops. Numbers are not kept.
/// </summary>
public sealed class SandboxGateway(DbDataSource database, TimeProvider clock, SandboxOptions options) : IPaymentGateway
{
    private static readonly TimeSpan PendingFor = TimeSpan.FromDays(1);

    private readonly SandboxBook _book = new(database);

    public const string GatewayName = "sandbox";

    public string Name => GatewayName;

    public GatewayCapabilities Capabilities =>
        GatewayCapabilities.Validate
        | GatewayCapabilities.Charge
        | GatewayCapabilities.Tokenise
        | GatewayCapabilities.Refund
        | GatewayCapabilities.Inquire;

    public async Task<GatewayOutcome> ValidateAsync(PaymentInstrument instrument, CancellationToken cancellation) =>
        await OutcomeAsync(instrument, cancellation) switch
        {
            SandboxOutcome.Declined => new GatewayOutcome.Declined("The card was declined"),
            SandboxOutcome.Expired => new GatewayOutcome.Declined("The credit card has expired"),
            SandboxOutcome.TimeoutBeforeCharge or SandboxOutcome.TimeoutAfterCharge => throw new TimeoutException(
                "The sandbox does not answer."
            ),
            SandboxOutcome.NetworkError => throw new HttpRequestException("The sandbox cannot be reached."),
            _ => new GatewayOutcome.Approved(null),
        };

    public async Task<GatewayOutcome> ChargeAsync(ChargeRequest request, CancellationToken cancellation)
    {
        if (options.Hook is { } before)
        {
            await before(SandboxMoment.BeforeCharge, request);
        }

        var asked = SandboxOutcomes.OfAmount(request.Amount.Amount) is var byAmount and not SandboxOutcome.Approved
            ? byAmount
            : await OutcomeAsync(request.Instrument, cancellation);
        switch (asked)
        {
            case SandboxOutcome.TimeoutBeforeCharge:
                throw new TimeoutException("The sandbox does not answer.");
            case SandboxOutcome.NetworkError:
                throw new HttpRequestException("The sandbox cannot be reached.");
            default:
                break;
        }

        var charge = await _book.ChargeAsync(Charge(request, asked), cancellation);
        if (options.Hook is { } after)
        {
            await after(SandboxMoment.AfterCharge, request);
        }

        if (asked == SandboxOutcome.CrashAfterCharge && options.MayCrash)
        {
            using var process = Process.GetCurrentProcess();
            process.Kill();
        }

        return asked == SandboxOutcome.TimeoutAfterCharge ? throw new TimeoutException("The sandbox does not answer.") : Answer(charge);
    }

    public async Task<GatewayOutcome> TokeniseAsync(PaymentInstrument instrument, CancellationToken cancellation)
    {
        var outcome = SandboxOutcomes.OfNumber(instrument.Number);
        return outcome == SandboxOutcome.NetworkError
            ? throw new HttpRequestException("The sandbox cannot be reached.")
            : new GatewayOutcome.Approved(await _book.TokeniseAsync(outcome, cancellation));
    }

    public async Task<GatewayOutcome> RefundAsync(RefundRequest request, CancellationToken cancellation) =>
        await _book.RefundAsync(request.Reference, request.ChargeReference, request.Amount.Amount, cancellation)
            ? new GatewayOutcome.Approved("refund-" + request.Reference)
            : new GatewayOutcome.Declined("There is no such charge, or less of it is left.");

    public async Task<GatewayOutcome> InquireAsync(string reference, CancellationToken cancellation) =>
        await _book.FindAsync(reference, cancellation) is { } charge ? Answer(charge) : new GatewayOutcome.NeverCharged();

    private SandboxCharge Charge(ChargeRequest request, SandboxOutcome asked)
    {
        DateTimeOffset? settles = asked is SandboxOutcome.PendingThenApproved or SandboxOutcome.PendingThenDeclined
            ? clock.GetUtcNow() + PendingFor
            : null;
        var refusal = asked switch
        {
            SandboxOutcome.Declined or SandboxOutcome.PendingThenDeclined => "The card was declined",
            SandboxOutcome.Expired => "The credit card has expired",
            _ => null,
        };
        return new SandboxCharge(
            request.Reference,
            request.Amount.Amount,
            request.Amount.Currency.Code,
            request.AccountUsn,
            refusal,
            settles
        );
    }

    private GatewayOutcome Answer(SandboxCharge charge) =>
        charge switch
        {
            { Settles: { } settles } when clock.GetUtcNow() < settles => new GatewayOutcome.Pending(settles, "sandbox-" + charge.Reference),
            { Refusal: { } refusal } => new GatewayOutcome.Declined(refusal),
            _ => new GatewayOutcome.Approved("sandbox-" + charge.Reference),
        };

    private async Task<SandboxOutcome> OutcomeAsync(PaymentInstrument instrument, CancellationToken cancellation) =>
        instrument.Token is { } token ? await _book.OutcomeOfTokenAsync(token, cancellation) : SandboxOutcomes.OfNumber(instrument.Number);
}
