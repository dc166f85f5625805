using Google.Protobuf;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;
using Settlement.Tests.Bank;
using Settlement.Wire.Agent;

namespace Settlement.Tests.Agent.Offsets;

/// <summary>A bank as the settlement agent sees one: it offers what waits, is told of offsets, and reports what its channels have set aside.</summary>
internal sealed class FakeBank(string bic)
{
    public ParticipantId Id { get; } = TwoBanks.IdOf(bic);

    public string Name { get; } = bic[..4];

    public List<FakeChannel> Channels { get; } = [];

    /// <summary>What waits, in its order.</summary>
    public List<OfferedPayment> Waiting { get; } = [];

    public long? Room { get; set; }

    public Dictionary<FakeBank, long> Rooms { get; } = [];

    /// <summary>It asks for nothing, says nothing and endorses nothing.</summary>
    public bool IsSilent { get; set; }

    /// <summary>What its channels have set aside, by group.</summary>
    public HashSet<(ByteString Group, ByteString Channel)> SetAside { get; } = [];

    /// <summary>Its own payments in offsets that it was told of, by group.</summary>
    public Dictionary<ByteString, HashSet<ByteString>> Joined { get; } = [];

    /// <summary>The nets that were posted, by group.</summary>
    public Dictionary<ByteString, long> Nets { get; } = [];

    /// <summary>All that it was told, in order.</summary>
    public List<OffsetAnswer> Told { get; } = [];

    public OffsetOffers Offers()
    {
        OffsetQueue queue = new() { Currency = "EUR" };
        foreach (FakeChannel channel in Channels)
        {
            OffsetChannel said = new() { OpeningBody = channel.Opening, Signature = ByteString.CopyFrom(channel.KeyOf(this).Sign(OffsetText.Member(TwoBanks.Network, channel.Id, Id))) };
            if (Rooms.TryGetValue(channel.Other(this), out long room)) said.RoomMinorUnits = room;
            queue.Channels.Add(said);
        }

        if (Room is { } all) queue.RoomMinorUnits = all;
        queue.Payments.Add(Waiting);
        OffsetOffers offers = new() { Queues = { queue } };
        offers.Reports.Add(SetAside.Select(static s => new OffsetReport { Group = s.Group, Channel = s.Channel }));
        return offers;
    }
}
