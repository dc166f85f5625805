using Settlement.Core.Machines;
using Settlement.Core.Store;

namespace Settlement.Tests.EndToEnd.Host;

/// <summary>A machine whose steps a test writes; it records what it was given.</summary>
internal sealed class ToyMachine(Func<ToyMachine, IReadOnlyList<Input>, Step> step) : IMachine
{
    public List<IReadOnlyList<Input>> Steps { get; } = [];

    public IReadOnlyCollection<PayloadKey> NeededKeys { get; set; } = [];

    public IReadOnlyDictionary<PayloadKey, byte[]>? Found { get; private set; }

    public bool HasMore { get; set; }

    public IReadOnlyCollection<PayloadKey> Needs(IReadOnlyList<Input> inputs) => NeededKeys;

    public Step Step(DateTimeOffset now, IReadOnlyList<Input> inputs, IReadOnlyDictionary<PayloadKey, byte[]> found)
    {
        Steps.Add([.. inputs]);
        Found = found;
        return step(this, inputs);
    }
}

/// <summary>A call that the toy machine answers.</summary>
internal sealed record Asked(long CallId) : Input;
