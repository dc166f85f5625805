using Settlement.Core.Bank;
using Settlement.Core.Machines;
using Settlement.Core.Participants;
using Settlement.Core.Store;
using Settlement.Host.Alarms;
using Settlement.Host.BackOffice;
using Settlement.Host.Channels;
using Settlement.Host.Configuration;
using Settlement.Host.Peers;

namespace Settlement.Host.Roles;

/// <summary>A bank.</summary>
internal sealed class BankRole : IRole
{
    private readonly NodeMaterial material;
    private readonly NodeConfiguration configuration;
    private readonly BankMachine machine;

    private BankRole(NodeMaterial material, NodeConfiguration configuration, BankMachine machine)
    {
        this.material = material;
        this.configuration = configuration;
        this.machine = machine;
    }

    /// <inheritdoc/>
    public IMachine Machine => machine;

    /// <inheritdoc/>
    public ParticipantDirectory Directory => material.Parts.Directory;

    /// <inheritdoc/>
    public int RecoveredRows => material.RecoveredRows;

    /// <inheritdoc/>
    public int MaximumApiBodyBytes => BackOfficeSlice.MaximumBodyBytes;

    /// <summary>The bank as it last committed.</summary>
    public static async Task<BankRole> RecoverAsync(NodeGround ground, CancellationToken ct)
    {
        NodeMaterial prepared = NodeMaterial.Prepare(ground);
        RecoveredRows rows = await prepared.ReadRowsAsync(BankMachine.RecoveryKinds, ct);
        rows = await prepared.AddRowsAsync(rows, BankMachine.RecoveryLookups(rows), ct);
        BankSettings settings = new()
        {
            AcceptedContracts = ground.Configuration.Accept.Select(static contract => Convert.ToHexStringLower(contract.Hash)).ToHashSet(StringComparer.Ordinal),
            GrantedLimits = ground.Configuration.GrantedLimits,
            Jurisdiction = ground.Configuration.Jurisdiction,
            CyclePoll = ground.Configuration.CyclePoll,
            OffsetPoll = ground.Configuration.OffsetPoll,
        };
        return new BankRole(prepared, ground.Configuration, new BankMachine(new BankParts(prepared.Parts, settings, ground.Configuration.Agent!), rows));
    }

    /// <inheritdoc/>
    public void AddServices(IServiceCollection services)
    {
        services.AddSingleton(material.Reads);
        services.AddAlarms(material.Reads);
        services.AddBackOffice(configuration.Participant);
        services.AddChannels(new ChannelOrders(configuration.Participant, configuration.Accept));
    }

    /// <inheritdoc/>
    public void MapPeer(IEndpointRouteBuilder routes) => routes.MapPeerMessages();

    /// <inheritdoc/>
    public void MapApi(IEndpointRouteBuilder routes)
    {
        routes.MapBackOffice();
        routes.MapChannels();
        routes.MapAlarms();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        machine.Dispose();
        material.Dispose();
    }
}
