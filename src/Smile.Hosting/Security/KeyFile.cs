using System.Globalization;

namespace Smile.Hosting.Security;

/// <summary>What a key file says.</summary>
/// <param name="Keys">Number and key.</param>
/// <param name="Use">Number of the key that encrypts, from its line <c>use=N</c>; null where it has none.</param>
/// <param name="Problems">What makes no sense, with the number of its line and no key; a file with any is not used.</param>
public sealed record KeyFileContent(IReadOnlyDictionary<int, string> Keys, int? Use, IReadOnlyList<string> Problems);

/// <summary>
/// A file of keys: a line <c>N=KEY</c> for each and, where it is to say which one encrypts, <c>use=N</c>. Empty lines and those that begin
/// with # are nothing.
/// </summary>
public static class KeyFile
{
    private const string UseMark = "use";

    /// <returns>Null where there is no file.</returns>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static KeyFileContent? Read(string? path)
    {
        if (string.IsNullOrEmpty(path) || !File.Exists(path))
        {
            return null;
        }

        var keys = new Dictionary<int, string>();
        var problems = new List<string>();
        int? use = null;
        foreach (var (at, line) in File.ReadAllLines(path).Select(line => line.Trim()).Index())
        {
            if (line.Length == 0 || line[0] == '#')
            {
                continue;
            }

            var (name, value) = line.Split('=', 2) is [var left, var right] ? (left.TrimEnd(), right.TrimStart()) : (line, "");
            if (int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && value.Length > 0)
            {
                // Two keys of one number: what one encrypts, the other cannot decrypt.
                if (!keys.TryAdd(number, value) && keys[number] != value)
                {
                    Add(at, $"has another key {number}. Give the new key a number of its own.");
                }
            }
            else if (name == UseMark && int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var told))
            {
                use = told;
            }
            else
            {
                Add(at, $"is neither N=KEY nor {UseMark}=N.");
            }
        }

        return new KeyFileContent(keys, use, problems);

        void Add(int at, string problem) =>
            problems.Add(string.Create(CultureInfo.InvariantCulture, $"Line {at + 1} of the key file {path} {problem}"));
    }
}
