using Smile.Rating.Engine;
using Smile.Rating.Tariffs;
using Smile.Usage.Storage;

namespace Smile.Rating.Runs;

/// <summary>One way through records of a rating period, and what they come to.</summary>
/// <param name="begins">What begins earlier is counted where it begins.</param>
internal sealed class PeriodPass(PeriodRater rater, DateTimeOffset begins, DateTimeOffset ends)
{
    private readonly List<(UsageRating Rating, DateTimeOffset Start)> _ratings = [];
    private readonly List<RatingError> _errors = [];
    private readonly List<UsageRating> _ofRecord = [];

    public PeriodRater Rater => rater;

    public IReadOnlyList<(UsageRating Rating, DateTimeOffset Start)> Ratings => _ratings;

    public IReadOnlyList<RatingError> Errors => _errors;

    /// <summary>How many records began in the period.</summary>
    public int Records { get; private set; }

    /// <summary>The last record of the way; null for none.</summary>
    public (DateTimeOffset Start, long Id)? Last { get; private set; }

    /// <summary>Rates a record where some of it is in the period. Records come in their order.</summary>
    public void Rate(UsageRecord record)
    {
        if (record.Start >= ends || PeriodRun.EndOf(record) <= begins)
        {
            return;
        }

        _ofRecord.Clear();
        var problem = rater.Rate(Usage(record), _ofRecord);
        foreach (var rating in _ofRecord)
        {
            _ratings.Add((rating, record.Start));
        }

        if (record.Start >= begins)
        {
            Records++;
            if (problem != RatingProblem.None)
            {
                _errors.Add(new RatingError(record.Id, record.Start, problem));
            }
        }

        Last = (record.Start, record.Id);
    }

    private static UsageToRate Usage(UsageRecord record) =>
        new(record.Id, record.Start, record.CallType)
        {
            Caller = record.Caller,
            Called = record.Called,
            Role = record.Role,
            OnNet = (OnNet)record.OnNet,
            Seconds = record.Seconds,
            BytesReceived = record.BytesReceived,
            BytesSent = record.BytesSent,
            Pages = record.Pages,
            Events = record.Events,
            WholesaleCharge = record.WholesaleCharge,
            Session = record.Session,
            IsStartOfSession = record.IsStartOfSession,
        };
}
