using Google.Protobuf;
using Settlement.Core.Cryptography;
using Settlement.Core.Nodes;
using Settlement.Core.Store;
using Settlement.Core.Vault;
using Settlement.Core.Vault.Records;

namespace Settlement.Core.Bank;

/// <summary>The vault's rows of work that is not finished: what a restart finds again.</summary>
internal static class WaitingRows
{
    private const string FundingPart = "Waiting/funding";
    private const string RedemptionPart = "Waiting/redemption";
    private const string ActPart = "Waiting/act";

    /// <summary>An instruction that was accepted for a channel.</summary>
    public static void WriteInstruction(NodeContext node, Digest channel, Command.Own own) => Write(node, channel, own.WorkKey, null, null, own.Order, own, null);

    /// <summary>A payment that waits in the queue, with its entry where that was offered.</summary>
    public static void WriteQueued(NodeContext node, Digest channel, Command.Own own) => WriteQueue(node, channel, own, new WaitingRow { IsQueued = true });

    /// <summary>A payment of the queue that is on its way together with what covers it.</summary>
    public static void WriteOffset(NodeContext node, Digest channel, Command.Own own) => WriteQueue(node, channel, own, new WaitingRow { IsOffset = true });

    /// <summary>Money that is on its way from the agent into a channel.</summary>
    public static void WriteFunding(NodeContext node, Digest channel, byte[] workKey, FundingRow funding) => Write(node, channel, workKey, funding, null, node.NextOrder(), null, null);

    /// <summary>Money that is on its way from a channel back to the agent.</summary>
    public static void WriteRedemption(NodeContext node, Digest channel, byte[] workKey, RedemptionRow redemption, long order) => Write(node, channel, workKey, null, redemption, order, null, null);

    /// <summary>Work whose entry is sealed: from now on the same bytes are sent.</summary>
    public static void WriteSealed(NodeContext node, ChannelSide channel, Command.Own own) =>
        Write(node, channel.Id, own.WorkKey, own.Funding, own.Redemption, own.Order, own, own.Entry!.Sealed);

    /// <summary>A row.</summary>
    public static WaitingRow Read(byte[] body) => WaitingRow.Parser.ParseFrom(body);

    /// <summary>The money on its way; null where the work is an instruction.</summary>
    public static FundingRow? FundingOf(VaultRows rows, byte[] workKey, WaitingRow row) =>
        row.Funding.Length > 0 ? rows.OpenPart(FundingPart, workKey, row.Funding.Span, FundingRow.Parser) : null;

    /// <summary>The money on its way back; null where the work is something else.</summary>
    public static RedemptionRow? RedemptionOf(VaultRows rows, byte[] workKey, WaitingRow row) =>
        row.Redemption.Length > 0 ? rows.OpenPart(RedemptionPart, workKey, row.Redemption.Span, RedemptionRow.Parser) : null;

    /// <summary>The action of a contract, as it was judged; null where the work is a payment or money on its way.</summary>
    public static ActRow? ActOf(VaultRows rows, byte[] workKey, WaitingRow row) => row.Act.Length > 0 ? rows.OpenPart(ActPart, workKey, row.Act.Span, ActRow.Parser) : null;

    /// <summary>The work is finished.</summary>
    public static void Delete(NodeContext node, byte[] workKey) => node.Delete(PayloadKind.Waiting, workKey);

    private static void WriteQueue(NodeContext node, Digest channel, Command.Own own, WaitingRow row)
    {
        row.Channel = ByteString.CopyFrom(channel.ToArray());
        row.Order = own.Order;
        if (own.Entry is { } entry) row.SealedEntry = entry.Sealed.ToByteString();
        node.Write(new PayloadWrite(PayloadKind.Waiting, own.WorkKey, row.ToByteArray(), PayloadWriteMode.Replace));
    }

    private static void Write(NodeContext node, Digest channel, byte[] workKey, FundingRow? funding, RedemptionRow? redemption, long order, Command.Own? own,
        Wire.Channels.SealedEntry? entry)
    {
        WaitingRow row = new() { Channel = UnsafeByteOperations.UnsafeWrap(channel.ToArray()), Order = order };
        if (entry is not null) row.SealedEntry = entry.ToByteString();
        row.IsOffset = own is { IsOffset: true };
        if (own is { IsAct: true })
        {
            row.Act = UnsafeByteOperations.UnsafeWrap(node.Rows.SealPart(ActPart, workKey, Acts.Keep(own)));
            if (own.Before is { } before) row.Instance = ByteString.CopyFrom(before.Id.ToArray());
        }

        if (funding is not null) row.Funding = UnsafeByteOperations.UnsafeWrap(node.Rows.SealPart(FundingPart, workKey, funding));
        if (redemption is not null) row.Redemption = UnsafeByteOperations.UnsafeWrap(node.Rows.SealPart(RedemptionPart, workKey, redemption));
        node.Write(new PayloadWrite(PayloadKind.Waiting, workKey, row.ToByteArray(), PayloadWriteMode.Replace));
    }
}
