using Smile.Kernel;
using Smile.Session;

namespace Smile.Payments;

/// <summary>What brought a payment about.</summary>
public enum PaymentOrigin
{
    /// <summary>processPayment().</summary>
    Request,

    /// <summary>recordFailedPayment(): it failed elsewhere.</summary>
    Recorded,

    /// <summary>The automatic payment of an invoice.</summary>
    Invoice,

    /// <summary>The automatic payment of the account's balance.</summary>
    Balance,

    /// <summary>An instalment of a payment plan.</summary>
    Plan,
}

/// <summary>A payment. Its number is its receipt's number too (guide, line 13637).</summary>
public sealed class Payment : IChangedRow
{
    public const int MaxNameLength = 200;

    public required string Number { get; init; }

    public required Usn AccountUsn { get; init; }

    public required string PaymentTypeCode { get; init; }

    public required PaymentOrigin Origin { get; init; }

    public required PaymentStatus Status { get; set; }

    public required string Currency { get; init; }

    /// <summary>The surcharge included, in <see cref="Currency"/>.</summary>
    public required decimal Amount { get; set; }

    /// <summary>The surcharge with its tax.</summary>
    public required decimal SurchargeAmount { get; set; }

    /// <summary>The tax within <see cref="SurchargeAmount"/>.</summary>
    public required decimal SurchargeTax { get; set; }

    /// <summary>The stored details that it is made with; null where the details came with the request and were not kept.</summary>
    public Guid? StoredDetailsId { get; init; }

    public string? AccountName { get; init; }

    /// <summary>The client's custom fields, which go to the gateway with each charge.</summary>
    public FieldValues Properties { get; init; } = FieldValues.None;

    public string? NumberHint { get; init; }

    /// <summary>The first day of the month after which the card is no good.</summary>
    public DateOnly? Expiry { get; init; }

    /// <summary>When the gateway is asked next; while it waits, and only then.</summary>
    public DateTimeOffset? NextTransfer { get; set; }

    public required bool ManuallyEntered { get; init; }

    public bool ManuallyDeclined { get; set; }

    /// <summary>The caller's own reference, unique within the account; null for none.</summary>
    public string? ClientReference { get; set; }

    /// <summary>Whether it pays the oldest debits once it succeeds.</summary>
    public bool AutoAllocate { get; init; }

    /// <summary>The invoice that it was scheduled for.</summary>
    public string? InvoiceNumber { get; init; }

    public string? PaymentPlanNumber { get; init; }

    /// <summary>The payment that it took the place of (guide, line 13977).</summary>
    public string? Replaces { get; init; }

    /// <summary>The transaction of its surcharge.</summary>
    public string? SurchargeNumber { get; set; }

    public string? DeclineFeeNumber { get; set; }

    /// <summary>What the gateway calls it.</summary>
    public string? GatewayReference { get; set; }

    public required DateTimeOffset Created { get; init; }

    /// <summary>When it was accepted or declined for good.</summary>
    public DateTimeOffset? Settled { get; set; }

    public Usn ChangedBy { get; set; }

    public List<PaymentAttempt> Attempts { get; } = [];

    public List<RequestedAllocation> RequestedAllocations { get; } = [];

    /// <summary>What it pays besides its surcharge.</summary>
    public decimal NetAmount => Amount - SurchargeAmount;

    /// <summary>An attempt whose outcome nobody knows yet: the gateway may have charged. Never beside another attempt.</summary>
    public PaymentAttempt? OpenAttempt => Attempts.FirstOrDefault(attempt => attempt.Outcome is null);
}

/// <summary>One question to a gateway whether it will pay.</summary>
public sealed class PaymentAttempt : IChangedRow
{
    public const int MaxMessageLength = 1000;

    public long Id { get; init; }

    public required string PaymentNumber { get; init; }

    /// <summary>Our name for it, under which the gateway charges once however often it is asked.</summary>
    public required string Reference { get; init; }

    public required DateTimeOffset Started { get; init; }

    /// <summary>How often the gateway was asked what became of it.</summary>
    public int Inquiries { get; set; }

    /// <summary>Null while nobody knows.</summary>
    public PaymentStatus? Outcome { get; set; }

    /// <summary>The gateway's words.</summary>
    public string? Message { get; set; }

    public DateTimeOffset? Finished { get; set; }

    public Usn ChangedBy { get; set; }
}

/// <summary>What a payment shall be allocated to once it succeeds.</summary>
public sealed class RequestedAllocation : IChangedRow
{
    public required string PaymentNumber { get; init; }

    public required int Position { get; init; }

    public required string TransactionNumber { get; init; }

    public required decimal Amount { get; init; }

    public Usn ChangedBy { get; set; }
}

/// <summary>What of stored details is secret.</summary>
public enum PaymentSecretKind
{
    None,

    /// <summary>The number of a card or account, for a gateway that has no tokens.</summary>
    Number,

    /// <summary>The token that the gateway gave for the number.</summary>
    Token,
}

/// <summary>Details stored on an account to pay with (guide, line 14120). A verification code is never among them.</summary>
public sealed class StoredPaymentDetails : IChangedRow
{
    public required Guid Id { get; init; }

    public required Usn AccountUsn { get; init; }

    public required string PaymentTypeCode { get; set; }

    public string? AccountName { get; set; }

    /// <summary>The client's custom fields, which payments with the details have, too.</summary>
    public FieldValues Properties { get; set; } = FieldValues.None;

    public string? NumberHint { get; set; }

    /// <summary>The first day of the month after which the card is no good.</summary>
    public DateOnly? Expiry { get; set; }

    public required PaymentSecretKind SecretKind { get; set; }

    /// <summary>A <see cref="PaymentSecret"/>, encrypted and bound to <see cref="Id"/>.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    [System.Diagnostics.CodeAnalysis.SuppressMessage(
        "Performance",
        "CA1819:Properties should not return arrays",
        Justification = "A column of bytes."
    )]
    public byte[]? PaymentSecret { get; set; }

    public required DateTimeOffset Stored { get; set; }

    public Usn ChangedBy { get; set; }
}

/// <summary>Where a payment plan stands.</summary>
public enum PaymentPlanState
{
    Active,
    Cancelled,
}

/// <summary>Invoices that are paid in instalments.</summary>
public sealed class PaymentPlan : IChangedRow
{
    public required string Number { get; init; }

    public required Usn AccountUsn { get; init; }

    public required PaymentPlanState State { get; set; }

    public required DateTimeOffset Created { get; init; }

    public Usn ChangedBy { get; set; }

    public List<PaymentPlanInvoice> Invoices { get; } = [];

    public List<PaymentPlanInstalment> Instalments { get; } = [];
}

/// <summary>An invoice of a payment plan.</summary>
public sealed class PaymentPlanInvoice : IChangedRow
{
    public required string PaymentPlanNumber { get; init; }

    public required string TransactionNumber { get; init; }

    public required int Position { get; init; }

    public Usn ChangedBy { get; set; }
}

/// <summary>An instalment of a payment plan.</summary>
public sealed class PaymentPlanInstalment : IChangedRow
{
    public required string PaymentPlanNumber { get; init; }

    public required int Position { get; init; }

    /// <summary>In the account's time zone.</summary>
    public required DateOnly Due { get; init; }

    /// <summary>Without a surcharge, in the account's currency.</summary>
    public required decimal Amount { get; init; }

    /// <summary>The payment that was scheduled for it; null where the account had no stored details.</summary>
    public string? PaymentNumber { get; set; }

    public Usn ChangedBy { get; set; }
}

/// <summary>An account's own automatic payment option.</summary>
internal sealed class AutoPaymentChoice : IChangedRow
{
    public required Usn AccountUsn { get; init; }

    public required int Option { get; set; }

    public Usn ChangedBy { get; set; }
}
