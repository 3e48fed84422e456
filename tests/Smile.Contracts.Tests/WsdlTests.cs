using System.Xml.Linq;

namespace Smile.Contracts.Tests;

/// <summary>The WSDL files against what tools that read them expect.</summary>
public sealed class WsdlTests
{
    private const string AddressStem = "http://localhost/smile/ws/v2/";

    public static TheoryData<string> Files => [.. ContractFiles.WsdlFiles.Select(path => Path.GetFileName(path))];

    [Fact]
    public void The_address_in_each_wsdl_is_the_path_of_its_endpoint()
    {
        var declared = ContractFiles.WsdlFiles.Select(path => (Path.GetFileName(path), EndpointPath(XDocument.Load(path))));

        Assert.Equal(SmileEndpoints.All.Select(endpoint => (endpoint.WsdlFile, endpoint.Path)).Order(), declared.Order());
    }

    [Fact]
    public void The_path_of_an_endpoint_is_the_name_of_its_file() =>
        Assert.All(SmileEndpoints.All, endpoint => Assert.Equal(endpoint.Path.Replace('/', '-') + ".wsdl", endpoint.WsdlFile));

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_operation_is_bound_as_document_literal_wrapped(string file)
    {
        var document = XDocument.Load(Path.Combine(ContractFiles.WsdlFolder, file));
        var root = document.Root!;
        Assert.Equal(ContractFiles.EndpointNamespace, root.Attribute("targetNamespace")!.Value);
        var binding = root.Elements(ContractFiles.Wsdl + "binding").Single();
        Assert.Equal("document", binding.Element(ContractFiles.Soap + "binding")!.Attribute("style")!.Value);
        Assert.All(
            binding
                .Descendants()
                .Where(element => element.Name == ContractFiles.Soap + "body" || element.Name == ContractFiles.Soap + "fault"),
            body => Assert.Equal("literal", body.Attribute("use")!.Value)
        );

        var portType = root.Elements(ContractFiles.Wsdl + "portType").Single();
        Assert.Equal(Shape(portType), Shape(binding));
        var messages = root.Elements(ContractFiles.Wsdl + "message")
            .ToDictionary(message => message.Attribute("name")!.Value, message => message.Element(ContractFiles.Wsdl + "part")!);
        foreach (var operation in portType.Elements(ContractFiles.Wsdl + "operation"))
        {
            var name = operation.Attribute("name")!.Value;
            Assert.Equal("tns:" + name, ElementOf(operation.Element(ContractFiles.Wsdl + "input")!));
            Assert.Equal($"tns:{name}Response", ElementOf(operation.Element(ContractFiles.Wsdl + "output")!));
            Assert.All(
                operation.Elements(ContractFiles.Wsdl + "fault"),
                fault => Assert.Equal("tns:" + fault.Attribute("name")!.Value, ElementOf(fault))
            );
        }

        string ElementOf(XElement use) => messages[use.Attribute("message")!.Value.Split(':')[1]].Attribute("element")!.Value;
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_operation_is_documented_with_its_source(string file)
    {
        var operations = XDocument
            .Load(Path.Combine(ContractFiles.WsdlFolder, file))
            .Descendants(ContractFiles.Wsdl + "portType")
            .Single()
            .Elements(ContractFiles.Wsdl + "operation");

        Assert.All(
            operations,
            operation => Assert.Matches(@"\(guide,\s+line", operation.Element(ContractFiles.Wsdl + "documentation")?.Value ?? "")
        );
    }

    internal static string EndpointPath(XDocument wsdl)
    {
        var address = wsdl.Descendants(ContractFiles.Soap + "address").Single().Attribute("location")!.Value;
        Assert.StartsWith(AddressStem, address, StringComparison.Ordinal);
        return address[AddressStem.Length..];
    }

    private static IEnumerable<string> Shape(XElement operations) =>
        operations
            .Elements(ContractFiles.Wsdl + "operation")
            .Select(operation =>
                operation.Attribute("name")!.Value
                + ":"
                + string.Join(',', operation.Elements(ContractFiles.Wsdl + "fault").Select(fault => fault.Attribute("name")!.Value))
            );
}
