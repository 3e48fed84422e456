using Smile.Contracts.Generator;

if (args is not [var wsdlFolder, var outputFolder])
{
    Console.Error.WriteLine("usage: generator WSDL-FOLDER OUTPUT-FOLDER");
    return 2;
}

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
