using Google.Protobuf;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Monetary;
using Settlement.Core.Nodes;
using Settlement.Core.Notarisation;
using Settlement.Core.Vault.Records;

namespace Settlement.Core.Agent.Offsets;

/// <summary>Makes an offset of what settles together: a group of the channels and the agent's own, and a signed call to each of them.</summary>
internal sealed class OffsetCalls(NodeContext node, AgentParts parts, AgentChannel own)
{
    /// <summary>The offset, of which nothing is set aside yet.</summary>
    public OffsetState Make(OffsetMatch match, Currency currency)
    {
        List<IGrouping<Digest, WaitingPayment>> channels = [.. match.Settling.GroupBy(static payment => payment.Channel).OrderBy(static channel => channel.Key)];
        ChannelGroup group = Group([.. channels.Select(static channel => channel.Key)]);
        OffsetRow row = new() { GroupBody = group.Body, Currency = currency.Code, OpenedUnixMs = node.NowUnixMs };
        row.Legs.Add(channels.Select(channel => Leg(match, group, currency, channel)));
        row.Banks.Add(match.Nets.Select(net => new OffsetBankRow { Bank = BankAt(match, net.Key), NetMinorUnits = net.Value }));
        return new OffsetState(row, node.Network);
    }

    private ChannelGroup Group(IReadOnlyList<Digest> channels)
    {
        byte[] nonce = new byte[Digest.Length];
        node.Entropy.Fill(nonce);
        ByteString body = ChannelGroup.Of(node.Network, [.. channels, own.Id], DateTimeOffset.FromUnixTimeMilliseconds(node.NowUnixMs) + parts.OffsetLife, new Digest(nonce)).ToByteString();
        return ChannelGroup.TryRead(body, node.Network, out ChannelGroup? group, out string code) ? group : throw new InvalidOperationException($"An offset is no group: {code}.");
    }

    private OffsetLegRow Leg(OffsetMatch match, ChannelGroup group, Currency currency, IGrouping<Digest, WaitingPayment> channel)
    {
        (int first, int second) = match.Waiting.Members[channel.Key];
        int[] members = [first, second];
        long net = channel.Sum(payment => payment.Payer == first ? payment.MinorUnits : -payment.MinorUnits);
        // The order in which a bank offered them is that in which it is told of them.
        List<List<ByteString>> payments = [.. members.Select(member => channel.Where(payment => payment.Payer == member).OrderBy(static payment => payment.Place).Select(static payment => payment.Name).ToList())];
        OffsetLegRow row = new() { Call = OffsetLeg.Sign(node.Network, channel.Key, group, own.Id, [.. payments.Select(static own => own.Count)], new Money(currency, net), parts.Posting, node.Entropy).Call };
        row.Members.Add(members.Select((member, number) => new OffsetMemberRow { Bank = BankAt(match, member), Payments = { payments[number] } }));
        return row;
    }

    private static string BankAt(OffsetMatch match, int place) => match.Waiting.Banks[place].Bank.ToString();
}
