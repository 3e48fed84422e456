using System.Globalization;
using Smile.Usage.Files;

namespace Smile.Usage.Import;

/// <summary>What a file has in all, to be held against what its trailer says.</summary>
internal sealed class FileTotals
{
    private int _records;
    private int _lines;
    private bool _hasUsage;
    private decimal _seconds;
    private decimal _charge;
    private UsageTotals? _stated;

    public int Unreadable { get; private set; }

    public UsageLine? FirstUnreadable { get; private set; }

    public void Add(UsageLine line)
    {
        _lines++;
        _hasUsage |= line.Kind is not (UsageLineKind.Trailer or UsageLineKind.Header or UsageLineKind.Ignored);
        switch (line.Kind)
        {
            case UsageLineKind.Trailer:
                _stated = line.Totals;
                return;
            case UsageLineKind.Header:
                return;
            case UsageLineKind.Unreadable:
                Unreadable++;
                FirstUnreadable ??= line;
                break;
        }

        _seconds += line.Entry?.Seconds ?? 0m;
        _charge += line.StatedCharge ?? line.Entry?.WholesaleCharge ?? 0m;
        _records++;
    }

    /// <summary>What does not agree.</summary>
    public IEnumerable<string> Remarks(bool expectsTrailer)
    {
        if (_lines > 0 && !_hasUsage && _stated is not { Records: 0m })
        {
            yield return "None of its lines is usage: is it a file of the source?";
        }

        if (_stated is null)
        {
            if (expectsTrailer)
            {
                yield return "It has no trailer: it may not be whole.";
            }

            yield break;
        }

        foreach (
            var (what, stated, found) in new[]
            {
                ("records", _stated.Records, (decimal)_records),
                ("seconds", _stated.Seconds, _seconds),
                ("charges", _stated.Charge, _charge),
            }
        )
        {
            if (stated is { } expected && expected != found)
            {
                yield return string.Create(
                    CultureInfo.InvariantCulture,
                    $"Its trailer says {expected:0.######} {what}, and there are {found:0.######}."
                );
            }
        }
    }
}
