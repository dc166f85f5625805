using Google.Protobuf;
using Settlement.Core.Cryptography;
using Settlement.Core.Nodes;
using Settlement.Core.Store;
using Settlement.Core.Vault.Records;

namespace Settlement.Core.Bank;

/// <summary>The vault's rows of work that is not finished: what a restart finds again.</summary>
internal static class WaitingRows
{
    /// <summary>An instruction that was accepted for a channel.</summary>
    public static void WriteInstruction(NodeContext node, Digest channel, Command.Own own) =>
        node.Write(node.Rows.Replace(PayloadKind.Waiting, own.WorkKey, new WaitingRow { Channel = ByteString.CopyFrom(channel.ToArray()), Order = own.Order }));

    /// <summary>Money that is on its way from the agent into a channel.</summary>
    public static void WriteFunding(NodeContext node, Digest channel, byte[] workKey, FundingRow funding) =>
        node.Write(node.Rows.Replace(PayloadKind.Waiting, workKey, new WaitingRow { Channel = ByteString.CopyFrom(channel.ToArray()), Funding = funding, Order = node.NextOrder() }));

    /// <summary>Work whose entry is sealed: from now on the same bytes are sent.</summary>
    public static void WriteSealed(NodeContext node, ChannelSide channel, Command.Own own)
    {
        WaitingRow row = new() { Channel = ByteString.CopyFrom(channel.Id.ToArray()), SealedEntry = own.Entry!.Sealed.ToByteString(), Order = own.Order };
        if (own.Funding is not null) row.Funding = own.Funding;
        node.Write(node.Rows.Replace(PayloadKind.Waiting, own.WorkKey, row));
    }

    /// <summary>The work is finished.</summary>
    public static void Delete(NodeContext node, byte[] workKey) => node.Delete(PayloadKind.Waiting, workKey);
}
