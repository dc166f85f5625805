using Google.Protobuf;
using Settlement.Core.Store;
using Settlement.Core.Vault.Records;
using Settlement.Tests.Channels;

namespace Settlement.Tests.Bank;

/// <summary>A vault whose rows of a batch in flight do not fit together: the node does not start, because without the batch it would sign a
/// second head for its place.</summary>
public sealed class DamagedVaultTests
{
    [Theory]
    [InlineData("another head")]
    [InlineData("another time")]
    [InlineData("no proposal")]
    [InlineData("no entries")]
    public void A_member_does_not_start_without_what_it_signed_and_goes_on_when_its_vault_is_restored(string damage)
    {
        using TwoBanks world = new TwoBanks().Open();
        world.Fund(world.Alpha, 100_00);
        // Beta's endorsement does not arrive, so that the batch stays in flight.
        world.OnPeer = (_, to, message) => to == world.Alpha && message.Endorsement is not null ? [] : [message];
        world.Pay(world.Alpha, 1_00);
        StoredPayload before = Assert.Single(world.Beta.Vault.Scan(KindOf(damage)), row => damage != "no entries" || IsInFlight(world, row));
        Damage(world.Beta, before, damage);
        string damaged = Everything(world.Beta);
        Assert.Throws<InvalidOperationException>(world.Beta.Restart);
        Assert.Equal(damaged, Everything(world.Beta));

        world.Beta.Vault.Overwrite(KindOf(damage), before.Key, before.Body);
        world.Beta.Restart();
        world.OnPeer = null;
        world.AssertGoesOn();
    }

    private static PayloadKind KindOf(string damage) => damage switch
    {
        "another head" => PayloadKind.InFlight,
        "no entries" => PayloadKind.Entries,
        _ => PayloadKind.Proposals,
    };

    private static bool IsInFlight(TwoBanks world, StoredPayload row) => world.Beta.Vault.Scan(PayloadKind.Proposals).Any(p => p.Key.AsSpan().SequenceEqual(row.Key));

    private static void Damage(TestNode node, StoredPayload row, string damage)
    {
        switch (damage)
        {
            case "another head":
                InFlightRow signed = node.Rows.Open(PayloadKind.InFlight, row.Key, row.Body, InFlightRow.Parser);
                signed.Head = Lies.Flipped(signed.Head, 0);
                node.Vault.Overwrite(PayloadKind.InFlight, row.Key, node.Rows.Replace(PayloadKind.InFlight, row.Key, signed).Body);
                break;
            case "another time":
                ProposalRow proposal = node.Rows.Open(PayloadKind.Proposals, row.Key, row.Body, ProposalRow.Parser);
                proposal.Rest.TimeUnixMs++;
                node.Vault.Overwrite(PayloadKind.Proposals, row.Key, node.Rows.Replace(PayloadKind.Proposals, row.Key, proposal).Body);
                break;
            default:
                node.Vault.Delete(KindOf(damage), row.Key);
                break;
        }
    }

    private static string Everything(TestNode node) => node.Vault.Text(Enum.GetValues<PayloadKind>());
}
