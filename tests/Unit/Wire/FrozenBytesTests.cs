using System.Text;
using Google.Protobuf;
using Settlement.Contracts;
using Settlement.Core.Channels;
using Settlement.Core.Commitments;
using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;
using Settlement.Core.Notarisation;
using Settlement.Tests.Simulation;
using Settlement.Wire.Channels;
using Settlement.Wire.Ledger;

namespace Settlement.Tests.Wire;

/// <summary>
/// What peers of other versions must compute alike, from fixed values. A change here is a change of the wire: it takes a
/// new suite number and a decision, never a new snapshot alone.
/// </summary>
public sealed class FrozenBytesTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);

    // Frozen with the bytes: terms that pinned version 1 of this contract pin it for ever.
    private const string PoolFunding1 = """
        contract PoolFunding version 1
          "Money of the settlement agent enters a channel as one bank's position."

        parties
          holder        bank
            "The bank whose account at the settlement agent pays for the position."
          counterparty  bank
          supervisor    regulator, observes

        fields
          amount   money      to holder, counterparty, supervisor
          posting  text(128)  to holder, counterparty, supervisor
            "The agent's posting that moved the money into the pool; it serves once."

        states
          Issued may rest

        on issue by holder, agreed by counterparty
          require amount > 0 else AM01
          issue amount to holder citing posting
          -> Issued

        """;

    [Fact]
    public void The_bytes_of_suite_1_are_the_ones_of_the_snapshot()
    {
        string path = Path.Combine(Unit.TestData.ProjectRoot, "tests", "Unit", "Wire", "suite-1.txt");
        string computed = string.Concat(Compute().Select(line => $"{line.Name} {Convert.ToHexStringLower(line.Bytes)}\n"));
        Assert.Equal(File.ReadAllText(path).ReplaceLineEndings("\n"), computed);
    }

    private static IEnumerable<(string Name, byte[] Bytes)> Compute()
    {
        SeededEntropy entropy = new(20260302);
        AgreementKey[] keys = [AgreementKey.Generate(entropy), AgreementKey.Generate(entropy), AgreementKey.Generate(entropy)];
        byte[] termsBytes = TermsBytes(entropy);
        Assert.True(ChannelTerms.TryRead(termsBytes, "test", out ChannelTerms? terms, out string code), code);
        yield return ("terms", termsBytes);
        yield return ("terms-hash", terms.Hash.ToArray());
        yield return ("audiences", [.. terms.Audiences.Select(a => (byte)a.Bits)]);
        using EpochKeys epochKeys = EpochKeys.Draw(terms, 1, 0, [.. keys.Select(k => k.PublicKey)], entropy, out Epoch epoch);
        yield return ("epoch-hash", EpochKeys.HashOf(terms, epoch).ToArray());
        byte[] opening = new OpeningBody { Suite = 1, Network = "test", TermsHash = Bytes(terms.Hash), EpochHash = Bytes(EpochKeys.HashOf(terms, epoch)) }.ToByteArray();
        Digest channel = RecordHashes.Channel(opening);
        yield return ("channel-id", channel.ToArray());

        ChannelContext context = new(channel, terms, epochKeys, 0);
        ContractPlan plan = terms.Contracts[0];
        Value?[] values = [new MoneyValue("EUR", 12_34), new DateValue(new DateOnly(2026, 3, 2)), new TextValue("E2E-1"), new TextValue("f47ac10b-58cc-4372-a567-0e02b2c3d479"), null,
            new TextValue("Dörte Debtor"), new TextValue("DE89370400440532013000"), new TextValue("Carl Creditor"), null, new TextValue("For a book")];
        OpenedEntry entry = EntrySealer.Seal(context, plan, plan.Contract.Actions[0], values, Now, entropy);
        yield return ("entry-header", entry.Sealed.Header.ToByteArray());
        yield return ("entry-commitments", entry.Sealed.Commitments.ToByteArray());
        foreach (SealedEnvelope envelope in entry.Sealed.Envelopes) yield return ("envelope-hash", Core.Envelopes.Envelope.Hash(envelope.Ciphertext.Span).ToArray());
        foreach (SealedEnvelope envelope in entry.Sealed.Envelopes) yield return ("wrapped-key", envelope.WrappedKey.ToByteArray());
        yield return ("entry-root", entry.Root.ToArray());
        yield return ("entry-leaf", BatchLeaf.OfEntry(entry.Root).ToArray());
        Refusal refusal = BatchLeaf.Refuse(new EntryId(Digest.Of([7])), "AM04", entropy);
        yield return ("refusal-leaf", BatchLeaf.OfRefusal(BatchLeaf.Conceal("test", channel, refusal)).ToArray());

        BatchExecution execution = new(context, ChannelState.Restore([new Position(0, "EUR", 100_00, new byte[32]), new Position(1, "EUR", 0, new byte[32])], new(), [], []), Now.ToUnixTimeMilliseconds(), null, null, null);
        Assert.Equal("", execution.Add(entry));
        execution.Add(refusal, null);
        Assert.True(execution.TryFinish(1, 1, Digest.Zero, PositionSalts.Draw(terms, entropy), out ExecutedBatch? batch));
        yield return ("batch-root", batch.Head.BatchRoot.ToArray());
        yield return ("state-root", batch.Head.StateRoot.ToArray());
        yield return ("head", batch.HeadHash.ToArray());
        HeadFields head = new(channel, 1, 1, Digest.Zero, batch.HeadHash);
        yield return ("endorsement", RecordHashes.Endorsement("test", head, Now).ToArray());
        ProposalBody body = new() { TimeUnixMs = Now.ToUnixTimeMilliseconds(), Items = { new BatchItem { Refusal = refusal } }, PositionSalts = new SealedEnvelope { Ciphertext = Bytes(channel), WrappedKey = Bytes(terms.Hash) } };
        yield return ("proposal-body", body.ToByteArray());
        yield return ("proposal", RecordHashes.Proposal("test", channel, terms.Hash, 1, 1, Digest.Zero, Digest.Of(body.ToByteArray())).ToArray());
        GroupBody group = ChannelGroup.Of("test", [channel, batch.HeadHash], Now, terms.Hash);
        yield return ("group-body", group.ToByteArray());
        yield return ("reservation", RecordHashes.Reservation("test", RecordHashes.Group(group.ToByteArray()), channel, batch.HeadHash).ToArray());
        yield return ("takeover", RecordHashes.Takeover("test", channel, batch.HeadHash, 2).ToArray());
        Assert.True(ParticipantId.TryParse("ALPHDEFFXXX", out ParticipantId alpha));
        yield return ("posting", PostingText.Digest("test", new byte[16], channel, alpha, "EUR", 12_34).ToArray());
        yield return ("position-salts-binding", PositionSalts.Binding(context, 1, Digest.Zero).AssociatedData());
        EntryId redeeming = new(Digest.Of([7]));
        yield return ("redemption", RedemptionText.Request("test", channel, redeeming, alpha, "EUR", 12_34).ToArray());
        yield return ("redeemed", RedemptionText.Posting("test", new byte[16], channel, redeeming, alpha, "EUR", 12_34).ToArray());
    }

    private static byte[] TermsBytes(SeededEntropy entropy)
    {
        byte[] salt = new byte[32];
        entropy.Fill(salt);
        Terms terms = new()
        {
            Suite = 1, Network = "test", Salt = ByteString.CopyFrom(salt), RetentionDays = 3650, Finality = new FinalityRule(),
            Agent = Participant("MARKDEFFXXX"), LedgerKey = ByteString.CopyFrom(SigningKey.Generate(entropy).PublicKey.ToArray()),
        };
        terms.Members.Add([Participant("ALPHDEFFXXX"), Participant("BETAFRPPXXX")]);
        terms.Observers.Add(Participant("SUPVDEFFXXX"));
        terms.Currencies.Add("EUR");
        terms.Limits.Add(new Limit { Member = 1, Currency = "EUR", MinorUnits = 5_00 });
        foreach (Contract contract in new[] { ContractLibrary.Load("GrossPayment"), ContractCompiler.Compile("PoolFunding", PoolFunding1).Contract! })
        {
            terms.Contracts.Add(new ContractPin { Hash = ByteString.CopyFrom(contract.Hash), Source = contract.CanonicalText });
        }

        return terms.ToByteArray();
    }

    private static TermsParticipant Participant(string id) => new() { Participant = id, RootFingerprint = Bytes(Digest.Of(Encoding.ASCII.GetBytes(id))) };

    private static ByteString Bytes(Digest digest) => ByteString.CopyFrom(digest.ToArray());
}
