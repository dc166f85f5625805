using Google.Protobuf;
using Settlement.Core.Machines;
using Settlement.Wire.Agent;
using Settlement.Wire.Channels;

namespace Settlement.Tests.Simulation.Worlds;

/// <summary>What a bank does not say in cycles, as if it held it back.</summary>
internal enum Silence
{
    /// <summary>It says everything.</summary>
    None,

    /// <summary>That the list of cuts is right, and its account covers them.</summary>
    Confirmation,

    /// <summary>The sum of its cuts.</summary>
    Opening,

    /// <summary>Its signature that a cut is set aside.</summary>
    Reservation,
}

/// <summary>Takes out of messages what is not said.</summary>
internal static class Silences
{
    /// <summary>The message without it.</summary>
    public static Effect.Send Without(this Effect.Send send, Silence silence)
    {
        if (silence == Silence.Reservation && send.Door == Door.Peer)
        {
            PeerBatch batch = PeerBatch.Parser.ParseFrom(send.Body);
            List<PeerMessage> said = [.. batch.Messages.Where(static m => m.MessageCase != PeerMessage.MessageOneofCase.LegReservations)];
            if (said.Count == batch.Messages.Count) return send;
            batch.Messages.Clear();
            batch.Messages.Add(said);
            return send with { Body = batch.ToByteArray() };
        }

        if (silence is Silence.None or Silence.Reservation || send.Door != Door.Agent) return send;
        AgentRequest request = AgentRequest.Parser.ParseFrom(send.Body);
        CycleCall.StepOneofCase unsaid = silence == Silence.Opening ? CycleCall.StepOneofCase.Opening : CycleCall.StepOneofCase.Confirmation;
        if (request.Cycles?.StepCase != unsaid) return send;
        request.Cycles = new CycleCall();
        return send with { Body = request.ToByteArray() };
    }
}
