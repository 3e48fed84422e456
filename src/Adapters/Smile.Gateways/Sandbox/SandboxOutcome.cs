using Smile.Payments;

namespace Smile.Gateways.Sandbox;

/// <summary>What the sandbox makes of a charge. The number is that which cards and amounts ask for it with.</summary>
public enum SandboxOutcome
{
    Approved = 0,

    Declined = 9001,

    Expired = 9002,

    /// <summary>Not known for a day, then approved.</summary>
    PendingThenApproved = 9003,

    /// <summary>Not known for a day, then declined.</summary>
    PendingThenDeclined = 9004,

    /// <summary>No answer, and nothing charged.</summary>
    TimeoutBeforeCharge = 9005,

    /// <summary>No answer, but charged.</summary>
    TimeoutAfterCharge = 9006,

    /// <summary>The connection fails before anything is charged.</summary>
    NetworkError = 9007,

    /// <summary>Charged, and the server is stopped dead where it is configured so.</summary>
    CrashAfterCharge = 9008,
}

/// <summary>Reads the outcome that a charge asks for.</summary>
public static class SandboxOutcomes
{
    private const int CardNumberLength = 16;
    private const int CodeStart = 11;
    private const int CodeLength = 4;

    /// <summary>What the four digits before the last one of a card number of sixteen that begins with 4 or 5 ask for.</summary>
    public static SandboxOutcome OfNumber(string? number) =>
        number is { Length: CardNumberLength }
        && number[0] is '4' or '5'
        && int.TryParse(number.AsSpan(CodeStart, CodeLength), out var code)
            ? Known(code)
            : SandboxOutcome.Approved;

    /// <summary>What the whole units of an amount ask for, the surcharge included.</summary>
    public static SandboxOutcome OfAmount(decimal amount) =>
        amount < int.MaxValue ? Known((int)Math.Floor(amount)) : SandboxOutcome.Approved;

    private static SandboxOutcome Known(int code) => Enum.IsDefined((SandboxOutcome)code) ? (SandboxOutcome)code : SandboxOutcome.Approved;
}

/// <summary>When the sandbox calls its hook.</summary>
public enum SandboxMoment
{
    BeforeCharge,
    AfterCharge,
}

/// <summary>How a sandbox behaves.</summary>
public sealed record SandboxOptions
{
    /// <summary>Called around charges, for tests that stop or break things there.</summary>
    public Func<SandboxMoment, ChargeRequest, Task>? Hook { get; init; }

    /// <summary>Whether <see cref="SandboxOutcome.CrashAfterCharge"/> stops the process dead; else it is approved.</summary>
    public bool MayCrash { get; init; }
}
