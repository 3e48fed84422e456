using Smile.Contracts.Generator;

namespace Smile.Contracts.Tests;

/// <summary>The generated code is checked in: it must be what the generator makes of the contract today.</summary>
public sealed class GeneratedCodeTests
{
    [Fact]
    public void The_checked_in_code_is_what_the_contract_generates()
    {
        var generated = ContractGenerator.Generate(ContractFiles.WsdlFolder);
        var checkedIn = Directory.GetFiles(ContractFiles.GeneratedFolder).Select(path => Path.GetFileName(path));

        Assert.Equal(generated.Keys, checkedIn.Order(StringComparer.Ordinal));
        var stale = generated
            .Where(file => File.ReadAllText(Path.Combine(ContractFiles.GeneratedFolder, file.Key)) != file.Value)
            .Select(file => file.Key);
        var problem = string.Join(", ", stale);
        Assert.True(problem.Length == 0, $"Not current: {problem}. Run ./smile generate and commit what it writes.");
    }
}
