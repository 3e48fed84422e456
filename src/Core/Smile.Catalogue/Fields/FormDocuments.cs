using Smile.Contracts;
using Smile.Kernel;

namespace Smile.Catalogue.Fields;

/// <summary>Describes forms on the wire.</summary>
public static class FormDocuments
{
    public static FormDescriptionType Describe(string name, IReadOnlyList<FieldDefinition> fields) =>
        new()
        {
            Form = new FormType
            {
                Name = name,
                FormProperties = new PropertiesType(),
                Attributes = new AttributesType { Attribute = [.. fields.Select(field => Describe(field, Properties(FieldValues.None)))] },
            },
        };

    /// <summary>The fields alone, without properties of the form and of each: as a ticket's are printed (guide, line 17025).</summary>
    public static FormType Fields(IReadOnlyList<FieldDefinition> fields) =>
        new() { Attributes = new AttributesType { Attribute = [.. fields.Select(field => Describe(field, null))] } };

    public static PropertiesType Properties(FieldValues values) => new() { Object = values.ToDocument() };

    private static AttributeType Describe(FieldDefinition field, PropertiesType? properties) =>
        new()
        {
            Required = field.Required,
            Label = field.Label,
            Visibility = field.Visibility.ToString(),
            AttributeTypeValue = new AttributeTypeType
            {
                AttributeType = field.Id,
                Name = field.Name,
                Label = field.Label,
                SmileObjectXMLType = new SmileObjectXMLTypeType { Type = Enum.Parse<ObjectFieldKindType>(field.Kind.ToString()) },
                AttributeTypeProperties = properties,
            },
        };
}
