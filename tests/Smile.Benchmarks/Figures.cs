using System.Globalization;

namespace Smile.Benchmarks;

/// <summary>Collects figures over the rounds and prints their medians beside what is asked of them.</summary>
internal sealed class Figures
{
    private readonly List<(string Name, string Target)> _order = [];
    private readonly Dictionary<string, List<double>> _values = [];

    public void Add(string name, double value, string target)
    {
        if (!_values.TryGetValue(name, out var values))
        {
            _values[name] = values = [];
            _order.Add((name, target));
        }

        values.Add(value);
    }

    public void Print()
    {
        Console.WriteLine($"{"figure", -44} {"median", 10} {"min", 10} {"max", 10}   target");
        foreach (var (name, target) in _order)
        {
            var values = _values[name].Order().ToList();
            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{name, -44} {values[values.Count / 2], 10:0.###} {values[0], 10:0.###} {values[^1], 10:0.###}   {target}"
                )
            );
        }
    }
}
