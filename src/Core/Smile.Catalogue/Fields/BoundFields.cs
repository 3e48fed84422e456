namespace Smile.Catalogue.Fields;

/// <summary>
/// Which fields the catalogue binds to a custom collection, by what has them. A field of an order form counts for the accounts and
/// subscriptions that take it, unless they bind it themselves: then that holds.
/// </summary>
public static class BoundFields
{
    extension(CatalogueContent content)
    {
        public IEnumerable<FieldPath> AccountFieldsBoundTo(string collection) =>
            WithForms(content.AccountFields, content.Packages.Where(package => package.Account is not null), collection);

        /// <summary>By the service whose subscriptions have them.</summary>
        public IEnumerable<(int Service, FieldPath Path)> SubscriptionFieldsBoundTo(string collection) =>
            from service in content.Services
            let packages = content.Packages.Where(package => package.Subscriptions.Any(ordered => ordered.Service == service.Id))
            from path in WithForms(service.Fields, packages, collection)
            select (service.Id, path);

        /// <summary>By the service whose subservices have them.</summary>
        public IEnumerable<(int Service, FieldPath Path)> SubserviceFieldsBoundTo(string collection) =>
            from service in content.Services
            from path in service.Subservices is { } subservices
                ? subservices.Fields.Concat(subservices.Types.SelectMany(type => type.Fields)).BoundTo(collection).Distinct()
                : []
            select (service.Id, path);

        public IEnumerable<FieldPath> PurchaseOrderFieldsBoundTo(string collection) => content.PurchaseOrderFields.BoundTo(collection);

        /// <summary>By the type whose tickets have them.</summary>
        public IEnumerable<(int Type, FieldPath Path)> TicketFieldsBoundTo(string collection) =>
            content.TicketTypes.SelectMany(type => type.Fields.BoundTo(collection).Select(path => (type.Id, path)));

        /// <summary>By the package whose order form has them.</summary>
        public IEnumerable<(int Package, FieldPath Path)> FormFieldsBoundTo(string collection) =>
            from package in content.Packages
            from path in package.Form.BoundTo(collection)
            select (package.Id, path);
    }

    private static IEnumerable<FieldPath> WithForms(IReadOnlyList<FieldDefinition> own, IEnumerable<Package> packages, string collection) =>
        own.BoundTo(collection)
            .Concat(packages.SelectMany(package => package.Form.BoundTo(collection)).Where(path => IsOpen(own, path)))
            .Distinct();

    /// <summary>Whether a field is taken from a form, and it is left to the form which values it takes.</summary>
    private static bool IsOpen(IReadOnlyList<FieldDefinition> own, FieldPath path) =>
        own.FirstOrDefault(field => field.Name == path.Names[0]) is { } defined
            ? new[] { defined }.Leaves().All(leaf => !leaf.Path.Equals(path) || leaf.Field.Collection is null)
            : PredefinedFields.IsPredefined(path.Names[0]);
}
