namespace Smile.Rating.RateCards;

/// <summary>The columns of a rate card.</summary>
public enum RateCardColumn
{
    Destination,
    Class,
    Prefixes,
    TariffType,
    CallType,
    Plan,
    Company,
    From,
    Flagfall,
    Rate,
    Units,
    FirstIncrement,
    NextIncrement,
    MinimumCharge,
    MaximumCharge,
    Decimals,
    Rounding,
    Calendar,
    Band,
    Overrideable,
    OnNet,
    DestinationCompany,
}

/// <summary>The columns of a file of zones: those of zones with their prefixes, and those of pairs of zones.</summary>
public enum ZoneColumn
{
    Zone,
    Prefixes,
    Caller,
    Called,
    Destination,
}

/// <summary>A line of a file, as it is written.</summary>
/// <param name="Number">Where it is in the file, from 1 on.</param>
/// <param name="Cells">By the numbers of the columns; empty where the file does not have one.</param>
public readonly record struct CardLine<TColumn>(int Number, IReadOnlyList<string> Cells)
    where TColumn : struct, Enum
{
    /// <summary>Read for each cell of each line: without a box.</summary>
    public string this[TColumn column] => Cells[System.Runtime.CompilerServices.Unsafe.BitCast<TColumn, int>(column)];
}

/// <summary>What is wrong with a line of a file.</summary>
/// <param name="Advice">What would be right.</param>
public sealed record CardProblem(int Line, string Column, string Value, string Advice)
{
    private const int LongestValue = 60;

    public override string ToString() =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"line {Line}, {Column} '{Shown}': {Advice}");

    /// <summary>For a terminal, which must not be told what to do by a file.</summary>
    private string Shown =>
        string.Concat(
            (Value.Length > LongestValue ? Value[..LongestValue] + "…" : Value).Select(each => char.IsControl(each) ? ' ' : each)
        );
}

/// <summary>A file that was not imported, with everything that is wrong with it. The message is for the operator.</summary>
public sealed class RateCardException : Exception
{
    /// <summary>So many are shown: the rest is counted.</summary>
    private const int MostShown = 200;

    public RateCardException(string message)
        : base(message) { }

    public RateCardException(IReadOnlyList<CardProblem> problems)
        : base(Text(problems)) => Problems = problems;

    public IReadOnlyList<CardProblem> Problems { get; } = [];

    private static string Text(IReadOnlyList<CardProblem> problems) =>
        string.Join(
            '\n',
            problems
                .Take(MostShown)
                .Select(problem => problem.ToString())
                .Concat(problems.Count > MostShown ? [$"And {problems.Count - MostShown} more."] : Array.Empty<string>())
                .Append("Nothing of the file was imported.")
        );
}

/// <summary>How the columns of files are called.</summary>
public static class CardColumns
{
    /// <summary>The columns of a kind of file, by their names.</summary>
    public static IReadOnlyDictionary<string, TColumn> Names<TColumn>()
        where TColumn : struct, Enum => Enum.GetValues<TColumn>().ToDictionary(NameOf, StringComparer.OrdinalIgnoreCase);

    public static string NameOf<TColumn>(TColumn column)
        where TColumn : struct, Enum
    {
        var name = column.ToString();
        return char.ToLowerInvariant(name[0]) + name[1..];
    }
}
