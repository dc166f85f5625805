using Google.Protobuf;
using Settlement.Contracts;
using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;
using Settlement.Core.Nodes;
using Settlement.Core.Participants;
using Settlement.Wire.Channels;

namespace Settlement.Core.Bank;

/// <summary>Writes the terms that an operator asked for.</summary>
internal static class TermsWriter
{
    /// <summary>The terms as they will be hashed, with a fresh salt.</summary>
    public static byte[] Write(NodeContext node, BankSettings settings, ParticipantPin agent, ChannelRequest request)
    {
        byte[] salt = new byte[Digest.Length];
        node.Entropy.Fill(salt);
        Terms terms = new()
        {
            Suite = Suite.Current,
            Network = node.Network,
            Salt = ByteString.CopyFrom(salt),
            Finality = new FinalityRule(),
            RetentionDays = (uint)settings.RetentionDays,
            Agent = Pin(agent.Id, agent.RootFingerprint, ""),
            LedgerKey = ByteString.CopyFrom(node.Parts.Ledger.CheckpointKey.ToArray()),
        };
        terms.Members.Add(Pin(node.Parts.Keys.Participant, node.Parts.Keys.RootFingerprint, settings.Jurisdiction));
        terms.Members.Add(Pin(request.Counterparty, request.CounterpartyRoot, JurisdictionOf(request.Counterparty)));
        terms.Observers.Add(request.Observers.Select(o => Pin(o.Id, o.Root, JurisdictionOf(o.Id))));
        List<ParticipantId> numbers = [node.Parts.Keys.Participant, request.Counterparty, .. request.Observers.Select(o => o.Id)];
        terms.TransferBases.Add(request.TransferBases.Select(t => new TransferBasis { FromMember = (uint)numbers.IndexOf(t.From), ToParticipant = (uint)numbers.IndexOf(t.To), Basis = t.Basis }));
        terms.Currencies.Add(request.Currencies.Select(c => c.Code).Order(StringComparer.Ordinal));
        terms.Limits.Add(request.Limits.Select(l => new Limit { Member = l.OfCounterparty ? 1u : 0u, Currency = l.Limit.Currency.Code, MinorUnits = l.Limit.MinorUnits }));
        terms.Limits.Add(request.UnitLimits.Select(l => new Limit { Member = l.OfCounterparty ? 1u : 0u, Currency = l.Unit, MinorUnits = l.Units }));
        SortedSet<string> units = new(StringComparer.Ordinal);
        foreach (string source in request.ContractSources)
        {
            // A source that does not compile gets no hash, and the terms are refused for it.
            Contract? contract = ContractCompiler.Compile("terms", source).Contract;
            terms.Contracts.Add(new ContractPin { Hash = ByteString.CopyFrom(contract?.Hash ?? []), Source = source });
            units.UnionWith(contract?.Units.Select(static u => u.Name) ?? []);
        }

        terms.Units.Add(units);

        return terms.ToByteArray();

        string JurisdictionOf(ParticipantId id) => request.Jurisdictions.GetValueOrDefault(id, "");
    }

    private static TermsParticipant Pin(ParticipantId participant, Digest root, string jurisdiction) =>
        new() { Participant = participant.ToString(), RootFingerprint = ByteString.CopyFrom(root.ToArray()), Jurisdiction = jurisdiction };
}
