using Smile.Payments;

namespace Smile.Gateways.Batch;

/// <summary>What a bank said of a debit.</summary>
public enum BatchOutcome
{
    /// <summary>The money is there.</summary>
    Accepted,

    /// <summary>There is none.</summary>
    Declined,
}

/// <summary>A debit that goes to the bank with a file.</summary>
/// <param name="Id">Its secret is bound to it.</param>
/// <param name="Reference">Our name for the charge: it is in one file, once.</param>
/// <param name="Amount">In <paramref name="Currency"/>, the surcharge included.</param>
/// <param name="Secret">Number and branch of the bank account, encrypted; null once the bank has answered.</param>
internal sealed record BatchLine(
    Guid Id,
    string Reference,
    string AccountUsn,
    string? HolderName,
    decimal Amount,
    string Currency,
    byte[]? Secret
)
{
    /// <summary>The file that it is in; null while it waits for one.</summary>
    public long? BatchId { get; init; }

    /// <summary>Null while the bank has not answered.</summary>
    public BatchOutcome? Outcome { get; init; }

    public string? BankReference { get; init; }

    /// <summary>The bank's words.</summary>
    public string? Reason { get; init; }

    /// <summary>What a gateway says of it; null while the bank has not answered.</summary>
    public GatewayOutcome? Answer =>
        Outcome switch
        {
            BatchOutcome.Accepted => new GatewayOutcome.Approved(BankReference),
            BatchOutcome.Declined => new GatewayOutcome.Declined(Reason ?? "The bank has declined the debit."),
            _ => null,
        };
}

/// <summary>A line of a bank's answer.</summary>
/// <param name="Line">Where it is in the file, from 1.</param>
/// <param name="Reference">Our name for the charge.</param>
/// <param name="BankReference">The bank's name for it; null for none.</param>
/// <param name="Reason">The bank's words; null for none.</param>
public sealed record BatchAnswer(int Line, string Reference, BatchOutcome Outcome, string? BankReference, string? Reason);

/// <summary>A file, and how far the bank has answered it.</summary>
/// <param name="Made">When.</param>
public sealed record PaymentBatch(
    long Id,
    string PaymentTypeCode,
    DateTimeOffset Made,
    int Lines,
    decimal Amount,
    string Currency,
    int Accepted,
    int Declined
);

/// <summary>An attempt at a payment whose debit was answered, and is still open.</summary>
/// <param name="Reference">Our name for the charge.</param>
public sealed record AnsweredAttempt(string AccountUsn, string PaymentNumber, string Reference, GatewayOutcome Outcome);

/// <summary>A file cannot be taken. The message is for the operator.</summary>
public sealed class BatchFileException(string message) : Exception(message);
