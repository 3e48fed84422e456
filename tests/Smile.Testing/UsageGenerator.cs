using System.Globalization;

namespace Smile.Testing;

/// <summary>
/// Files of usage in Smile's own format, of the customers that <see cref="CustomerGenerator"/> makes with this service and plan: messages,
/// data and events, whose prices need no tariffs.
/// </summary>
public static class UsageGenerator
{
    public const int Service = 137;
    public const string Plan = "mobile-plus";

    /// <summary>Writes a file of records in the order of their starts, as a switch does.</summary>
    /// <param name="accounts">How many customers there are: every second one has two subscriptions.</param>
    /// <param name="prefix">Begins their USNs.</param>
    /// <param name="span">What they are spread over.</param>
    /// <param name="random">Says which records; the same gives the same file.</param>
    public static async Task WriteAsync(
        string path,
        int accounts,
        string prefix,
        int records,
        DateTimeOffset begin,
        TimeSpan span,
        Random random
    )
    {
        var name = Path.GetFileNameWithoutExtension(path);
        var step = span / records;
        await using var file = new StreamWriter(path) { NewLine = "\n" };
        for (var index = 0; index < records; index++)
        {
            var number = random.Next(1, accounts + 1);
            var part = number % 2 == 0 && random.Next(2) == 0 ? 'b' : 'a';
            var start = (begin + (step * index)).ToString("yyyy-MM-dd'T'HH:mm:ss.fffzzz", CultureInfo.InvariantCulture);
            await file.WriteLineAsync(
                string.Create(CultureInfo.InvariantCulture, $"E,{name}-{index},,{prefix}{number}{part},USN,{start},{Usage(random)}")
            );
        }
    }

    private static string Usage(Random random) =>
        random.Next(10) switch
        {
            < 5 => "SMS,,,+61400999888,Untyped,,,,,1",
            < 8 => string.Create(
                CultureInfo.InvariantCulture,
                $"Data,,,,,{random.Next(1, 900)},{random.Next(1, 40_000_000)},{random.Next(1, 1_000_000)}"
            ),
            _ => string.Create(CultureInfo.InvariantCulture, $"Event count,,,,,,,,,{random.Next(1, 4)}"),
        };
}
