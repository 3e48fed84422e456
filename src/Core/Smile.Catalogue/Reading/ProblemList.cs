namespace Smile.Catalogue.Reading;

/// <summary>Collects the problems of one read.</summary>
internal sealed class ProblemList
{
    private readonly List<CatalogueProblem> _problems = [];

    /// <summary>Gathers the keys that are asked for; null where nobody wants to know.</summary>
    public CatalogueKeys? Keys { get; init; }

    public IReadOnlyList<CatalogueProblem> Problems => _problems;

    /// <summary>
    /// Whether a file could not be read at all. What is referred to may be in it, so nothing is then said to be missing: a hundred
    /// such messages would hide the one that matters.
    /// </summary>
    public bool IsPartial { get; set; }

    public void Add(string file, int line, int column, string path, string message) =>
        _problems.Add(new CatalogueProblem(file, line, column, path, message));

    public void Add(string file, YamlTree at, string path, string message) => Add(file, at.Line, at.Column, path, message);
}

/// <summary>Finds the known word that a mistyped one was meant to be.</summary>
internal static class Nearest
{
    /// <returns>A sentence to put behind a message; empty where no word is near.</returns>
    public static string Hint(string word, IEnumerable<string> known)
    {
        var (distance, nearest) = known
            .Select(candidate => (Distance: Distance(word, candidate), candidate))
            .OrderBy(pair => pair.Distance)
            .FirstOrDefault((int.MaxValue, ""));
        return distance < word.Length && distance <= Math.Max(1, word.Length / 3) ? $" Did you mean '{nearest}'?" : "";
    }

    /// <summary>How many letters must be put in, taken out or replaced; the case of letters does not count.</summary>
    private static int Distance(string left, string right)
    {
        var previous = Enumerable.Range(0, right.Length + 1).ToArray();
        for (var row = 1; row <= left.Length; row++)
        {
            var current = new int[right.Length + 1];
            current[0] = row;
            for (var column = 1; column <= right.Length; column++)
            {
                var replaced =
                    previous[column - 1] + (char.ToUpperInvariant(left[row - 1]) == char.ToUpperInvariant(right[column - 1]) ? 0 : 1);
                current[column] = Math.Min(replaced, 1 + Math.Min(previous[column], current[column - 1]));
            }

            previous = current;
        }

        return previous[right.Length];
    }
}
