using Google.Protobuf;
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
using Settlement.Wire.Ledger;
using Settlement.Wire.Participants;

namespace Settlement.Core.Bank;

/// <summary>
/// Opens channels. The proposer writes terms and draws the first epoch; the other member consents with a fresh key; every
/// observer acknowledges; the ledger gets a salted hash of the terms, the hash of the epoch and the members' keys. Only then
/// is the channel there, at every member alike.
/// </summary>
internal sealed class Openings(NodeContext node, BankSettings settings, ParticipantPin agent, ChannelBook channels, LedgerDesk ledger)
{
    /// <summary>Openings of one proposer that wait for it. One that gave up leaves a row, since the consent may still be used.</summary>
    private const int MaxPendingOfProposer = 8;

    private readonly SortedDictionary<Digest, Opening> underWay = [];
    private readonly List<BankInput.OpenChannel> afterDirectory = [];

    /// <summary>A channel that this bank is opening, or was asked to open.</summary>
    private sealed class Opening(ChannelTerms terms, int own, OpeningRow row, Retry retry, long? callId)
    {
        public ChannelTerms Terms { get; } = terms;

        public int Own { get; } = own;

        public OpeningRow Row { get; } = row;

        public Retry Retry { get; } = retry;

        /// <summary>The operator's call that waits for the outcome; lost in a restart.</summary>
        public long? CallId { get; set; } = callId;

        public bool IsSubmitted { get; set; }
    }

    /// <summary>Starts an opening for the operator. One that names somebody unknown waits until the directory was read again.</summary>
    public void Open(BankInput.OpenChannel input)
    {
        if (Refusal(input.Request) == BankCodes.ParticipantUnknown && afterDirectory.Count < settings.MaxChannels)
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
        string? refusal = Refusal(request);
        if (refusal is null && TryWriteTerms(request, out ChannelTerms? terms, out refusal)) Start(input.CallId, terms!);
        if (refusal is not null) node.Then(new Effect.Reply(input.CallId, new OpenChannelResult(null, refusal)));
    }

    /// <summary>Takes up what the vault holds: open channels join the book, others are tried again.</summary>
    public void Restore(OpeningRow row, Action<ChannelSide> opened)
    {
        if (!ChannelTerms.TryRead(row.Terms.ToByteArray(), node.Network, out ChannelTerms? terms, out string code))
            throw new InvalidOperationException($"Stored terms cannot be read: {code}.");
        terms.TryFind(node.Parts.Keys.Participant, out PinnedParticipant? own);
        Opening opening = new(terms, own!.Number, row, node.NewRetry(), null);
        if (row.OpeningLeaf.Length > 0) opened(Build(opening));
        else underWay[terms.Hash] = opening;
    }

    /// <summary>Another bank proposes a channel.</summary>
    public void OnProposal(ParticipantId from, OpenProposal proposal)
    {
        Digest hash = ChannelTerms.HashOf(proposal.Terms.Span);
        if (underWay.TryGetValue(hash, out Opening? known))
        {
            if (!known.Row.IsProposer) Consent(known);
            return;
        }

        if (channels.All.Any(c => c.Terms.Hash == hash)) return;
        if (Judge(from, proposal, out ChannelTerms? terms, out EpochKeys? keys) is { } refusal)
        {
            // The directory is read again, and the proposer proposes again.
            if (refusal == BankCodes.ParticipantUnknown) return;
            node.Alarm(refusal, hash.ToString());
            node.Peers.Send(from, new PeerMessage { OpenAnswer = new OpenAnswer { TermsHash = ByteString.CopyFrom(hash.ToArray()), Refusal = refusal } });
            return;
        }

        terms!.TryFind(node.Parts.Keys.Participant, out PinnedParticipant? own);
        OpeningRow row = NewRow(terms, proposal.Epoch, keys!, isProposer: false);
        row.Certificates.Add(proposal.MemberCertificates[0]);
        using (SigningKey key = SigningKey.FromScalar(row.ChannelKey.Span)) row.Certificates.Add(Certify(terms, key.PublicKey));
        keys!.Dispose();
        Opening opening = new(terms, own!.Number, row, node.NewRetry(), null);
        underWay[hash] = opening;
        Save(opening);
        Consent(opening);
    }

    /// <summary>The other member consents or refuses.</summary>
    public void OnAnswer(ParticipantId from, OpenAnswer answer)
    {
        if (!Digest.TryRead(answer.TermsHash.Span, out Digest hash)) return;
        if (!underWay.TryGetValue(hash, out Opening? opening))
        {
            Remind(from, hash);
            return;
        }

        if (!opening.Row.IsProposer) return;
        PinnedParticipant other = opening.Terms.Participants[1];
        if (from != other.Id || opening.Row.CounterpartySignature.Length > 0) return;
        if (answer.Refusal.Length > 0)
        {
            GiveUp(opening, ChannelCodes.TermsNotAccepted);
            return;
        }

        if (!TryRoot(other, out PublicKey root)
            || !KeyCertificates.TryVerify(answer.Certificate, root, node.Network, other.Id, KeyPurpose.Channel, hash.ToArray(), node.Now, out PublicKey key))
        {
            node.Alarm(ChannelCodes.ParticipantNotPinned, hash.ToString());
            return;
        }

        byte[] body = Body(opening, OwnKey(opening), key);
        using VerifyingKey verifier = new(key);
        if (!verifier.Verify(RecordHashes.Channel(body), answer.Signature.Span))
        {
            node.Alarm(ChannelCodes.EndorsementInvalid, hash.ToString());
            return;
        }

        opening.Row.Certificates.Add(answer.Certificate);
        opening.Row.CounterpartySignature = answer.Signature;
        opening.Retry.Reset();
        Save(opening);
        Proceed(opening);
    }

    /// <summary>An observer acknowledges.</summary>
    public void OnAcknowledgement(ParticipantId from, ObserverAcknowledgement acknowledgement)
    {
        if (!Digest.TryRead(acknowledgement.TermsHash.Span, out Digest hash)) return;
        if (!underWay.TryGetValue(hash, out Opening? opening))
        {
            Remind(from, hash);
            return;
        }

        if (!opening.Terms.TryFind(from, out PinnedParticipant? observer) || observer.Number < ChannelTerms.MemberCount || HasAcknowledged(opening, observer)) return;
        if (!TryRoot(observer, out PublicKey root) || !Acknowledgements.TryVerify(acknowledgement, opening.Terms, opening.Row.Epoch, observer, root, node.Now))
        {
            node.Alarm(ChannelCodes.ParticipantNotPinned, hash.ToString());
            return;
        }

        opening.Row.Acknowledgements.Add(acknowledgement);
        opening.Retry.Reset();
        Save(opening);
        Proceed(opening);
    }

    /// <summary>The proposer says that the ledger has the opening.</summary>
    public void OnOpened(ParticipantId from, ChannelOpened opened)
    {
        if (!Digest.TryRead(opened.TermsHash.Span, out Digest hash) || !underWay.TryGetValue(hash, out Opening? opening) || opening.Row.IsProposer) return;
        if (from != opening.Terms.Participants[0].Id || !opening.Terms.Participants[0].IsIn(node.Parts.Directory) || opened.Record is null) return;
        if (!OpenedChannel.TryRead(opened.Record, node.Network, out OpenedChannel? channel, out string code) || !opening.Row.Channel.Span.SequenceEqual(channel.Id.ToArray()))
        {
            // Another channel's record: with it this member could never prove to the agent which channel it funds.
            node.Alarm(code.Length > 0 ? code : ChannelCodes.TermsInvalid, hash.ToString());
            return;
        }

        PinnedParticipant[] observers = [.. opening.Terms.Observers];
        foreach (ObserverAcknowledgement acknowledgement in opened.Acknowledgements)
        {
            foreach (PinnedParticipant observer in observers.Where(o => !HasAcknowledged(opening, o)))
            {
                if (TryRoot(observer, out PublicKey root) && Acknowledgements.TryVerify(acknowledgement, opening.Terms, opening.Row.Epoch, observer, root, node.Now))
                    opening.Row.Acknowledgements.Add(acknowledgement);
            }
        }

        // A member takes no part in a channel whose observers have not agreed to watch.
        if (observers.Any(o => !HasAcknowledged(opening, o))) return;
        opening.Row.Record = opened.Record;
        Save(opening);
        ledger.Query(new Digest(opening.Row.Channel.Span));
    }

    /// <summary>What the ledger says of a channel that is not in the book yet.</summary>
    public ChannelSide? OnSeen(Digest channel, Leaf? head)
    {
        Opening? opening = underWay.Values.FirstOrDefault(o => o.Row.Channel.Length > 0 && o.Row.Channel.Span.SequenceEqual(channel.ToArray()));
        if (opening is null || head is null || opening.Row.Record is null) return null;
        return Lists(opening.Row.Record, channel, head) ? Finish(opening, head) : null;
    }

    /// <summary>Whether the leaf shows that the ledger lists the channel: its opening, or a head that its members endorsed.</summary>
    private bool Lists(OpeningRecord record, Digest channel, Leaf leaf)
    {
        if (leaf.RecordCase == Leaf.RecordOneofCase.Opening) return RecordHashes.Channel(leaf.Opening.Body.Span) == channel;
        if (leaf.RecordCase != Leaf.RecordOneofCase.Head || !EndorsedHead.TryRead(leaf.Head, out EndorsedHead? head) || head.Fields.Channel != channel) return false;
        if (!OpenedChannel.TryRead(record, node.Network, out OpenedChannel? opened, out _) || opened.Id != channel) return false;
        List<VerifyingKey> members = [.. opened.MemberKeys.Select(k => new VerifyingKey(k))];
        bool isEndorsed = head.IsEndorsedBy(node.Network, members);
        foreach (VerifyingKey member in members) member.Dispose();
        return isEndorsed;
    }

    /// <summary>Sends again what is unanswered.</summary>
    public void Tick()
    {
        foreach (Opening opening in underWay.Values.ToList())
        {
            if (!opening.Retry.IsDue(node.Now)) continue;
            if (opening.Row.IsProposer && opening.Retry.Tries >= settings.MaxTries && !opening.IsSubmitted) GiveUp(opening, ChannelCodes.GaveUp);
            else Proceed(opening);
        }
    }

    private string? Refusal(ChannelRequest request)
    {
        if (channels.All.Count + underWay.Count >= settings.MaxChannels) return BankCodes.TooManyChannels;
        if (channels.TryFindOpen(request.Counterparty, out _)
            || underWay.Values.Any(o => o.Row.IsProposer && o.Terms.Participants[1].Id == request.Counterparty)) return BankCodes.ChannelExists;
        foreach ((ParticipantId id, Digest root) in request.Observers.Append((request.Counterparty, request.CounterpartyRoot)).Append((agent.Id, agent.RootFingerprint)))
        {
            if (!node.Parts.Directory.TryGet(id, out Participant? participant) || participant.Root.Fingerprint != root) return BankCodes.ParticipantUnknown;
        }

        return null;
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
        PublicKey[] encryption = [.. terms.Participants.Select(p => EncryptionKeyOf(p))];
        using EpochKeys keys = EpochKeys.Draw(terms, 1, 0, encryption, node.Entropy, out Epoch epoch);
        OpeningRow row = NewRow(terms, epoch, keys, isProposer: true);
        using (SigningKey key = SigningKey.FromScalar(row.ChannelKey.Span)) row.Certificates.Add(Certify(terms, key.PublicKey));
        Opening opening = new(terms, 0, row, node.NewRetry(), callId);
        underWay[terms.Hash] = opening;
        Save(opening);
        Proceed(opening);
    }

    private PublicKey EncryptionKeyOf(PinnedParticipant pinned)
    {
        if (pinned.Id == node.Parts.Keys.Participant) return node.Parts.Keys.Encryption.PublicKey;
        return node.Parts.Directory.TryGet(pinned.Id, out Participant? participant) ? participant.Encryption : throw new InvalidOperationException("The request was checked against the directory.");
    }

    private OpeningRow NewRow(ChannelTerms terms, Epoch epoch, EpochKeys keys, bool isProposer)
    {
        using SigningKey channelKey = SigningKey.Generate(node.Entropy);
        OpeningRow row = new() { Terms = ByteString.CopyFrom(terms.Bytes), Epoch = epoch, ChannelKey = ByteString.CopyFrom(channelKey.ToScalar()), IsProposer = isProposer };
        row.EpochSecrets.Add(keys.Secrets.Select(s => new EpochSecret { Audience = s.Audience.Bits, Secret = ByteString.CopyFrom(s.Secret) }));
        return row;
    }

    /// <summary>The code under which a proposal is refused, or null.</summary>
    private string? Judge(ParticipantId from, OpenProposal proposal, out ChannelTerms? terms, out EpochKeys? keys)
    {
        keys = null;
        terms = null;
        // Before anything is compiled: only contracts that this bank knows are.
        if (!Parsing.TryParse(Terms.Parser, proposal.Terms.Span, out Terms? wire)) return ChannelCodes.TermsUnreadable;
        if (!wire.Contracts.All(c => settings.AcceptedContracts.Contains(Convert.ToHexStringLower(c.Hash.Span)))) return ChannelCodes.TermsNotAccepted;
        if (!ChannelTerms.TryRead(proposal.Terms.ToByteArray(), node.Network, out terms, out string code)) return code;
        if (channels.All.Count + underWay.Count >= settings.MaxChannels) return BankCodes.TooManyChannels;
        if (terms.Participants[0].Id != from || terms.Participants[1].Id != node.Parts.Keys.Participant) return ChannelCodes.TermsInvalid;
        if (terms.Participants[1].RootFingerprint != node.Parts.Keys.RootFingerprint) return ChannelCodes.ParticipantNotPinned;
        if (terms.LedgerKey != node.Parts.Ledger.CheckpointKey || terms.Agent.Id != agent.Id || terms.Agent.RootFingerprint != agent.RootFingerprint)
            return ChannelCodes.TermsNotAccepted;
        // Without the agent's record no posting could be checked, and the first funding would be refused for ever.
        if (!TryRoot(terms.Agent, out _)) return BankCodes.ParticipantUnknown;
        if (channels.TryFindOpen(from, out _)) return BankCodes.ChannelExists;
        if (underWay.Values.Count(o => !o.Row.IsProposer && o.Terms.Participants[0].Id == from) >= MaxPendingOfProposer) return BankCodes.TooManyChannels;
        if (proposal.MemberCertificates.Count == 0 || !TryRoot(terms.Participants[0], out PublicKey root)
            || !KeyCertificates.TryVerify(proposal.MemberCertificates[0], root, node.Network, from, KeyPurpose.Channel, terms.Hash.ToArray(), node.Now, out _))
            return ChannelCodes.ParticipantNotPinned;
        return proposal.Epoch is { Number: 1 } epoch && EpochKeys.TryOpen(terms, epoch, 1, node.Parts.Keys.Encryption, out keys) ? null : ChannelCodes.EpochKeyUnreadable;
    }

    /// <summary>Does what the opening needs next.</summary>
    private void Proceed(Opening opening)
    {
        opening.Retry.Tried(node.Now);
        if (!opening.Row.IsProposer)
        {
            // Without the notice the consent is sent again, and the proposer answers it with the notice. The row stays even
            // when nobody answers: the consent is a signature that may still be used. However long the proposer is away, this
            // goes on at the longest wait: openings are bounded by their number.
            if (opening.Row.Record is not null) ledger.Query(new Digest(opening.Row.Channel.Span));
            else Consent(opening);
            return;
        }

        if (opening.Row.CounterpartySignature.Length == 0)
        {
            Propose(opening, opening.Terms.Participants[1]);
            return;
        }

        bool isWaiting = false;
        foreach (PinnedParticipant observer in opening.Terms.Observers.Where(o => !HasAcknowledged(opening, o)))
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
        KeyCertificateBody other = KeyCertificateBody.Parser.ParseFrom(opening.Row.Certificates[0].Body);
        if (!PublicKey.TryRead(other.PublicKey.Span, out PublicKey otherKey)) throw new InvalidOperationException("The certificate was checked.");
        using SigningKey own = SigningKey.FromScalar(opening.Row.ChannelKey.Span);
        byte[] body = Body(opening, otherKey, own.PublicKey);
        Digest channel = RecordHashes.Channel(body);
        opening.Row.Channel = ByteString.CopyFrom(channel.ToArray());
        Save(opening);
        node.Peers.Send(opening.Terms.Participants[0], new PeerMessage
        {
            OpenAnswer = new OpenAnswer
            {
                TermsHash = ByteString.CopyFrom(opening.Terms.Hash.ToArray()), Certificate = opening.Row.Certificates[1], Signature = ByteString.CopyFrom(own.Sign(channel)),
            },
        });
    }

    private void Submit(Opening opening)
    {
        KeyCertificateBody other = KeyCertificateBody.Parser.ParseFrom(opening.Row.Certificates[1].Body);
        if (!PublicKey.TryRead(other.PublicKey.Span, out PublicKey otherKey)) throw new InvalidOperationException("The certificate was checked.");
        using SigningKey own = SigningKey.FromScalar(opening.Row.ChannelKey.Span);
        byte[] body = Body(opening, own.PublicKey, otherKey);
        Digest channel = RecordHashes.Channel(body);
        OpeningRecord record = new() { Body = ByteString.CopyFrom(body) };
        record.Signatures.Add(ByteString.CopyFrom(own.Sign(channel)));
        record.Signatures.Add(opening.Row.CounterpartySignature);
        opening.Row.Record = record;
        opening.Row.Channel = ByteString.CopyFrom(channel.ToArray());
        opening.IsSubmitted = true;
        Save(opening);
        ledger.Submit(new Submission { Opening = record }, (result, leaf) =>
        {
            opening.IsSubmitted = false;
            if (leaf is not null && !Lists(record, channel, leaf)) node.Alarm(LedgerCodes.ReceiptLeaf, channel.ToString());
            else if (leaf is not null) Opened?.Invoke(Finish(opening, leaf));
            else if (result.Code != LedgerCodes.QuotaUsed) GiveUp(opening, result.Code);
        });
    }

    /// <summary>Called with a channel that this bank proposed and the ledger took.</summary>
    public Action<ChannelSide>? Opened { get; set; }

    private ChannelSide Finish(Opening opening, Leaf leaf)
    {
        opening.Row.OpeningLeaf = leaf.ToByteString();
        Save(opening);
        underWay.Remove(opening.Terms.Hash);
        ChannelSide channel = Build(opening);
        channel.Note(node, "channel_opened", new { Channel = channel.Id.ToString(), TermsHash = opening.Terms.Hash.ToString(), LeafIndex = (long)leaf.Index });
        channel.WriteSnapshot(node);
        if (opening.Row.IsProposer)
        {
            foreach (PinnedParticipant participant in opening.Terms.Participants.Skip(1)) node.Peers.Send(participant, NoticeOf(opening.Row, opening.Terms));
        }

        if (opening.CallId is { } call) node.Then(new Effect.Reply(call, new OpenChannelResult(channel.Id, null)));
        return channel;
    }

    /// <summary>One that still asks about a channel that is open has missed the notice.</summary>
    private void Remind(ParticipantId participant, Digest terms)
    {
        ChannelSide? channel = channels.All.FirstOrDefault(c => c.Terms.Hash == terms);
        if (channel is { Opening.IsProposer: true } && channel.Terms.TryFind(participant, out PinnedParticipant? pinned)) node.Peers.Send(pinned, NoticeOf(channel.Opening, channel.Terms));
    }

    private static PeerMessage NoticeOf(OpeningRow row, ChannelTerms terms)
    {
        ChannelOpened notice = new() { TermsHash = ByteString.CopyFrom(terms.Hash.ToArray()), Record = row.Record };
        notice.MemberCertificates.Add(row.Certificates);
        notice.Acknowledgements.Add(row.Acknowledgements);
        return new PeerMessage { Opened = notice };
    }

    private ChannelSide Build(Opening opening)
    {
        OpeningRow row = opening.Row;
        KeyCertificateBody other = KeyCertificateBody.Parser.ParseFrom(row.Certificates[1 - opening.Own].Body);
        if (!PublicKey.TryRead(other.PublicKey.Span, out PublicKey otherKey)) throw new InvalidOperationException("The certificate was checked.");
        EpochKeys keys = EpochKeys.Restore(row.Epoch.Number, row.EpochSecrets.Select(s => (new AudienceMask(s.Audience), s.Secret.ToByteArray())));
        ChannelContext context = new(new Digest(row.Channel.Span), opening.Terms, keys, opening.Own);
        return new ChannelSide(context, SigningKey.FromScalar(row.ChannelKey.Span), otherKey, node.NewRetry(), node.NextOrder) { Opening = row };
    }

    private void GiveUp(Opening opening, string code)
    {
        underWay.Remove(opening.Terms.Hash);
        node.Delete(PayloadKind.Channels, opening.Terms.Hash.ToArray());
        node.Alarm(code, opening.Terms.Hash.ToString());
        if (opening.CallId is { } call) node.Then(new Effect.Reply(call, new OpenChannelResult(null, code)));
    }

    private void Save(Opening opening) => node.Write(node.Rows.Replace(PayloadKind.Channels, opening.Terms.Hash.ToArray(), opening.Row));

    private PublicKey OwnKey(Opening opening)
    {
        using SigningKey own = SigningKey.FromScalar(opening.Row.ChannelKey.Span);
        return own.PublicKey;
    }

    private byte[] Body(Opening opening, PublicKey first, PublicKey second)
    {
        OpeningBody body = new()
        {
            Suite = Suite.Current, Network = node.Network,
            TermsHash = ByteString.CopyFrom(opening.Terms.Hash.ToArray()),
            EpochHash = ByteString.CopyFrom(EpochKeys.HashOf(opening.Terms, opening.Row.Epoch).ToArray()),
        };
        body.MemberKeys.Add(ByteString.CopyFrom(first.ToArray()));
        body.MemberKeys.Add(ByteString.CopyFrom(second.ToArray()));
        return body.ToByteArray();
    }

    private KeyCertificate Certify(ChannelTerms terms, PublicKey key) => node.Parts.Keys.Certify(KeyPurpose.Channel, key, node.Now - NodeContext.ClockTolerance, node.Now + settings.ChannelKeyLife, terms.Hash.ToArray());

    private bool HasAcknowledged(Opening opening, PinnedParticipant observer) =>
        opening.Row.Acknowledgements.Any(a => Acknowledgements.IsOf(a, observer.Id));

    /// <summary>The root key of a participant, if the directory lists the one that the terms pin.</summary>
    private bool TryRoot(PinnedParticipant pinned, out PublicKey root)
    {
        bool found = node.Parts.Directory.TryGet(pinned.Id, out Participant? participant) && participant.Root.Fingerprint == pinned.RootFingerprint;
        if (!found) ledger.RefreshDirectory();
        root = found ? participant!.Root : default;
        return found;
    }
}
