using Smile.Domain.Documents;

namespace Smile.Documents.Tests;

/// <summary>Writes files to look at.</summary>
public sealed class SampleTests
{
    [Fact]
    public void Write()
    {
        var folder = Directory.CreateDirectory("/tmp/probe-doc/out").FullName;
        var renderer = new DocumentRenderer();
        foreach (var (name, document) in new[] { ("guide", Examples.GuideInvoice()), ("long", Examples.LongInvoice(Examples.Aud)), ("jpy", Examples.LongInvoice(Examples.Jpy, 2)), ("kwd", Examples.LongInvoice(Examples.Kwd, 2)), ("receipt", Examples.Receipt()), ("statement", Examples.Statement()) })
        {
            foreach (var format in Enum.GetValues<DocumentFileFormat>())
            {
                using var file = File.Create(Path.Combine(folder, $"{name}.{format}".ToLowerInvariant()));
                renderer.Render(document, Examples.StationeryFor(document.Kind), format, file);
            }
        }
    }
}
