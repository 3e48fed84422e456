using System.Globalization;
using Smile.Catalogue;
using Smile.Catalogue.Reading;
using Smile.Usage;
using Smile.Usage.Files;

namespace Smile.Modules.Tests.Usage;

/// <summary>Sources of usage by their keys, and lines of files as texts.</summary>
internal static class UsageLines
{
    public static UsageSourceItem Source(string keys)
    {
        var read = CatalogueReader.Read([new CatalogueSource("test.yaml", $"usageSources: [{{ code: test, {keys} }}]")]);
        Assert.Empty(read.Problems);
        return read.Content!.UsageSources.Single();
    }

    public static string Text(UsageLine line) =>
        string.Create(CultureInfo.InvariantCulture, $"{line.Number} {line.Kind}")
        + line.Kind switch
        {
            UsageLineKind.Usage => Text(line.Entry!),
            UsageLineKind.Trailer => string.Create(
                CultureInfo.InvariantCulture,
                $" {line.Totals!.Records:0.##}{(line.Totals.Seconds is { } seconds ? $" {seconds:0.##}s" : "")}"
            ),
            _ => line.Reason is { } reason ? " " + reason : "",
        };

    private static string Text(UsageEntry entry)
    {
        var parts = new List<string>
        {
            entry.ExternalId ?? "-",
            entry.IdentifierField is { } field ? $"{entry.IdentifierType}:{field}" : $"{entry.IdentifierType}",
            entry.Identifier,
            entry.Start.ToString("yyyy-MM-dd'T'HH:mm:ss.FFF'Z'", CultureInfo.InvariantCulture),
            $"{entry.CallType}",
        };
        Add(entry.Caller.Length + entry.Called.Length > 0, $"{entry.Caller}>{entry.Called}");
        Add(entry.Seconds > 0m, $"{entry.Seconds:0.###}s");
        Add(entry.BytesReceived + entry.BytesSent > 0, $"{entry.BytesReceived}/{entry.BytesSent}");
        Add(entry.Events != 1, $"x{entry.Events}");
        Add(entry.Session is not null, $"{entry.Session}");
        Add(!entry.IsStartOfSession, $"continued");
        Add(entry.Role == UsageRole.Called, $"called");
        Add(entry.WholesaleCharge is not null, $"${entry.WholesaleCharge:0.####}");
        Add(entry.Description is not null, $"'{entry.Description}'");
        Add(entry.Sameness is not null, $"{entry.Sameness?[(entry.Sameness.IndexOf('/', StringComparison.Ordinal) + 1)..]}");
        return " " + string.Join(' ', parts);

        void Add(bool isThere, FormattableString text)
        {
            if (isThere)
            {
                parts.Add(text.ToString(CultureInfo.InvariantCulture));
            }
        }
    }
}
