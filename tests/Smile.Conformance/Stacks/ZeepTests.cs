using Smile.Conformance.Running;

namespace Smile.Conformance.Stacks;

/// <summary>Python.</summary>
public sealed class ZeepTests(StackServer server) : IClassFixture<StackServer>
{
    [ClientFact(ForeignClient.Zeep)]
    public async Task Every_contract_is_read() =>
        Expected.AllContracts(
            await ClientProgram.RunAsync(
                "/usr/bin/python3",
                [ClientProgram.File("zeep/contracts.py"), server.Endpoints, .. Expected.Endpoints]
            )
        );

    [ClientFact(ForeignClient.Zeep)]
    public async Task Orders_faults_and_accounts_are_understood() =>
        Expected.AllCalls(await ClientProgram.RunAsync("/usr/bin/python3", [ClientProgram.File("zeep/calls.py"), .. server.CallArguments]));
}
