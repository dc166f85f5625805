using Settlement.Host.Configuration;

namespace Settlement.Host.Roles;

/// <summary>Builds the role that a configuration names, from its vault.</summary>
internal static class RoleBuilder
{
    public static async Task<IRole> RecoverAsync(NodeGround ground, CancellationToken ct) => ground.Configuration.Role switch
    {
        NodeRole.Ledger => await LedgerRole.RecoverAsync(ground, ct),
        NodeRole.Bank => await BankRole.RecoverAsync(ground, ct),
        NodeRole.Agent => await AgentRole.RecoverAsync(ground, ct),
        NodeRole.Regulator => await RegulatorRole.RecoverAsync(ground, ct),
        _ => throw new ArgumentOutOfRangeException(nameof(ground), ground.Configuration.Role, "There is no such role."),
    };
}
