using System.Text;

namespace Smile.Usage.Files;

/// <summary>Lines of a text, none of which can take all memory.</summary>
internal static class BoundedLines
{
    /// <summary>The next line; null behind the last.</summary>
    /// <returns>The line, or its beginning where it is longer than <paramref name="longest"/>.</returns>
    public static (string Text, bool IsCut)? Read(TextReader reader, int longest)
    {
        var line = new StringBuilder();
        var isCut = false;
        for (var next = reader.Read(); ; next = reader.Read())
        {
            switch (next)
            {
                case -1 when line.Length == 0:
                    return null;
                case -1 or '\n':
                    return (line.ToString().TrimEnd('\r'), isCut);
                default:
                    isCut |= line.Length >= longest;
                    if (!isCut)
                    {
                        line.Append((char)next);
                    }

                    break;
            }
        }
    }
}
