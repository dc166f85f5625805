using Google.Protobuf;
using Settlement.Contracts;
using Settlement.Core.Cryptography;
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
            Agent = Pin(agent.Id.ToString(), agent.RootFingerprint),
            LedgerKey = ByteString.CopyFrom(node.Parts.Ledger.CheckpointKey.ToArray()),
        };
        terms.Members.Add(Pin(node.Parts.Keys.Participant.ToString(), node.Parts.Keys.RootFingerprint));
        terms.Members.Add(Pin(request.Counterparty.ToString(), request.CounterpartyRoot));
        terms.Observers.Add(request.Observers.Select(o => Pin(o.Id.ToString(), o.Root)));
        terms.Currencies.Add(request.Currencies.Select(c => c.Code).Order(StringComparer.Ordinal));
        terms.Limits.Add(request.Limits.Select(l => new Limit { Member = l.OfCounterparty ? 1u : 0u, Currency = l.Limit.Currency.Code, MinorUnits = l.Limit.MinorUnits }));
        foreach (string source in request.ContractSources)
        {
            // A source that does not compile gets no hash, and the terms are refused for it.
            byte[] hash = ContractCompiler.Compile("terms", source).Contract?.Hash ?? [];
            terms.Contracts.Add(new ContractPin { Hash = ByteString.CopyFrom(hash), Source = source });
        }

        return terms.ToByteArray();
    }

    private static TermsParticipant Pin(string participant, Digest root) => new() { Participant = participant, RootFingerprint = ByteString.CopyFrom(root.ToArray()) };
}
