using Smile.Catalogue;
using Smile.Kernel;

namespace Smile.Payments;

/// <summary>What a payment gateway can do.</summary>
[Flags]
public enum GatewayCapabilities
{
    None = 0,

    /// <summary>Says whether details are good, without taking money.</summary>
    Validate = 1,

    /// <summary>Takes money.</summary>
    Charge = 2,

    /// <summary>Gives a token for a number.</summary>
    Tokenise = 4,

    /// <summary>Gives money back.</summary>
    Refund = 8,

    /// <summary>Says what became of a charge.</summary>
    Inquire = 16,
}

/// <summary>
/// A bank's or provider's payment gateway. Each charge has our own reference: a gateway that is given it again answers what became of it
/// and takes nothing. An answer that does not come is <see cref="GatewayOutcome.Unknown"/> and never a refusal, for the money may be taken.
/// </summary>
public interface IPaymentGateway
{
    /// <summary>The name that payment types of the catalogue call it by.</summary>
    string Name { get; }

    GatewayCapabilities Capabilities { get; }

    /// <summary>Approved, or declined with a reason.</summary>
    Task<GatewayOutcome> ValidateAsync(PaymentInstrument instrument, CancellationToken cancellation);

    Task<GatewayOutcome> ChargeAsync(ChargeRequest request, CancellationToken cancellation);

    /// <summary>Approved with the token as its reference, or declined with a reason.</summary>
    Task<GatewayOutcome> TokeniseAsync(PaymentInstrument instrument, CancellationToken cancellation);

    Task<GatewayOutcome> RefundAsync(RefundRequest request, CancellationToken cancellation);

    /// <summary>What became of the charge with one of our references.</summary>
    Task<GatewayOutcome> InquireAsync(string reference, CancellationToken cancellation);
}

/// <summary>The gateways of a stage.</summary>
public interface IPaymentGateways
{
    /// <returns>Null where there is no such gateway, or this stage may not use it.</returns>
    IPaymentGateway? Find(string name);

    /// <summary>Whether the stage has such a gateway and asks nothing of it, because it is quiet.</summary>
    bool IsQuiet(string name, GatewayCapabilities capability);
}

/// <summary>What is paid with, for as long as a call lasts. Never stored, written or logged as it is.</summary>
public sealed record PaymentInstrument
{
    public required PaymentTypeKind Kind { get; init; }

    /// <summary>Name on the card or account.</summary>
    public string? HolderName { get; init; }

    /// <summary>Digits only. Either this or <see cref="Token"/>.</summary>
    public string? Number { get; init; }

    public string? Token { get; init; }

    public string? BranchNumber { get; init; }

    /// <summary>The first day of the month after which the card is no good.</summary>
    public DateOnly? Expiry { get; init; }

    public string? Cvv { get; init; }

    /// <summary>The client's custom fields, for the gateway's own records.</summary>
    public FieldValues Properties { get; init; } = FieldValues.None;

    /// <summary>Says nothing: whatever is written of it, nothing secret is.</summary>
    public override string ToString() => nameof(PaymentInstrument);
}

/// <summary>A charge.</summary>
/// <param name="Reference">Our name for it; it is charged once.</param>
/// <param name="AccountUsn">Whose payment it is, for the gateway's own records.</param>
public sealed record ChargeRequest(string Reference, Money Amount, string AccountUsn, PaymentInstrument Instrument);

/// <summary>Money back.</summary>
/// <param name="Reference">Our name for the refund; it is made once.</param>
/// <param name="ChargeReference">Our name for the charge.</param>
/// <param name="GatewayReference">The gateway's name for the charge.</param>
public sealed record RefundRequest(string Reference, string ChargeReference, string? GatewayReference, Money Amount);

/// <summary>What a gateway says.</summary>
public abstract record GatewayOutcome
{
    private GatewayOutcome() { }

    /// <param name="GatewayReference">What the gateway calls it; the token where one was asked for.</param>
    public sealed record Approved(string? GatewayReference) : GatewayOutcome
    {
        public override string ToString() => nameof(Approved);
    }

    /// <param name="Reason">The gateway's words, for the customer.</param>
    public sealed record Declined(string Reason) : GatewayOutcome;

    /// <summary>The gateway has it and does not know yet.</summary>
    public sealed record Pending(DateTimeOffset AskAgain, string? GatewayReference) : GatewayOutcome;

    /// <summary>No answer, or none that can be read: the money may be taken or not.</summary>
    public sealed record Unknown(string Reason) : GatewayOutcome;

    /// <summary>The gateway knows no charge with the reference.</summary>
    public sealed record NeverCharged : GatewayOutcome;
}

/// <summary>
/// Units of work of their own, with the same caller on the same stage: a payment is recorded in one, its gateway is called outside any, and
/// what came of it is recorded in another.
/// </summary>
public interface ISeparateSessions
{
    Task<TResult> RunAsync<TUseCase, TResult>(Func<TUseCase, Task<TResult>> work)
        where TUseCase : class;

    /// <summary>The same for work that is done again later where it fails: the failure is logged and goes no further.</summary>
    /// <returns>Null where it failed.</returns>
    Task<TResult?> TryAsync<TUseCase, TResult>(Func<TUseCase, Task<TResult?>> work)
        where TUseCase : class
        where TResult : class;
}

/// <summary>Keeps what is secret of stored details encrypted, with keys of its own outside the database.</summary>
public interface IPaymentDetailsVault
{
    /// <summary>Whether there is a key. Without one, no details can be stored.</summary>
    bool HasKey { get; }

    /// <param name="detailsId">The details that the secret belongs to: with others' it cannot be decrypted.</param>
    byte[] Encrypt(Guid detailsId, DetailsSecret secret);

    DetailsSecret Decrypt(Guid detailsId, byte[] encrypted);

    /// <summary>Whether it was encrypted with an older key and should be encrypted anew.</summary>
    bool IsStale(byte[] encrypted);
}

/// <summary>What is secret of stored details.</summary>
/// <param name="Value">The number or the token.</param>
public sealed record DetailsSecret(string Value, string? BranchNumber)
{
    public override string ToString() => nameof(DetailsSecret);
}
