using System.Globalization;

namespace Smile.Benchmarks;

/// <summary>What is asked of a figure.</summary>
internal sealed record Goal(string Text, Func<double, bool> Holds)
{
    public static Goal AtLeast(double limit) => new(Say("at least", limit), value => value >= limit);

    public static Goal AtMost(double limit) => new(Say("at most", limit), value => value <= limit);

    private static string Say(string how, double limit) => string.Create(CultureInfo.InvariantCulture, $"{how} {limit:0.###}");
}

/// <summary>Collects figures over the rounds, and prints their medians beside what is asked of them.</summary>
internal sealed class Figures
{
    private readonly List<(string Name, Goal? Goal)> _order = [];
    private readonly Dictionary<string, List<double>> _values = [];

    public void Add(string name, double value, Goal? goal = null)
    {
        if (!_values.TryGetValue(name, out var values))
        {
            _values[name] = values = [];
            _order.Add((name, goal));
        }

        values.Add(value);
    }

    /// <summary>All figures, and at the end which goals hold and which do not.</summary>
    public void Print()
    {
        Console.WriteLine($"{"figure", -58} {"median", 10} {"min", 10} {"max", 10}   goal");
        foreach (var (name, goal) in _order)
        {
            var values = _values[name].Order().ToList();
            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{name, -58} {Median(name), 10:0.###} {values[0], 10:0.###} {values[^1], 10:0.###}   {goal?.Text}"
                )
            );
        }

        var asked = (from each in _order where each.Goal is not null select (each.Name, Goal: each.Goal!)).ToList();
        var missed = asked.Where(each => !each.Goal.Holds(Median(each.Name))).ToList();
        Console.WriteLine($"\n{asked.Count - missed.Count} of {asked.Count} goals hold.");
        foreach (var (name, goal) in missed)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Not: {name}: {Median(name):0.###}, {goal.Text}"));
        }
    }

    private double Median(string name)
    {
        var values = _values[name].Order().ToList();
        return values[values.Count / 2];
    }
}
