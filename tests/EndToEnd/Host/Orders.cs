using Settlement.Client;
using Settlement.Core.Channels;

namespace Settlement.Tests.EndToEnd.Host;

/// <summary>Orders of contracts and what becomes of them.</summary>
internal static class Orders
{
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(20);

    /// <summary>Creates an instance.</summary>
    public static Task<(string Status, string? Reason)> CreateAsync(SettlementClient bank, string channel, ActOrder order, CancellationToken ct) =>
        EndAsync(bank.CreateAsync(channel, order, null, Wait, ct));

    /// <summary>Acts on an instance. What became final at the other bank may not have been heard of here, which its code says.</summary>
    public static async Task<(string Status, string? Reason)> ActAsync(SettlementClient bank, string channel, string instance, ActOrder order, CancellationToken ct)
    {
        try
        {
            return await EndAsync(bank.ActAsync(channel, instance, order, null, Wait, ct));
        }
        catch (SettlementApiException refused) when (refused.Code == ChannelCodes.InstanceUnknown)
        {
            return ("", refused.Code);
        }
    }

    /// <summary>The id of an instance, which must come about.</summary>
    public static async Task<string> CreatedAsync(SettlementClient bank, string channel, ActOrder order, CancellationToken ct)
    {
        InstructionStatus status = Assert.Single((await bank.CreateAsync(channel, order, null, Wait, ct)).Instructions);
        Assert.Equal(("ACSC", null), (status.Status, status.Reason));
        return (await bank.GetInstructionAsync(status.Id, ct)).Entry!;
    }

    private static async Task<(string, string?)> EndAsync(Task<MessageReceipt> order) => Assert.Single((await order).Instructions) is var status ? (status.Status, status.Reason) : default;
}
