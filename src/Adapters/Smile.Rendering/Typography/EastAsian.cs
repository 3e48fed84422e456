namespace Smile.Rendering.Typography;

/// <summary>Which of its national forms a Chinese character has.</summary>
internal enum HanForm
{
    /// <summary>As the collection of fonts has them.</summary>
    Japanese,
    Korean,
    Simplified,
    Traditional,
}

/// <summary>What Chinese, Japanese and Korean do differently.</summary>
internal static class EastAsian
{
    /// <summary>Closing marks, small kana and marks of repetition begin no line.</summary>
    private const string NeverFirst =
        "、。，．・：；？！）」』】〕〉》］｝〟’”…‥ー～々ゝゞヽヾぁぃぅぇぉっゃゅょゎゕゖァィゥェォッャュョヮヵヶ゛゜,.:;?!)]}%％";

    private const string NeverLast = "（「『【〔〈《［｛〝‘“([{";

    /// <summary>Whether it is of these scripts, or a mark of theirs.</summary>
    public static bool Has(int codePoint) =>
        IsHangul(codePoint)
        || codePoint
            is (>= 0x2E80 and <= 0xA4CF)
                or (>= 0xF900 and <= 0xFAFF)
                or (>= 0xFE30 and <= 0xFE4F)
                or (>= 0xFF00 and <= 0xFFEF)
                or (>= 0x1AFF0 and <= 0x1B16F)
                or (>= 0x1F200 and <= 0x1F2FF)
                or (>= 0x20000 and <= 0x3FFFF);

    /// <summary>Whether a line may end between the two without a blank.</summary>
    public static bool MayBreak(int before, int after) =>
        ((Has(before) && !IsHangul(before)) || (Has(after) && !IsHangul(after)))
        && !Contains(NeverLast, before)
        && !Contains(NeverFirst, after);

    /// <summary>The form that a document's texts ask for: kana are Japanese, Hangul is Korean, Bopomofo is of Taiwan.</summary>
    public static HanForm FormOf(IEnumerable<string> texts)
    {
        var all = texts.SelectMany(text => text).Where(letter => letter >= '\u1100').ToList();
        return all.Exists(letter => letter is (>= '\u3041' and <= '\u30ff') or (>= '\uff66' and <= '\uff9f')) ? HanForm.Japanese
            : all.Exists(letter => IsHangul(letter)) ? HanForm.Korean
            : all.Exists(letter => letter is (>= '\u3105' and <= '\u312f') or (>= '\u31a0' and <= '\u31bf')) ? HanForm.Traditional
            : HanForm.Simplified;
    }

    private static bool IsHangul(int codePoint) =>
        codePoint
            is (>= 0x1100 and <= 0x11FF)
                or (>= 0x3130 and <= 0x318F)
                or (>= 0xA960 and <= 0xA97F)
                or (>= 0xAC00 and <= 0xD7FF)
                or (>= 0xFFA0 and <= 0xFFDC);

    private static bool Contains(string marks, int codePoint) =>
        codePoint <= char.MaxValue && marks.Contains((char)codePoint, StringComparison.Ordinal);
}
