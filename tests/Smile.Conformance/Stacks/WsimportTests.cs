using Smile.Conformance.Running;

namespace Smile.Conformance.Stacks;

/// <summary>Java with the classes that JAX-WS's wsimport generates.</summary>
public sealed class WsimportTests(StackServer server) : IClassFixture<StackServer>
{
    private const string Libraries = "/usr/share/jaxws/lib/*";

    private static readonly string[] JavaOptions = ["-XX:TieredStopAtLevel=1", "-cp"];

    [ClientFact(ForeignClient.Wsimport)]
    public async Task Every_contract_is_read() => Expected.AllContracts(await GenerateAsync("all", Expected.Endpoints));

    [ClientFact(ForeignClient.Wsimport)]
    public async Task Orders_faults_and_accounts_are_understood()
    {
        var classes = Path.Combine(server.WorkFolder, "classes");
        await GenerateAsync("called", "order", "account");
        await ClientProgram.RunAsync(
            "/bin/sh",
            ClientProgram.File("wsimport/build.sh"),
            Libraries,
            Path.Combine(server.WorkFolder, "called"),
            classes,
            ClientProgram.File("wsimport/Calls.java"),
            "order",
            "account"
        );
        Expected.AllCalls(
            await ClientProgram.RunAsync("java", [.. JavaOptions, $"{Libraries}:{classes}", "Calls", .. server.CallArguments])
        );
    }

    private Task<IReadOnlyList<System.Text.Json.JsonElement>> GenerateAsync(string folder, params string[] endpoints) =>
        ClientProgram.RunAsync(
            "java",
            [
                .. JavaOptions,
                "/usr/share/jaxws/lib/jaxws-tools.jar",
                ClientProgram.File("wsimport/Contracts.java"),
                server.Endpoints,
                Path.Combine(server.WorkFolder, folder),
                .. endpoints,
            ]
        );
}
