using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;
using Settlement.Core.Nodes;
using Settlement.Core.Notarisation;
using Settlement.Core.Participants;
using Settlement.Wire.Agent;
using Settlement.Wire.Channels;
using Settlement.Wire.Ledger;

namespace Settlement.Core.Agent;

/// <summary>
/// Whether a supervisor that this agent knows has acknowledged a channel. Whoever asks chooses what is to be verified, so what
/// costs no public-key operation is looked at first, and one message is worth so many of them and no more.
/// </summary>
internal sealed class SupervisedChannels(NodeContext node, IReadOnlyList<ParticipantPin> supervisors)
{
    /// <summary>Acknowledgements of one channel: each observer has one.</summary>
    public const int MaxAcknowledgements = ChannelTerms.MaxParticipants - ChannelTerms.MemberCount;

    /// <summary>Acknowledgements that are verified for one message, each with the signatures of its certificate and its own. An
    /// honest bank needs one for each of its requests.</summary>
    public const int MaxVerifications = AgentMachine.MaxRequests + MaxAcknowledgements;

    private int verified;

    /// <summary>Whether another request of this message may be looked at, however many of its acknowledgements are verified.</summary>
    public bool HasRoom => verified + MaxAcknowledgements <= MaxVerifications;

    /// <summary>A new message is looked at.</summary>
    public void Begin() => verified = 0;

    /// <summary>The channel is the one of the opening, and there is an acknowledgement in a supervisor's name. No signature is verified.</summary>
    /// <param name="channel">The channel to be funded.</param>
    /// <param name="fund">The request for it.</param>
    /// <param name="claims">What <see cref="IsTrue"/> verifies: one acknowledgement at most in the name of each supervisor.</param>
    public bool TryFindClaims(Digest channel, FundRequest fund, out IReadOnlyList<Claim> claims)
    {
        claims = [];
        if (RecordHashes.Channel(fund.OpeningBody.Span) != channel || !Parsing.TryParse(OpeningBody.Parser, fund.OpeningBody.Span, out OpeningBody? body)
            || !Digest.TryRead(body.TermsHash.Span, out Digest terms) || !Digest.TryRead(body.EpochHash.Span, out Digest epoch)) return false;
        Dictionary<string, ObserverAcknowledgement> byAuthor = new(StringComparer.Ordinal);
        foreach (ObserverAcknowledgement acknowledgement in fund.Acknowledgements)
        {
            if (Acknowledgements.AuthorOf(acknowledgement) is { } author) byAuthor.TryAdd(author, acknowledgement);
        }

        List<Claim> found = [];
        foreach (ParticipantPin supervisor in supervisors)
        {
            if (byAuthor.TryGetValue(supervisor.Id.ToString(), out ObserverAcknowledgement? acknowledgement)
                && node.Parts.Directory.TryGet(supervisor.Id, out Participant? participant) && participant.Root.Fingerprint == supervisor.RootFingerprint)
                found.Add(new Claim(acknowledgement, participant, terms, epoch));
        }

        claims = found;
        return found.Count > 0;
    }

    /// <summary>Whether a supervisor has signed one of the claims.</summary>
    public bool IsTrue(IReadOnlyList<Claim> claims)
    {
        foreach (Claim claim in claims)
        {
            verified++;
            if (Acknowledgements.TryVerify(claim.Acknowledgement, node.Network, claim.Terms, claim.Epoch, claim.Supervisor.Id, claim.Supervisor.Root, node.Now)) return true;
        }

        return false;
    }

    /// <summary>An acknowledgement in a supervisor's name, and of what it must be one.</summary>
    internal sealed record Claim(ObserverAcknowledgement Acknowledgement, Participant Supervisor, Digest Terms, Digest Epoch);
}
