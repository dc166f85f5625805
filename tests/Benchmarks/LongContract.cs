using System.Globalization;
using System.Text;

namespace Settlement.Tests.Benchmarks;

/// <summary>A contract as long as a real one becomes when lawyers have read it.</summary>
internal static class LongContract
{
    private const int Fields = 60, Stages = 24;

    /// <summary>Some 300 lines.</summary>
    public static string Source { get; } = Write();

    private static string Write()
    {
        StringBuilder text = new("contract Long version 1\n\nparties\n  buyer bank\n  seller bank\n  supervisor regulator, observes\n\nfields\n  amount money to buyer, seller, supervisor\n  due date to buyer, seller, supervisor\n");
        for (int i = 0; i < Fields; i++)
        {
            string type = (i % 4) switch { 0 => "money", 1 => "integer", 2 => "text(140) optional", _ => "rate(6)" };
            string readers = i % 4 == 2 ? "buyer, seller" : "buyer, seller, supervisor";
            text.Append(CultureInfo.InvariantCulture, $"  field_{i} {type} to {readers}\n");
        }

        text.Append("\nstates\n  ").AppendJoin(", ", Enumerable.Range(0, Stages + 1).Select(i => $"Stage{i.ToString(CultureInfo.InvariantCulture)}")).Append(", Done may rest\n\n");
        text.Append("on open by buyer, agreed by seller\n  require amount > 0 and field_1 >= 0 else AM01\n  reserve amount from buyer\n  -> Stage0\n\n");
        for (int i = 0; i < Stages; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"on advance_{i}(note text(35) optional) by {(i % 2 == 0 ? "buyer" : "seller")} when Stage{i} within {i + 1} business days of due else DT01\n");
            text.Append(CultureInfo.InvariantCulture, $"  let interest = amount * field_{4 * (i % 6) + 7} rounded half even\n  if interest > amount / 2 rounded down\n    set field_1 = field_1 + {i + 1}\n  otherwise\n    require field_{4 * (i % 5) + 5} != {i} else AG01\n  end\n");
            text.Append(CultureInfo.InvariantCulture, $"  -> Stage{i + 1}\n\n");
        }

        return text.Append(CultureInfo.InvariantCulture, $"on close by network when {string.Join(", ", Enumerable.Range(0, Stages + 1).Select(i => string.Create(CultureInfo.InvariantCulture, $"Stage{i}")))} after due\n  release amount to buyer\n  if amount > amount / 2 rounded down\n    move amount from buyer to seller\n  end\n  -> Done\n").ToString();
    }
}
