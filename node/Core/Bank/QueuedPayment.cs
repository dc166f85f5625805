using Settlement.Core.Instructions;
using Settlement.Core.Vault.Records;

namespace Settlement.Core.Bank;

/// <summary>A payment that waits in the queue, with the row that tells its back office where it stands.</summary>
internal sealed class QueuedPayment(Command.Own command, InstructionRow row, ChannelSide channel)
{
    /// <summary>More urgent ones first, then in the order of submission.</summary>
    public static Comparer<QueuedPayment> Order { get; } = Comparer<QueuedPayment>.Create(static (a, b) =>
        b.Priority.CompareTo(a.Priority) is var byPriority and not 0 ? byPriority : a.Command.Order.CompareTo(b.Command.Order));

    public Command.Own Command { get; } = command;

    public InstructionRow Row { get; } = row;

    public ChannelSide Channel { get; } = channel;

    public string Id => Convert.ToHexStringLower(Command.WorkKey);

    /// <summary>Where it waits: payments of other channels and currencies are not in its way.</summary>
    public (ChannelSide Channel, string Currency) Line => (Channel, Row.Currency);

    /// <summary>It changes only while the payment is out of its line, whose order it decides.</summary>
    public Priority Priority
    {
        get => (Priority)Row.Priority;
        set => Row.Priority = (int)value;
    }

    /// <summary>Whether its time has come; until then it is in nobody's way.</summary>
    public bool IsEarly(long nowUnixMs) => Row.NotBeforeUnixMs > nowUnixMs;

    /// <summary>Whether its time has passed.</summary>
    public bool IsLate(long nowUnixMs) => Row.NotAfterUnixMs != 0 && Row.NotAfterUnixMs <= nowUnixMs;
}
