using System.Xml.Linq;

namespace Smile.Contracts.Tests;

/// <summary>The operations of the contract against those of the guide.</summary>
public sealed class OperationTests
{
    private static readonly string[] CommonFaults = ["AuthenticationException", "AccessException"];

    private static readonly Dictionary<string, int> OperationsByEndpoint = new()
    {
        ["account"] = 36,
        ["account/invoicegrouping"] = 5,
        ["accountsreceivable"] = 2,
        ["authentication"] = 1,
        ["cat"] = 1,
        ["config/customfields"] = 6,
        ["contract"] = 10,
        ["crm"] = 9,
        ["order"] = 16,
        ["payment"] = 15,
        ["pool"] = 5,
        ["prepaid"] = 9,
        ["provisioning"] = 3,
        ["recurringcharge"] = 4,
        ["service"] = 6,
        ["spendmanagement"] = 9,
        ["subscription"] = 33,
        ["subscription/plan"] = 7,
        ["subscription/planchange"] = 4,
        ["subservice"] = 7,
    };

    [Fact]
    public void There_are_the_guides_186_operations_and_two_of_ours_on_20_endpoints()
    {
        var served = SmileEndpoints.All.ToDictionary(endpoint => endpoint.Path, endpoint => endpoint.Operations.Count);

        Assert.Equal(OperationsByEndpoint.OrderBy(pair => pair.Key), served.OrderBy(pair => pair.Key));
        Assert.Equal(20, served.Count);
        Assert.Equal(186 + 2, served.Values.Sum());
    }

    /// <summary>
    /// <c>operations.txt</c> was written from the guide: parameters in order (a document by its element's name) and faults, the two common
    /// ones left out. Whoever changes the contract on purpose changes the line with it.
    /// </summary>
    [Fact]
    public void Every_operation_has_the_parameters_and_faults_that_the_guide_gives_it()
    {
        var expected = File.ReadAllLines(Path.Combine(ContractFiles.TestFolder, "operations.txt")).Where(line => !line.StartsWith('#'));

        var declared = ContractFiles.WsdlFiles.SelectMany(DeclaredOperations).Order(StringComparer.Ordinal);

        Assert.Equal(expected, declared);
    }

    [Fact]
    public void The_served_operations_are_those_declared_with_the_same_faults()
    {
        var declared = ContractFiles
            .WsdlFiles.SelectMany(DeclaredOperations)
            .Select(line =>
                line[..line.IndexOf('(', StringComparison.Ordinal)] + line[(line.IndexOf(')', StringComparison.Ordinal) + 1)..]
            );
        var served = SmileEndpoints.All.SelectMany(endpoint =>
            endpoint.Operations.Select(operation => $"{endpoint.Path}/{operation.Name}{FaultList(operation.Faults)}")
        );

        Assert.Equal(declared.Order(StringComparer.Ordinal), served.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_two_common_faults_are_declared_on_each_operation()
    {
        var lacking =
            from path in ContractFiles.WsdlFiles
            let document = XDocument.Load(path)
            from container in (string[])["portType", "binding"]
            from operation in document.Root!.Elements(ContractFiles.Wsdl + container).Single().Elements(ContractFiles.Wsdl + "operation")
            where
                CommonFaults.Except(operation.Elements(ContractFiles.Wsdl + "fault").Select(fault => fault.Attribute("name")!.Value)).Any()
            select $"{Path.GetFileName(path)} {container} {operation.Attribute("name")!.Value}";

        Assert.Empty(lacking);
    }

    [Fact]
    public void The_service_interface_has_a_method_for_each_operation() =>
        Assert.All(
            SmileEndpoints.All,
            endpoint =>
                Assert.Equal(
                    endpoint.Operations.Select(operation => operation.Name).Order(StringComparer.OrdinalIgnoreCase),
                    endpoint
                        .Contract.GetMethods()
                        .Select(method => char.ToLowerInvariant(method.Name[0]) + method.Name[1..])
                        .Order(StringComparer.OrdinalIgnoreCase)
                )
        );

    private static IEnumerable<string> DeclaredOperations(string path)
    {
        var document = XDocument.Load(path);
        var wrappers = document
            .Descendants(ContractFiles.Xs + "schema")
            .Single()
            .Elements(ContractFiles.Xs + "element")
            .ToDictionary(element => element.Attribute("name")!.Value);
        return document
            .Root!.Element(ContractFiles.Wsdl + "portType")!
            .Elements(ContractFiles.Wsdl + "operation")
            .Select(operation =>
            {
                var name = operation.Attribute("name")!.Value;
                var parameters = wrappers[name]
                    .Descendants(ContractFiles.Xs + "element")
                    .Select(parameter => parameter.Attribute("name")?.Value ?? parameter.Attribute("ref")!.Value.Split(':')[1]);
                var faults = operation
                    .Elements(ContractFiles.Wsdl + "fault")
                    .Select(fault => fault.Attribute("name")!.Value)
                    .Except(CommonFaults);
                return $"{WsdlTests.EndpointPath(document)}/{name}({string.Join(", ", parameters)}){FaultList(faults)}";
            });
    }

    private static string FaultList(IEnumerable<string> faults) => string.Join(", ", faults) is { Length: > 0 } list ? ": " + list : "";
}
