using Settlement.Core.Agent;
using Settlement.Core.Machines;
using Settlement.Core.Participants;
using Settlement.Host.SettlementAgent;
using Settlement.Host.SettlementAgent.Schedules;
using Settlement.Host.Alarms;
using Settlement.Host.Api;

namespace Settlement.Host.Roles;

/// <summary>The settlement agent.</summary>
internal sealed class AgentRole : IRole
{
    private readonly NodeGround ground;
    private readonly NodeMaterial material;

    private AgentRole(NodeGround ground, NodeMaterial material, AgentMachine machine)
    {
        this.ground = ground;
        this.material = material;
        Machine = machine;
    }

    /// <inheritdoc/>
    public IMachine Machine { get; }

    /// <inheritdoc/>
    public ParticipantDirectory Directory => material.Parts.Directory;

    /// <inheritdoc/>
    public int RecoveredRows => material.RecoveredRows;

    /// <inheritdoc/>
    public int MaximumApiBodyBytes => ApiBounds.MaximumJsonBytes;

    /// <summary>The agent as it last committed.</summary>
    public static async Task<AgentRole> RecoverAsync(NodeGround ground, CancellationToken ct)
    {
        NodeMaterial prepared = NodeMaterial.Prepare(ground);
        RecoveredRows rows = await prepared.ReadRowsAsync(AgentMachine.RecoveryKinds, ct);
        AgentParts parts = new(prepared.Parts, prepared.Posting!, ground.Configuration.Supervisors)
        {
            OffsetInterval = ground.Configuration.OffsetInterval,
            OffsetLife = ground.Configuration.OffsetLife,
        };
        if (ground.Configuration.Accept.Count > 0) parts = parts with { Contracts = ground.Configuration.Accept };
        return new AgentRole(ground, prepared, new AgentMachine(parts, rows));
    }

    /// <inheritdoc/>
    public void AddServices(IServiceCollection services) => services.AddAlarms(material.Reads);

    /// <inheritdoc/>
    public void AddApiServices(IServiceCollection services) => services.AddCycleSchedules(ground.Configuration.CycleSchedules, ground.Database, ground.Entropy);

    /// <inheritdoc/>
    public void MapPeer(IEndpointRouteBuilder routes) => routes.MapAgentRequests();

    /// <inheritdoc/>
    public void MapApi(IEndpointRouteBuilder routes)
    {
        routes.MapAgent();
        routes.MapAlarms();
    }

    /// <inheritdoc/>
    public void Dispose() => material.Dispose();
}
