using Settlement.Core.Agent;
using Settlement.Core.Bank;
using Settlement.Core.Machines;
using Settlement.Ledger;
using Settlement.Wire.Agent;
using Settlement.Wire.Channels;
using Settlement.Wire.Ledger;

namespace Settlement.Tests.Simulation.Worlds;

/// <summary>What the trace calls things: nothing that depends on a signature.</summary>
internal static class Names
{
    public static string Of(Input input) => input switch
    {
        Input.PeerReceived received => "peer(" + OfBatch(received.Body) + ")",
        Input.Answered answered => $"answered({answered.Token})",
        Input.SendFailed failed => $"failed({failed.Token})",
        BankInput.Submit submit => $"submit({submit.IdempotencyKey})",
        AgentInput.Requested => "requested",
        _ => input.GetType().Name,
    };

    public static string Of(Step step) =>
        $"{step.Commit.Appends.Count}+{step.Commit.Writes.Count}-{step.Commit.Deletes.Count} {string.Join(' ', step.Then.Select(Of))}";

    public static string Of(LedgerStep step) => string.Join(' ', step.Commit.Appends.SelectMany(a => a.Events).Select(e => e.Type));

    private static string Of(Effect effect) => effect switch
    {
        Effect.Send { Door: Door.Peer } send => $"send({send.Token} {send.To.Participant}: {OfBatch(send.Body)})",
        Effect.Send { Door: Door.Ledger } send => $"ask({send.Token} {OfRequest(send.Body)})",
        Effect.Send send => $"agent({send.Token} {OfAgent(send.Body)})",
        Effect.Alarm alarm => $"alarm({alarm.Code})",
        Effect.Reply reply => $"reply({reply.Body.GetType().Name})",
        _ => effect.GetType().Name,
    };

    private static string OfBatch(byte[] body) => string.Join(' ', PeerBatch.Parser.ParseFrom(body).Messages.Select(Of));

    private static string Of(PeerMessage message) => message.MessageCase switch
    {
        PeerMessage.MessageOneofCase.Commands => $"commands:t{message.Commands.Term}x{message.Commands.Entries.Count}",
        PeerMessage.MessageOneofCase.Proposal => $"proposal:t{message.Proposal.Term}s{message.Proposal.Sequence}x{ProposalBody.Parser.ParseFrom(message.Proposal.Body).Items.Count}",
        PeerMessage.MessageOneofCase.Endorsement => $"endorsement:t{message.Endorsement.Term}s{message.Endorsement.Sequence}r{message.Endorsement.Refusals.Count}{message.Endorsement.Objection}",
        PeerMessage.MessageOneofCase.Finality => $"finality:s{message.Finality.Sequence}",
        PeerMessage.MessageOneofCase.Delivery => $"delivery:s{message.Delivery.Sequence}x{message.Delivery.Items.Count}",
        PeerMessage.MessageOneofCase.Progress => $"progress:s{message.Progress.Sequence}",
        _ => message.MessageCase.ToString(),
    };

    private static string OfAgent(byte[] body)
    {
        AgentRequest request = AgentRequest.Parser.ParseFrom(body);
        return $"f{request.Funds.Count} r{request.Redemptions.Count}{(request.Cycles is { } call ? $" {call.StepCase}:{call.Round}" : "")}{(request.Offsets is null ? "" : " offsets")}";
    }

    private static string OfRequest(byte[] body)
    {
        LedgerRequest request = LedgerRequest.Parser.ParseFrom(body);
        return $"{string.Join(' ', request.Submissions.Select(s => s.RecordCase))} q{request.ChannelQueries.Count}{(request.Directory is null ? "" : " directory")}{(request.Log is null ? "" : " log")}";
    }
}
