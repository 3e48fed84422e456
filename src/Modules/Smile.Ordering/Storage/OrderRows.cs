using Microsoft.EntityFrameworkCore;
using Smile.Catalogue.Fields;
using Smile.CustomCollections;
using Smile.CustomCollections.Storage;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Ordering.Storage;

/// <summary>Reserved USNs, and order groups under a lock.</summary>
internal static class OrderRows
{
    /// <summary>The forms of orders that wait: those of groups that are not placed, and those that nobody has approved.</summary>
    public static ReferringKind Waiting { get; } =
        new(
            new ReferringTable(
                "customer_order",
                "number",
                fields: "form",
                kind: "package_id::text",
                condition: "customer_order.status IN ('Draft', 'RequiresApproval')"
            ),
            "order that waits",
            "orders that wait",
            [(ReferenceOwnerKind.OrderGroup, "group_number"), (ReferenceOwnerKind.Account, "account_usn")],
            (content, collection) => content.FormFieldsBoundTo(collection).Select(BoundField.Of)
        );

    extension(IStageDatabase database)
    {
        /// <summary>Keeps USNs for orders to come. Their service is the one whose prefix and suffix they have.</summary>
        public async Task ReserveUsnsAsync(IReadOnlyCollection<Usn> usns, int serviceId, Usn by, CancellationToken cancellation)
        {
            var values = usns.Select(usn => usn.Value).ToArray();
            await database.Statements.ExecuteSqlAsync(
                $"INSERT INTO reserved_usn (usn, service_id, reserved_by) SELECT unnest({values}), {serviceId}, {by.Value}",
                cancellation
            );
        }

        /// <summary>
        /// How many USNs a login has reserved within a day that no order has used. Until the transaction's end it reserves nothing else.
        /// </summary>
        public async Task<int> ReservedInADayAsync(Usn by, CancellationToken cancellation)
        {
            await database.Statements.ExecuteSqlAsync(
                $"SELECT pg_advisory_xact_lock(hashtextextended('reserve ' || {by.Value}, 0))",
                cancellation
            );
            return await database
                .Statements.SqlQuery<int>(
                    $"""
                    SELECT count(*)::int AS "Value" FROM reserved_usn
                    WHERE reserved_by = {by.Value} AND reserved_at > now() - interval '1 day'
                    """
                )
                .SingleAsync(cancellation);
        }

        /// <summary>Uses up a reserved USN within the transaction; null where it is not reserved for the service.</summary>
        public async Task<Usn?> TakeReservedUsnAsync(Usn usn, int serviceId, CancellationToken cancellation) =>
            await database.Statements.ExecuteSqlAsync(
                $"DELETE FROM reserved_usn WHERE usn = {usn.Value} AND service_id = {serviceId}",
                cancellation
            ) == 1
                ? usn
                : null;

        /// <summary>Locks order groups, in the order of their numbers.</summary>
        public async Task LockOrderGroupsAsync(IReadOnlyCollection<string> numbers, CancellationToken cancellation)
        {
            var wanted = numbers.ToArray();
            await database.Statements.ExecuteSqlAsync(
                $"SELECT FROM order_group WHERE number = ANY ({wanted}) ORDER BY number FOR NO KEY UPDATE",
                cancellation
            );
        }

        /// <summary>An order group; locked where it is to be changed, since its account may not exist yet.</summary>
        public async Task<OrderGroup?> FindOrderGroupAsync(string number, bool forChange, CancellationToken cancellation) =>
            forChange
                ? (
                    await database
                        .OrderGroups.FromSql($"SELECT * FROM order_group WHERE number = {number} FOR UPDATE")
                        .ToListAsync(cancellation)
                ).SingleOrDefault()
                : await database.OrderGroups.FirstOrDefaultAsync(group => group.Number == number, cancellation);
    }
}
