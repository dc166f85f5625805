namespace Settlement.Host.Peers;

/// <summary>One request that is read or worked on, to be given back.</summary>
internal abstract class PeerTurn : IDisposable
{
    /// <summary>Cancelled when the turn is taken away while its body is read.</summary>
    public virtual CancellationToken Displaced => CancellationToken.None;

    /// <summary>The body has come in: from here on the turn takes as long as the node does.</summary>
    /// <returns>False when the turn was taken away before.</returns>
    public virtual bool TryKeep() => true;

    /// <inheritdoc/>
    public abstract void Dispose();
}
