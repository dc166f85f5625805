using Settlement.Core.Machines;
using Settlement.Host.Running;

namespace Settlement.Tests.EndToEnd.Host;

/// <summary>Sends nothing.</summary>
internal sealed class NoSends : ISends
{
    public bool TrySend(Effect.Send send) => false;
}
