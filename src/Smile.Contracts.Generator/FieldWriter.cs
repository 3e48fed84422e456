namespace Smile.Contracts.Generator;

/// <summary>Writes the code that writes one child element.</summary>
internal static class FieldWriter
{
    public static void Write(SourceText source, Field field, TypeModel types, string owner = "")
    {
        var value = owner + field.Property;
        if (field.IsList)
        {
            source.Line($"foreach (var item in {value})").Line("{");
            WriteItem(source, field, types);
            source.Line("}").Line();
        }
        else if (field.Kind.IsComplex)
        {
            var local = "some" + field.Property;
            source.Line($"if ({value} is {{ }} {local})").Line("{");
            WriteOne(source, field, local, types, isNullable: false);
            source.Line("}").Line();
        }
        else
        {
            WriteOne(source, field, value, types, isNullable: !field.IsRequired || field.IsNillable);
        }
    }

    /// <summary>Writes one member of a list, which the code has as <c>item</c>.</summary>
    public static void WriteItem(SourceText source, Field field, TypeModel types) =>
        WriteOne(source, field, "item", types, isNullable: false);

    private static void WriteOne(SourceText source, Field field, string value, TypeModel types, bool isNullable)
    {
        if (field.Kind.IsComplex)
        {
            // An element declared with a derived type needs no xsi:type to say so.
            var isDerived = types.Complex.TryGetValue(field.Kind.CSharp, out var type) && types.BaseOf(type) is not null;
            source.Line($"writer.Start(\"{field.XmlName}\");");
            if (field.IsList && type is not null && types.DerivedFrom(type).Any())
            {
                // In a list of several types each member says which it is, the declared one too (guide, line 3792).
                source
                    .Line($"if ({value}.GetType() == typeof({field.Kind.CSharp}))")
                    .Line("{")
                    .Line($"writer.Type(\"{field.Kind.CSharp}\");")
                    .Line("}")
                    .Line();
            }

            source.Line($"{value}.{(isDerived ? "WriteContent" : "Write")}(writer);").Line($"writer.End(\"{field.XmlName}\");");
            return;
        }

        source.Line(
            $"writer.Element(\"{field.XmlName}\", {value}{(field.Kind.ToText.Length > 0 && isNullable ? "?" : "")}{field.Kind.ToText});"
        );
    }
}
