using Settlement.Core.Machines;
using Settlement.Core.Participants;

namespace Settlement.Host.Roles;

/// <summary>What a node is: its recovered machine, and the doors that its slices open.</summary>
internal interface IRole : IDisposable
{
    /// <summary>The machine, as the vault says it stands.</summary>
    IMachine Machine { get; }

    /// <summary>Who may call, by TLS key.</summary>
    ParticipantDirectory Directory { get; }

    /// <summary>Rows that were read at recovery.</summary>
    int RecoveredRows { get; }

    /// <summary>The largest body that the API takes, in bytes.</summary>
    int MaximumApiBodyBytes { get; }

    /// <summary>Registers what the slices need.</summary>
    void AddServices(IServiceCollection services);

    /// <summary>Registers what runs beside the API's listener: it starts before and stops before the loop does.</summary>
    void AddApiServices(IServiceCollection services) { }

    /// <summary>Maps the slices' endpoints for participants.</summary>
    void MapPeer(IEndpointRouteBuilder routes);

    /// <summary>Maps the slices' endpoints for programs and people.</summary>
    void MapApi(IEndpointRouteBuilder routes);
}
