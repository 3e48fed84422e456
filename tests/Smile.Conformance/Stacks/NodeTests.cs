using Smile.Conformance.Running;

namespace Smile.Conformance.Stacks;

/// <summary>Node.js with node-soap.</summary>
public sealed class NodeTests(StackServer server) : IClassFixture<StackServer>
{
    private static readonly Dictionary<string, string> Environment = new()
    {
        ["NODE_PATH"] = Path.Combine(NodeSoap.Folder, "node_modules"),
    };

    [ClientFact(ForeignClient.Node)]
    public async Task Every_contract_is_read() =>
        Expected.AllContracts(
            await ClientProgram.RunAsync(
                Environment,
                "node",
                [ClientProgram.File("node/contracts.js"), server.Endpoints, .. Expected.Endpoints]
            )
        );

    [ClientFact(ForeignClient.Node)]
    public async Task Orders_faults_and_accounts_are_understood() =>
        Expected.AllCalls(
            await ClientProgram.RunAsync(Environment, "node", [ClientProgram.File("node/calls.js"), .. server.CallArguments])
        );
}
