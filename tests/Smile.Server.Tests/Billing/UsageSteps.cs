using System.Globalization;
using Smile.Server.Tests.Fixture;
using Smile.Server.Tests.Usage;

namespace Smile.Server.Tests.Billing;

/// <summary>The steps of scenarios that use something: files of one line that a switch delivers.</summary>
internal sealed class UsageSteps(ServerFixture server)
{
    private readonly UsageHelp _usage = new(server);
    private int _count;

    /// <summary>
    /// <c>use NAME call SECONDS|data BYTES|fax PAGES [DAY [TIME]]</c>: nothing charges faxes. Where no day is given it was used when the
    /// step is.
    /// </summary>
    public async Task UseAsync(string usn, string[] words, DateTimeOffset now, Func<DateOnly, TimeOnly, DateTimeOffset> at)
    {
        var start =
            words.Length > 2
                ? at(
                    DateOnly.ParseExact(words[2], "yyyy-MM-dd", CultureInfo.InvariantCulture),
                    words.Length > 3 ? TimeOnly.Parse(words[3], CultureInfo.InvariantCulture) : new TimeOnly(10, 0)
                )
                : now;
        var amount = words[1];
        var usage = words[0] switch
        {
            "call" => $"Voice,,,+61290001111,Untyped,{amount}",
            "data" => $"Data,,,,,1,{amount},0",
            "fax" => $"Fax,,,+61290001111,Untyped,60,,,{amount}",
            _ => throw new ArgumentException(words[0]),
        };
        var id = $"{usn}-{_count++}";
        var line = $"E,{id},,{usn},USN,{start.ToString("yyyy-MM-dd'T'HH:mm:ss.fffzzz", CultureInfo.InvariantCulture)},{usage}\n";
        Assert.Equal("1 lines: 1 bound", UsageHelp.Counts(await _usage.ImportAsync("smile", id, line)));
    }

    /// <summary>As servers do it by themselves.</summary>
    public Task RateAsync() => _count == 0 ? Task.CompletedTask : _usage.RateAsync();

    /// <summary>Says that usage of a subscription that cannot be charged need not be.</summary>
    public async Task<string> WriteOffAsync(string usn) =>
        await _usage.OnScopeAsync(async scope =>
            $"{await scope.Use<Smile.Rating.Runs.RatingProblems>().WriteOffAsync(new Smile.Kernel.Usn(usn), null, default)} written off"
        );

    /// <summary>The rating periods: what they come to, and whether they are open.</summary>
    public async Task<string> ShowAsync(IReadOnlyDictionary<string, string> subscriptions)
    {
        var shown = new List<string>();
        foreach (var (name, usn) in subscriptions)
        {
            shown.AddRange(
                (
                    await _usage.RowsAsync(
                        """
                        SELECT period_start || ' ' || status || ' ' || records || ' of ' || trim_scale(amount)
                            || CASE WHEN late = '{}' THEN '' ELSE ' with ' || array_to_string(late, '+') END
                        FROM usage_state WHERE subscription_usn = $1 ORDER BY period_start
                        """,
                        usn
                    )
                ).Select(row => $"{name}'s {row}")
            );
        }

        return string.Join(", ", shown);
    }
}
