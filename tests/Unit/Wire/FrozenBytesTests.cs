using System.Text;
using Google.Protobuf;
using Settlement.Contracts;
using Settlement.Core.Channels;
using Settlement.Core.Commitments;
using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;
using Settlement.Core.Monetary;
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
        foreach ((string, byte[]) line in OfGroups(context, batch, values, entropy)) yield return line;
        foreach ((string, byte[]) granted in Granted(context, new LimitGrant { Member = 1, Currency = "EUR", MinorUnits = 7_00, Generation = 1, Salt = Bytes(channel) })) yield return granted;
        foreach ((string, byte[]) line in OfCycles(context, batch, entropy, alpha)) yield return line;
        yield return ("close", RecordHashes.Close("test", channel, 2, batch.HeadHash, 1).ToArray());
        yield return ("exit", ExitText.Request("test", channel, batch.HeadHash, alpha, "EUR", 12_34).ToArray());
        yield return ("exited", ExitText.Posting("test", new byte[16], channel, alpha, "EUR", 12_34).ToArray());
        Position position = batch.State.Positions.First();
        yield return ("position-proof", PositionProofs.Of(batch.State, "test", channel, position).ToByteArray());
    }

    /// <summary>A channel cuts what member 1 owes, and what else is signed in a cycle.</summary>
    private static IEnumerable<(string Name, byte[] Bytes)> OfCycles(ChannelContext context, ExecutedBatch before, SeededEntropy entropy, ParticipantId bank)
    {
        Digest agentChannel = Digest.Of([9]);
        Assert.True(ChannelGroup.TryRead(ChannelGroup.Of("test", [context.Channel, agentChannel], Now.AddMinutes(1), context.Terms.Hash).ToByteString(), "test", out ChannelGroup? group, out _));
        Assert.True(Currency.TryParse("EUR", out Currency eur));
        using SigningKey posting = SigningKey.Generate(entropy);
        CutCall call = CycleRound.Sign("test", Digest.Of([8]), 1, eur, group, agentChannel, posting).Call;
        yield return ("cycle-round-body", call.RoundBody.ToByteArray());
        yield return ("cycle-round", new HashWriter("settlement/cycle-round").Bytes(call.RoundBody.Span).Finish().ToArray());
        ChannelState owing = ChannelState.Restore([new Position(0, "EUR", 100_00, new byte[32]), new Position(1, "EUR", -40_00, new byte[32])], new(), [], []);
        BatchExecution execution = new(context, owing, Now.ToUnixTimeMilliseconds(), null, null, null);
        execution.Add(new CutCall { RoundBody = call.RoundBody });
        PositionSalts salts = PositionSalts.Draw(context.Terms, new SeededEntropy(8));
        Assert.True(execution.TryFinish(1, 2, before.HeadHash, salts, out ExecutedBatch? batch));
        NetCut cut = Assert.Single(batch.Cuts).Cut!;
        Assert.Equal(-40_00, cut.Owed);
        yield return ("cut-blinding", cut.Blinding.ToArray());
        yield return ("cut-commitment", cut.Commitment!.ToArray());
        yield return ("cut-leaf", BatchLeaf.OfCut(group.Id, cut.Commitment.ToArray()).ToArray());
        yield return ("batch-root-of-a-cut", batch.Head.BatchRoot.ToArray());
        yield return ("state-root-after-a-cut", batch.Head.StateRoot.ToArray());
        Digest cuts = CycleText.Cuts(group.Id, [(context.Channel, cut.Commitment)]);
        yield return ("cycle-member", CycleText.Member("test", Digest.Of([8]), context.Channel, bank).ToArray());
        yield return ("cycle-cuts", cuts.ToArray());
        yield return ("cycle-confirmation", CycleText.Confirmation("test", group.Id, cuts, bank, isCovered: true).ToArray());
        yield return ("cycle-posting", CycleText.Posting("test", new byte[16], group.Id, bank, "EUR", -40_00).ToArray());
        CutCall said = new() { RoundBody = call.RoundBody, Signature = Bytes(cuts), Commitment = ByteString.CopyFrom(cut.Commitment.ToArray()) };
        yield return ("proposal-body-of-a-cut", new ProposalBody { TimeUnixMs = Now.ToUnixTimeMilliseconds(), Cuts = { new CutCall { RoundBody = call.RoundBody, Signature = Bytes(cuts) } } }.ToByteArray());
        yield return ("delivery-of-a-cut", new Delivery { Cuts = { said } }.ToByteArray());
    }

    /// <summary>A leg of a group: set aside in the second batch, and applied or released in the third.</summary>
    private static IEnumerable<(string Name, byte[] Bytes)> OfGroups(ChannelContext context, ExecutedBatch before, Value?[] values, SeededEntropy entropy)
    {
        ByteString group = ChannelGroup.Of("test", [context.Channel, before.HeadHash], Now.AddMinutes(1), context.Terms.Hash).ToByteString();
        Digest id = RecordHashes.Group(group.Span);
        yield return ("group", id.ToArray());
        OpenedEntry leg = EntrySealer.Seal(context, context.Terms.Contracts[0], context.Terms.Contracts[0].Contract.Actions[0], values, Now, entropy, groupBody: group);
        yield return ("leg-header", leg.Sealed.Header.ToByteArray());
        yield return ("leg-root", leg.Root.ToArray());
        BatchExecution sets = new(context, before.State, Now.ToUnixTimeMilliseconds(), null, null, null);
        Assert.Equal("", sets.Add(leg));
        Assert.True(sets.TryFinish(1, 2, before.HeadHash, PositionSalts.Draw(context.Terms, entropy), out ExecutedBatch? held));
        yield return ("leg-held-state-root", held.Head.StateRoot.ToArray());
        yield return ("leg-held-head", held.HeadHash.ToArray());
        yield return ("leg-reservation", RecordHashes.Reservation("test", id, context.Channel, held.HeadHash).ToArray());
        EndorsementAnswer answer = new()
        {
            Channel = Bytes(context.Channel), Term = 1, Sequence = 2, PreviousHead = Bytes(before.HeadHash), Head = Bytes(held.HeadHash),
            Endorsement = new Endorsement { NotAfterUnixMs = Now.ToUnixTimeMilliseconds(), Signature = Bytes(id) }, Reservations = { new LegReservation { Group = Bytes(id), Signature = Bytes(id) } },
        };
        yield return ("endorsement-with-reservation", answer.ToByteArray());
        yield return ("leg-reservations", new PeerMessage { LegReservations = new LegReservations { Channel = Bytes(context.Channel), Reservations = { new LegReservation { Group = Bytes(id), Signature = Bytes(id) } } } }.ToByteArray());
        PositionSalts salts = PositionSalts.Draw(context.Terms, entropy);
        foreach (bool isCommitted in new[] { true, false })
        {
            string name = isCommitted ? "committed" : "released";
            LegOutcome outcome = new() { Group = Bytes(id), IsCommitted = isCommitted };
            yield return ($"outcome-leaf-{name}", BatchLeaf.OfOutcome(id, isCommitted).ToArray());
            BatchExecution ends = new(context, held.State, Now.ToUnixTimeMilliseconds(), null, null, null);
            ends.Add(outcome);
            Assert.True(ends.TryFinish(1, 3, held.HeadHash, salts, out ExecutedBatch? ended));
            yield return ($"leg-{name}-batch-root", ended.Head.BatchRoot.ToArray());
            yield return ($"leg-{name}-state-root", ended.Head.StateRoot.ToArray());
            yield return ($"leg-{name}-head", ended.HeadHash.ToArray());
            byte[] body = new ProposalBody { TimeUnixMs = Now.ToUnixTimeMilliseconds(), PositionSalts = new SealedEnvelope { Ciphertext = Bytes(id), WrappedKey = Bytes(id) }, Outcomes = { outcome } }.ToByteArray();
            yield return ($"proposal-body-with-leg-{name}", body);
            yield return ($"proposal-with-leg-{name}", RecordHashes.Proposal("test", context.Channel, context.Terms.Hash, 1, 3, held.HeadHash, Digest.Of(body)).ToArray());
        }
    }

    private static IEnumerable<(string Name, byte[] Bytes)> Granted(ChannelContext context, LimitGrant grant)
    {
        yield return ("limit-grant", grant.ToByteArray());
        yield return ("limit-grant-leaf", BatchLeaf.OfGrant("test", context.Channel, grant).ToArray());
        BatchExecution execution = new(context, ChannelState.Empty, Now.ToUnixTimeMilliseconds(), null, null, null);
        execution.Add(grant);
        Assert.True(execution.TryFinish(1, 1, Digest.Zero, PositionSalts.Draw(context.Terms, new SeededEntropy(7)), out ExecutedBatch? batch));
        yield return ("batch-root-of-a-grant", batch.Head.BatchRoot.ToArray());
        yield return ("state-root-after-a-grant", batch.Head.StateRoot.ToArray());
        ProposalBody body = new() { TimeUnixMs = Now.ToUnixTimeMilliseconds(), Grants = { grant } };
        yield return ("proposal-body-of-a-grant", body.ToByteArray());
        yield return ("delivery-of-a-grant", new Delivery { LimitGrants = new LimitGrants { Grants = { grant } }.ToByteString() }.ToByteArray());
        yield return ("commands-of-a-grant", new Commands { Term = 1, Grants = { grant } }.ToByteArray());
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
