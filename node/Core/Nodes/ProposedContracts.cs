using System.Text;
using Settlement.Contracts;
using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;

namespace Settlement.Core.Nodes;

/// <summary>
/// Compiles the contracts of terms that others propose. A contract of some kilobytes can be written so that it takes a second to
/// compile, and nobody here has agreed to it; so a proposer has a budget of kilobytes that were never seen before, and a step has one over
/// all proposers. What was compiled is remembered, also where it was refused: proposed again, by whomever, it costs nothing, and
/// terms with more contracts than a budget takes at once are read a few contracts at a time, as often as they are proposed.
/// </summary>
internal sealed class ProposedContracts
{
    /// <summary>Bytes of contracts of one proposer that are compiled without a wait. One that goes beyond it is taken, and counts against what
    /// comes later.</summary>
    public const int BurstBytes = 64 << 10;

    /// <summary>What one costs at least, however short it is.</summary>
    public const int LeastBytes = 1 << 10;

    /// <summary>Bytes that a step compiles, whoever proposes them; one larger contract goes alone. The whole library has less.</summary>
    public const int MaxBytesOfStep = 24 << 10;

    /// <summary>Bytes of contracts that are remembered; the oldest are forgotten first. One that was refused counts <see cref="LeastBytes"/>.</summary>
    public const int MaxRememberedBytes = 2 << 20;

    /// <summary>After a burst <see cref="LeastBytes"/> more are compiled each such time.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    [ThreadStatic]
    private static long compiledBytesOnThisThread;

    private readonly Dictionary<Digest, Contract?> remembered = [];
    private readonly Queue<(Digest Source, int Bytes)> order = new();
    private readonly Dictionary<ParticipantId, DateTimeOffset> owedUntil = [];
    private long rememberedBytes;
    private int bytesOfStep;

    /// <summary>Bytes of contracts that this thread has compiled for others, which tests hold to a bound.</summary>
    internal static long CompiledBytesOnThisThread => compiledBytesOnThisThread;

    /// <summary>Reads a contract that this participant proposes. False when there is no room for it now.</summary>
    public bool TryRead(ParticipantId from, DateTimeOffset now, string source, out Contract? contract)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(source);
        Digest hash = Digest.Of(bytes);
        if (remembered.TryGetValue(hash, out contract)) return true;
        int cost = Math.Max(bytes.Length, LeastBytes);
        if ((bytesOfStep > 0 && bytesOfStep + cost > MaxBytesOfStep) || !MayOwe(from, now, cost)) return false;
        bytesOfStep += cost;
        contract = Compile(hash, source, bytes.Length);
        return true;
    }

    /// <summary>Reads one of terms that this node has taken, and remembers it. However many channels have it, it is compiled once.</summary>
    public bool TryReadKept(string source, out Contract? contract)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(source);
        Digest hash = Digest.Of(bytes);
        if (!remembered.TryGetValue(hash, out contract)) contract = Compile(hash, source, bytes.Length);
        return true;
    }

    /// <summary>The drain is over.</summary>
    public void Forget(DateTimeOffset now)
    {
        bytesOfStep = 0;
        if (owedUntil.Count == 0) return;
        // Who owes nothing any more needs no entry: there are as many as proposed something new lately.
        foreach (ParticipantId paid in owedUntil.Where(owed => owed.Value <= now).Select(static owed => owed.Key).ToList()) owedUntil.Remove(paid);
    }

    private bool MayOwe(ParticipantId from, DateTimeOffset now, int cost)
    {
        DateTimeOffset until = owedUntil.GetValueOrDefault(from);
        if (until < now) until = now;
        if (until - now >= TimeOf(BurstBytes)) return false;
        owedUntil[from] = until + TimeOf(cost);
        return true;
    }

    private Contract? Compile(Digest hash, string source, int bytes)
    {
        compiledBytesOnThisThread += bytes;
        Contract? contract = ContractCompiler.Compile("terms", source).Contract;
        int kept = contract is null ? LeastBytes : Math.Max(bytes, LeastBytes);
        remembered.Add(hash, contract);
        order.Enqueue((hash, kept));
        for (rememberedBytes += kept; rememberedBytes > MaxRememberedBytes;)
        {
            (Digest oldest, int size) = order.Dequeue();
            remembered.Remove(oldest);
            rememberedBytes -= size;
        }

        return contract;
    }

    private static TimeSpan TimeOf(int bytes) => new(Interval.Ticks * bytes / LeastBytes);
}
