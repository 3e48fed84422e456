using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Smile.Testing;

namespace Smile.Server.Tests.Architecture;

/// <summary>How types and texts look. Who may know whom is in <see cref="ModuleTests"/>.</summary>
public sealed class ArchitectureTests
{
    /// <summary>Folders of code that somebody writes, and the names of those within them that a program writes.</summary>
    private static readonly string[] Written = ["src", "tests"];
    private static readonly string[] Made = ["obj", "bin", "Generated"];

    public static TheoryData<string> Assemblies => [.. ProjectFiles.Source().Select(project => project.Assembly)];

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void Classes_are_sealed_abstract_or_static_unless_the_contract_derives_from_them(string name)
    {
        var open = Assembly
            .Load(name)
            .GetTypes()
            .Where(type =>
                type is { IsClass: true, IsSealed: false, IsAbstract: false }
                && !type.IsDefined(typeof(CompilerGeneratedAttribute), inherit: false)
                && type.FullName?.StartsWith("Smile.", StringComparison.Ordinal) == true
                && !type.Assembly.GetTypes().Any(derived => derived.BaseType == type)
            );
        Assert.Empty(open.Select(type => type.FullName));
    }

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void There_is_no_static_state_that_changes(string name)
    {
        var fields =
            from type in Assembly.Load(name).GetTypes()
            where
                type.FullName?.StartsWith("Smile.", StringComparison.Ordinal) == true
                && !type.IsDefined(typeof(CompilerGeneratedAttribute), inherit: false)
            from field in type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)
            where
                field is { IsInitOnly: false, IsLiteral: false }
                && !field.IsDefined(typeof(CompilerGeneratedAttribute), inherit: false)
                && field.Name.IndexOf('<', StringComparison.Ordinal) < 0
                && !field.Name.StartsWith("__", StringComparison.Ordinal)
            select $"{type.FullName}.{field.Name}";
        Assert.Empty(fields.ToList());
    }

    /// <summary>
    /// O25. A date or time that is put into a text without a format has that of the culture, which on this server is American: the compiled
    /// code is searched for such places, since no analyzer finds them. The texts of records are for debuggers.
    /// </summary>
    [Theory]
    [MemberData(nameof(Assemblies))]
    public void No_text_has_a_date_in_the_form_of_a_culture(string name)
    {
        Assert.Empty(MethodsThatFormatADate(Assembly.Load(name)));
    }

    private static List<string> MethodsThatFormatADate(Assembly assembly)
    {
        using var file = new PEReader(File.OpenRead(assembly.Location));
        var metadata = file.GetMetadataReader();
        var appends = Enumerable
            .Range(1, metadata.GetTableRowCount(TableIndex.MethodSpec))
            .Select(row => MetadataTokens.GetToken(MetadataTokens.MethodSpecificationHandle(row)))
            .Where(token => AppendsWithoutFormat(assembly.ManifestModule, token))
            .ToHashSet();
        var offenders =
            from type in assembly.GetTypes()
            from method in type.GetMethods(
                BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly
            )
            where method.Name != "PrintMembers" && method.GetMethodBody() is not null
            where FormatsADate(assembly.ManifestModule, method.GetMethodBody()!.GetILAsByteArray()!, appends)
            select $"{type.FullName}.{method.Name}";
        return [.. offenders];
    }

    /// <summary>That the search above finds what it searches for.</summary>
    [Fact]
    public void A_date_in_the_form_of_a_culture_is_found()
    {
        var found = MethodsThatFormatADate(typeof(ArchitectureTests).Assembly);
        Assert.Superset(
            new[] { nameof(Interpolated), nameof(Joined), nameof(Converted) }.ToHashSet(),
            found.Select(method => method.Split('.')[^1]).ToHashSet()
        );
        Assert.DoesNotContain(found, method => method.EndsWith(nameof(Formatted), StringComparison.Ordinal));
    }

    private static string Interpolated(DateOnly? day) => $"The day {day}.";

    private static string Joined(DateOnly[] days) => string.Join(", ", days);

    private static string Converted(DateTimeOffset instant) => "At " + instant.ToString();

    private static string Formatted(DateOnly day) => $"The day {day:yyyy-MM-dd}.";

    private static bool IsDate(Type type) =>
        (Nullable.GetUnderlyingType(type) ?? type) is var plain
        && (plain == typeof(DateOnly) || plain == typeof(DateTime) || plain == typeof(DateTimeOffset) || plain == typeof(TimeOnly));

    private static bool AppendsWithoutFormat(Module module, int token)
    {
        try
        {
            return module.ResolveMethod(token) is { Name: "AppendFormatted" or "Join" or "Concat", IsGenericMethod: true } method
                && method.DeclaringType != typeof(Enumerable)
                && IsDate(method.GetGenericArguments()[0])
                && method.GetParameters().All(parameter => parameter.Name != "format");
        }
        catch (ArgumentException)
        {
            // Named within a generic type, whose arguments are not known here: no date of ours.
            return false;
        }
    }

    /// <summary>Whether code calls one of the methods, or a date's ToString without a format.</summary>
    private static bool FormatsADate(Module module, byte[] code, HashSet<int> appends)
    {
        for (var at = 0; at + 5 <= code.Length; at++)
        {
            const byte call = 0x28,
                virtualCall = 0x6F,
                prefix = 0xFE,
                constrained = 0x16;
            if (code[at] == call && appends.Contains(BitConverter.ToInt32(code, at + 1)))
            {
                return true;
            }

            // Of a value that is called directly, and of one behind its interface.
            if (
                code[at] == call
                && Resolved(() => module.ResolveMethod(BitConverter.ToInt32(code, at + 1)))
                    is { Name: "ToString", DeclaringType: { } declaring } plain
                && IsDate(declaring)
                && plain.GetParameters().Length == 0
            )
            {
                return true;
            }

            if (
                code[at] == prefix
                && code[at + 1] == constrained
                && at + 11 <= code.Length
                && code[at + 6] == virtualCall
                && Resolved(() => module.ResolveType(BitConverter.ToInt32(code, at + 2))) is { } type
                && IsDate(type)
                && Resolved(() => module.ResolveMethod(BitConverter.ToInt32(code, at + 7))) is { Name: "ToString" }
            )
            {
                return true;
            }
        }

        return false;
    }

    private static T? Resolved<T>(Func<T?> resolve)
        where T : class
    {
        try
        {
            return resolve();
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    [Fact]
    public void Time_comes_from_a_time_provider()
    {
        var sources = Directory
            .GetFiles(Path.Combine(Repository.Folder(), "src"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal));
        var offenders = sources.Where(file =>
            File.ReadAllText(file) is var text
            && (
                text.Contains("DateTime.Now", StringComparison.Ordinal)
                || text.Contains("DateTime.UtcNow", StringComparison.Ordinal)
                || text.Contains("DateTimeOffset.UtcNow", StringComparison.Ordinal)
                || text.Contains("DateTimeOffset.Now", StringComparison.Ordinal)
            )
        );
        Assert.Empty(offenders.Select(Path.GetFileName));
    }

    /// <summary>
    /// Pooled connections are not cleaned between uses: what a session keeps, its locks and the channels it listens to, needs one that
    /// is not pooled.
    /// </summary>
    [Fact]
    public void What_a_session_keeps_is_on_a_connection_that_is_not_pooled()
    {
        var keeping = new Regex(@"\b(LISTEN \S|pg_(try_)?advisory_lock\(|SET SESSION |CREATE TEMP)");
        var offenders = Directory
            .GetFiles(Path.Combine(Repository.Folder(), "src"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Split(Path.DirectorySeparatorChar).Any(Made.Contains))
            .Where(file =>
                File.ReadAllText(file) is var text
                && keeping.IsMatch(text)
                && !text.Contains("Pooling = false", StringComparison.Ordinal)
                && !text.Contains("OpenSessionAsync(", StringComparison.Ordinal)
                && !text.Contains("SessionConnection.OpenAsync(", StringComparison.Ordinal)
            );
        Assert.Empty(offenders.Select(Path.GetFileName));
    }

    /// <summary>The formatter wraps code; comments and texts are wrapped by hand.</summary>
    [Fact]
    public void Lines_end_at_140()
    {
        const int longest = 140;
        var sources = Written
            .SelectMany(folder => Directory.GetFiles(Path.Combine(Repository.Folder(), folder), "*.cs", SearchOption.AllDirectories))
            .Where(file => !file.Split(Path.DirectorySeparatorChar).Any(Made.Contains));
        var offenders =
            from file in sources
            from line in File.ReadLines(file).Select((text, index) => (text.Length, Number: index + 1))
            where line.Length > longest
            select $"{Path.GetFileName(file)}:{line.Number}";
        Assert.Empty(offenders);
    }
}
