using Smile.Testing;

namespace Smile.Rendering.Tests;

/// <summary>As <see cref="PdfFactAttribute"/>, for a table of cases.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PdfTheoryAttribute : TheoryAttribute
{
    public PdfTheoryAttribute()
    {
        if (!PdfText.IsInstalled)
        {
            Skip = "Needs the package poppler-utils.";
        }
    }
}
