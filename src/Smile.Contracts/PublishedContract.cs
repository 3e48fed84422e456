using System.Reflection;
using Smile.Soap;

namespace Smile.Contracts;

/// <summary>The contract's files, carried in this assembly.</summary>
public static class PublishedContract
{
    public const string MasterSchema = "smile.xsd";

    /// <summary>File name and text of every WSDL and schema file.</summary>
    public static IReadOnlyDictionary<string, string> ReadFiles()
    {
        var assembly = Assembly.GetExecutingAssembly();
        return assembly
            .GetManifestResourceNames()
            .Where(name => name.EndsWith(".wsdl", StringComparison.Ordinal) || name.EndsWith(".xsd", StringComparison.Ordinal))
            .ToDictionary(name => name, Read);

        string Read(string name)
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            return reader.ReadToEnd();
        }
    }

    public static ContractPublisher CreatePublisher() => new(ReadFiles(), MasterSchema);
}
