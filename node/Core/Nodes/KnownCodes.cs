using System.Collections.Frozen;
using System.Reflection;

namespace Settlement.Core.Nodes;

/// <summary>The codes of this program. What others say in a code's place must not reach logs, metrics and records as it came:
/// there would be no end of them.</summary>
internal static class KnownCodes
{
    // Found by name, so that no class of codes is forgotten: what an honest peer said would else be held against it.
    private static readonly FrozenSet<string> All = typeof(KnownCodes).Assembly.GetTypes().Where(static type => type.Name.EndsWith("Codes", StringComparison.Ordinal))
        .SelectMany(static type => type.GetFields(BindingFlags.Public | BindingFlags.Static)).Where(static field => field.IsLiteral && field.FieldType == typeof(string))
        .Select(static field => (string)field.GetRawConstantValue()!).ToFrozenSet(StringComparer.Ordinal);

    /// <summary>The code where it is one of this program's, else <see cref="NodeCodes.ForeignCode"/>.</summary>
    public static string OrForeign(string code) => All.Contains(code) ? code : NodeCodes.ForeignCode;
}
