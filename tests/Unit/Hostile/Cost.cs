using System.Globalization;
using Settlement.Tests.Bank;

namespace Settlement.Tests.Hostile;

/// <summary>What an attack may cost its victim: once, and each time again.</summary>
/// <param name="Written">Rows and events that it writes, replaced ones too.</param>
/// <param name="Rows">Rows that lie in its vault afterwards and did not before.</param>
/// <param name="Kilobytes">Their bytes.</param>
/// <param name="Sends">Messages that it sends.</param>
/// <param name="Checks">Signatures that it checks.</param>
internal sealed record Cost(int Written, int Rows, int Kilobytes, int Sends, int Checks)
{
    /// <summary>Nothing but the record: the alarm, one piece of evidence, and the line of the history that names it.</summary>
    public static Cost Words { get; } = new(Written: 8, Rows: 4, Kilobytes: 6, Sends: 2, Checks: 2);

    /// <summary>The same, and one batch of the other member's.</summary>
    public static Cost Batch { get; } = new(Written: 18, Rows: 9, Kilobytes: 14, Sends: 3, Checks: 4);

    /// <summary>The same, and two of them.</summary>
    public static Cost TwoBatches { get; } = new(Written: 34, Rows: 18, Kilobytes: 24, Sends: 8, Checks: 8);

    /// <summary>The same, and three of them.</summary>
    public static Cost ThreeBatches { get; } = new(Written: 40, Rows: 14, Kilobytes: 8, Sends: 8, Checks: 10);

    /// <summary>The same, and one batch with a payment of the victim's own.</summary>
    public static Cost OwnBatch { get; } = new(Written: 32, Rows: 15, Kilobytes: 10, Sends: 10, Checks: 10);

    /// <summary>The same, and forty seconds in which the office changes hands.</summary>
    public static Cost Office { get; } = new(Written: 76, Rows: 20, Kilobytes: 16, Sends: 40, Checks: 36);

    /// <summary>The same, and ten seconds in which a node follows the ledger.</summary>
    public static Cost Following { get; } = new(Written: 24, Rows: 7, Kilobytes: 5, Sends: 16, Checks: 14);

    /// <summary>The three, and so many before them, such as one for each leg of a group that is set aside.</summary>
    public static Cost Before(int batches) =>
        new(ThreeBatches.Written + 12 * batches, ThreeBatches.Rows + 4 * batches, ThreeBatches.Kilobytes + 5 * batches, ThreeBatches.Sends + 3 * batches, ThreeBatches.Checks + 4 * batches);

    /// <summary>So much more, as often as something is said.</summary>
    public Cost And(int times, int written = 0, int sends = 0, int checks = 0) =>
        this with { Written = Written + times * written, Sends = Sends + times * sends, Checks = Checks + times * checks };

    /// <summary>The same, and what a node does when it starts: it reads its vault, and asks the ledger and its peers where they stand.</summary>
    public Cost AndRestart() => this with { Written = Written + 6, Rows = Rows + 2, Sends = Sends + 4, Checks = Checks + 18 };

    /// <summary>As the table in the documents has it.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Written} / {Rows} / {Kilobytes} / {Sends} / {Checks}");

    /// <summary>What a node has spent so far.</summary>
    public static Spending Of(TestNode node) => new(node.Written, HostileWorld.Rows(node), HostileWorld.Bytes(node), node.Sends, node.Checks);
}

/// <summary>What a node has spent, to be compared with what it spent before.</summary>
internal sealed record Spending(int Written, int Rows, long Bytes, int Sends, long Checks)
{
    /// <summary>No part of what was spent since is more than the bound.</summary>
    public void AssertWithin(Cost bound, TestNode node)
    {
        Spending now = Cost.Of(node);
        string spent = $"{now.Written - Written} / {now.Rows - Rows} / {(now.Bytes - Bytes + 1023) / 1024} / {now.Sends - Sends} / {now.Checks - Checks}";
        bool isWithin = now.Written - Written <= bound.Written && now.Rows - Rows <= bound.Rows && now.Bytes - Bytes <= bound.Kilobytes * 1024L
            && now.Sends - Sends <= bound.Sends && now.Checks - Checks <= bound.Checks;
        Assert.True(isWithin, $"It cost {spent}, and may cost {bound}: written, rows, kilobytes, messages, signatures.");
    }
}
