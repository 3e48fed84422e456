namespace Smile.Testing;

/// <summary>The checkout that the tests run in, for those that read its files.</summary>
public static class Repository
{
    /// <summary>The folder with the solution.</summary>
    public static string Folder()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Smile.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("This does not run within the repository.");
        }

        return folder.FullName;
    }
}
