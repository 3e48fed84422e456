using Smile.Testing;

namespace Smile.Rendering.Tests;

/// <summary>A test that needs Poppler's tools; skipped without them.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PdfFactAttribute : FactAttribute
{
    public PdfFactAttribute()
    {
        if (!PdfText.IsInstalled)
        {
            Skip = "Needs the package poppler-utils.";
        }
    }
}
