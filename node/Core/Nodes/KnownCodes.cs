using System.Collections.Frozen;
using System.Reflection;
using Settlement.Core.Agent;
using Settlement.Core.Bank;
using Settlement.Core.Channels;
using Settlement.Core.Instructions;
using Settlement.Core.Notarisation;

namespace Settlement.Core.Nodes;

/// <summary>The codes of this program. What others say in a code's place must not reach logs, metrics and records as it came:
/// there would be no end of them.</summary>
internal static class KnownCodes
{
    private static readonly FrozenSet<string> All = new[] { typeof(ChannelCodes), typeof(LedgerCodes), typeof(BankCodes), typeof(QueueCodes), typeof(AgentCodes), typeof(NodeCodes), typeof(ReasonCodes) }
        .SelectMany(static type => type.GetFields(BindingFlags.Public | BindingFlags.Static)).Select(static field => (string)field.GetRawConstantValue()!)
        .ToFrozenSet(StringComparer.Ordinal);

    /// <summary>The code where it is one of this program's, else <see cref="NodeCodes.ForeignCode"/>.</summary>
    public static string OrForeign(string code) => All.Contains(code) ? code : NodeCodes.ForeignCode;
}
