using Smile.Catalogue;
using Smile.Catalogue.Fields;
using Smile.Contracts.Faults;
using Smile.Customers.Subscriptions;
using Smile.Kernel;

namespace Smile.Customers.Subservices;

/// <summary>What the subservices of a service may be, by its definition in the catalogue.</summary>
public sealed class SubserviceRules
{
    /// <summary>The field that says which of the service's types a subservice is (guide, line 10707).</summary>
    private const string TypeField = SubserviceDefinition.TypeField;

    private readonly CatalogueSnapshot _catalogue;
    private readonly int _serviceId;
    private readonly SubserviceDefinition _definition;

    private SubserviceRules(CatalogueSnapshot catalogue, int serviceId, SubserviceDefinition definition) =>
        (_catalogue, _serviceId, _definition) = (catalogue, serviceId, definition);

    /// <summary>Null for a service without subservices.</summary>
    public static SubserviceRules? Of(CatalogueSnapshot catalogue, int serviceId) =>
        catalogue.Service(serviceId)?.Subservices is { } definition ? new(catalogue, serviceId, definition) : null;

    public int Most => _definition.Most;

    public bool AreUsernamesUnique => _definition.UniqueUsernames;

    public bool AreAnnounced => _definition.Announced;

    /// <summary>What no other subservice of the service may have.</summary>
    public string? UniqueNameOf(string username) => _definition.UniqueUsernames ? Usernames.KeyOf(_catalogue, _serviceId, username) : null;

    /// <summary>The username of a subservice of a service, as it is kept.</summary>
    /// <param name="field">What the request calls it.</param>
    /// <exception cref="SmileException">The service does not take it.</exception>
    public static string CheckedName(CatalogueSnapshot catalogue, int serviceId, string field, string username, Fault fault) =>
        Of(catalogue, serviceId)?.Checked(username, field, fault)
        ?? throw Refuse.With(fault, field, username, "The service has no subservices.");

    /// <summary>A username as it is kept.</summary>
    /// <exception cref="SmileException">The service does not take it.</exception>
    public string Checked(string username, string field = "SubserviceUsername", Fault fault = Fault.InvalidRequestException)
    {
        var name = Usernames.Checked(username, field, fault);
        return _definition.Takes(name)
            ? name
            : throw Refuse.With(
                fault,
                field,
                name,
                _definition.UsernameHelp is { } help
                    ? $"The service does not take this username: {help}"
                    : $"The service does not take this username: it must match {_definition.UsernamePattern}"
            );
    }

    /// <summary>What the fields of a subservice may be, by the type that they name.</summary>
    /// <exception cref="SmileException">They name none that the service has.</exception>
    public FieldRules RulesOf(FieldValues fields) => new(_definition.FieldsOf(TypeOf(fields)));

    private SubserviceTypeItem? TypeOf(FieldValues fields)
    {
        if (_definition.Types.Count == 0)
        {
            return null;
        }

        var types = string.Join(", ", _definition.Types.Select(type => type.Code));
        return fields[TypeField] is not { } code
            ? throw Refuse.Invalid("field", TypeField, $"Say which type of subservice it is: <String name=\"{TypeField}\"> with {types}.")
            : _definition.Types.FirstOrDefault(type => type.Code == code)
                ?? throw Refuse.Invalid("field", TypeField, $"The service has no subservices of type '{code}'. It has {types}.");
    }
}
