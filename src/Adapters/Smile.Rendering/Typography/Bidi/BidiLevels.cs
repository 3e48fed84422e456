using System.Globalization;
using System.Text;
using HarfBuzzSharp;

namespace Smile.Rendering.Typography.Bidi;

/// <summary>
/// The Unicode bidirectional algorithm (UAX #9) for one line: which of its characters run to the left. Marks that embed, override or
/// isolate (rules X1 to X8) must not be in it: texts come from many hands, and none may turn what another wrote.
/// </summary>
internal static class BidiLevels
{
    private const int MostOpenBrackets = 63;

    /// <summary>The level of each character: odd ones run to the left.</summary>
    public static byte[] Of(IReadOnlyList<int> codePoints)
    {
        var all = codePoints.Select(BidiClasses.Of).ToArray();
        var baseLevel = BaseLevel(all);

        // Rule X9: what has no direction and no width takes no part.
        var kept = Enumerable.Range(0, all.Length).Where(index => all[index] != BidiClass.BoundaryNeutral).ToArray();
        var classes = kept.Select(index => all[index]).ToArray();
        var outer = DirectionOf(baseLevel);
        ResolveMarksAndNumbers(classes, outer);
        ResolveBrackets(classes, [.. kept.Select(index => codePoints[index])], [.. kept.Select(index => all[index])], outer);
        ResolveNeutrals(classes, outer);
        return Levels(all, kept, classes, baseLevel);
    }

    /// <summary>Rules P2 and P3: the first letter says which way the line runs.</summary>
    public static bool RunsToTheLeft(IEnumerable<int> codePoints) => BaseLevel(codePoints.Select(BidiClasses.Of)) == 1;

    /// <summary>Rule L2: the runs of a line from left to right.</summary>
    public static IReadOnlyList<T> InVisualOrder<T>(IReadOnlyList<T> runs, Func<T, byte> levelOf)
    {
        var order = runs.ToArray();
        var levels = runs.Select(levelOf).ToArray();
        for (var level = levels.DefaultIfEmpty().Max(); level > 0; level--)
        {
            for (var start = 0; start < order.Length; start++)
            {
                var end = start;
                while (end < order.Length && levels[end] >= level)
                {
                    end++;
                }

                Array.Reverse(order, start, end - start);
                Array.Reverse(levels, start, end - start);
                start = Math.Max(start, end);
            }
        }

        return order;
    }

    private static byte BaseLevel(IEnumerable<BidiClass> classes) =>
        classes.FirstOrDefault(IsStrong, BidiClass.LeftToRight) == BidiClass.LeftToRight ? (byte)0 : (byte)1;

    private static bool IsStrong(BidiClass one) => one is BidiClass.LeftToRight or BidiClass.RightToLeft or BidiClass.ArabicLetter;

    private static BidiClass DirectionOf(int level) => (level & 1) == 0 ? BidiClass.LeftToRight : BidiClass.RightToLeft;

    /// <summary>Rules W1 to W7.</summary>
    private static void ResolveMarksAndNumbers(BidiClass[] classes, BidiClass outer)
    {
        TakeClassOfMarksBase(classes, outer);
        MakeNumbersArabic(classes, outer);
        for (var index = 1; index < classes.Length - 1; index++)
        {
            // W4: a separator between two digits of one kind.
            var (before, after) = (classes[index - 1], classes[index + 1]);
            classes[index] = (classes[index], before) switch
            {
                (BidiClass.EuropeanSeparator or BidiClass.CommonSeparator, BidiClass.EuropeanNumber) when after == before => before,
                (BidiClass.CommonSeparator, BidiClass.ArabicNumber) when after == before => before,
                var (own, _) => own,
            };
        }

        JoinTerminators(classes);
        var strong = outer;
        for (var index = 0; index < classes.Length; index++)
        {
            // W6 and W7: what separates no digits is neutral; digits behind Latin letters belong to them.
            strong = classes[index] is BidiClass.LeftToRight or BidiClass.RightToLeft ? classes[index] : strong;
            classes[index] = classes[index] switch
            {
                BidiClass.EuropeanSeparator or BidiClass.EuropeanTerminator or BidiClass.CommonSeparator => BidiClass.OtherNeutral,
                BidiClass.EuropeanNumber when strong == BidiClass.LeftToRight => BidiClass.LeftToRight,
                var own => own,
            };
        }
    }

    /// <summary>Rule W1.</summary>
    private static void TakeClassOfMarksBase(BidiClass[] classes, BidiClass outer)
    {
        for (var index = 0; index < classes.Length; index++)
        {
            if (classes[index] == BidiClass.NonspacingMark)
            {
                classes[index] = index == 0 ? outer : classes[index - 1];
            }
        }
    }

    /// <summary>Rules W2 and W3: digits behind Arabic letters are Arabic numbers, and those letters run to the left.</summary>
    private static void MakeNumbersArabic(BidiClass[] classes, BidiClass outer)
    {
        var strong = outer;
        for (var index = 0; index < classes.Length; index++)
        {
            strong = IsStrong(classes[index]) ? classes[index] : strong;
            classes[index] = classes[index] switch
            {
                BidiClass.EuropeanNumber when strong == BidiClass.ArabicLetter => BidiClass.ArabicNumber,
                BidiClass.ArabicLetter => BidiClass.RightToLeft,
                var own => own,
            };
        }
    }

    /// <summary>Rule W5: signs such as a currency's belong to the number beside them.</summary>
    private static void JoinTerminators(BidiClass[] classes)
    {
        for (var start = 0; start < classes.Length; start++)
        {
            var end = RunEnd(classes, start, one => one == BidiClass.EuropeanTerminator);
            if (end == start)
            {
                continue;
            }

            if (ClassAt(start - 1) == BidiClass.EuropeanNumber || ClassAt(end) == BidiClass.EuropeanNumber)
            {
                Array.Fill(classes, BidiClass.EuropeanNumber, start, end - start);
            }

            start = end;
        }

        BidiClass? ClassAt(int index) => index >= 0 && index < classes.Length ? classes[index] : null;
    }

    /// <summary>Rule N0: both brackets of a pair take the direction of what is in them, or before them.</summary>
    private static void ResolveBrackets(BidiClass[] classes, int[] codePoints, BidiClass[] original, BidiClass outer)
    {
        foreach (var (open, close) in BracketPairs(classes, codePoints))
        {
            if (DirectionOfPair(classes, open, close, outer) is { } taken)
            {
                Set(open, taken);
                Set(close, taken);
            }
        }

        // Marks on a bracket go with it.
        void Set(int bracket, BidiClass direction)
        {
            classes[bracket] = direction;
            for (var mark = bracket + 1; mark < classes.Length && original[mark] == BidiClass.NonspacingMark; mark++)
            {
                classes[mark] = direction;
            }
        }
    }

    /// <summary>That of the line where something in the brackets has it; else that of what stands before them.</summary>
    private static BidiClass? DirectionOfPair(BidiClass[] classes, int open, int close, BidiClass outer)
    {
        var inner = classes.Take((open + 1)..close).Select(Direction).Where(found => found is not null).ToList();
        if (inner.Count == 0 || inner.Contains(outer))
        {
            return inner.Count == 0 ? null : outer;
        }

        var before = open - 1;
        while (before >= 0 && Direction(classes[before]) is null)
        {
            before--;
        }

        return before < 0 ? outer : Direction(classes[before]);
    }

    private static List<(int Open, int Close)> BracketPairs(BidiClass[] classes, int[] codePoints)
    {
        var pairs = new List<(int Open, int Close)>();
        var open = new List<(int Index, int Closing)>();
        for (var index = 0; index < codePoints.Length; index++)
        {
            if (classes[index] != BidiClass.OtherNeutral || Bracket(codePoints[index]) is not { } bracket)
            {
                continue;
            }

            if (bracket.IsOpening)
            {
                if (open.Count == MostOpenBrackets)
                {
                    break;
                }

                open.Add((index, bracket.Other));
            }
            else if (open.FindLastIndex(entry => entry.Closing == bracket.Own) is var match and >= 0)
            {
                pairs.Add((open[match].Index, index));
                open.RemoveRange(match, open.Count - match);
            }
        }

        pairs.Sort();
        return pairs;
    }

    /// <summary>A bracket that has a mirror image, the angle brackets of U+2329 as those of U+3008.</summary>
    private static (int Own, int Other, bool IsOpening)? Bracket(int codePoint)
    {
        var own = codePoint switch
        {
            0x2329 => 0x3008,
            0x232A => 0x3009,
            _ => codePoint,
        };
        var category = Rune.GetUnicodeCategory(new Rune(own));
        if (category is not (UnicodeCategory.OpenPunctuation or UnicodeCategory.ClosePunctuation))
        {
            return null;
        }

        var other = (int)UnicodeFunctions.Default.GetMirroring(own);
        return other == own ? null : (own, other, category == UnicodeCategory.OpenPunctuation);
    }

    /// <summary>Rules N1 and N2.</summary>
    private static void ResolveNeutrals(BidiClass[] classes, BidiClass outer)
    {
        for (var start = 0; start < classes.Length; start++)
        {
            var end = RunEnd(classes, start, one => Direction(one) is null);
            if (end > start)
            {
                var before = start == 0 ? outer : Direction(classes[start - 1]);
                var after = end == classes.Length ? outer : Direction(classes[end]);
                Array.Fill(classes, before == after && before is { } both ? both : outer, start, end - start);
                start = end;
            }
        }
    }

    /// <summary>Numbers count as running to the left where they stand beside neutrals.</summary>
    private static BidiClass? Direction(BidiClass one) =>
        one switch
        {
            BidiClass.LeftToRight => BidiClass.LeftToRight,
            BidiClass.RightToLeft or BidiClass.EuropeanNumber or BidiClass.ArabicNumber => BidiClass.RightToLeft,
            _ => null,
        };

    private static int RunEnd(BidiClass[] classes, int start, Func<BidiClass, bool> belongs)
    {
        var end = start;
        while (end < classes.Length && belongs(classes[end]))
        {
            end++;
        }

        return end;
    }

    /// <summary>Rules I1 and I2, then L1: blanks at the end of the line run as the line does.</summary>
    private static byte[] Levels(BidiClass[] all, int[] kept, BidiClass[] classes, byte baseLevel)
    {
        var levels = new byte[all.Length];
        Array.Fill(levels, byte.MaxValue);
        for (var index = 0; index < kept.Length; index++)
        {
            levels[kept[index]] = (classes[index], baseLevel) switch
            {
                (BidiClass.LeftToRight, 0) => 0,
                (BidiClass.RightToLeft, _) => 1,
                _ => 2,
            };
        }

        for (var index = 0; index < levels.Length; index++)
        {
            levels[index] =
                levels[index] != byte.MaxValue ? levels[index]
                : index == 0 ? baseLevel
                : levels[index - 1];
        }

        var isAtEnd = true;
        for (var index = all.Length - 1; index >= 0; index--)
        {
            var isSeparator = all[index] is BidiClass.ParagraphSeparator or BidiClass.SegmentSeparator;
            isAtEnd = isSeparator || (isAtEnd && all[index] is BidiClass.WhiteSpace or BidiClass.BoundaryNeutral);
            levels[index] = isAtEnd ? baseLevel : levels[index];
        }

        return levels;
    }
}
