using System.Globalization;
using NCalc;
using NCalc.Handlers;

namespace Smile.Catalogue;

/// <summary>
/// An expression over the columns of a usage file, such as <c>if([answer] == '', '0', [billsec])</c>. Columns are texts; <c>number()</c>
/// makes numbers of them. Not safe for several threads.
/// </summary>
public sealed class UsageExpression
{
    /// <summary>Longer ones are refused.</summary>
    public const int Longest = 1_000;

    private const int LongestSlice = 10_000;

    private static readonly ExpressionConfiguration Configuration = ExpressionConfiguration.FromOptions(
        ExpressionOptions.DecimalAsDefault
            | ExpressionOptions.OrdinalStringComparer
            | ExpressionOptions.NoStringTypeCoercion
            | ExpressionOptions.NoCache
    );

    private static readonly Dictionary<string, (int Least, int Most, Func<FunctionData, object?> Of)> Functions = new(
        StringComparer.Ordinal
    )
    {
        ["number"] = (1, 1, data => Number(Text(data, 0))),
        ["trim"] = (1, 1, data => Text(data, 0).Trim()),
        ["upper"] = (1, 1, data => Text(data, 0).ToUpperInvariant()),
        ["length"] = (1, 1, data => (decimal)Text(data, 0).Length),
        ["startsWith"] = (2, 2, data => Text(data, 0).StartsWith(Text(data, 1), StringComparison.Ordinal)),
        ["contains"] = (2, 2, data => Text(data, 0).Contains(Text(data, 1), StringComparison.Ordinal)),
        ["slice"] = (3, 3, data => Slice(Text(data, 0), Whole(data, 1), Whole(data, 2))),
        ["part"] = (3, 3, data => Text(data, 0).Split(Text(data, 1)).ElementAtOrDefault(Whole(data, 2) - 1) ?? ""),
        ["replace"] = (
            3,
            3,
            data =>
                Text(data, 1).Length == 0 ? Text(data, 0) : Text(data, 0).Replace(Text(data, 1), Text(data, 2), StringComparison.Ordinal)
        ),
        ["choose"] = (2, 40, Choose),
        ["clock"] = (1, 1, data => Clock(Text(data, 0))),
        ["first"] = (
            1,
            20,
            data => Enumerable.Range(0, data.Count).Select(index => Text(data, index)).FirstOrDefault(text => text.Length > 0) ?? ""
        ),
    };

    private static readonly string[] BuiltIn = ["if", "in", "Abs", "Ceiling", "Floor", "Round", "Truncate", "Min", "Max"];

    private readonly Expression _expression;
    private readonly string? _column;

    /// <summary>What its columns had the last time, and what came of it: lines are mostly alike in what expressions look at.</summary>
    private readonly string?[] _seen;
    private string? _known;

    private UsageExpression(string text, Expression expression, string? column)
    {
        Source = text;
        _expression = expression;
        _column = column;
        Columns = column is null ? [.. expression.GetParameterNames().Distinct()] : [column];
        _seen = new string?[Columns.Count];
        foreach (var (name, function) in Functions)
        {
            _expression.Functions[name] = data => function.Of(data);
        }
    }

    public string Source { get; }

    /// <summary>The columns that it reads.</summary>
    public IReadOnlyList<string> Columns { get; }

    /// <exception cref="FormatException">It is no expression; the message says why.</exception>
    public static UsageExpression Of(string text)
    {
        var expression = New(text.Length <= Longest ? text : throw new FormatException($"An expression has at most {Longest} characters."));
        if (expression.HasErrors())
        {
            throw new FormatException($"'{text}' is no expression: {expression.Error?.Message}");
        }

        foreach (var name in expression.GetFunctionNames().Where(name => !Functions.ContainsKey(name) && !BuiltIn.Contains(name)))
        {
            throw new FormatException(
                $"'{text}' uses {name}(), which there is not. There are: {string.Join(", ", Functions.Keys.Concat(BuiltIn))}."
            );
        }

        // Most values are columns as they are: those need no evaluation.
        var isColumn = text.Length > 2 && text[0] == '[' && text.IndexOf(']', StringComparison.Ordinal) == text.Length - 1;
        return new UsageExpression(text, expression, isColumn ? text[1..^1] : null);
    }

    /// <summary>The value as a text; numbers are written without more digits than they have.</summary>
    /// <param name="column">Reads a column; empty where the record has none of that name.</param>
    /// <exception cref="FormatException">A column has something else than the expression takes.</exception>
    public string TextOf(Func<string, string> column)
    {
        if (_column is not null)
        {
            return column(_column);
        }

        var isSame = _known is not null;
        for (var index = 0; index < _seen.Length; index++)
        {
            var value = column(Columns[index]);
            isSame &= value == _seen[index];
            _seen[index] = value;
        }

        if (!isSame)
        {
            // Null until it is known: it may fail.
            _known = null;
            _known = Text(Evaluate());
        }

        return _known!;
    }

    private static string Text(object? value) =>
        value switch
        {
            string text => text,
            decimal number => number.ToString("0.############################", CultureInfo.InvariantCulture),
            bool flag => flag ? "true" : "false",
            null => "",
            var other => Convert.ToString(other, CultureInfo.InvariantCulture) ?? "",
        };

    /// <summary>Whether it holds.</summary>
    /// <inheritdoc cref="TextOf" path="/exception"/>
    public bool Holds(Func<string, string> column) => TextOf(column) is "true" or "1";

    /// <summary>A number of a text; 0 of an empty one.</summary>
    /// <exception cref="FormatException">It is no number.</exception>
    public static decimal Number(string text) =>
        text.Length == 0 ? 0m
        : decimal.TryParse(
            text,
            NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint,
            CultureInfo.InvariantCulture,
            out var number
        )
            ? number
        : throw new FormatException($"'{text}' is not a number such as 12 or 0.5");

    private static Expression New(string text) =>
        new(text, Configuration, new ExpressionContext(null, null, null, null, null), CultureInfo.InvariantCulture, null!);

    private object? Evaluate()
    {
        for (var index = 0; index < _seen.Length; index++)
        {
            _expression.Parameters[Columns[index]] = _seen[index];
        }

        try
        {
            return _expression.Evaluate(CancellationToken.None);
        }
        catch (Exception exception) when (exception is not (OutOfMemoryException or FormatException))
        {
            // Whatever the library objects to, it objects to what the record has.
            throw new FormatException($"{Source}: {exception.Message}", exception);
        }
    }

    private static string Text(FunctionData data, int index) =>
        index >= data.Count
            ? throw new FormatException("A function lacks an argument.")
            : data.Evaluate(index) switch
            {
                string text => text,
                decimal number => number.ToString("0.############################", CultureInfo.InvariantCulture),
                var other => Convert.ToString(other, CultureInfo.InvariantCulture) ?? "",
            };

    private static int Whole(FunctionData data, int index) =>
        Number(Text(data, index)) is >= 0m and <= LongestSlice and var number && number == decimal.Truncate(number)
            ? (int)number
            : throw new FormatException($"A place or length is a whole number up to {LongestSlice}.");

    /// <summary>Part of a text, from a place on that is counted from 1.</summary>
    private static string Slice(string text, int from, int length)
    {
        var start = Math.Max(0, from - 1);
        return start >= text.Length ? "" : text.Substring(start, Math.Min(length, text.Length - start));
    }

    /// <summary>choose(value, 'a', resultOfA, 'b', resultOfB, otherwise).</summary>
    private static object? Choose(FunctionData data)
    {
        var value = Text(data, 0);
        var index = 1;
        for (; index + 1 < data.Count; index += 2)
        {
            if (Text(data, index) == value)
            {
                return data.Evaluate(index + 1);
            }
        }

        return index < data.Count ? data.Evaluate(index) : "";
    }

    /// <summary>Seconds of a length such as 1:02:03, 02:03 or 75.</summary>
    private static object Clock(string text) =>
        text.Split(':') is { Length: <= 3 } parts
            ? parts.Aggregate(0m, (sum, part) => (sum * 60m) + Number(part))
            : throw new FormatException($"'{text}' is not a length such as 1:02:03");
}
