using System.Diagnostics;
using System.Globalization;
using System.Text;
using Smile.Rating.Engine;
using Smile.Rating.RateCards;
using Smile.Server.Tests.Fixture;
using Smile.Testing;
using Xunit.Abstractions;

namespace Smile.Server.Tests.Rating;

/// <summary>
/// A wholesaler's whole card: 200,000 prefixes of 10,000 destinations, a line for each prefix. The short form has a twentieth of them. Only
/// the long form, which has the machine for itself, holds times.
/// </summary>
public sealed class LargeRateCardTests(ServerFixture server, ITestOutputHelper output) : IClassFixture<ServerFixture>
{
    private static readonly int Prefixes = Verification.IsFull ? 200_000 : 10_000;
    private static readonly int Destinations = Prefixes / 20;

    private readonly TariffHelp _tariffs = new(server);

    [Fact]
    public async Task A_whole_card_is_imported_and_read_in_seconds()
    {
        var text = Card(0.01m);
        var imported = await TimedAsync("import", () => _tariffs.ImportFileAsync(text, new RateCardOptions(OutlierFactor: 1_000m)), 10);
        Assert.StartsWith($"Tariffs: {Destinations} new, ", imported, StringComparison.Ordinal);
        Assert.Equal(Prefixes, await server.QueryAsync<long>("SELECT count(*) FROM destination_prefix"));
        var book = await TimedAsync("book", () => _tariffs.BookAsync(), 2);
        Assert.Equal(Destinations, book.Tariffs.Count());
        for (var index = 0; index < Prefixes; index += 997)
        {
            var usage = new UsageToRate(1, server.Clock.GetUtcNow(), Smile.Catalogue.CallType.Voice) { Called = $"{PrefixOf(index)}77" };
            Assert.Equal(NameOf(index), book.Destination(book.DestinationOf(usage)!.Value)!.Name);
        }

        // The next month's card has other prices, and nothing else that is new.
        var next = await TimedAsync("again", () => _tariffs.ImportFileAsync(Card(0.02m), new RateCardOptions()), 10);
        Assert.StartsWith($"Tariffs: 0 new, {Destinations} dearer, ", next, StringComparison.Ordinal);
    }

    private static string Card(decimal rate)
    {
        var text = new StringBuilder(TariffHelp.Header);
        for (var index = 0; index < Prefixes; index++)
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"{NameOf(index)},International,{PrefixOf(index)},Local,2014-01-01,{rate + (index % Destinations * 0.0001m)},60,,\n"
            );
        }

        return text.ToString();
    }

    private static string NameOf(int index) => string.Create(CultureInfo.InvariantCulture, $"Land {index % Destinations}");

    /// <summary>Two of three begin with another one.</summary>
    private static string PrefixOf(int index) =>
        string.Create(CultureInfo.InvariantCulture, $"{50_000 + (index / 3)}{(index % 3 == 0 ? "" : "12"[..(index % 3)])}");

    private async Task<T> TimedAsync<T>(string what, Func<Task<T>> work, int seconds)
    {
        var watch = Stopwatch.StartNew();
        var result = await work();
        var taken = watch.Elapsed;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}: {taken.TotalSeconds:0.00} s"));
        Assert.True(!Verification.IsFull || taken < TimeSpan.FromSeconds(seconds), $"{what} took {taken.TotalSeconds:0.0} s");
        return result;
    }
}
