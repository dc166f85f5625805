using Settlement.Core.Machines;
using Settlement.Core.Participants;
using Settlement.Core.Regulator;
using Settlement.Host.Alarms;
using Settlement.Host.Api;
using Settlement.Host.Audit;
using Settlement.Host.Peers;

namespace Settlement.Host.Roles;

/// <summary>A supervisor.</summary>
internal sealed class RegulatorRole : IRole
{
    private readonly NodeMaterial material;
    private readonly ChannelAuditor auditor;

    private RegulatorRole(NodeMaterial material, RegulatorMachine machine)
    {
        this.material = material;
        Machine = machine;
        auditor = new ChannelAuditor(material.Reads, material.Vault, material.Parts.Directory);
    }

    /// <inheritdoc/>
    public IMachine Machine { get; }

    /// <inheritdoc/>
    public ParticipantDirectory Directory => material.Parts.Directory;

    /// <inheritdoc/>
    public int RecoveredRows => material.RecoveredRows;

    /// <inheritdoc/>
    public int MaximumApiBodyBytes => ApiBounds.MaximumJsonBytes;

    /// <summary>The regulator as it last committed.</summary>
    public static async Task<RegulatorRole> RecoverAsync(NodeGround ground, CancellationToken ct)
    {
        NodeMaterial prepared = NodeMaterial.Prepare(ground);
        RecoveredRows rows = await prepared.ReadRowsAsync(RegulatorMachine.RecoveryKinds, ct);
        return new RegulatorRole(prepared, new RegulatorMachine(prepared.Parts, new RegulatorSettings(), rows));
    }

    /// <inheritdoc/>
    public void AddServices(IServiceCollection services)
    {
        services.AddSingleton(material.Reads);
        services.AddAudit(auditor);
        services.AddAlarms(material.Reads);
    }

    /// <inheritdoc/>
    public void MapPeer(IEndpointRouteBuilder routes) => routes.MapPeerMessages();

    /// <inheritdoc/>
    public void MapApi(IEndpointRouteBuilder routes)
    {
        routes.MapAudit();
        routes.MapAlarms();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        auditor.Dispose();
        material.Dispose();
    }
}
