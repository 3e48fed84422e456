using Microsoft.EntityFrameworkCore;
using Smile.Catalogue;
using Smile.Catalogue.Fields;
using Smile.CustomCollections.Storage;
using Smile.Kernel;
using Smile.Session;

namespace Smile.CustomCollections;

/// <summary>Entries that cannot be imported, each with where it stands and why.</summary>
public sealed class EntryImportException(string message) : Exception(message);

/// <summary>An entry of a file.</summary>
/// <param name="Place">Where it stands there, such as <c>line 12</c>.</param>
/// <param name="Label">Null where the file has no labels; empty for the code.</param>
/// <param name="Values">By the fields that the file has; empty for none.</param>
public sealed record ImportedEntry(string Place, string Code, string? Label, IReadOnlyList<(FieldPath Path, string Value)> Values);

/// <summary>What is done with what is there.</summary>
/// <param name="Update">Whether entries are changed that are not as the file has them.</param>
/// <param name="DeleteMissing">Whether entries are deleted that the file does not have.</param>
/// <param name="DryRun">Whether it is only tried.</param>
public sealed record ImportOptions(bool Update, bool DeleteMissing, bool DryRun);

/// <summary>How many entries were added, changed, deleted and left as they are.</summary>
public sealed record ImportResult(int Added, int Changed, int Deleted, int Same);

/// <summary>Takes the entries of a file into a custom collection: all of them or, where one is wrong, none.</summary>
[UseCase]
public sealed class ImportEntries(StageSession session, ICollectionDocuments documents, EntryUses uses)
{
    /// <summary>Of one import, and of a collection that is imported into.</summary>
    public const int MostEntries = 50_000;

    private const int MostProblems = 50;

    private readonly EntryWrites _writes = new(session, documents);

    /// <exception cref="EntryImportException">Some cannot be imported: which and why, up to a number of them.</exception>
    /// <exception cref="SmileException">There is no such collection.</exception>
    public async Task<ImportResult> ExecuteAsync(
        string collectionCode,
        IReadOnlyList<ImportedEntry> imported,
        ImportOptions options,
        CancellationToken cancellation
    )
    {
        await session.Database.BeginAsync(cancellation);
        await session.Database.LockCollectionsAsync(cancellation);
        var collection = session.RequireCollection(collectionCode);
        var present = await session
            .Database.CollectionEntries.Where(entry => entry.CollectionCode == collection.Code)
            .OrderBy(entry => entry.Key)
            .Take(MostEntries + 1)
            .ToDictionaryAsync(entry => entry.EntryCode, cancellation);
        if (imported.Count > MostEntries || present.Count > MostEntries)
        {
            throw new EntryImportException($"An import has at most {MostEntries} entries, and so has the collection.");
        }

        var plan = new Plan(session, collection, present, options);
        foreach (var entry in imported)
        {
            plan.Read(entry);
        }

        await plan.RequireReferencesAsync(cancellation);
        plan.RequireUnique();
        if (options.DeleteMissing)
        {
            await DeleteMissingAsync(plan, cancellation);
        }

        plan.RequireNoProblems();
        if (options.DryRun)
        {
            return plan.Result;
        }

        session.Database.CollectionEntries.AddRange(plan.Added);
        session.Database.CollectionEntries.RemoveRange(plan.Deleted);
        await _writes.SaveAsync(collection, [.. plan.Added, .. plan.Changed], cancellation);
        Announce(plan);
        await session.CommitAsync(cancellation);
        return plan.Result;
    }

    private async Task DeleteMissingAsync(Plan plan, CancellationToken cancellation)
    {
        var missing = plan.Missing();
        if (missing.Count == 0)
        {
            return;
        }

        await session.Database.LockEntriesAsync([.. missing.Select(entry => entry.Key)], cancellation);
        var found = await uses.OfAsync(plan.Collection.Code, [.. missing.Select(entry => entry.EntryCode)], cancellation);
        plan.Delete(missing, found);
    }

    private void Announce(Plan plan)
    {
        foreach (var entry in plan.Deleted)
        {
            _writes.AnnounceDeleted(new EntryOfCollection(plan.Collection, entry));
        }

        foreach (var entry in plan.Added)
        {
            _writes.AnnounceAdded(new EntryOfCollection(plan.Collection, entry));
        }

        foreach (var entry in plan.Changed)
        {
            _writes.AnnounceUpdated(new EntryOfCollection(plan.Collection, entry));
        }
    }

    /// <summary>What an import does, and what is wrong with it.</summary>
    private sealed class Plan(
        StageSession session,
        CustomCollection collection,
        Dictionary<string, CustomCollectionEntry> present,
        ImportOptions options
    )
    {
        private readonly BillingTimeZone _zone = session.ZoneOf(collection);
        private readonly FieldRules _rules = new(collection.Fields);
        private readonly Dictionary<FieldPath, FieldDefinition> _leaves = collection
            .Fields.Leaves()
            .ToDictionary(leaf => leaf.Path, leaf => leaf.Field);
        private readonly Dictionary<string, string> _places = new(StringComparer.Ordinal);
        private readonly List<(string Place, CollectionReference Reference)> _references = [];
        private readonly List<string> _problems = [];
        private int _same;

        public CustomCollection Collection => collection;

        public List<CustomCollectionEntry> Added { get; } = [];

        public List<CustomCollectionEntry> Changed { get; } = [];

        public List<CustomCollectionEntry> Deleted { get; } = [];

        public ImportResult Result => new(Added.Count, Changed.Count, Deleted.Count, _same);

        public void Read(ImportedEntry imported)
        {
            if (EntryCodes.Cleaned(imported.Code) is not { } code || code != imported.Code)
            {
                Problem(imported.Place, EntryCodes.Expected);
            }
            else if (!_places.TryAdd(code, imported.Place))
            {
                Problem(imported.Place, $"The code '{code}' is that of {_places[code]} too.");
            }
            else if (imported.Label?.Length > EntryCodes.LongestLabel)
            {
                Problem(imported.Place, $"A label has at most {EntryCodes.LongestLabel} characters.");
            }
            else
            {
                Put(imported, code);
            }
        }

        public async Task RequireReferencesAsync(CancellationToken cancellation)
        {
            var places = _references.ToLookup(each => each.Reference, each => each.Place);
            foreach (var missing in await session.MissingEntriesAsync([.. _references.Select(each => each.Reference)], cancellation))
            {
                foreach (var place in places[missing])
                {
                    Problem(place, $"{missing.Path}: the value '{missing.Value}' is not in the custom collection '{missing.Collection}'.");
                }
            }
        }

        /// <summary>Refuses values that two entries would have which may not: those of the file, and those that stay.</summary>
        public void RequireUnique()
        {
            var missing = options.DeleteMissing ? Missing().ToHashSet() : [];
            foreach (var field in collection.Fields.Where(field => field.Unique))
            {
                var owners = present
                    .Values.Where(entry => !missing.Contains(entry))
                    .Concat(Added)
                    .Where(entry => entry.Properties[field.Name] is not null)
                    .GroupBy(entry => entry.Properties[field.Name]!);
                foreach (var same in owners.Where(same => same.Skip(1).Any() || same.Key.Length > EntryCodes.LongestUnique))
                {
                    var entry = same.FirstOrDefault(entry => _places.ContainsKey(entry.EntryCode)) ?? same.First();
                    Problem(
                        _places.GetValueOrDefault(entry.EntryCode, entry.EntryCode),
                        same.Key.Length > EntryCodes.LongestUnique
                            ? $"{field.Name}: a value that no two entries may have has at most {EntryCodes.LongestUnique} characters."
                            : $"{field.Name}: '{same.Key}' is of several entries, and the field is unique: "
                                + string.Join(", ", same.Select(other => other.EntryCode).Take(5))
                    );
                }
            }
        }

        /// <summary>The entries that the file does not have.</summary>
        public IReadOnlyList<CustomCollectionEntry> Missing() =>
            [.. present.Values.Where(entry => !_places.ContainsKey(entry.EntryCode)).OrderBy(entry => entry.Key)];

        public void Delete(IReadOnlyList<CustomCollectionEntry> missing, IReadOnlyList<EntryUse> used)
        {
            foreach (var entry in used.GroupBy(use => use.Code))
            {
                Problem(
                    entry.Key,
                    $"The file does not have it, and it cannot be deleted: it is in use by {EntryUses.Describe([.. entry])}."
                );
            }

            Deleted.AddRange(missing);
        }

        public void RequireNoProblems()
        {
            if (_problems.Count > 0)
            {
                var more = _problems.Count - MostProblems;
                throw new EntryImportException(
                    string.Join('\n', _problems.Take(MostProblems)) + (more > 0 ? $"\nAnd {more} more. Nothing was imported." : "")
                );
            }
        }

        private void Put(ImportedEntry imported, string code)
        {
            var before = present.GetValueOrDefault(code);
            var kept = before is null ? FieldValues.None : EntryWrites.Kept(collection.Fields, before.Properties);
            if (Fields(imported, kept) is not { } fields)
            {
                return;
            }

            var label = imported.Label switch
            {
                null => before?.Label ?? code,
                "" => code,
                var given => given,
            };
            if (before is null)
            {
                Added.Add(
                    new CustomCollectionEntry
                    {
                        CollectionCode = collection.Code,
                        EntryCode = code,
                        Label = label,
                        Properties = fields,
                        Created = session.Now,
                    }
                );
            }
            else if (before.Label == label && kept.ToJson() == fields.ToJson())
            {
                _same++;
            }
            else if (options.Update)
            {
                (before.Label, before.Properties) = (label, fields);
                Changed.Add(before);
            }
            else
            {
                Problem(imported.Place, $"The collection has another entry '{code}'. Give --update to change what is there.");
            }
        }

        /// <summary>The fields of an entry as they are kept; null where they cannot be its.</summary>
        private FieldValues? Fields(ImportedEntry imported, FieldValues before)
        {
            var problems = _problems.Count;
            var fields = before;
            foreach (var (path, text) in imported.Values)
            {
                var field = _leaves[path];
                var value =
                    text.Length == 0 ? new FieldValue(field.Name, field.Kind) : FieldTexts.Read(field.Name, field.Kind, text, _zone);
                if (value is null)
                {
                    Problem(imported.Place, $"{path}: the field holds a {field.Kind}, and '{Short(text)}' is none.");
                    continue;
                }

                fields = fields.With(Within(path.Names, value));
            }

            if (_problems.Count > problems)
            {
                return null;
            }

            fields = EntryWrites.Kept(collection.Fields, fields);
            try
            {
                var references = new List<CollectionReference>();
                _rules.Check(fields, EntryWrites.FieldFault, references);
                _rules.CheckComplete(fields, EntryWrites.FieldFault);
                _references.AddRange(references.Select(reference => (imported.Place, reference)));
                return fields;
            }
            catch (SmileException exception)
            {
                Problem(imported.Place, exception.Message);
                return null;
            }
        }

        private void Problem(string place, string what) => _problems.Add($"{place}: {what}");

        private static string Short(string text) => text.Length > 40 ? text[..40] + "…" : text;

        private static FieldValue Within(IReadOnlyList<string> names, FieldValue value) =>
            names.Count == 1 ? value : new FieldValue(names[0], FieldKind.Object, null, [Within([.. names.Skip(1)], value)]);
    }
}
