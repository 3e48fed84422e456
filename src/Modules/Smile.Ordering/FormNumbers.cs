using Smile.Catalogue;
using Smile.Contracts.Faults;
using Smile.Customers.Subscriptions;
using Smile.Kernel;
using Smile.NumberPools;
using Smile.Session;

namespace Smile.Ordering;

/// <summary>The numbers that order forms take from pools.</summary>
[UseCase]
public sealed class FormNumbers(StageSession session, OrderedNumbers numbers, IPooledNames pooled)
{
    private const Fault Fault = Fault.OrderException;

    /// <summary>A form with its numbers as their pools write them.</summary>
    /// <exception cref="SmileException">Something is no number of its pool.</exception>
    internal FieldValues Checked(Package package, FieldValues form)
    {
        foreach (var number in package.Subscriptions.SelectMany(subscription => subscription.Numbers))
        {
            if (form[number.Field] is { } given)
            {
                form = form.With(FieldValues.Text(number.Field, numbers.Checked(number.Field, number.Pool, given)));
            }
        }

        return form;
    }

    /// <summary>
    /// Pre-allocates the numbers of orders that are entered, and gives those back that a form had before. A username that is a number of a
    /// pool, and which the form does not take from it, is refused.
    /// </summary>
    /// <param name="before">The form that an order had; null for one that is new.</param>
    /// <param name="open">
    /// The subscriptions that can have numbers, where some of the order were cancelled by themselves; null for all.
    /// </param>
    internal async Task HoldAsync(
        IReadOnlyCollection<CustomerOrder> orders,
        FieldValues? before,
        CancellationToken cancellation,
        IReadOnlyCollection<Usn>? open = null
    )
    {
        var wanted = orders.SelectMany(order => Of(order, order.Form)).Where(number => open?.Contains(number.SubscriptionUsn) != false);
        var old = before is null ? [] : orders.SelectMany(order => Of(order, before));
        await numbers.HoldAsync([.. wanted], [.. old], Fault, cancellation);
        var names = orders.SelectMany(order => NamesOf(order, before)).Where(name => open?.Contains(name.Subscription) != false);
        await pooled.TakeAsync([.. names], Fault, cancellation);
    }

    /// <summary>The usernames that a form gives, but for those that it gave before.</summary>
    private IEnumerable<TakenName> NamesOf(CustomerOrder order, FieldValues? before) =>
        from component in order.Components
        let template = session.Catalogue.Package(order.PackageId)?.Subscriptions.ElementAtOrDefault(component.Position)
        where template is not null
        from field in template.Subservices.Select(subservice => subservice.Field).Prepend(template.UsernameField)
        let name = order.Form[field]
        where name is not null && name != before?[field]
        select new TakenName(component.Usn, order.AccountUsn, component.ServiceId, field, name) { IsOrdered = true };

    /// <summary>Gives the numbers of orders back that are cancelled before they were placed.</summary>
    internal Task ReleaseAsync(IEnumerable<CustomerOrder> orders, CancellationToken cancellation) =>
        numbers.ReleaseAsync([.. orders.SelectMany(order => Of(order, order.Form))], cancellation);

    private IEnumerable<OrderedNumber> Of(CustomerOrder order, FieldValues form) =>
        from component in order.Components
        let template = session.Catalogue.Package(order.PackageId)?.Subscriptions.ElementAtOrDefault(component.Position)
        where template is not null
        from number in template.Numbers
        let given = form[number.Field]
        where given is not null
        select new OrderedNumber(
            number.Field,
            number.Pool,
            given,
            component.Usn,
            order.AccountUsn,
            number.ReservationField is { } field ? form[field] : null
        );
}
