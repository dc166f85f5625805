using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using Settlement.Client;
using Settlement.Host.Api;
using Settlement.Tests.EndToEnd.Storage;

namespace Settlement.Tests.EndToEnd.Host;

/// <summary>Payments through running nodes: from the back office of one bank to the proofs of the regulator.</summary>
public sealed class SettlementTests(PostgresServer postgres) : IAsyncLifetime
{
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(20);
    private HostNetwork network = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => network = await HostNetwork.StartAsync(postgres, Ct);

    public ValueTask DisposeAsync() => network.DisposeAsync();

    [Fact]
    public async Task APaymentIsSettledReportedAndProven()
    {
        string channel = await network.OpenFundedChannelAsync("1000.00", Ct);
        using SettlementClient bank = network.BackOffice(HostNetwork.BankA), other = network.BackOffice(HostNetwork.BankB);
        MessageReceipt receipt = await SubmitAsync(bank, Transfer("M1", "123.45"), "key-1");
        InstructionStatus status = Assert.Single(receipt.Instructions);
        Assert.Equal(("ACSC", null), (status.Status, status.Reason));

        Instruction instruction = await bank.GetInstructionAsync(status.Id, Ct);
        Assert.Equal(("123.45", "EUR", HostNetwork.BankB, channel, "2026-03-02"),
            (instruction.Amount, instruction.Currency, instruction.Counterparty, instruction.Channel, instruction.SettlementDate));
        Assert.NotNull(instruction.SettledAt);
        XDocument report = XDocument.Parse(Encoding.UTF8.GetString(await bank.GetInstructionReportAsync(status.Id, Ct)));
        Assert.Equal("ACSC", report.Descendants().Single(static e => e.Name.LocalName == "TxSts").Value);

        PositionInfo mine = Assert.Single((await bank.PositionsAsync(Ct)).Positions);
        Assert.Equal(("876.55", "0.00"), (mine.Position, mine.Reserved));
        await network.UntilAsync(async () => (await other.PositionsAsync(Ct)).Positions.Single().Position == "123.45", Ct);

        ReportItem item = Assert.Single((await bank.ReportsAsync("0", 10, Ct)).Reports);
        Assert.Equal((status.Id, "ACSC"), (item.Instruction, item.Status));
        Assert.Equal(Assert.Single((await bank.EntriesAsync(channel, 0, 10, Ct)).Entries, entry => entry.Id == instruction.Entry).Sequence, item.Sequence);
        Assert.Contains("ACSC", item.Document, StringComparison.Ordinal);
        Assert.Equal(item with { Document = "" }, Assert.Single((await bank.ReportsAsync("0", 10, documents: false, Ct)).Reports));
        await AssertProvenAsync(channel, instruction.Entry!);
    }

    [Fact]
    public async Task APaymentIsReturnedOnceAndProven()
    {
        string channel = await network.OpenFundedChannelAsync("1000.00", Ct);
        using SettlementClient bank = network.BackOffice(HostNetwork.BankA), other = network.BackOffice(HostNetwork.BankB);
        Instruction paid = await bank.GetInstructionAsync(Assert.Single((await SubmitAsync(bank, Transfer("M1", "123.45"), null)).Instructions).Id, Ct);
        await network.UntilAsync(async () => (await other.PositionsAsync(Ct)).Positions.Single().Position == "123.45", Ct);
        ActOrder order = new() { Action = "return", Values = new Dictionary<string, string> { ["reason"] = "AC04" } };
        MessageReceipt receipt = await other.ActAsync(channel, paid.Entry!, order, "return-1", Wait, Ct);
        InstructionStatus status = Assert.Single(receipt.Instructions);
        Assert.Equal(("ACSC", null), (status.Status, status.Reason));
        Assert.Equal(receipt.MessageId, (await other.ActAsync(channel, paid.Entry!, order, "return-1", Wait, Ct)).MessageId);
        InstructionStatus again = Assert.Single((await other.ActAsync(channel, paid.Entry!, order, "return-2", Wait, Ct)).Instructions);
        Assert.Equal(("RJCT", "S001", "return: when"), (again.Status, again.Reason, again.Place));

        Instruction returned = await other.GetInstructionAsync(status.Id, Ct);
        Assert.Equal(("GrossPayment", "return", paid.Entry, null), (returned.Contract, returned.Action, returned.Instance, returned.Amount));
        Assert.Equal("", (await other.ReportsAsync("0", 10, Ct)).Reports.Single(r => r.Instruction == status.Id).Document);
        await network.UntilAsync(async () => (await bank.PositionsAsync(Ct)).Positions.Single().Position == "1000.00", Ct);
        foreach (SettlementClient member in new[] { bank, other })
        {
            InstanceInfo instance = await member.InstanceAsync(channel, paid.Entry!, null, Ct);
            Assert.Equal(("GrossPayment", "Returned", 2), (instance.Contract, instance.State, instance.Entries.Count));
            Assert.Equal("123.45 EUR", instance.Fields.Single(static f => f.Name == "amount").Value);
            Assert.Equal("AC04", instance.Entries[0].Fields.Single(static f => f.Name == "reason").Value);
        }

        await AssertProvenAsync(channel, returned.Entry!, sequences: 3);
    }

    [Fact]
    public async Task AnActionThatCannotBeTakenIsNamed()
    {
        string channel = await network.OpenFundedChannelAsync("1000.00", Ct);
        using SettlementClient bank = network.BackOffice(HostNetwork.BankA), other = network.BackOffice(HostNetwork.BankB);
        Instruction paid = await bank.GetInstructionAsync(Assert.Single((await SubmitAsync(bank, Transfer("M1", "1.00"), null)).Instructions).Id, Ct);
        await network.UntilAsync(async () => (await other.PositionsAsync(Ct)).Positions.Single().Position == "1.00", Ct);
        ActOrder order = new() { Action = "return", Values = new Dictionary<string, string> { ["reason"] = "AC04" } };
        string nobody = new('0', 64);
        foreach ((string where, string what) in new[] { (nobody, paid.Entry!), (channel, nobody), (channel, "x"), ("x", paid.Entry!) })
        {
            Assert.Equal(404, (await Assert.ThrowsAsync<SettlementApiException>(() => other.ActAsync(where, what, order, null, Wait, Ct))).Status);
            Assert.Equal(404, (await Assert.ThrowsAsync<SettlementApiException>(() => other.InstanceAsync(where, what, null, Ct))).Status);
        }

        SettlementApiException key = await Assert.ThrowsAsync<SettlementApiException>(() => other.ActAsync(channel, paid.Entry!, order, new string('k', 200), Wait, Ct));
        Assert.Equal((400, "HO109"), (key.Status, key.Code));
        Assert.Equal(("BK008", "action"), await RefusalAsync(other, channel, paid.Entry!, "refund", []));
        Assert.Equal(("BK009", "why"), await RefusalAsync(other, channel, paid.Entry!, "return", new() { ["why"] = "AC04" }));
        Assert.Equal(("S002", "return: reason"), await RefusalAsync(other, channel, paid.Entry!, "return", []));
        // The payer's own facts do not tell where its payment lies, but its instruction does.
        Assert.Equal("Settled", (await bank.InstanceAsync(channel, paid.Entry!, paid.Sequence, Ct)).State);
        Assert.Equal(404, (await Assert.ThrowsAsync<SettlementApiException>(() => bank.InstanceAsync(channel, paid.Entry!, null, Ct))).Status);
    }

    [Fact]
    public async Task WhatCannotBeSettledEndsWithItsReason()
    {
        await network.OpenFundedChannelAsync("100.00", Ct);
        using SettlementClient bank = network.BackOffice(HostNetwork.BankA);
        Assert.Equal(("RJCT", "DT01"), await OutcomeAsync(bank, Transfer("M2", "1.00", day: "2026-03-01")));
        Assert.Equal(("RJCT", "CNOR"), await OutcomeAsync(bank, Transfer("M3", "1.00", to: "OTHRDEFFXXX")));
        Assert.Equal(("RJCT", "AM03"), await OutcomeAsync(bank, Transfer("M4", "1.00", currency: "USD")));
        Assert.Equal(("RJCT", "CH20"), await OutcomeAsync(bank, Transfer("M5", "1.001")));
        Assert.Equal(("ACSC", null), await OutcomeAsync(bank, Transfer("M6", "1.00")));
        Assert.Equal(("RJCT", "DU03"), await OutcomeAsync(bank, Transfer("M6", "1.00")));
        Assert.Equal("99.00", Assert.Single((await bank.PositionsAsync(Ct)).Positions).Position);
    }

    [Fact]
    public async Task ARestartOfEveryNodeKeepsEverything()
    {
        string channel = await network.OpenFundedChannelAsync("100.00", Ct);
        using (SettlementClient before = network.BackOffice(HostNetwork.BankA)) Assert.Equal(("ACSC", null), await OutcomeAsync(before, Transfer("M1", "10.00")));
        foreach (string id in new[] { HostNetwork.LedgerId, HostNetwork.AgentId, HostNetwork.RegulatorId, HostNetwork.BankA, HostNetwork.BankB }) await network.RestartAsync(id, Ct);
        using SettlementClient bank = network.BackOffice(HostNetwork.BankA);
        Assert.Equal(("ACSC", null), await OutcomeAsync(bank, Transfer("M2", "10.00")));
        Assert.Equal("80.00", Assert.Single((await bank.PositionsAsync(Ct)).Positions).Position);
        EntryPage entries = await bank.EntriesAsync(channel, 0, 100, Ct);
        Assert.Equal(["issue", "pay", "pay"], entries.Entries.Select(static entry => entry.Action));
    }

    [Fact]
    public async Task TheSameKeyGivesTheSameAnswerAndAnotherBodyIsRefused()
    {
        await network.OpenFundedChannelAsync("100.00", Ct);
        using SettlementClient bank = network.BackOffice(HostNetwork.BankA);
        byte[] message = Transfer("M1", "10.00");
        MessageReceipt first = await SubmitAsync(bank, message, "k");
        MessageReceipt again = await SubmitAsync(bank, message, "k");
        Assert.Equal(first.MessageId, again.MessageId);
        Assert.Equal(first.Instructions, again.Instructions);
        SettlementApiException refused = await Assert.ThrowsAsync<SettlementApiException>(() => SubmitAsync(bank, Transfer("M2", "10.00"), "k"));
        Assert.Equal((409, "BK002"), (refused.Status, refused.Code));
        Assert.Equal("90.00", Assert.Single((await bank.PositionsAsync(Ct)).Positions).Position);
    }

    [Fact]
    public async Task BadRequestsAreRefusedWithACodeAndAPlace()
    {
        await AssertRefusedAsync("<a>", "application/xml", HttpStatusCode.BadRequest, "FF01");
        await AssertRefusedAsync("<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]><a>&b;</a>", "application/xml", HttpStatusCode.BadRequest, "FF01");
        await AssertRefusedAsync("{", "application/json", HttpStatusCode.BadRequest, "FF01");
        await AssertRefusedAsync("{}", "text/plain", HttpStatusCode.UnsupportedMediaType, "HO106");
        await AssertRefusedAsync(new string(' ', 65 * 1024), "application/json", HttpStatusCode.RequestEntityTooLarge, "HO105");
        await AssertRefusedAsync("{}", "application/json", HttpStatusCode.BadRequest, "HO109", key: new string('k', 200));
        await AssertRefusedAsync(Encoding.UTF8.GetString(Transfer("M1", "1.00")), "application/json", HttpStatusCode.Conflict, "BK001");
        using SettlementClient bank = network.BackOffice(HostNetwork.BankA), operates = network.Operator(HostNetwork.BankA);
        foreach (string id in new[] { "", "zz", new string('0', 32), new string('0', 33), "%2e%2e" })
        {
            SettlementApiException refused = await Assert.ThrowsAsync<SettlementApiException>(() => bank.GetInstructionAsync(id, Ct));
            Assert.Contains(refused.Status, new[] { 404, 405 });
        }

        SettlementApiException order = await Assert.ThrowsAsync<SettlementApiException>(() => operates.FundAsync(new string('0', 64), new MoneyOrder("EUR", "-1"), Ct));
        Assert.Equal((400, "HO104"), (order.Status, order.Code));
    }

    [Fact]
    public async Task OrdersThatTheNetworkRefusesNameTheRule()
    {
        using SettlementClient bank = network.Operator(HostNetwork.BankA);
        ChannelOrder order = new() { Counterparty = HostNetwork.BankB, RootFingerprint = new string('0', 64), Contracts = ["GrossPayment"], Currencies = ["EUR"] };
        SettlementApiException wrongRoot = await Assert.ThrowsAsync<SettlementApiException>(() => bank.OpenChannelAsync(order, Ct));
        Assert.Equal((422, "BK005"), (wrongRoot.Status, wrongRoot.Code));
        await bank.OpenBusinessDayAsync(new DateOnly(2026, 3, 2), Ct);
        SettlementApiException passed = await Assert.ThrowsAsync<SettlementApiException>(() => bank.OpenBusinessDayAsync(new DateOnly(2026, 3, 1), Ct));
        Assert.Equal((422, "BK003"), (passed.Status, passed.Code));
    }

    private static async Task<(string?, string?)> RefusalAsync(SettlementClient bank, string channel, string instance, string action, Dictionary<string, string> values)
    {
        InstructionStatus status = Assert.Single((await bank.ActAsync(channel, instance, new ActOrder { Action = action, Values = values }, null, Wait, Ct)).Instructions);
        Assert.Equal("RJCT", status.Status);
        return (status.Reason, status.Place);
    }

    private async Task AssertProvenAsync(string channel, string entry, int sequences = 2)
    {
        using SettlementClient regulator = network.Auditor(HostNetwork.RegulatorId);
        await network.UntilAsync(async () => (await regulator.AuditChannelsAsync(Ct)).Channels.Any(known => known.Id == channel && known.HeldSequence >= (ulong)sequences), Ct);
        AuditReport proof = await regulator.AuditAsync(channel, Ct);
        Assert.Empty(proof.Delivered.Findings.Concat(proof.Authentic.Findings).Concat(proof.ReExecuted.Findings));
        Assert.True(proof.AsOf is { CheckpointSize: > 0, NotarisedSequence: > 0 });
        Assert.Equal(2, proof.Positions.Count);
        Assert.Equal(((long)sequences, true, true, true), (proof.Entries, proof.Delivered.Holds, proof.Authentic.Holds, proof.ReExecuted.Holds));
        EntryInfo seen = (await regulator.EntriesAsync(channel, 0, 100, Ct)).Entries.Single(known => known.Id == entry);
        Assert.True(seen.Fields.Single(static field => field.Name == "amount").Readable);
        FieldInfo creditor = seen.Fields.Single(static field => field.Name == "creditor");
        Assert.Equal((false, null), (creditor.Readable, creditor.Value));
    }

    private async Task AssertRefusedAsync(string body, string type, HttpStatusCode status, string code, string? key = null)
    {
        using HttpClient client = new() { BaseAddress = network.Node(HostNetwork.BankA).ApiAddress };
        using HttpRequestMessage request = new(HttpMethod.Post, "/v1/instructions") { Content = new StringContent(body, Encoding.UTF8, type) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", TestNodes.BackOfficeToken);
        if (key is not null) request.Headers.Add("Idempotency-Key", key);
        using HttpResponseMessage response = await client.SendAsync(request, Ct);
        Assert.Equal(status, response.StatusCode);
        Assert.Equal(Problems.ContentType, response.Content.Headers.ContentType?.MediaType);
        JsonNode problem = JsonNode.Parse(await response.Content.ReadAsStringAsync(Ct))!;
        Assert.Equal(code, (string?)problem["code"]);
    }

    private static Task<MessageReceipt> SubmitAsync(SettlementClient bank, byte[] message, string? key) => bank.SubmitAsync(message, "application/json", key, Wait, Ct);

    private static async Task<(string, string?)> OutcomeAsync(SettlementClient bank, byte[] message)
    {
        InstructionStatus status = Assert.Single((await SubmitAsync(bank, message, null)).Instructions);
        return (status.Status, status.Reason);
    }

    private static byte[] Transfer(string reference, string amount, string currency = "EUR", string to = HostNetwork.BankB, string day = "2026-03-02") => Encoding.UTF8.GetBytes(new JsonObject
    {
        ["messageId"] = reference, ["instructionId"] = reference, ["endToEndId"] = reference, ["transactionId"] = reference,
        ["amount"] = amount, ["currency"] = currency, ["settlementDate"] = day,
        ["instructingAgent"] = HostNetwork.BankA, ["instructedAgent"] = to,
        ["debtor"] = new JsonObject { ["name"] = "A debtor" }, ["creditor"] = new JsonObject { ["name"] = "A creditor" },
    }.ToJsonString());
}
