namespace Smile.Payments;

/// <summary>Where a payment stands. The names are stored.</summary>
public enum PaymentStatus
{
    /// <summary>Not sent to the gateway yet, for example scheduled.</summary>
    Waiting,

    /// <summary>Made; the receipt stands on the account.</summary>
    Accepted,

    /// <summary>Refused by the gateway.</summary>
    Declined,

    /// <summary>Needs an operator.</summary>
    Attention,

    /// <summary>Called off before it was made.</summary>
    Cancelled,
}
