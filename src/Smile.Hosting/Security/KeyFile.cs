namespace Smile.Hosting.Security;

/// <summary>What a key file says.</summary>
/// <param name="Keys">Number and key.</param>
/// <param name="Use">Number of the key that encrypts, from its line <c>use=N</c>; null where it has none.</param>
public sealed record KeyFileContent(IReadOnlyDictionary<int, string> Keys, int? Use);

/// <summary>A file of keys: a line <c>N=KEY</c> for each and, where it is to say which one encrypts, <c>use=N</c>.</summary>
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
        int? use = null;
        foreach (var line in File.ReadAllLines(path).Where(line => line.Contains('=', StringComparison.Ordinal)))
        {
            var at = line.IndexOf('=', StringComparison.Ordinal);
            var (name, value) = (line[..at].Trim(), line[(at + 1)..].Trim());
            if (int.TryParse(name, out var number))
            {
                keys[number] = value;
            }
            else if (name == UseMark && int.TryParse(value, out var told))
            {
                use = told;
            }
        }

        return new KeyFileContent(keys, use);
    }
}
