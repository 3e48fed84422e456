namespace Smile.Conformance.Running;

/// <summary>How long the long checks take.</summary>
internal static class Verification
{
    /// <summary>SMILE_VERIFY=full in the environment: everything, at length. Otherwise the short forms.</summary>
    public static bool IsFull { get; } = Environment.GetEnvironmentVariable("SMILE_VERIFY") == "full";

    /// <summary>In full, compilers get much to do.</summary>
    public static TimeSpan CompilersPatience { get; } = IsFull ? TimeSpan.FromMinutes(15) : TimeSpan.FromMinutes(3);
}
