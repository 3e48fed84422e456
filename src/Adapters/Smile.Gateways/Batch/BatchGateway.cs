using System.Data.Common;
using Smile.Catalogue;
using Smile.Kernel;
using Smile.Payments;

namespace Smile.Gateways.Batch;

/// <summary>
/// The gateway of payment types whose bank takes files: a charge waits for the next file and is pending until an answer file has it.
/// Numbers of bank accounts are kept encrypted until then. Cards do not go into files.
/// </summary>
public sealed class BatchGateway(DbDataSource database, IPaymentDetailsVault vault, TimeProvider clock) : IPaymentGateway
{
    /// <summary>Answers are recorded with their file; that the gateway is asked besides is for what a crash has left.</summary>
    private static readonly TimeSpan AskAgain = TimeSpan.FromHours(6);

    private readonly BatchBook _book = new(database);

    public string Name => PaymentTypeItem.BatchGateway;

    public GatewayCapabilities Capabilities => GatewayCapabilities.Charge | GatewayCapabilities.Inquire;

    public async Task<GatewayOutcome> ChargeAsync(ChargeRequest request, CancellationToken cancellation)
    {
        if (request.Instrument is not { Kind: PaymentTypeKind.BankAccount, Number: { Length: > 0 } number })
        {
            return new GatewayOutcome.Declined("A file takes the numbers of bank accounts only.");
        }

        // Details that were stored before account numbers were looked at may have one.
        if (CardNumbers.IsOfAScheme(number))
        {
            return new GatewayOutcome.Declined("The number looks like a card's, and cards do not go into files.");
        }

        var id = Guid.NewGuid();
        var secret = vault.Encrypt(id, new DetailsSecret(number, request.Instrument.BranchNumber));
        var (amount, currency) = (request.Amount.Amount, request.Amount.Currency.Code);
        var line = new BatchLine(id, request.Reference, request.AccountUsn, request.Instrument.HolderName, amount, currency, secret);
        return Answer(await _book.AddAsync(line, clock.GetUtcNow(), Name, cancellation));
    }

    public async Task<GatewayOutcome> InquireAsync(string reference, CancellationToken cancellation) =>
        await _book.FindAsync(reference, cancellation) is { } line ? Answer(line) : new GatewayOutcome.NeverCharged();

    public Task<GatewayOutcome> ValidateAsync(PaymentInstrument instrument, CancellationToken cancellation) => Refused();

    public Task<GatewayOutcome> TokeniseAsync(PaymentInstrument instrument, CancellationToken cancellation) => Refused();

    public Task<GatewayOutcome> RefundAsync(RefundRequest request, CancellationToken cancellation) => Refused();

    private static Task<GatewayOutcome> Refused() =>
        Task.FromResult<GatewayOutcome>(new GatewayOutcome.Declined("A bank that takes files does not do this."));

    private GatewayOutcome Answer(BatchLine line) => line.Answer ?? new GatewayOutcome.Pending(clock.GetUtcNow() + AskAgain, null);
}
