using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using Google.Protobuf.Collections;
using Settlement.Core.Alarms;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Machines;
using Settlement.Core.Nodes;
using Settlement.Core.Participants;
using Settlement.Wire.Agent;

namespace Settlement.Core.Bank;

/// <summary>What a bank asks the settlement agent for, one request at a time: an unanswered one is asked again, at a bounded rate.</summary>
/// <typeparam name="TWork">What is asked about; a request has several, and its answer has a result for each, in the same order.</typeparam>
/// <param name="node">The node.</param>
/// <param name="agent">The agent.</param>
internal sealed class AgentDesk<TWork>(NodeContext node, ParticipantPin agent)
{
    private readonly Retry retry = node.NewRetry();
    private (long Token, IReadOnlyList<TWork> Works)? underWay;

    /// <summary>The agent, as far as the directory has it under the root that is pinned.</summary>
    public bool TryFindAgent([NotNullWhen(true)] out Participant? participant) =>
        node.Parts.Directory.TryGet(agent.Id, out participant) && participant.Root.Fingerprint == agent.RootFingerprint;

    /// <summary>Whether the agent signed that a group moved this bank's account by so much, and by nothing else.</summary>
    public bool IsPosting(CyclePosting? posting, Digest group, string currency, long netMinorUnits)
    {
        if (posting is null || posting.NetMinorUnits != netMinorUnits || posting.PostingId.Length != PostingText.IdLength
            || !TryFindAgent(out Participant? participant) || participant.Posting is not { } key) return false;
        using VerifyingKey verifier = new(key);
        return verifier.Verify(CycleText.Posting(node.Network, posting.PostingId.Span, group, node.Parts.Keys.Participant, currency, netMinorUnits), posting.Signature.Span);
    }

    /// <summary>Asks about everything that waits, where no request is under way and it is time.</summary>
    /// <param name="works">What waits, as many as a request may have.</param>
    /// <param name="fill">Puts it into the request.</param>
    public void Ask(IReadOnlyList<TWork> works, Action<AgentRequest> fill)
    {
        if (underWay is not null || works.Count == 0 || !retry.IsDue(node.Now) || !TryFindAgent(out Participant? participant)) return;
        AgentRequest request = new() { Suite = Suite.Current, Network = node.Network };
        fill(request);
        underWay = (node.NextToken(), works);
        node.Then(new Effect.Send(participant.Destination, Door.Agent, underWay.Value.Token, request.ToByteArray()));
    }

    /// <summary>What an answer says, as far as it answers the request that is under way; it is taken by <see cref="TryAnswer"/>.</summary>
    public IEnumerable<(TWork Work, TResult Result)> Look<TResult>(long token, byte[] body, Func<AgentReply, RepeatedField<TResult>> resultsOf) where TResult : IMessage =>
        underWay is { } sent && sent.Token == token && Parsing.TryParse(AgentReply.Parser, body, out AgentReply? reply) ? sent.Works.Zip(resultsOf(reply)) : [];

    /// <summary>What it answered last is no use: it is asked again later.</summary>
    public void AskLater() => retry.Tried(node.Now);

    /// <summary>True when the token is this desk's.</summary>
    public bool TryFail(long token)
    {
        if (underWay is not { } sent || sent.Token != token) return false;
        underWay = null;
        AskLater();
        return true;
    }

    /// <summary>True when the token is this desk's.</summary>
    /// <param name="token">The token.</param>
    /// <param name="body">The answer.</param>
    /// <param name="resultsOf">The results of a reply.</param>
    /// <param name="onResult">Takes one of them. The agent is heard while it does.</param>
    public bool TryAnswer<TResult>(long token, byte[] body, Func<AgentReply, RepeatedField<TResult>> resultsOf, Action<TWork, TResult> onResult) where TResult : IMessage
    {
        if (underWay is not { } sent || sent.Token != token) return false;
        node.Hear(agent.Id, EvidencePart.OfGarbage(body));
        if (!Parsing.TryParse(AgentReply.Parser, body, out AgentReply? reply) || resultsOf(reply).Count != sent.Works.Count)
        {
            node.Alarm(ChannelCodes.MessageMalformed, agent.Id.ToString());
            TryFail(token);
        }
        else
        {
            underWay = null;
            retry.Reset();
            foreach ((TWork work, TResult result) in sent.Works.Zip(resultsOf(reply)))
            {
                node.Hear(agent.Id, EvidencePart.Of("result", result));
                onResult(work, result);
            }
        }

        node.HearNobody();
        return true;
    }
}
