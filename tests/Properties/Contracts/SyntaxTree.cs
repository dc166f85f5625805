using System.Collections;
using System.Reflection;
using Settlement.Contracts.Language;

namespace Settlement.Tests.Properties.Contracts;

/// <summary>Writes a tree down without its places, so that two can be compared.</summary>
internal static class SyntaxTree
{
    public static string Describe(object? node) => node switch
    {
        null => "-",
        string text => $"'{text}'",
        IEnumerable many => $"[{string.Join(' ', many.Cast<object?>().Select(Describe))}]",
        _ when node.GetType().Namespace == typeof(ContractSyntax).Namespace && !node.GetType().IsEnum =>
            $"{node.GetType().Name}({string.Join(' ', Parts(node).Select(Describe))})",
        _ => FormattableString.Invariant($"{node}"),
    };

    private static IEnumerable<object?> Parts(object node) => node.GetType()
        .GetProperties(BindingFlags.Public | BindingFlags.Instance)
        .Where(p => p.PropertyType != typeof(TextSpan))
        .OrderBy(p => p.Name, StringComparer.Ordinal)
        .Select(p => p.GetValue(node));
}
