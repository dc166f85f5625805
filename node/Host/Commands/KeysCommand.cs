using System.CommandLine;
using Settlement.Core.Identifiers;
using Settlement.Host.Configuration;
using Settlement.Host.Keys;

namespace Settlement.Host.Commands;

/// <summary>Creates the keys of a node.</summary>
internal static class KeysCommand
{
    public static Command Create()
    {
        Option<DirectoryInfo> folder = new("--folder") { Description = "The folder for the keys; created when absent.", Required = true };
        Option<string> network = new("--network") { Description = "The network: lower-case letters, digits and hyphens.", Required = true };
        network.Validators.Add(result =>
        {
            if (!ConfigurationReader.IsNetwork(result.GetValueOrDefault<string>() ?? "")) result.AddError("--network is 1 to 32 lower-case letters, digits and hyphens.");
        });
        Option<ParticipantId> participant = new("--participant")
        {
            Description = "A BIC such as BANKDEFFXXX, or a clearing member id such as USABA:011104238.",
            Required = true,
            CustomParser = static result =>
            {
                if (ParticipantId.TryParse(result.Tokens[0].Value, out ParticipantId id)) return id;
                result.AddError("--participant is a BIC such as BANKDEFFXXX, or a clearing member id such as USABA:011104238.");
                return default;
            },
        };
        Option<NodeRole> role = new("--role") { Description = "bank, ledger, agent or regulator: the ledger and the agent sign with keys of their own.", DefaultValueFactory = static _ => NodeRole.Bank };
        Command create = new("create", "Creates the keys of one node and prints what others pin.") { folder, network, participant, role };
        create.SetAction((parsed, _) => Failures.ReportAsync(async () =>
        {
            KeyOwner owner = new(parsed.GetValue(network)!, parsed.GetValue(participant));
            KeyFacts facts = new KeyFolder(parsed.GetValue(folder)!.FullName).Create(owner, parsed.GetValue(role), new SystemEntropy(), TimeProvider.System.GetUtcNow());
            await Console.Out.WriteLineAsync(facts.ToJson());
            return ExitCodes.Success;
        }));
        return new Command("keys", "Keys of a node.") { create };
    }
}
