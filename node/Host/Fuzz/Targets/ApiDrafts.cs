using System.Text;
using Settlement.Host.Fuzz.Mutations;
using Settlement.Host.Fuzz.Worlds;

namespace Settlement.Host.Fuzz.Targets;

/// <summary>What honest programs ask the API, node by node.</summary>
internal static class ApiDrafts
{
    private const string Transfer = """
        {"messageType":"pacs.008.001.08","messageId":"M1","instructionId":"I1","endToEndId":"E1","transactionId":"T1","amount":"0.01","currency":"EUR","settlementDate":"2026-03-02","instructingAgent":"ALPHDEFFXXX","instructedAgent":"BETAFRPPXXX","debtor":{"name":"Debtor"},"creditor":{"name":"Creditor"}}
        """;

    private const string Order = """
        {"counterparty":"NONEDEFFXXX","rootFingerprint":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","observers":[{"participant":"SUPVDEFFXXX","rootFingerprint":"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"}],"contracts":["GrossPayment","PoolFunding"],"currencies":["EUR"],"limits":[{"of":"ALPHDEFFXXX","currency":"EUR","amount":"100.00"}]}
        """;

    private const string Escrow = """
        {"contract":"Escrow","action":"fund","values":{"amount":"0.01 EUR","deadline":"2026-12-31T12:00:00Z","order":"O1","goods":"Goods","buyer_client":"Client"}}
        """;

    private const string Group = """
        {"channels":["aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"],"lifeSeconds":5,"legs":[{"channel":"{channel}","contract":"GrossPayment","action":"pay","values":{"amount":"0.01 EUR","value_date":"2026-03-02","end_to_end":"G1","debtor":"One","creditor":"Other"}}],"expects":[]}
        """;

    /// <summary>The requests, and whom they are for.</summary>
    /// <param name="messages">ISO 20022 messages.</param>
    public static IReadOnlyList<(string Node, HttpDraft Draft)> Of(IReadOnlyList<byte[]> messages) =>
    [
        .. messages.Select(static message => Post("alpha", "/v1/instructions", DoorWorld.BackOffice, "application/xml", message, ("Idempotency-Key", "key-1"))),
        Post("alpha", "/v1/instructions", DoorWorld.BackOffice, "application/json", Transfer, ("Idempotency-Key", "key-2"), ("Prefer", "wait=1")),
        Post("alpha", "/v1/instructions", DoorWorld.BackOffice, "application/json", Transfer, ("Accept", "application/xml"), ("Prefer", "respond-async, wait=2")),
        Post("alpha", "/v1/channels", DoorWorld.Operator, "application/json", Order),
        Post("alpha", "/v1/channels/{channel}/funding", DoorWorld.Operator, "application/json", """{"currency":"EUR","amount":"0.01"}"""),
        Post("alpha", "/v1/channels/{channel}/defunding", DoorWorld.Operator, "application/json", """{"currency":"EUR","amount":"0.01"}"""),
        Post("alpha", "/v1/channels/{channel}/instances", DoorWorld.BackOffice, "application/json", Escrow, ("Idempotency-Key", "key-3"), ("Prefer", "wait=1")),
        Post("beta", "/v1/channels/{channel}/instances/{instance}/actions", DoorWorld.BackOffice, "application/json", """{"action":"return","values":{"reason":"AC04"},"sequence":3}""", ("Idempotency-Key", "key-4"), ("Prefer", "wait=1")),
        Post("alpha", "/v1/instructions/{instruction}/queue", DoorWorld.BackOffice, "application/json", """{"change":"prioritise","priority":"URGT"}"""),
        Post("alpha", "/v1/instructions/{instruction}/queue", DoorWorld.BackOffice, "application/json", """{"change":"hold"}"""),
        .. ((string[])["""{"change":"hold"}""", """{"change":"release"}""", """{"change":"prioritise","priority":"HIGH"}""", """{"change":"cancel"}"""])
            .Select(static change => Post("beta", "/v1/instructions/{waiting}/queue", DoorWorld.BackOffice, "application/json", change)),
        Put("alpha", "/v1/limits", DoorWorld.Operator, """{"kind":"bilateral","counterparty":"BETAFRPPXXX","currency":"EUR","amount":"50.00","from":"2026-03-03"}"""),
        Put("alpha", "/v1/limits", DoorWorld.Operator, """{"kind":"multilateral","currency":"EUR","amount":"100000.00"}"""),
        Put("beta", "/v1/limits", DoorWorld.Operator, """{"kind":"urgent-reservation","counterparty":"ALPHDEFFXXX","currency":"EUR","amount":"0.01"}"""),
        Put("beta", "/v1/limits", DoorWorld.Operator, """{"kind":"debit-cap","currency":"EUR","amount":null}"""),
        Put("alpha", "/v1/channels/{channel}/limits", DoorWorld.Operator, """{"currency":"EUR","amount":"50.00","from":"2026-03-03"}"""),
        Put("beta", "/v1/channels/{channel}/limits", DoorWorld.Operator, """{"currency":"EUR","amount":"0.01"}"""),
        Post("alpha", "/v1/groups", DoorWorld.BackOffice, "application/json", Group, ("Idempotency-Key", "key-5"), ("Prefer", "wait=1")),
        // Of a channel that there is not: the others need theirs.
        Post("alpha", "/v1/channels/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/close", DoorWorld.Operator, "application/json", """{"leavesSetAside":true}"""),
        Post("alpha", "/v1/business-day", DoorWorld.Operator, "application/json", """{"date":"2026-03-02"}"""),
        Post("agent", "/v1/accounts/ALPHDEFFXXX/credits", DoorWorld.Operator, "application/json", """{"reference":"more","currency":"EUR","amount":"0.01"}"""),
        Post("agent", "/v1/stops", DoorWorld.Operator, "application/json", """{"fromLeaf":1000000,"by":"governor","banks":["ALPHDEFFXXX"],"channels":["{channel}"]}"""),
        Post("agent", "/v1/stops/ALPHDEFFXXX/lift", DoorWorld.Operator, "application/json", """{"by":"governor"}"""),
        Get("agent", "/v1/stops", DoorWorld.Auditor),
        Post("agent", "/v1/cycles", DoorWorld.Operator, "application/json", """{"currency":"EUR","banks":["ALPHDEFFXXX","BETAFRPPXXX"],"roundSeconds":30}"""),
        Post("agent", "/v1/cycles/{cycle}/rounds", DoorWorld.Operator, "application/json", """{"exclude":["BETAFRPPXXX"],"roundSeconds":540}"""),
        Post("agent", "/v1/cycles/{cycle}/end", DoorWorld.Operator, "application/json", ""),
        Get("alpha", "/v1/instructions/{instruction}", DoorWorld.BackOffice, ("Accept", "application/xml")),
        Get("alpha", "/v1/instructions/{instruction}", DoorWorld.Auditor),
        Get("alpha", "/v1/queue?channel={channel}&limit=10", DoorWorld.BackOffice),
        Get("beta", "/v1/queue?limit=1000", DoorWorld.Operator),
        Get("beta", "/v1/instructions/{waiting}", DoorWorld.BackOffice),
        Get("alpha", "/v1/limits", DoorWorld.Auditor),
        Get("alpha", "/v1/channels/{channel}/limits", DoorWorld.Auditor),
        Get("alpha", "/v1/groups?limit=10", DoorWorld.BackOffice),
        Get("beta", "/v1/cycles", DoorWorld.Auditor),
        Get("agent", "/v1/cycles", DoorWorld.Auditor),
        Get("agent", "/v1/offsets", DoorWorld.Auditor),
        Get("agent", "/v1/cycles/schedule", DoorWorld.Auditor),
        Get("alpha", "/v1/channels/{channel}/instances/{instance}?limit=5", DoorWorld.BackOffice),
        Get("beta", "/v1/channels/{channel}/instances/{instance}?sequence=1&limit=1000", DoorWorld.Auditor),
        Get("alpha", "/v1/reports?after=0&limit=10", DoorWorld.BackOffice),
        Get("beta", "/v1/reports?after=1&limit=1000&documents=false", DoorWorld.BackOffice),
        Get("alpha", "/v1/channels", DoorWorld.Operator),
        Get("beta", "/v1/positions", DoorWorld.Auditor),
        Get("beta", "/v1/channels/{channel}/entries?after=0&limit=5", DoorWorld.BackOffice),
        Get("regulator", "/v1/channels/{channel}/entries?after=1", DoorWorld.Auditor),
        Get("regulator", "/v1/audit/channels", DoorWorld.Auditor),
        Get("regulator", "/v1/audit/channels/{channel}", DoorWorld.Auditor),
        Get("agent", "/v1/books", DoorWorld.Auditor),
        Get("ledger", "/v1/log/size", DoorWorld.Operator),
        .. ((string[])["alpha", "regulator", "agent", "ledger"]).Select(static node => Get(node, "/v1/alarms?after=0&limit=10", DoorWorld.Operator)),
        Get("alpha", "/v1/alarms/evidence/{evidence}", DoorWorld.Auditor),
        Get("ledger", "/health/live", ""),
        Get("beta", "/health/ready", DoorWorld.Operator),
    ];

    private static (string, HttpDraft) Get(string node, string target, string token, params (string, string)[] headers) => (node, new HttpDraft("GET", target, [.. Common(token), .. headers], []));

    private static (string, HttpDraft) Put(string node, string target, string token, string body) =>
        (node, new HttpDraft("PUT", target, [.. Common(token), ("Content-Type", "application/json")], Encoding.UTF8.GetBytes(body)));

    private static (string, HttpDraft) Post(string node, string target, string token, string type, string body, params (string, string)[] headers) =>
        Post(node, target, token, type, Encoding.UTF8.GetBytes(body), headers);

    private static (string, HttpDraft) Post(string node, string target, string token, string type, byte[] body, params (string, string)[] headers) =>
        (node, new HttpDraft("POST", target, [.. Common(token), ("Content-Type", type), .. headers], body));

    private static (string, string)[] Common(string token) => token.Length == 0 ? [("Host", "localhost")] : [("Host", "localhost"), ("Authorization", "Bearer " + token)];
}
