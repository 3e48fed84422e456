using Smile.Contracts;
using Smile.Contracts.Faults;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Ordering;

/// <summary>getAvailableOrderForms() and getOrderForm() (guide, lines 1060, 1232).</summary>
[UseCase]
public sealed class OrderForms(StageSession session, OrderEntry entry)
{
    /// <exception cref="SmileException">The caller may order none.</exception>
    public OrderFormListType ListAvailable()
    {
        var forms = session
            .Catalogue.Content.Packages.Where(package =>
                package is { Published: true, Form.Count: > 0 } && session.Caller.MayOrder(package.Id)
            )
            .Select(OrderDocuments.Form)
            .ToList();
        return forms.Count > 0
            ? new OrderFormListType { OrderForm = forms }
            : throw Refuse.With(
                Fault.OrderException,
                "caller",
                session.Caller.Usn,
                "You may not access any order forms. Add packages to the CAT Ordering options of the API user."
            );
    }

    public OrderFormType Get(int packageId) => OrderDocuments.Form(entry.OrderablePackage(packageId));
}
