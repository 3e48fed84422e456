namespace Smile.Testing;

/// <summary>How much is tried.</summary>
public static class Verification
{
    /// <summary>SMILE_VERIFY=full in the environment: everything, at length. Otherwise the short forms.</summary>
    public static bool IsFull { get; } = Environment.GetEnvironmentVariable("SMILE_VERIFY") == "full";
}
