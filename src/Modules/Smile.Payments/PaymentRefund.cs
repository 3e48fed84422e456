using Smile.Kernel;
using Smile.Session;

namespace Smile.Payments;

/// <summary>Where a refund stands.</summary>
public enum PaymentRefundStatus
{
    /// <summary>The gateway was asked and has not said what became of it.</summary>
    Waiting,
    Accepted,
    Declined,
}

/// <summary>Money that goes back to the customer through the gateway that took it.</summary>
public sealed class PaymentRefund : IChangedRow
{
    public const int MaxReasonLength = 1000;

    /// <summary>Also our reference at the gateway, under which it gives the money back once.</summary>
    public required string Number { get; init; }

    public required string PaymentNumber { get; init; }

    public required Usn AccountUsn { get; init; }

    /// <summary>In the payment's currency, surcharge included where all of it goes back.</summary>
    public required decimal Amount { get; init; }

    public required PaymentRefundStatus Status { get; set; }

    /// <summary>Why, in the operator's words.</summary>
    public required string Reason { get; init; }

    /// <summary>The gateway's words.</summary>
    public string? Message { get; set; }

    public required DateTimeOffset Asked { get; init; }

    public DateTimeOffset? Settled { get; set; }

    /// <summary>The receipt's reversal where all of the payment went back, else the reimbursement.</summary>
    public string? TransactionNumber { get; set; }

    public Usn ChangedBy { get; set; }
}
