using Settlement.Contracts;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;
using Settlement.Core.Monetary;
using Settlement.Core.Nodes;
using Settlement.Core.Participants;
using Settlement.Wire.Channels;
using Settlement.Wire.Participants;

namespace Settlement.Core.Bank;

/// <summary>Which channels this bank opens: those its operator may ask for, and those of others that it consents to.</summary>
internal sealed class OpeningPolicy(NodeContext node, BankSettings settings, ParticipantPin agent, ChannelBook channels, LedgerDesk ledger, ProposedContracts contracts)
{
    /// <summary>Openings of one proposer that wait for it. One that gave up leaves a row for <see cref="NodeSettings.PendingOpeningLife"/>,
    /// since the consent may still be used.</summary>
    public const int MaxPendingOfProposer = 8;

    /// <summary>Why the operator's request is refused, or null.</summary>
    public string? Refusal(ChannelRequest request, IReadOnlyCollection<Opening> underWay)
    {
        if (channels.All.Count + underWay.Count >= settings.MaxChannels) return BankCodes.TooManyChannels;
        if (channels.IsTaken(request.Counterparty, request.Currencies)
            || underWay.Any(o => o.Row.IsProposer && o.Terms.Participants[1].Id == request.Counterparty && Overlap(o.Terms.Currencies, request.Currencies))) return BankCodes.ChannelExists;
        foreach ((ParticipantId id, Digest root) in request.Observers.Append((request.Counterparty, request.CounterpartyRoot)).Append((agent.Id, agent.RootFingerprint)))
        {
            if (!node.Parts.Directory.TryGet(id, out Participant? participant) || participant.Root.Fingerprint != root) return BankCodes.ParticipantUnknown;
        }

        return null;
    }

    /// <summary>Why another bank's proposal is refused, or null with its terms and the epoch keys that opened.</summary>
    public string? Judge(ParticipantId from, OpenProposal proposal, IReadOnlyCollection<Opening> underWay, out ChannelTerms? terms, out EpochKeys? keys)
    {
        keys = null;
        terms = null;
        // Before anything is read: a proposer that asks too often costs a comparison.
        if (channels.All.Count + underWay.Count >= settings.MaxChannels) return BankCodes.TooManyChannels;
        if (!PendingOpening.HasRoom(from, underWay.Where(o => !o.Row.IsProposer).Select(o => o.Terms.Participants[0].Id), MaxPendingOfProposer, settings.MaxPendingOpenings))
            return BankCodes.TooManyChannels;
        if (!PendingOpening.HasBytes(proposal, underWay.Where(o => !o.Row.IsProposer && o.Terms.Participants[0].Id == from).Select(static o => o.Row))) return BankCodes.TooManyChannels;
        // Before anything is compiled: only contracts that are said to be ones that this bank knows are.
        if (!ChannelTerms.TryParse(proposal.Terms.Span, out Terms? wire, out string code)) return code;
        if (channels.IsTaken(from, [.. wire.Currencies.Select(static c => Currency.TryParse(c, out Currency currency) ? currency : default).Where(static c => c != default)])) return BankCodes.ChannelExists;
        if (!wire.Contracts.All(c => settings.AcceptedContracts.Contains(Convert.ToHexStringLower(c.Hash.Span)))) return ChannelCodes.TermsNotAccepted;
        if (!ChannelTerms.TryRead(proposal.Terms.ToByteArray(), node.Network, (string source, out Contract? contract) => contracts.TryRead(from, node.Now, source, out contract), out terms, out code)) return code;
        if (terms.Participants[0].Id != from || terms.Participants[1].Id != node.Parts.Keys.Participant) return ChannelCodes.TermsInvalid;
        if (terms.Participants[1].RootFingerprint != node.Parts.Keys.RootFingerprint) return ChannelCodes.ParticipantNotPinned;
        // Where this bank keeps its data it says itself: another jurisdiction could do without a basis.
        if (terms.Participants[1].Jurisdiction != settings.Jurisdiction) return ChannelCodes.TermsNotAccepted;
        if (terms.LedgerKey != node.Parts.Ledger.CheckpointKey || terms.Agent.Id != agent.Id || terms.Agent.RootFingerprint != agent.RootFingerprint)
            return ChannelCodes.TermsNotAccepted;
        // A limit is money that this bank lends: a proposer does not write its own.
        ChannelTerms read = terms;
        if (read.Holdings.Any(h => read.LimitOf(0, h) > settings.GrantedLimits.GetValueOrDefault((from, h)))) return ChannelCodes.LimitNotGranted;
        // Without the agent's record no posting could be checked, and the first funding would be refused for ever.
        if (!TryRoot(terms.Agent, out _)) return BankCodes.ParticipantUnknown;
        if (proposal.MemberCertificates.Count == 0 || !TryRoot(terms.Participants[0], out PublicKey root)
            || !KeyCertificates.TryVerify(proposal.MemberCertificates[0], root, node.Network, from, KeyPurpose.Channel, terms.Hash.ToArray(), node.Now, out _))
            return ChannelCodes.ParticipantNotPinned;
        return proposal.Epoch is { Number: 1 } epoch && EpochKeys.TryOpen(terms, epoch, 1, node.Parts.Keys.Encryption, out keys) ? null : ChannelCodes.EpochKeyUnreadable;
    }

    private static bool Overlap(IReadOnlyCollection<Currency> some, IReadOnlyCollection<Currency> others) => some.Count == 0 || others.Count == 0 || some.Any(others.Contains);

    /// <summary>The root key of a participant, if the directory lists the one that the terms pin.</summary>
    public bool TryRoot(PinnedParticipant pinned, out PublicKey root)
    {
        bool found = node.Parts.Directory.TryGet(pinned.Id, out Participant? participant) && participant.Root.Fingerprint == pinned.RootFingerprint;
        if (!found) ledger.RefreshDirectory();
        root = found ? participant!.Root : default;
        return found;
    }

    /// <summary>The key to which a participant's epoch keys are sealed.</summary>
    public PublicKey EncryptionKeyOf(PinnedParticipant pinned)
    {
        if (pinned.Id == node.Parts.Keys.Participant) return node.Parts.Keys.Encryption.PublicKey;
        return node.Parts.Directory.TryGet(pinned.Id, out Participant? participant) ? participant.Encryption : throw new InvalidOperationException("The request was checked against the directory.");
    }
}
