using Settlement.Wire.Agent;

namespace Settlement.Host.Api;

/// <summary>How the API writes what the agent's doors and a bank's both tell of cycles.</summary>
internal static class CycleStageText
{
    /// <summary>The word for a stage; what a later agent may call another stage has none.</summary>
    public static string Of(CycleStage stage) => stage switch
    {
        CycleStage.Joining => "joining",
        CycleStage.Cutting => "cutting",
        CycleStage.Confirming => "confirming",
        CycleStage.Opening => "opening",
        CycleStage.Deciding => "deciding",
        CycleStage.Settled => "settled",
        CycleStage.Void => "void",
        CycleStage.Lapsed => "lapsed",
        _ => "unknown",
    };
}
