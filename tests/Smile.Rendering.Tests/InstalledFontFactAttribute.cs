using Smile.Testing;

namespace Smile.Rendering.Tests;

/// <summary>
/// A test that needs a font of a Debian package. On a developer's machine without it the test is skipped and says so; where
/// tests run for everybody (the variable CI is set) it runs, and fails without the font.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class InstalledFontFactAttribute : FactAttribute
{
    public InstalledFontFactAttribute(string package, string path)
    {
        if (Environment.GetEnvironmentVariable("CI") != "true" && !(File.Exists(path) && PdfText.IsInstalled))
        {
            Skip = $"Needs the packages {package} and poppler-utils.";
        }
    }
}
