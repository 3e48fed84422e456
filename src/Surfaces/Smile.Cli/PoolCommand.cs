using System.CommandLine;
using System.Globalization;
using System.Numerics;
using System.Text;
using Smile.Catalogue;
using Smile.NumberPools;

namespace Smile.Cli;

/// <summary><c>smile pool</c>: the numbers of pools, and how full they are.</summary>
internal static class PoolCommand
{
    /// <summary>A file that is larger has something else in it.</summary>
    private const int MostRanges = 100_000;

    public static Command Create()
    {
        var shown = new Argument<string?>("name") { Description = "Name or id of the only pool to show", Arity = ArgumentArity.ZeroOrOne };
        var name = new Argument<string>("name") { Description = "Name or id of the pool, as the catalogue has it" };
        var ranges = new Argument<string[]>("ranges")
        {
            Description = "Ranges such as 0399970000-0399999999; a single number stands for itself",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var range = new Argument<string>("range") { Description = "A range such as 0399970000-0399979999, or a single number" };
        var file = new Option<string?>("--file")
        {
            Description = "A file with a range on each line; empty lines and those with # are passed over",
        };
        var dryRun = new Option<bool>("--dry-run") { Description = "Only says whether it can be done" };
        return new Command("pool", "Number pools")
        {
            CommandSupport.OnSession(
                "show",
                "Shows how full the pools are",
                [shown],
                async (parsed, scope, cancellation) =>
                {
                    var counts = await TryAsync(() => scope.Use<PoolAdministration>().CountAsync(parsed.GetValue(shown), cancellation));
                    Terminal.Standard.WriteTable(
                        ["pool", "id", ">numbers", ">free", ">temporary", ">pre-allocated", ">allocated", ">quarantined", ">% used"],
                        counts.Select(row => Cells(row.Pool, row.Count))
                    );
                    return counts.Count == 0 ? "The catalogue has no number pools." : null;
                }
            ),
            CommandSupport.OnSession(
                "import",
                "Gives a pool numbers: all of the ranges or, where one is wrong, none",
                [name, ranges, file],
                async (parsed, scope, cancellation) =>
                {
                    var given = await RangesAsync(parsed.GetValue(ranges) ?? [], parsed.GetValue(file), cancellation);
                    var pool = parsed.GetValue(name)!;
                    var count = await TryAsync(() => scope.Use<PoolAdministration>().ImportAsync(pool, given, cancellation));
                    return string.Create(CultureInfo.InvariantCulture, $"{count} numbers are new in the pool '{pool}'.");
                }
            ),
            CommandSupport.OnSession(
                "withdraw",
                "Takes numbers out of a pool: all of the ranges or, where some of it is in use, none",
                [name, ranges, file, dryRun],
                async (parsed, scope, cancellation) =>
                {
                    var given = await RangesAsync(parsed.GetValue(ranges) ?? [], parsed.GetValue(file), cancellation);
                    var pool = parsed.GetValue(name)!;
                    var isTried = parsed.GetValue(dryRun);
                    var count = await TryAsync(() => scope.Use<PoolAdministration>().WithdrawAsync(pool, given, isTried, cancellation));
                    return string.Create(
                        CultureInfo.InvariantCulture,
                        $"{count} numbers {(isTried ? "would be" : "are")} taken out of the pool '{pool}'."
                    );
                }
            ),
            CommandSupport.OnSession(
                "release",
                "Ends quarantine before its time, of what lies within a range",
                [name, range],
                async (parsed, scope, cancellation) =>
                {
                    var given = Split("range", parsed.GetValue(range)!);
                    var pool = parsed.GetValue(name)!;
                    var count = await TryAsync(() => scope.Use<PoolAdministration>().ReleaseAsync(pool, given, cancellation));
                    return string.Create(CultureInfo.InvariantCulture, $"{count} numbers of the pool '{pool}' are free that were not.");
                }
            ),
        };
    }

    internal static async Task<IReadOnlyList<NamedRange>> RangesAsync(
        IReadOnlyList<string> given,
        string? file,
        CancellationToken cancellation
    )
    {
        List<NamedRange> ranges = [.. given.Select((text, index) => Split($"range {index + 1}", text))];
        if (file is not null)
        {
            await using var input = PaymentBatchCommand.Open(file);
            using var reader = new StreamReader(input, Encoding.UTF8);
            for (var line = 1; await reader.ReadLineAsync(cancellation) is { } text; line++)
            {
                if (text.Trim() is { Length: > 0 } range && range[0] != '#')
                {
                    ranges.Add(Split($"{file}, line {line}", range));
                }

                if (ranges.Count > MostRanges)
                {
                    throw new CommandException($"{file} has more than {MostRanges} ranges. Import it in parts.");
                }
            }
        }

        return ranges.Count > 0 ? ranges : throw new CommandException("Give ranges such as 0399970000-0399999999, or --file.");
    }

    /// <summary>
    /// Texts may have hyphens themselves: the one in the middle parts them, since both ends are of the same form. Else the text is one
    /// number.
    /// </summary>
    private static NamedRange Split(string where, string text)
    {
        var hyphens = Enumerable.Range(0, text.Length).Where(index => text[index] == '-').ToList();
        if (hyphens.Count % 2 == 0)
        {
            return new NamedRange(where, text, text);
        }

        var middle = hyphens[hyphens.Count / 2];
        return new NamedRange(where, text[..middle].Trim(), text[(middle + 1)..].Trim());
    }

    private static async Task<T> TryAsync<T>(Func<Task<T>> act)
    {
        try
        {
            return await act();
        }
        catch (PoolException exception)
        {
            throw new CommandException(exception.Message);
        }
    }

    private static string[] Cells(NumberPool pool, PoolCount count) =>
        [
            pool.Name,
            pool.Id.ToString(),
            Figure(count.Numbers),
            Figure(count.Free),
            Figure(count.Temporary),
            Figure(count.PreAllocated),
            Figure(count.Allocated),
            Figure(count.Quarantined),
            Figure(count.PercentUsed),
        ];

    private static string Figure(BigInteger value) => value.ToString(CultureInfo.InvariantCulture);
}
