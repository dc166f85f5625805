using System.Text;
using System.Text.Json.Nodes;
using Settlement.Tests.EndToEnd.Host;

namespace Settlement.Tests.EndToEnd.BadInput;

/// <summary>A transfer of 10 euro from bank A to bank B as JSON, of which single members can be replaced.</summary>
internal static class JsonTransfer
{
    /// <summary>The transfer with these members; a value of null leaves one out.</summary>
    public static byte[] Of(params (string Member, JsonNode? Value)[] changes)
    {
        JsonObject transfer = new()
        {
            ["messageId"] = "MESSAGE", ["endToEndId"] = "END-TO-END", ["amount"] = "10.00", ["currency"] = "EUR", ["settlementDate"] = RunningNetwork.Day,
            ["instructingAgent"] = HostNetwork.BankA, ["instructedAgent"] = HostNetwork.BankB,
            ["debtor"] = new JsonObject { ["name"] = "A debtor" }, ["creditor"] = new JsonObject { ["name"] = "A creditor" },
        };
        foreach ((string member, JsonNode? value) in changes)
        {
            if (value is null) transfer.Remove(member);
            else transfer[member] = value;
        }

        return Encoding.UTF8.GetBytes(transfer.ToJsonString());
    }
}
