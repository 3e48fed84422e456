using Smile.Catalogue.Fields;
using Smile.Contracts.Faults;
using Smile.CustomCollections.Storage;
using Smile.Kernel;
using Smile.Session;

namespace Smile.CustomCollections;

/// <summary>
/// The one way in which fields that somebody sends are checked: by what defines them, and against the entries of custom collections.
/// </summary>
public static class FieldChecks
{
    extension(StageSession session)
    {
        /// <summary>
        /// Refuses fields that are unknown, of the wrong type, or not among their collection's entries. Within a transaction the entries
        /// stay until its end, so that it leaves no reference to one that has gone.
        /// </summary>
        public Task CheckFieldsAsync(FieldRules rules, FieldValues values, Fault fault, CancellationToken cancellation) =>
            session.CheckFieldsAsync([(rules, values)], fault, cancellation);

        /// <summary>The same for several at once. All that they refer to is asked for by one query; without a reference by none.</summary>
        public async Task CheckFieldsAsync(
            IEnumerable<(FieldRules Rules, FieldValues Values)> checks,
            Fault fault,
            CancellationToken cancellation
        )
        {
            var references = new List<CollectionReference>();
            foreach (var (rules, values) in checks)
            {
                rules.Check(values, fault, references);
            }

            if ((await session.MissingEntriesAsync(references, cancellation)).FirstOrDefault() is { } missing)
            {
                throw Refuse.With(
                    fault,
                    missing.Path.ToString(),
                    missing.Value,
                    $"The value is not in the custom collection '{missing.Collection}'."
                );
            }
        }

        /// <summary>Those of some references that are to entries which there are not, each once and in their order.</summary>
        internal async Task<IReadOnlyList<CollectionReference>> MissingEntriesAsync(
            IReadOnlyCollection<CollectionReference> references,
            CancellationToken cancellation
        )
        {
            if (references.Count == 0)
            {
                return [];
            }

            var found = (await session.Database.HoldEntriesAsync(references, cancellation)).ToHashSet();
            return
            [
                .. references.Distinct().Where(reference => !found.Contains(new FoundReference(reference.Collection, reference.Value))),
            ];
        }
    }
}
