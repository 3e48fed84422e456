using System.Security.Cryptography;
using System.Text;
using Smile.Conformance.Running;
using Smile.Contracts;
using Smile.Testing;

namespace Smile.Conformance.Stacks;

/// <summary>C++ with the code that gSOAP generates. What the compiler made is kept until the contract or the program changes.</summary>
public sealed class GsoapTests(StackServer server) : IClassFixture<StackServer>
{
    private static readonly string Program = ClientProgram.File("gsoap/calls.cpp");

    /// <summary>
    /// gSOAP merges the contracts that it is given together, which fits these two: echo, their one operation of the same name, is the same.
    /// </summary>
    private static readonly string[] Called = ["order", "account"];

    [ClientFact(ForeignClient.Gsoap)]
    public async Task Every_contract_is_read()
    {
        Expected.AllContracts(
            await ClientProgram.RunAsync(
                "/bin/sh",
                [ClientProgram.File("gsoap/contracts.sh"), server.Endpoints, server.WorkFolder, .. Expected.Endpoints]
            )
        );
        if (Verification.IsFull)
        {
            await ClientProgram.RunAsync("/bin/sh", ClientProgram.File("gsoap/compile.sh"), server.WorkFolder);
        }
    }

    [ClientFact(ForeignClient.Gsoap)]
    public async Task Orders_faults_and_accounts_are_understood()
    {
        var build = Path.Combine(Path.GetTempPath(), $"smile-conformance-gsoap-{Environment.UserName}", BuildKey());
        await ClientProgram.RunAsync("/bin/sh", [ClientProgram.File("gsoap/build.sh"), server.Endpoints, build, Program, .. Called]);
        Expected.AllCalls(await ClientProgram.RunAsync(Path.Combine(build, "program"), server.CallArguments));
    }

    private static string BuildKey()
    {
        var sources = PublishedContract
            .ReadFiles()
            .OrderBy(file => file.Key, StringComparer.Ordinal)
            .Select(file => file.Value)
            .Append(File.ReadAllText(Program))
            .Append(File.ReadAllText(ClientProgram.File("gsoap/build.sh")))
            .Concat(Called);
        return Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(sources))))[..16];
    }
}
