using System.Globalization;

namespace Smile.Testing;

/// <summary>How much is tried.</summary>
public static class Verification
{
    /// <summary>SMILE_VERIFY=full in the environment: everything, at length. Otherwise the short forms.</summary>
    public static bool IsFull { get; } = Environment.GetEnvironmentVariable("SMILE_VERIFY") == "full";

    /// <summary>
    /// SMILE_ACCOUNTS in the environment: how many accounts the billing run is killed amid; null for the test's own number.
    /// </summary>
    public static int? Accounts { get; } =
        int.TryParse(
            Environment.GetEnvironmentVariable("SMILE_ACCOUNTS"),
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out var accounts
        )
            ? accounts
            : null;
}
