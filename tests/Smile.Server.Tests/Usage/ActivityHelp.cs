using System.Net.Http.Headers;
using System.Text;
using System.Xml.Linq;
using CsvHelper;
using Smile.Cli;
using Smile.Server.Tests.Fixture;
using static Smile.Server.Tests.Fixture.SoapCaller;

namespace Smile.Server.Tests.Usage;

/// <summary>A file of activity statements as it was answered.</summary>
internal sealed record ActivityAnswer(long Batch, Uri Address);

/// <summary>A file of activity statements as it was downloaded: its entries by the names of their columns.</summary>
internal sealed record DownloadedActivity(string Text, IReadOnlyList<IReadOnlyDictionary<string, string>> Entries)
{
    public IEnumerable<string> All(string column) => Entries.Select(entry => entry[column]);

    public string this[string column] => Entries.Single()[column];
}

/// <summary>A login of the API, with what it downloads by.</summary>
internal sealed class ActivityLogin(SoapCaller api, HttpClient http, string name) : IDisposable
{
    public const string Password = "fixture-password-4";

    public SoapCaller Api => api;

    public HttpClient Http => http;

    public string Name => name;

    public Task<ActivityAnswer?> RangeAsync(string usn, string start, string end) =>
        AnswerAsync("subscription", "getActivityStatementRange", P("usn", usn), P("startTimestamp", start), P("endTimestamp", end));

    public Task<ActivityAnswer?> BatchAsync(string usn, long batch) =>
        AnswerAsync("subscription", "getActivityStatementBatch", P("usn", usn), P("batchId", batch));

    public Task<ActivityAnswer?> PeriodAsync(int period) => AnswerAsync("subscription", "getRatingsForPeriod", P("ratingPeriodId", period));

    public Task<ActivityAnswer?> InvoiceAsync(string number) => AnswerAsync("account", "getRatings", P("transactionNumber", number));

    /// <summary>What is in a file, read as CSV, with its frame checked.</summary>
    public async Task<DownloadedActivity> ReadAsync(ActivityAnswer? answer)
    {
        Assert.NotNull(answer);
        return Read(await http.GetStringAsync(answer.Address), answer.Batch);
    }

    public static DownloadedActivity Read(string text, long batch)
    {
        Assert.EndsWith("\r\n", text, StringComparison.Ordinal);
        using var csv = CsvReader.Create(
            new StringReader(text),
            new CsvReaderOptions
            {
                Separator = ',',
                HasHeader = false,
                Mode = CsvMode.Rfc4180,
                AllowLineBreaksInQuotes = true,
                DetectSeparatorHint = false,
                TrimWhitespace = false,
            }
        );
        var rows = new List<IReadOnlyList<string>>();
        while (csv.Read())
        {
            rows.Add([.. Enumerable.Range(0, csv.FieldCount).Select(csv.GetString)]);
        }

        var names = rows[0];
        Assert.Equal(["Record Type", "Batch ID"], names.Take(2));
        Assert.Equal(["F", $"{batch}", $"{rows.Count - 2}"], rows[^1]);
        Assert.All(rows.Skip(1).SkipLast(1), row => Assert.Equal((names.Count, "E", $"{batch}"), (row.Count, row[0], row[1])));
        return new DownloadedActivity(
            text,
            [.. rows.Skip(1).SkipLast(1).Select(row => names.Zip(row).ToDictionary(cell => cell.First, cell => cell.Second))]
        );
    }

    public void Dispose()
    {
        api.Dispose();
        http.Dispose();
    }

    public static HttpClient Client(string name, string password) =>
        new()
        {
            DefaultRequestHeaders =
            {
                Authorization = new AuthenticationHeaderValue(
                    "Basic",
                    Convert.ToBase64String(Encoding.UTF8.GetBytes($"{name}:{password}"))
                ),
            },
        };

    /// <param name="account">The account that it reaches; null for all.</param>
    /// <param name="only">The classes of operations that it may call; null for those that it has without being given any.</param>
    public static async Task<ActivityLogin> AddAsync(ServerFixture server, string? account, string? name = null, string[]? only = null)
    {
        var user = new ApiUser(name ?? server.Unique("activity"), Password, account, account is null, false, false, []);
        return new ActivityLogin(
            await server.AddUserAsync(only is null ? user : user with { Only = only }),
            Client(user.Username, Password),
            user.Username
        );
    }

    private async Task<ActivityAnswer?> AnswerAsync(string endpoint, string operation, params XElement[] parameters)
    {
        var document = await api.CallAsync(endpoint, operation, parameters);
        if (document!.Attribute("activity")!.Value == "false")
        {
            Assert.Empty(document.Elements());
            return null;
        }

        Assert.Equal("true", document.Attribute("activity")!.Value);
        return new ActivityAnswer(
            long.Parse(document.At("BatchID")!, System.Globalization.CultureInfo.InvariantCulture),
            new Uri(document.At("URL")!)
        );
    }
}
