using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Smile.Kernel;
using Smile.Rating.Engine;
using Smile.Rating.Storage;

namespace Smile.Rating.Runs;

/// <summary>Tells whether a rating period is charged by the same as when it was rated.</summary>
internal static class RatingStamp
{
    /// <summary>Of all that the charges of a period depend on besides its records: where it differs, the period is rated anew.</summary>
    public static string Of(RatingSubject subject, long tariffs)
    {
        var text = JsonSerializer.Serialize(
            new
            {
                Tariffs = tariffs,
                Catalogue = subject.CatalogueVersion,
                subject.Period,
                subject.Begins,
                subject.Ends,
                Zone = subject.Zone.Name,
                subject.Company,
                Currency = subject.Currency.Code,
                Tax = subject.Tax.Code,
                subject.SpendLimits,
                subject.RolledOver,
                Stints = subject.StintsOfPeriod.Select(stint => new
                {
                    stint.Id,
                    stint.ScheduleType,
                    stint.Plan.Code,
                    stint.Start,
                    stint.End,
                    stint.Options,
                    stint.TariffOverrides,
                    stint.RuleOverrides,
                }),
            },
            RatingRows.Json
        );
        return Hash(subject.PrepaidBlocks.Count == 0 ? text : text + JsonSerializer.Serialize(subject.PrepaidBlocks, RatingRows.Json));
    }

    /// <summary>Of several that are rated together: where one differs, all are rated anew.</summary>
    /// <param name="account">The one whose subscriptions they are.</param>
    public static string Of(Usn account, IEnumerable<string> stamps) => Hash($"{account}:{string.Join(',', stamps)}");

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 16));
}
