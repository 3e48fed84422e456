using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;
using Smile.Customers.Subscriptions;
using Smile.Kernel;

namespace Smile.Storage;

/// <summary>How entities map to tables: snake_case names, USNs and enumerations as text, fields as jsonb.</summary>
internal static class StageModel
{
    public static void ConfigureConventions(ModelConfigurationBuilder builder)
    {
        builder.Properties<Usn>().HaveConversion<UsnConverter>();
        builder.Properties<FieldValues>().HaveConversion<FieldValuesConverter, FieldValuesComparer>().HaveColumnType("jsonb");
        builder.Properties<ChargeOverrides>().HaveConversion<ChargeOverridesConverter>().HaveColumnType("jsonb");
        builder.Properties<Enum>().HaveConversion<string>();
    }

    /// <summary>Each capability maps its own tables; the names of columns follow from those of properties.</summary>
    public static void Configure(ModelBuilder builder)
    {
        foreach (var module in StageModules.Assemblies)
        {
            builder.ApplyConfigurationsFromAssembly(module);
        }

        foreach (var property in builder.Model.GetEntityTypes().SelectMany(entity => entity.GetProperties()))
        {
            property.SetColumnName(SnakeCase(property.Name));
        }
    }

    private static string SnakeCase(string name)
    {
        var text = new StringBuilder(name.Length + 8);
        for (var index = 0; index < name.Length; index++)
        {
            if (char.IsUpper(name[index]) && index > 0)
            {
                text.Append('_');
            }

            text.Append(char.ToLowerInvariant(name[index]));
        }

        return text.ToString();
    }

    private sealed class UsnConverter() : ValueConverter<Usn, string>(usn => usn.Value, value => new Usn(value));

    private sealed class ChargeOverridesConverter()
        : ValueConverter<ChargeOverrides, string>(overrides => overrides.ToJson(), json => ChargeOverrides.FromJson(json));

    private sealed class FieldValuesConverter()
        : ValueConverter<FieldValues, string>(fields => fields.ToJson(), json => FieldValues.FromJson(json));

    /// <summary>Fields are immutable: a change is another instance.</summary>
    private sealed class FieldValuesComparer()
        : ValueComparer<FieldValues>((left, right) => ReferenceEquals(left, right), fields => fields.GetHashCode(), fields => fields);
}
