using Smile.Contracts.Generator;

namespace Smile.Contracts.Tests;

/// <summary>The picture of the projects in docs/architecture.md.</summary>
public sealed class ProjectPictureTests
{
    [Fact]
    public void The_picture_is_what_the_project_files_say()
    {
        var page = Path.Combine(ContractFiles.Root, "docs", "architecture.md");
        var text = File.ReadAllText(page);
        Assert.True(
            text == ProjectPicture.Put(text, Path.Combine(ContractFiles.Root, "src")),
            "Not current: docs/architecture.md. Run ./smile generate and commit what it writes."
        );
    }

    [Fact]
    public void What_follows_from_other_references_is_left_out()
    {
        var picture = ProjectPicture.Draw(
            new Dictionary<string, IReadOnlyList<string>>
            {
                ["Core/A"] = [],
                ["Modules/B"] = ["Core/A"],
                ["Modules/C"] = ["Core/A", "Modules/B"],
            }
        );
        Assert.Equal(
            """
            ```mermaid
            graph TD
              subgraph Core
                A[A]
              end
              subgraph Modules
                B[B]
                C[C]
              end
              B --> A
              C --> B
            ```

            """,
            picture
        );
    }

    [Fact]
    public void A_circle_is_refused()
    {
        var circle = Assert.Throws<InvalidOperationException>(() =>
            ProjectPicture.Draw(new Dictionary<string, IReadOnlyList<string>> { ["A"] = ["B"], ["B"] = ["A"] })
        );
        Assert.Equal("A circle: A → B → A", circle.Message);
    }
}
