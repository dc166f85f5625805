using Google.Protobuf;
using Settlement.Contracts;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;
using Settlement.Core.Machines;
using Settlement.Core.Nodes;
using Settlement.Core.Notarisation;
using Settlement.Core.Participants;
using Settlement.Core.Store;
using Settlement.Core.Vault.Records;
using Settlement.Wire.Channels;
using Settlement.Wire.Participants;

namespace Settlement.Core.Regulator;

/// <summary>A regulator's part in opening channels: it checks terms and epoch keys, acknowledges, and remembers.</summary>
internal sealed class ObservedOpenings(NodeContext node, LedgerDesk ledger, RegulatorSettings settings, ProposedContracts contracts)
{
    private readonly SortedDictionary<Digest, Observed> underWay = [];

    // Overdue openings by the channel that the ledger is asked about, and since when it says that it does not list it.
    private readonly Dictionary<Digest, (Digest Terms, DateTimeOffset? UnlistedSince)> asked = [];

    /// <summary>Called with a channel that the members say is open.</summary>
    public Action<ChannelTerms, OpeningRow> Opened { get; set; } = (_, _) => { };

    /// <summary>Takes up an opening from the vault.</summary>
    public void Restore(OpeningRow row)
    {
        if (!ChannelTerms.TryRead(row.Terms.ToByteArray(), node.Network, contracts.TryReadKept, out ChannelTerms? terms, out string code))
            throw new InvalidOperationException($"Stored terms cannot be read: {code}.");
        if (row.Channel.Length > 0) Opened(terms, row);
        else underWay[terms.Hash] = Pending(terms, row);
    }

    /// <summary>A member asks for an acknowledgement.</summary>
    public void OnProposal(ParticipantId from, OpenProposal proposal, Func<Digest, bool> isOpen)
    {
        Digest hash = ChannelTerms.HashOf(proposal.Terms.Span);
        if (isOpen(hash)) return;
        if (underWay.TryGetValue(hash, out Observed? known))
        {
            Acknowledge(known.Terms, known.Row);
            return;
        }

        if (!PendingOpening.HasRoom(from, underWay.Values.Select(static o => o.Terms.Participants[0].Id), settings.MaxOpeningsOfProposer, settings.MaxOpenings)
            || !PendingOpening.HasBytes(proposal, underWay.Values.Where(o => o.Terms.Participants[0].Id == from).Select(static o => o.Row)))
        {
            // It is no fault of an honest proposer that others keep its openings waiting.
            node.Note(ChannelCodes.TermsNotAccepted, hash.ToString());
            return;
        }

        if (Judge(from, proposal, out ChannelTerms? terms, out EpochKeys? keys) is { } refusal)
        {
            // What it would cost to look at there is room for later, when the proposer says it again.
            if (refusal == ChannelCodes.TooOften) node.Note(refusal, hash.ToString());
            else node.Alarm(refusal, hash.ToString());
            return;
        }

        using (keys)
        using (SigningKey key = SigningKey.Generate(node.Entropy))
        {
            OpeningRow row = new() { Terms = proposal.Terms, Epoch = proposal.Epoch, ChannelKey = ByteString.CopyFrom(key.ToScalar()), SinceUnixMs = node.NowUnixMs };
            row.EpochSecrets.Add(keys!.Secrets.Select(s => new EpochSecret { Audience = s.Audience.Bits, Secret = ByteString.CopyFrom(s.Secret) }));
            row.Certificates.Add(proposal.MemberCertificates);
            row.Certificates.Add(node.Parts.Keys.Certify(KeyPurpose.Channel, key.PublicKey, node.Now - NodeContext.ClockTolerance, node.Now + settings.ChannelKeyLife, terms!.Hash.ToArray()));
            underWay[hash] = Pending(terms, row);
            Save(terms, row);
            Acknowledge(terms, row);
        }
    }

    /// <summary>The channel that a notice may open here: the one that is waited for under its terms, or null.</summary>
    public Digest? Awaited(ChannelOpened opened) => Digest.TryRead(opened.TermsHash.Span, out Digest hash) && underWay.TryGetValue(hash, out Observed? known) ? known.Channel : null;

    /// <summary>The members say that the channel is open; its own signatures prove that both agreed.</summary>
    public void OnOpened(ParticipantId from, ChannelOpened opened)
    {
        if (!Digest.TryRead(opened.TermsHash.Span, out Digest hash) || !underWay.TryGetValue(hash, out Observed? known)) return;
        if (!known.Terms.TryFind(from, out PinnedParticipant? member) || member.Number >= ChannelTerms.MemberCount || !member.IsIn(node.Parts.Directory) || opened.Record is null) return;
        // Before any key is read or any signature checked. The id has the terms, the epoch and the keys that the members' roots
        // certified for them: a proposer alone could sign with two of its own, and this observer would watch a channel that nobody uses.
        if (RecordHashes.Channel(opened.Record.Body.Span) != known.Channel)
        {
            node.Alarm(ChannelCodes.TermsInvalid, hash.ToString());
            return;
        }

        if (!OpenedChannel.TryRead(opened.Record, node.Network, out _, out string code))
        {
            node.Alarm(code, hash.ToString());
            return;
        }

        known.Row.Record = opened.Record;
        known.Row.Channel = ByteString.CopyFrom(known.Channel.ToArray());
        underWay.Remove(hash);
        asked.Remove(known.Channel);
        Save(known.Terms, known.Row);
        Opened(known.Terms, known.Row);
    }

    /// <summary>Acknowledges again what is not known to be open, in the end at the longest wait: a member that was down for long
    /// answers with its notice all the same. Of one that is overdue the ledger is asked instead.</summary>
    public void Tick()
    {
        foreach ((ChannelTerms terms, OpeningRow row, Retry retry, Digest channel) in underWay.Values)
        {
            if (PendingOpening.MayWrite(node) && PendingOpening.TryDate(node, row)) Save(terms, row);
            if (!retry.IsDue(node.Now)) continue;
            retry.Tried(node.Now);
            if (retry.Tries <= 1) continue;
            if (PendingOpening.IsOverdue(node, row)) Ask(terms, channel);
            else Acknowledge(terms, row);
        }
    }

    /// <summary>What the ledger says of a channel that was asked about: one that it does not list is dropped, and of one that it lists
    /// the notice is still to come.</summary>
    public void OnSeen(Digest channel, bool isListed)
    {
        if (!asked.TryGetValue(channel, out (Digest Terms, DateTimeOffset? UnlistedSince) question)) return;
        if (!isListed && !PendingOpening.IsUnlisted(node, ledger, question.UnlistedSince))
        {
            asked[channel] = (question.Terms, question.UnlistedSince ?? node.Now);
            return;
        }

        asked.Remove(channel);
        if (!underWay.TryGetValue(question.Terms, out Observed? known)) return;
        if (isListed)
        {
            Acknowledge(known.Terms, known.Row);
            return;
        }

        underWay.Remove(question.Terms);
        node.Delete(PayloadKind.Channels, question.Terms.ToArray());
    }

    private Observed Pending(ChannelTerms terms, OpeningRow row) =>
        new(terms, row, node.NewRetry(), RecordHashes.Channel(PendingOpening.Body(terms, row.Epoch, KeyOf(row.Certificates[0]), KeyOf(row.Certificates[1]))));

    private void Ask(ChannelTerms terms, Digest channel)
    {
        asked.TryAdd(channel, (terms.Hash, null));
        ledger.Query(channel);
    }

    private string? Judge(ParticipantId from, OpenProposal proposal, out ChannelTerms? terms, out EpochKeys? keys)
    {
        keys = null;
        if (!ChannelTerms.TryRead(proposal.Terms.ToByteArray(), node.Network, (string source, out Contract? contract) => contracts.TryRead(from, node.Now, source, out contract), out terms, out string code)) return code;
        if (!terms.TryFind(from, out PinnedParticipant? member) || member.Number != 0) return ChannelCodes.TermsInvalid;
        if (!terms.TryFind(node.Parts.Keys.Participant, out PinnedParticipant? own) || own.Number < ChannelTerms.MemberCount) return ChannelCodes.TermsInvalid;
        if (own.RootFingerprint != node.Parts.Keys.RootFingerprint) return ChannelCodes.ParticipantNotPinned;
        if (terms.LedgerKey != node.Parts.Ledger.CheckpointKey) return ChannelCodes.TermsNotAccepted;
        foreach (PinnedParticipant pinned in terms.Members)
        {
            KeyCertificate? certificate = proposal.MemberCertificates.ElementAtOrDefault(pinned.Number);
            if (!node.Parts.Directory.TryGet(pinned.Id, out Participant? participant) || participant.Root.Fingerprint != pinned.RootFingerprint
                || !KeyCertificates.TryVerify(certificate, participant.Root, node.Network, pinned.Id, KeyPurpose.Channel, terms.Hash.ToArray(), node.Now, out _))
            {
                ledger.RefreshDirectory();
                return ChannelCodes.ParticipantNotPinned;
            }
        }

        return proposal.Epoch is { Number: 1 } epoch && EpochKeys.TryOpen(terms, epoch, own.Number, node.Parts.Keys.Encryption, out keys) ? null : ChannelCodes.EpochKeyUnreadable;
    }

    private static PublicKey KeyOf(KeyCertificate certificate) =>
        PublicKey.TryRead(KeyCertificateBody.Parser.ParseFrom(certificate.Body).PublicKey.Span, out PublicKey key) ? key : throw new InvalidOperationException("The certificate was checked.");

    private void Acknowledge(ChannelTerms terms, OpeningRow row)
    {
        using SigningKey key = SigningKey.FromScalar(row.ChannelKey.Span);
        ObserverAcknowledgement acknowledgement = Acknowledgements.Write(terms, row.Epoch, row.Certificates[^1], key);
        node.Peers.Send(terms.Participants[0], new PeerMessage { Acknowledgement = acknowledgement });
    }

    private void Save(ChannelTerms terms, OpeningRow row) => node.Write(node.Rows.Replace(PayloadKind.Channels, terms.Hash.ToArray(), row));

    /// <summary>An opening that is under way, and the id that its channel will have.</summary>
    private sealed record Observed(ChannelTerms Terms, OpeningRow Row, Retry Retry, Digest Channel);
}
