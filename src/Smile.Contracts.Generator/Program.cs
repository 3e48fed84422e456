using Smile.Contracts.Generator;

switch (args)
{
    case ["contract", var wsdlFolder, var outputFolder]:
        var files = ContractGenerator.Generate(wsdlFolder);
        Directory.CreateDirectory(outputFolder);
        foreach (var stale in Directory.GetFiles(outputFolder, "*.cs").Where(path => !files.ContainsKey(Path.GetFileName(path))))
        {
            File.Delete(stale);
        }

        foreach (var (name, text) in files)
        {
            File.WriteAllText(Path.Combine(outputFolder, name), text);
        }

        Console.WriteLine($"{files.Count} files written to {outputFolder}");
        return 0;

    case ["projects", var sourceFolder, var page]:
        File.WriteAllText(page, ProjectPicture.Put(File.ReadAllText(page), sourceFolder));
        return 0;

    default:
        Console.Error.WriteLine("usage: generator contract WSDL-FOLDER OUTPUT-FOLDER | generator projects SOURCE-FOLDER PAGE");
        return 2;
}
