namespace Smile.Contracts.Generator;

/// <summary>Writes the names of faults, so that one that the contract does not have cannot be written down.</summary>
internal static class FaultWriter
{
    /// <param name="missing">What a request may name and is not there, such as OrderForm.</param>
    public static string Write(IReadOnlyList<EndpointModel> endpoints, IEnumerable<string> missing)
    {
        var source = new SourceText("Smile.Contracts.Faults", []);
        source.Line().Line("/// <summary>The faults that operations declare.</summary>");
        source.Line("public enum Fault").Line("{");
        var declared = endpoints.SelectMany(endpoint => endpoint.Operations).SelectMany(operation => operation.Faults);
        foreach (var fault in declared.Concat(EndpointWriter.CommonFaults).Distinct().Order(StringComparer.Ordinal))
        {
            source.Line($"{fault},");
        }

        source.Line("}").Line();
        source.Line("/// <summary>What a request may name and is not there.</summary>");
        source.Line("public enum Missing").Line("{").Line("Item,");
        foreach (var name in missing)
        {
            source.Line($"{name},");
        }

        source.Line("}").Line();
        source.Line("/// <summary>How refusals name what is not there.</summary>");
        source.Line("public static class MissingNames").Line("{");
        source.Line("/// <summary>Such as <c>NoSuchOrderFormException</c> (guide, line 811).</summary>");
        source.Line("public static string Exception(this Missing missing) => $\"NoSuch{missing}Exception\";");
        source.Line("}");
        return source.ToString();
    }
}
