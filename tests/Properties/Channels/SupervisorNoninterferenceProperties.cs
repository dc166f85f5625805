using FsCheck;
using FsCheck.Fluent;
using Settlement.Contracts;
using Settlement.Core.Channels;
using Settlement.Core.Instructions;
using Settlement.Core.Monetary;
using Settlement.Tests.Bank;
using Settlement.Tests.Properties.Cryptography;
using Settlement.Wire.Channels;
using Settlement.Wire.Ledger;

namespace Settlement.Tests.Properties.Channels;

/// <summary>
/// Noninterference between whole nodes: two worlds with the same schedule and clock, whose payments differ only in what a
/// supervisor may not read (who pays and is paid behind the banks, for what, and all references). All that its machine and the
/// ledger receive is equal: how many messages, from whom, of which kind and size, in which order, and what the supervisor can
/// decrypt of them. Ciphertexts, commitments, hashes and signatures differ, as they must, and are left out. Amounts, limits
/// and so the outcomes of the cover test are the same; among them are payments that have to wait, and one that is refused.
/// </summary>
public sealed class SupervisorNoninterferenceProperties
{
    private const int Worlds = 6;

    private sealed record Secrets(string Debtor, string? Account, string Creditor, string Remittance, string References);

    private sealed record Planned(bool OfAlpha, int Amount, int Seconds, Secrets One, Secrets Other);

    private static Gen<Secrets> Secret =>
        from debtor in Text(140) from account in Gen.Elements<string?>(null, "DE89370400440532013000", "FR1420041010050500013M02606")
        from creditor in Text(140) from remittance in Text(140) from references in Text(12)
        select new Secrets(debtor, account, creditor, remittance, references);

    private static Gen<Planned> Payment =>
        from ofAlpha in ArbMap.Default.GeneratorFor<bool>() from amount in Gen.Choose(1, 70) from seconds in Gen.Choose(0, 6) from one in Secret from other in Secret
        select new Planned(ofAlpha, amount, seconds, one, other);

    [Fact]
    public void What_a_supervisor_may_not_read_makes_no_difference_to_it_or_to_the_ledger()
    {
        int entries = 0, refusals = 0;
        Samples.ForAll(
            from payments in Payment.ArrayOf(7) from seed in Gen.Choose(1, 1_000_000) select (payments, seed),
            sample =>
            {
                Received one = Run(sample.seed, sample.payments, static p => p.One), other = Run(sample.seed, sample.payments, static p => p.Other);
                Assert.Equal(one.Messages, other.Messages);
                Assert.Equal(one.Audit, other.Audit);
                entries += one.Entries;
                refusals += one.Refusals;
                // The commitments, which tell nothing, are of other values.
                Assert.NotEqual(one.Hidden, other.Hidden);
            },
            runs: Worlds);
        Assert.True(entries >= Worlds * 3, $"{entries} entries were delivered");
        Assert.True(refusals >= Worlds / 2, $"{refusals} refusals were delivered");
    }

    private sealed record Received(List<string> Messages, string Audit, int Entries, int Refusals, string Hidden);

    private static Gen<string> Text(int most) =>
        from length in Gen.Choose(1, most) from letters in Gen.Elements("a", "B", "é", "語", "😀").ArrayOf(length) select string.Concat(letters);

    private static Received Run(int seed, Planned[] payments, Func<Planned, Secrets> secrets)
    {
        using TwoBanks world = new TwoBanks(seed).Open();
        world.Fund(world.Alpha, 100).Fund(world.Beta, 60);
        int proposals = 0;
        SupervisorReceipts receipts = new(world)
        {
            // What Alpha commits to in the second batch, Beta finds false: a refusal is delivered too.
            OnTheWay = (from, to, message) => to == world.Beta && message.Proposal is { } proposal && proposals++ == 1 ? OtherProposal.Of(world, from, proposal, p => Spoil(p.Body)) : null,
        };
        foreach (Planned payment in payments)
        {
            world.Submit(payment.OfAlpha ? world.Alpha : world.Beta, Transfer(world, payment, secrets(payment)));
            world.Pass(TimeSpan.FromSeconds(payment.Seconds));
        }

        world.Pass(TimeSpan.FromSeconds(10));
        return new Received(receipts.Messages, receipts.Audit(), receipts.Entries, receipts.Refusals, receipts.Hidden);
    }

    private static CreditTransfer Transfer(TwoBanks world, Planned payment, Secrets secret)
    {
        CreditTransfer usual = world.Transfer(payment.OfAlpha ? world.Alpha : world.Beta, payment.Amount);
        return usual with
        {
            MessageId = usual.MessageId + secret.References, InstructionId = usual.InstructionId + secret.References, EndToEndId = usual.EndToEndId + secret.References, TransactionId = usual.TransactionId + secret.References,
            Debtor = new TransferParty(secret.Debtor, secret.Account), Creditor = new TransferParty(secret.Creditor, null), Remittance = secret.Remittance,
        };
    }

    private static void Spoil(ProposalBody proposal)
    {
        byte[] commitments = proposal.Items[0].Entry.Commitments.ToByteArray();
        commitments[0] ^= 1;
        proposal.Items[0].Entry.Commitments = Google.Protobuf.ByteString.CopyFrom(commitments);
    }
}
