namespace Smile.Contracts.Generator;

/// <summary>Writes an endpoint's service interface and the table that connects its operations with it.</summary>
internal sealed class EndpointWriter(TypeModel types)
{
    /// <summary>Faults that every operation has, declared or not.</summary>
    internal static readonly string[] CommonFaults = ["AuthenticationException", "AccessException"];

    public string Write(EndpointModel endpoint)
    {
        var source = new SourceText("Microsoft.Extensions.DependencyInjection", "Smile.Soap", "Smile.Soap.Xml");
        source
            .Line()
            .Line(
                $"/// <summary>The operations of the endpoint <c>{endpoint.Path}</c>. An operation that is not overridden is not yet "
                    + $"available.</summary>"
            );
        source.Line($"public interface I{endpoint.PortType}Endpoint").Line("{");
        foreach (var operation in endpoint.Operations)
        {
            source.Summary(operation.Documentation);
            source
                .Line(
                    $"Task{Returned(operation)} {ContractGenerator.Pascal(operation.Name)}({Parameters(operation)}) => throw new "
                        + $"OperationNotAvailableException(\"{endpoint.Path}\", \"{operation.Name}\");"
                )
                .Line();
        }

        source.Line("}").Line();
        source.Line($"internal static class {endpoint.PortType}Operations").Line("{");
        source.Line(
            $"public static SoapEndpoint Endpoint {{ get; }} = new(\"{endpoint.Path}\", \"{endpoint.WsdlFile}\", "
                + $"typeof(I{endpoint.PortType}Endpoint),"
        );
        source.Line("[");
        foreach (var operation in endpoint.Operations)
        {
            var faults = string.Join(", ", operation.Faults.Except(CommonFaults).Select(fault => $"\"{fault}\""));
            var name = ContractGenerator.Pascal(operation.Name);
            source.Line($"    new(\"{operation.Name}\", [{faults}], Read{name}, Invoke{name}, Write{name}),");
        }

        source.Line("]);");
        foreach (var operation in endpoint.Operations)
        {
            WriteOperation(source, endpoint, operation);
        }

        source.Line("}");
        return source.ToString();
    }

    public static string WriteTable(IReadOnlyList<EndpointModel> endpoints)
    {
        var source = new SourceText("Smile.Soap");
        source.Line().Line("/// <summary>All endpoints of the contract.</summary>");
        source.Line("public static class SmileEndpoints").Line("{");
        source.Line("public static IReadOnlyList<SoapEndpoint> All { get; } =").Line("[");
        foreach (var endpoint in endpoints)
        {
            source.Line($"    {endpoint.PortType}Operations.Endpoint,");
        }

        source.Line("];").Line("}");
        return source.ToString();
    }

    private void WriteOperation(SourceText source, EndpointModel endpoint, OperationModel operation)
    {
        var name = ContractGenerator.Pascal(operation.Name);
        var parameters = types.Elements(operation.Request);
        var result = Result(operation);
        var parsed =
            parameters.Count == 0
                ? ""
                : $"private sealed record {name}Parameters("
                    + $"{string.Join(", ", parameters.Select(parameter => $"{CSharp(parameter)} {parameter.Property}"))});";
        source.Line();
        if (parsed.Length > 0)
        {
            source.Line(parsed).Line();
        }

        source.Line($"private static object? Read{name}(ContractReader reader)").Line("{");
        foreach (var parameter in parameters)
        {
            source.Line(
                parameter.IsList
                    ? $"List<{parameter.Kind.CSharp}>? {Local(parameter)} = null;"
                    : $"{parameter.Kind.CSharp}? {Local(parameter)} = null;"
            );
        }

        source.Line("reader.ExpectAttributes();").Line("var entered = reader.Enter();");
        source.Line("while (reader.NextChild(entered))").Line("{").Line("switch (reader.LocalName)").Line("{");
        foreach (var parameter in parameters)
        {
            source.Line($"case \"{parameter.XmlName}\":").Line("{");
            source.Line(
                parameter.IsDocument ? "reader.ExpectDataNamespace(isDocumentParameter: true);" : "reader.ExpectParameterNamespace();"
            );
            if (parameter.IsList)
            {
                source.Line($"({Local(parameter)} ??= []).Add({parameter.Kind.ReadElement});");
            }
            else
            {
                source
                    .Line($"reader.Once({Local(parameter)} is not null);")
                    .Line($"{Local(parameter)} = reader.SkipNil() ? null : {parameter.Kind.ReadElement};");
            }

            source.Line("break;").Line("}").Line();
        }

        source.Line("default:").Line("{").Line("throw reader.UnknownElement();").Line("}").Line("}").Line("}").Line();
        var arguments = parameters.Select(parameter =>
            parameter switch
            {
                { IsList: true } => $"{Local(parameter)} ?? []",
                { IsRequired: true } => $"{Local(parameter)} ?? throw reader.Missing(\"{parameter.XmlName}\")",
                _ => Local(parameter),
            }
        );
        source
            .Line(parameters.Count == 0 ? "return null;" : $"return new {name}Parameters({string.Join(", ", arguments)});")
            .Line("}")
            .Line();

        source
            .Line(
                $"private static async Task<object?> Invoke{name}(IServiceProvider services, object? request, CancellationToken "
                    + $"cancellation)"
            )
            .Line("{");
        var call =
            $"services.GetRequiredService<I{endpoint.PortType}Endpoint>().{name}("
            + $"{string.Concat(parameters.Select(parameter => $"parameters.{parameter.Property}, "))}cancellation)";
        if (parameters.Count > 0)
        {
            source.Line($"var parameters = ({name}Parameters)request!;");
        }

        if (result is null)
        {
            source.Line($"await {call};").Line("return null;");
        }
        else
        {
            source.Line($"return await {call};");
        }

        source.Line("}").Line();
        source.Line($"private static void Write{name}(ContractWriter writer, object? result)").Line("{");
        if (result is not null)
        {
            WriteResult(source, result);
        }

        source.Line("}");
    }

    private void WriteResult(SourceText source, Field result)
    {
        if (result.IsList)
        {
            source.Line($"foreach (var value in (IReadOnlyList<{result.Kind.CSharp}>)result!)").Line("{");
            source
                .Line($"writer.StartQualified(\"{result.XmlName}\");")
                .Line($"writer.Value(value{result.Kind.ToText});")
                .Line($"writer.EndQualified(\"{result.XmlName}\");")
                .Line("}");
        }
        else if (result.Kind.IsComplex)
        {
            source.Line($"if (result is {result.Kind.CSharp} value)").Line("{");
            FieldWriter.Write(source, result with { Property = "value" }, types);
            source.Line("}");
        }
        else
        {
            source.Line($"if (result is {result.Kind.CSharp} value)").Line("{");
            source
                .Line($"writer.StartQualified(\"{result.XmlName}\");")
                .Line($"writer.Value(value{result.Kind.ToText});")
                .Line($"writer.EndQualified(\"{result.XmlName}\");")
                .Line("}");
        }
    }

    private static string Local(Field field) => "_" + ContractGenerator.Camel(field.Property);

    private static string CSharp(Field field) =>
        field switch
        {
            { IsList: true } => $"IReadOnlyList<{field.Kind.CSharp}>",
            { IsRequired: true } => field.Kind.CSharp,
            _ => field.Kind.CSharp + "?",
        };

    private Field? Result(OperationModel operation) =>
        types.Elements(operation.Response) switch
        {
            [] => null,
            [var single] => single,
            _ => throw new InvalidOperationException($"The answer of '{operation.Name}' has more than one element."),
        };

    private string Returned(OperationModel operation) =>
        Result(operation) switch
        {
            null => "",
            { IsList: true } list => $"<IReadOnlyList<{list.Kind.CSharp}>>",
            var single => $"<{single.Kind.CSharp}?>",
        };

    private string Parameters(OperationModel operation) =>
        string.Concat(
            types
                .Elements(operation.Request)
                .Select(parameter => $"{CSharp(parameter)} {Keyword(ContractGenerator.Camel(parameter.Property))}, ")
        ) + "CancellationToken cancellation";

    private static string Keyword(string name) => name is "string" or "object" or "class" or "params" or "event" ? "@" + name : name;
}
