using Google.Protobuf;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;
using Settlement.Core.Machines;
using Settlement.Core.Nodes;
using Settlement.Core.Notarisation;
using Settlement.Core.Participants;
using Settlement.Core.Vault.Records;
using Settlement.Wire.Channels;
using Settlement.Wire.Ledger;
using Settlement.Wire.Participants;

namespace Settlement.Core.Bank;

/// <summary>
/// Opens channels. The proposer writes terms and draws the first epoch; the other member consents with a fresh key; every
/// observer acknowledges; the ledger gets a salted hash of the terms, the hash of the epoch and the members' keys. Only then
/// is the channel there, at every member alike.
/// </summary>
internal sealed class Openings(NodeContext node, BankSettings settings, ParticipantPin agent, ChannelBook channels, LedgerDesk ledger, ProposedContracts contracts)
{
    private readonly OpeningBook underWay = new(node, channels);
    private readonly OpeningPolicy policy = new(node, settings, agent, channels, ledger, contracts);
    private readonly List<BankInput.OpenChannel> afterDirectory = [];

    /// <summary>Starts an opening for the operator. One that names somebody unknown waits until the directory was read again.</summary>
    public void Open(BankInput.OpenChannel input)
    {
        if (policy.Refusal(input.Request, underWay.All) == BankCodes.ParticipantUnknown && afterDirectory.Count < settings.MaxChannels)
        {
            afterDirectory.Add(input);
            ledger.RefreshDirectory();
        }
        else
        {
            OpenNow(input);
        }
    }

    /// <summary>The directory was read: what waited for it is decided now.</summary>
    public void OnDirectoryRead()
    {
        List<BankInput.OpenChannel> waiting = [.. afterDirectory];
        afterDirectory.Clear();
        foreach (BankInput.OpenChannel input in waiting) OpenNow(input);
    }

    private void OpenNow(BankInput.OpenChannel input)
    {
        ChannelRequest request = input.Request;
        string? refusal = policy.Refusal(request, underWay.All);
        if (refusal is null && TryWriteTerms(request, out ChannelTerms? terms, out refusal)) Start(input.CallId, terms!);
        if (refusal is not null) node.Then(new Effect.Reply(input.CallId, new OpenChannelResult(null, refusal)));
    }

    /// <summary>Takes up what the vault holds: open channels join the book, others are tried again.</summary>
    public void Restore(OpeningRow row, Action<ChannelSide> opened)
    {
        if (!ChannelTerms.TryRead(row.Terms.ToByteArray(), node.Network, contracts.TryReadKept, out ChannelTerms? terms, out string code))
            throw new InvalidOperationException($"Stored terms cannot be read: {code}.");
        terms.TryFind(node.Parts.Keys.Participant, out PinnedParticipant? own);
        Opening opening = new(terms, own!.Number, row, node.NewRetry(), null);
        if (row.OpeningLeaf.Length > 0) opened(opening.Build(node));
        else underWay.Restore(opening);
    }

    /// <summary>Another bank proposes a channel.</summary>
    public void OnProposal(ParticipantId from, OpenProposal proposal)
    {
        Digest hash = ChannelTerms.HashOf(proposal.Terms.Span);
        if (underWay.TryGet(hash, out Opening? known))
        {
            if (!known.Row.IsProposer) Consent(known);
            return;
        }

        if (channels.TryFindTerms(hash, out _)) return;
        if (policy.Judge(from, proposal, underWay.All, out ChannelTerms? terms, out EpochKeys? keys) is { } refusal)
        {
            // The directory is read again, and the proposer proposes again.
            if (refusal == BankCodes.ParticipantUnknown) return;
            // What it would cost to look at there is room for later, when the proposer says it again.
            if (refusal == ChannelCodes.TooOften)
            {
                node.Note(refusal, hash.ToString());
                return;
            }

            // Where there is no room an honest proposer is refused too, for what others or a silent observer keep waiting.
            if (refusal == BankCodes.TooManyChannels) node.Note(refusal, hash.ToString());
            else node.Alarm(refusal, hash.ToString());
            node.Peers.Send(from, new PeerMessage { OpenAnswer = new OpenAnswer { TermsHash = ByteString.CopyFrom(hash.ToArray()), Refusal = refusal } });
            return;
        }

        terms!.TryFind(node.Parts.Keys.Participant, out PinnedParticipant? own);
        Opening opening = Opening.Begin(node, settings, terms, own!.Number, proposal.Epoch, keys!, proposal.MemberCertificates[0], null);
        keys!.Dispose();
        underWay.Add(opening);
        Consent(opening);
    }

    /// <summary>The other member consents or refuses.</summary>
    public void OnAnswer(ParticipantId from, OpenAnswer answer)
    {
        if (!Digest.TryRead(answer.TermsHash.Span, out Digest hash)) return;
        if (!underWay.TryGet(hash, out Opening? opening))
        {
            underWay.Remind(from, hash);
            return;
        }

        if (!opening.Row.IsProposer) return;
        PinnedParticipant other = opening.Terms.Participants[1];
        if (from != other.Id || opening.Row.CounterpartySignature.Length > 0) return;
        if (answer.Refusal.Length > 0)
        {
            underWay.GiveUp(opening, ChannelCodes.TermsNotAccepted);
            return;
        }

        if (!policy.TryRoot(other, out PublicKey root)
            || !KeyCertificates.TryVerify(answer.Certificate, root, node.Network, other.Id, KeyPurpose.Channel, hash.ToArray(), node.Now, out PublicKey key))
        {
            node.Alarm(ChannelCodes.ParticipantNotPinned, hash.ToString());
            return;
        }

        byte[] body = opening.Body(opening.OwnKey(), key);
        using VerifyingKey verifier = new(key);
        if (!verifier.Verify(RecordHashes.Channel(body), answer.Signature.Span))
        {
            node.Alarm(ChannelCodes.EndorsementInvalid, hash.ToString());
            return;
        }

        opening.Row.Certificates.Add(answer.Certificate);
        opening.Row.CounterpartySignature = answer.Signature;
        opening.Retry.Reset();
        underWay.Save(opening);
        Proceed(opening);
    }

    /// <summary>An observer acknowledges.</summary>
    public void OnAcknowledgement(ParticipantId from, ObserverAcknowledgement acknowledgement)
    {
        if (!Digest.TryRead(acknowledgement.TermsHash.Span, out Digest hash)) return;
        if (!underWay.TryGet(hash, out Opening? opening))
        {
            underWay.Remind(from, hash);
            return;
        }

        if (!opening.Terms.TryFind(from, out PinnedParticipant? observer) || observer.Number < ChannelTerms.MemberCount || opening.HasAcknowledged(observer)) return;
        if (!policy.TryRoot(observer, out PublicKey root) || !Acknowledgements.TryVerify(acknowledgement, opening.Terms, opening.Row.Epoch, observer, root, node.Now))
        {
            node.Alarm(ChannelCodes.ParticipantNotPinned, hash.ToString());
            return;
        }

        opening.Row.Acknowledgements.Add(acknowledgement);
        opening.Retry.Reset();
        underWay.Save(opening);
        Proceed(opening);
    }

    /// <summary>The proposer says that the ledger has the opening.</summary>
    public void OnOpened(ParticipantId from, ChannelOpened opened)
    {
        if (!Digest.TryRead(opened.TermsHash.Span, out Digest hash) || !underWay.TryGet(hash, out Opening? opening) || opening.Row.IsProposer) return;
        if (from != opening.Terms.Participants[0].Id || !opening.Terms.Participants[0].IsIn(node.Parts.Directory) || opened.Record is null) return;
        PinnedParticipant[] observers = [.. opening.Terms.Observers];
        // Both before any key is read or any signature checked. Another channel's record is no use: with it this member could never prove
        // to the agent which channel it funds. And each observer acknowledges once.
        if (!opening.Row.Channel.Span.SequenceEqual(RecordHashes.Channel(opened.Record.Body.Span).ToArray()) || opened.Acknowledgements.Count > observers.Length)
        {
            node.Alarm(ChannelCodes.TermsInvalid, hash.ToString());
            return;
        }

        if (!OpenedChannel.TryRead(opened.Record, node.Network, out _, out string code))
        {
            node.Alarm(code, hash.ToString());
            return;
        }

        foreach (ObserverAcknowledgement acknowledgement in opened.Acknowledgements)
        {
            foreach (PinnedParticipant observer in observers.Where(o => Acknowledgements.IsOf(acknowledgement, o.Id) && !opening.HasAcknowledged(o)))
            {
                if (policy.TryRoot(observer, out PublicKey root) && Acknowledgements.TryVerify(acknowledgement, opening.Terms, opening.Row.Epoch, observer, root, node.Now))
                    opening.Row.Acknowledgements.Add(acknowledgement);
            }
        }

        // A member takes no part in a channel whose observers have not agreed to watch.
        if (observers.Any(o => !opening.HasAcknowledged(o))) return;
        // Said again it is no step further, whatever other signatures it comes with.
        if (opening.Row.Record is null)
        {
            opening.Row.SinceUnixMs = node.NowUnixMs;
            opening.Row.Record = opened.Record;
            underWay.Save(opening);
        }

        ledger.Query(new Digest(opening.Row.Channel.Span));
    }

    /// <summary>What the ledger says of a channel that is not in the book yet.</summary>
    public ChannelSide? OnSeen(Digest channel, Leaf? head)
    {
        Opening? opening = underWay.Of(channel);
        // One that the step has no room for is asked about again.
        if (opening is null || !PendingOpening.MayWrite(node)) return null;
        if (opening.Row.Record is { } record && head is not null)
        {
            if (Opening.Lists(node.Network, record, channel, head)) return underWay.Finish(opening, head);
            // A leaf of the log, and about something else: the ledger says what it cannot show.
            node.Alarm(LedgerCodes.ReceiptLeaf, channel.ToString());
            return null;
        }

        if (!opening.Row.IsProposer && PendingOpening.IsOverdue(node, opening.Row))
        {
            // Listed without a notice: the proposer answers a consent with it.
            if (head is not null) Consent(opening);
            else if (PendingOpening.IsUnlisted(node, ledger, opening.UnlistedSince)) underWay.Forget(opening);
            else opening.UnlistedSince ??= node.Now;
        }

        return null;
    }

    /// <summary>Sends again what is unanswered.</summary>
    public void Tick()
    {
        foreach (Opening opening in underWay.All.ToList())
        {
            if (!PendingOpening.MayWrite(node)) return;
            if (PendingOpening.TryDate(node, opening.Row)) underWay.Save(opening);
            if (!opening.Retry.IsDue(node.Now)) continue;
            if (opening.Row.IsProposer && opening.Retry.Tries >= settings.MaxTries && !opening.IsSubmitted) underWay.GiveUp(opening, ChannelCodes.GaveUp);
            else Proceed(opening);
        }
    }

    private bool TryWriteTerms(ChannelRequest request, out ChannelTerms? terms, out string? refusal)
    {
        byte[] bytes = TermsWriter.Write(node, settings, agent, request);
        bool isValid = ChannelTerms.TryRead(bytes, node.Network, out terms, out string code);
        refusal = isValid ? null : code;
        return isValid;
    }

    private void Start(long callId, ChannelTerms terms)
    {
        PublicKey[] encryption = [.. terms.Participants.Select(policy.EncryptionKeyOf)];
        using EpochKeys keys = EpochKeys.Draw(terms, 1, 0, encryption, node.Entropy, out Epoch epoch);
        Opening opening = Opening.Begin(node, settings, terms, 0, epoch, keys, null, callId);
        underWay.Add(opening);
        Proceed(opening);
    }

    /// <summary>Does what the opening needs next.</summary>
    private void Proceed(Opening opening)
    {
        opening.Retry.Tried(node.Now);
        if (!opening.Row.IsProposer)
        {
            // Without the notice the consent is sent again, and the proposer answers it with the notice. The consent is a
            // signature that may still be used, so the row stays for longer than an honest proposer uses it. Then the ledger
            // is asked, and what it does not list is dropped: a proposer that gave up says nothing.
            if (opening.Row.Record is not null || PendingOpening.IsOverdue(node, opening.Row)) ledger.Query(new Digest(opening.Row.Channel.Span));
            else Consent(opening);
            return;
        }

        // From its first row on, which is older than the other member's: while this one may complete it, the other has it. What
        // the ledger was asked for may be in the log.
        if (opening.Row.Record is null && PendingOpening.IsOverdue(node, opening.Row))
        {
            underWay.GiveUp(opening, ChannelCodes.GaveUp);
            return;
        }

        if (opening.Row.CounterpartySignature.Length == 0)
        {
            Propose(opening, opening.Terms.Participants[1]);
            return;
        }

        bool isWaiting = false;
        foreach (PinnedParticipant observer in opening.Terms.Observers.Where(o => !opening.HasAcknowledged(o)))
        {
            Propose(opening, observer);
            isWaiting = true;
        }

        if (!isWaiting && !opening.IsSubmitted) Submit(opening);
    }

    private void Propose(Opening opening, PinnedParticipant to)
    {
        OpenProposal proposal = new() { Terms = opening.Row.Terms, Epoch = opening.Row.Epoch };
        proposal.MemberCertificates.Add(opening.Row.Certificates);
        node.Peers.Send(to, new PeerMessage { OpenProposal = proposal });
    }

    private void Consent(Opening opening)
    {
        // The channel's id is written before the consent leaves, and once: the same consent changes nothing.
        bool isNew = opening.Row.Channel.Length == 0;
        PeerMessage consent = opening.Consent();
        if (isNew) underWay.Save(opening);
        node.Peers.Send(opening.Terms.Participants[0], consent);
    }

    private void Submit(Opening opening)
    {
        OpeningRecord record = opening.Record();
        Digest channel = new(opening.Row.Channel.Span);
        opening.IsSubmitted = true;
        underWay.Save(opening);
        ledger.Submit(new Submission { Opening = record }, (result, leaf) =>
        {
            opening.IsSubmitted = false;
            if (leaf is not null && !Opening.Lists(node.Network, record, channel, leaf)) node.Alarm(LedgerCodes.ReceiptLeaf, channel.ToString());
            else if (leaf is not null) Opened?.Invoke(underWay.Finish(opening, leaf));
            else if (result.Code != LedgerCodes.QuotaUsed) underWay.GiveUp(opening, KnownCodes.OrForeign(result.Code));
        });
    }

    /// <summary>Called with a channel that this bank proposed and the ledger took.</summary>
    public Action<ChannelSide>? Opened { get; set; }
}
