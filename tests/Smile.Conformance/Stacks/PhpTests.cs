using Smile.Conformance.Running;

namespace Smile.Conformance.Stacks;

/// <summary>PHP's own SoapClient.</summary>
public sealed class PhpTests(StackServer server) : IClassFixture<StackServer>
{
    [ClientFact(ForeignClient.Php)]
    public async Task Every_contract_is_read() =>
        Expected.AllContracts(
            await ClientProgram.RunAsync("/usr/bin/php", [ClientProgram.File("php/contracts.php"), server.Endpoints, .. Expected.Endpoints])
        );

    [ClientFact(ForeignClient.Php)]
    public async Task Orders_faults_and_accounts_are_understood() =>
        Expected.AllCalls(await ClientProgram.RunAsync("/usr/bin/php", [ClientProgram.File("php/calls.php"), .. server.CallArguments]));
}
