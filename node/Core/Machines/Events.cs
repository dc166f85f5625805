using System.Text.Json;
using Settlement.Core.Cryptography;
using Settlement.Core.Store;

namespace Settlement.Core.Machines;

/// <summary>Builds events: random ids from the machine's entropy, data as JSON of public facts.</summary>
internal static class Events
{
    /// <param name="type">Short name in snake case.</param>
    /// <param name="data">A record of public facts only; its properties become the JSON's, in Pascal case.</param>
    /// <param name="now">The step's time.</param>
    /// <param name="entropy">For the event's id.</param>
    public static NewEvent Of<T>(string type, T data, DateTimeOffset now, IEntropy entropy) where T : notnull
    {
        Span<byte> id = stackalloc byte[16];
        entropy.Fill(id);
        return new NewEvent(new Guid(id), type, JsonSerializer.Serialize(data), now);
    }
}
