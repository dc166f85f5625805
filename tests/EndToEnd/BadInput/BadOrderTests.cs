using System.Text;
using Settlement.Tests.EndToEnd.Host;

namespace Settlement.Tests.EndToEnd.BadInput;

/// <summary>Bad orders of operators and bad questions of anybody: each is refused with its code and leaves nothing.</summary>
[Collection(RunningNetworkGroup.Name)]
public sealed class BadOrderTests(RunningNetwork network)
{
    // {A} and {B} are the banks' root fingerprints, {0} one that nobody has. What is no path of a request never gets as far as
    // the API, so it has no code.
    private const string Orders = """
        no token                             | none     | bank      | GET  /v1/positions | | 401 HO101
        no token, and no such path           | none     | bank      | GET  /nothing | | 401 HO101
        a token that nobody knows            | unknown  | bank      | GET  /v1/positions | | 401 HO101
        a token that is too long             | long     | bank      | GET  /v1/positions | | 401 HO101
        a back office that opens a day       | office   | bank      | POST /v1/business-day | {"date":"2026-03-03"} | 403 HO102
        an operator that submits             | operator | bank      | POST /v1/instructions | {} | 403 HO102
        an auditor that funds                | audit    | bank      | POST /v1/channels/{channel}/funding | {"currency":"EUR","amount":"1"} | 403 HO102
        an auditor's question to a bank      | audit    | bank      | GET  /v1/reports | | 403 HO102
        no such path                         | office   | bank      | GET  /v1/nothing | | 404 HO103
        a path of another role               | operator | bank      | GET  /v1/books | | 404 HO103
        another method                       | office   | bank      | DELETE /v1/instructions | | 405 HO110
        an unknown instruction               | office   | bank      | GET  /v1/instructions/00000000000000000000000000000000 | | 404 HO103
        an instruction id that is too short  | office   | bank      | GET  /v1/instructions/00 | | 404 HO103
        an instruction id that is no number  | office   | bank      | GET  /v1/instructions/zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz | | 404 HO103
        an instruction id with a path in it  | office   | bank      | GET  /v1/instructions/..%2f..%2fetc%2fpasswd | | 404 HO103
        an instruction id with a zero byte   | office   | bank      | GET  /v1/instructions/%00 | | 400 without a code
        reports from before the first        | office   | bank      | GET  /v1/reports?after=-1 | | 400 HO104
        reports after two places             | office   | bank      | GET  /v1/reports?after=1&after=2 | | 400 HO104
        reports after more than a number     | office   | bank      | GET  /v1/reports?after=99999999999999999999 | | 400 HO104
        a page of nothing                    | office   | bank      | GET  /v1/reports?limit=0 | | 400 HO104
        reports with half of their documents | office   | bank      | GET  /v1/reports?documents=some | | 400 HO104
        entries of an unknown channel        | office   | bank      | GET  /v1/channels/{0}/entries | | 404 HO103
        entries of no channel                | office   | bank      | GET  /v1/channels/zz/entries | | 404 HO103
        proofs of an unknown channel         | audit    | regulator | GET  /v1/audit/channels/{0} | | 404 HO103
        proofs of no channel                 | audit    | regulator | GET  /v1/audit/channels/zz | | 404 HO103
        the day before                       | operator | bank      | POST /v1/business-day | {"date":"2026-03-01"} | 422 BK003
        a day that the year lacks            | operator | bank      | POST /v1/business-day | {"date":"2026-02-29"} | 400 HO104
        half a character as a day            | operator | bank      | POST /v1/business-day | {"date":"\ud800"} | 400 HO104
        no day                               | operator | bank      | POST /v1/business-day | {"date":null} | 400 HO104
        nothing                              | operator | bank      | POST /v1/business-day | {} | 400 HO104
        a member that nobody knows           | operator | bank      | POST /v1/business-day | {"date":"2026-03-03","time":"1"} | 400 HO104
        no JSON                              | operator | bank      | POST /v1/business-day | 2026-03-03 | 400 HO104
        a JSON null                          | operator | bank      | POST /v1/business-day | null | 400 HO104
        nested too deep                      | operator | bank      | POST /v1/business-day | @deep | 400 HO104
        too large                            | operator | bank      | POST /v1/business-day | @large | 413 HO105
        another content type                 | operator | bank      | POST /v1/business-day | @text | 415 HO106
        a group of no group                  | office   | bank      | POST /v1/groups | {"group":"zz","legs":[]} | 400 HO104
        a group without legs                 | office   | bank      | POST /v1/groups | {"legs":[]} | 422 GR008
        a group whose legs are null          | office   | bank      | POST /v1/groups | {"legs":null} | 400 HO104
        a group with a leg that is null      | office   | bank      | POST /v1/groups | {"legs":[null]} | 400 HO104
        a group with a member that nobody knows | office | bank     | POST /v1/groups | {"legs":[],"member":1} | 400 HO104
        an operator that orders a group      | operator | bank      | POST /v1/groups | {"legs":[]} | 403 HO102
        groups to a page of nothing          | office   | bank      | GET  /v1/groups?limit=0 | | 400 HO104
        a cycle in no currency               | operator | agent     | POST /v1/cycles | {"currency":"euro"} | 400 HO104
        a cycle without a currency           | operator | agent     | POST /v1/cycles | {} | 400 HO104
        a cycle whose banks are null         | operator | agent     | POST /v1/cycles | {"currency":"EUR","banks":null} | 400 HO104
        a cycle with a bank that is null     | operator | agent     | POST /v1/cycles | {"currency":"EUR","banks":[null]} | 400 HO104
        a cycle of half a second             | operator | agent     | POST /v1/cycles | {"currency":"EUR","roundSeconds":0.5} | 400 HO104
        a cycle longer than channels hold cuts | operator | agent   | POST /v1/cycles | {"currency":"EUR","roundSeconds":541} | 400 HO104
        a cycle with a member that nobody knows | operator | agent  | POST /v1/cycles | {"currency":"EUR","schedule":"daily"} | 400 HO104
        a cycle in what nobody has           | operator | agent     | POST /v1/cycles | {"currency":"CHF"} | 422 AG013
        a cycle of one bank                  | operator | agent     | POST /v1/cycles | {"currency":"EUR","banks":["BANADEFFXXX","BANADEFFXXX"]} | 422 AG013
        an auditor that opens a cycle        | audit    | agent     | POST /v1/cycles | {"currency":"EUR"} | 403 HO102
        a bank that opens a cycle            | operator | bank      | POST /v1/cycles | {"currency":"EUR"} | 405 HO110
        a round of an unknown cycle          | operator | agent     | POST /v1/cycles/{0}/rounds | {} | 422 AG011
        a round of no cycle                  | operator | agent     | POST /v1/cycles/zz/rounds | {} | 404 HO103
        a round without nobody               | operator | agent     | POST /v1/cycles/{0}/rounds | {"exclude":["nobody"]} | 400 HO104
        the end of an unknown cycle          | operator | agent     | POST /v1/cycles/{0}/end | | 422 AG011
        a limit of no kind                   | operator | bank      | PUT /v1/limits | {"kind":"all","currency":"EUR","amount":"1.00"} | 400 HO104
        a limit with half a cent             | operator | bank      | PUT /v1/limits | {"kind":"multilateral","currency":"EUR","amount":"1.005"} | 400 HO104
        a limit below zero                   | operator | bank      | PUT /v1/limits | {"kind":"multilateral","currency":"EUR","amount":"-1.00"} | 400 HO104
        a limit without a word of how much   | operator | bank      | PUT /v1/limits | {"kind":"multilateral","currency":"EUR"} | 400 HO104
        a limit towards nobody               | operator | bank      | PUT /v1/limits | {"kind":"bilateral","currency":"EUR","amount":"1.00"} | 400 HO104
        a cap towards somebody               | operator | bank      | PUT /v1/limits | {"kind":"debit-cap","counterparty":"BANBDEFFXXX","currency":"EUR","amount":"1.00"} | 400 HO104
        a limit from no day                  | operator | bank      | PUT /v1/limits | {"kind":"multilateral","currency":"EUR","amount":"1.00","from":"tomorrow"} | 400 HO104
        a limit from yesterday               | operator | bank      | PUT /v1/limits | {"kind":"multilateral","currency":"EUR","amount":"1.00","from":"2026-03-01"} | 422 BK003
        a limit towards a stranger           | operator | bank      | PUT /v1/limits | {"kind":"bilateral","counterparty":"NOPEDEFFXXX","currency":"EUR","amount":"1.00"} | 422 BK013
        a limit in what nobody settles in    | operator | bank      | PUT /v1/limits | {"kind":"bilateral","counterparty":"BANBDEFFXXX","currency":"CHF","amount":"1.00"} | 422 AM03
        a back office that sets a limit      | office   | bank      | PUT /v1/limits | {"kind":"multilateral","currency":"EUR","amount":"1.00"} | 403 HO102
        limits of an unknown channel         | audit    | bank      | GET /v1/channels/{0}/limits | | 404 HO103
        limits of no channel                 | audit    | bank      | GET /v1/channels/zz/limits | | 404 HO103
        a grant in no channel                | operator | bank      | PUT /v1/channels/zz/limits | {"currency":"EUR","amount":"1.00"} | 404 HO103
        a grant in an unknown channel        | operator | bank      | PUT /v1/channels/{0}/limits | {"currency":"EUR","amount":"1.00"} | 422 CH035
        a grant below zero                   | operator | bank      | PUT /v1/channels/{0}/limits | {"currency":"EUR","amount":"-1.00"} | 400 HO104
        a grant beyond every amount          | operator | bank      | PUT /v1/channels/{0}/limits | {"currency":"EUR","amount":"100000000000000000000.00"} | 400 HO104
        a grant of half a unit               | operator | bank      | PUT /v1/channels/{0}/limits | {"currency":"bonds","amount":"0.5"} | 400 HO104
        a grant of nothing said              | operator | bank      | PUT /v1/channels/{0}/limits | {"currency":"EUR","amount":null} | 400 HO104
        a grant from no day                  | operator | bank      | PUT /v1/channels/{0}/limits | {"currency":"EUR","amount":"1.00","from":"tomorrow"} | 400 HO104
        a back office that grants a limit    | office   | bank      | PUT /v1/channels/{0}/limits | {"currency":"EUR","amount":"1.00"} | 403 HO102
        a channel with somebody unknown      | operator | bank      | POST /v1/channels | {"counterparty":"NOPEDEFFXXX","rootFingerprint":"{0}","contracts":["GrossPayment"],"currencies":["EUR"]} | 422 BK005
        with a false root                    | operator | bank      | POST /v1/channels | {"counterparty":"AGNTDEFFXXX","rootFingerprint":"{0}","contracts":["GrossPayment"],"currencies":["EUR"]} | 422 BK005
        with an observer's false root        | operator | bank      | POST /v1/channels | {"counterparty":"LEDGDEFFXXX","rootFingerprint":"{0}","observers":[{"participant":"SUPEDEFFXXX","rootFingerprint":"{0}"}],"contracts":["GrossPayment"],"currencies":["EUR"]} | 422 BK005
        a root that is no fingerprint        | operator | bank      | POST /v1/channels | {"counterparty":"BANBDEFFXXX","rootFingerprint":"00","contracts":["GrossPayment"],"currencies":["EUR"]} | 400 HO104
        a second channel with one bank       | operator | bank      | POST /v1/channels | {"counterparty":"BANBDEFFXXX","rootFingerprint":"{B}","contracts":["GrossPayment"],"currencies":["EUR"]} | 422 BK004
        a channel with itself                | operator | bank      | POST /v1/channels | {"counterparty":"BANADEFFXXX","rootFingerprint":"{A}","contracts":["GrossPayment"],"currencies":["EUR"]} | 400 HO104
        a contract that nobody knows         | operator | bank      | POST /v1/channels | {"counterparty":"BANBDEFFXXX","rootFingerprint":"{B}","contracts":["NoSuchContract"],"currencies":["EUR"]} | 400 HO104
        no contract                          | operator | bank      | POST /v1/channels | {"counterparty":"BANBDEFFXXX","rootFingerprint":"{B}","contracts":[],"currencies":["EUR"]} | 400 HO104
        contracts that are null              | operator | bank      | POST /v1/channels | {"counterparty":"BANBDEFFXXX","rootFingerprint":"{B}","contracts":null,"currencies":["EUR"]} | 400 HO104
        a contract that is null              | operator | bank      | POST /v1/channels | {"counterparty":"BANBDEFFXXX","rootFingerprint":"{B}","contracts":[null],"currencies":["EUR"]} | 400 HO104
        a currency that is null              | operator | bank      | POST /v1/channels | {"counterparty":"BANBDEFFXXX","rootFingerprint":"{B}","contracts":["GrossPayment"],"currencies":[null]} | 400 HO104
        a currency twice                     | operator | bank      | POST /v1/channels | {"counterparty":"BANBDEFFXXX","rootFingerprint":"{B}","contracts":["GrossPayment"],"currencies":["EUR","EUR"]} | 400 HO104
        an observer that is null             | operator | bank      | POST /v1/channels | {"counterparty":"BANBDEFFXXX","rootFingerprint":"{B}","observers":[null],"contracts":["GrossPayment"],"currencies":["EUR"]} | 400 HO104
        a limit that is null                 | operator | bank      | POST /v1/channels | {"counterparty":"BANBDEFFXXX","rootFingerprint":"{B}","limits":[null],"contracts":["GrossPayment"],"currencies":["EUR"]} | 400 HO104
        a limit of somebody else             | operator | bank      | POST /v1/channels | {"counterparty":"BANBDEFFXXX","rootFingerprint":"{B}","limits":[{"of":"SUPEDEFFXXX","currency":"EUR","amount":"1"}],"contracts":["GrossPayment"],"currencies":["EUR"]} | 400 HO104
        more than the account has            | operator | bank      | POST /v1/channels/{channel}/funding | {"currency":"EUR","amount":"0.01"} | 422 AG002
        an unknown channel                   | operator | bank      | POST /v1/channels/{0}/funding | {"currency":"EUR","amount":"1"} | 422 CH035
        no channel                           | operator | bank      | POST /v1/channels/zz/funding | {"currency":"EUR","amount":"1"} | 404 HO103
        a currency that the channel lacks    | operator | bank      | POST /v1/channels/{channel}/funding | {"currency":"USD","amount":"1"} | 422 AM03
        zero                                 | operator | bank      | POST /v1/channels/{channel}/funding | {"currency":"EUR","amount":"0"} | 400 HO104
        negative                             | operator | bank      | POST /v1/channels/{channel}/funding | {"currency":"EUR","amount":"-1"} | 400 HO104
        too precise                          | operator | bank      | POST /v1/channels/{channel}/funding | {"currency":"EUR","amount":"1.001"} | 400 HO104
        more than a number holds             | operator | bank      | POST /v1/channels/{channel}/funding | {"currency":"EUR","amount":"99999999999999999999"} | 400 HO104
        a number where a text belongs        | operator | bank      | POST /v1/channels/{channel}/funding | {"currency":"EUR","amount":1} | 400 HO104
        out of it, more than the position    | operator | bank      | POST /v1/channels/{channel}/defunding | {"currency":"EUR","amount":"1000000.00"} | 422 AM04
        out of an unknown channel            | operator | bank      | POST /v1/channels/{0}/defunding | {"currency":"EUR","amount":"1"} | 422 CH035
        out of it, zero                      | operator | bank      | POST /v1/channels/{channel}/defunding | {"currency":"EUR","amount":"0"} | 400 HO104
        an auditor that takes money out      | audit    | bank      | POST /v1/channels/{channel}/defunding | {"currency":"EUR","amount":"1"} | 403 HO102
        the close of an unknown channel      | operator | bank      | POST /v1/channels/{0}/close | {} | 422 CH035
        the close of no channel              | operator | bank      | POST /v1/channels/zz/close | {} | 404 HO103
        a close with more said               | operator | bank      | POST /v1/channels/{channel}/close | {"force":true} | 400 HO104
        a back office that closes            | office   | bank      | POST /v1/channels/{channel}/close | {} | 403 HO102
        a stop of nobody                     | operator | agent     | POST /v1/stops | {"fromLeaf":1,"by":"me"} | 400 HO104
        a stop of no bank                    | operator | agent     | POST /v1/stops | {"fromLeaf":1,"by":"me","banks":["nobody"]} | 400 HO104
        a stop of a bank twice               | operator | agent     | POST /v1/stops | {"fromLeaf":1,"by":"me","banks":["BANADEFFXXX","BANADEFFXXX"]} | 400 HO104
        a stop by nobody                     | operator | agent     | POST /v1/stops | {"fromLeaf":1,"by":"","banks":["BANADEFFXXX"]} | 400 HO104
        a stop from before the log           | operator | agent     | POST /v1/stops | {"fromLeaf":-1,"by":"me","banks":["BANADEFFXXX"]} | 400 HO104
        an auditor that stops                | audit    | agent     | POST /v1/stops | {"fromLeaf":1,"by":"me","banks":["BANADEFFXXX"]} | 403 HO102
        an end of no stop                    | operator | agent     | POST /v1/stops/BANADEFFXXX/lift | {"by":"me"} | 422 AG032
        an end of a stop of nothing          | operator | agent     | POST /v1/stops/zz/lift | {"by":"me"} | 404 HO103
        a credit to nobody                   | operator | agent     | POST /v1/accounts/nobody/credits | {"reference":"r","currency":"EUR","amount":"1"} | 404 HO103
        a credit of zero                     | operator | agent     | POST /v1/accounts/BANADEFFXXX/credits | {"reference":"r","currency":"EUR","amount":"0"} | 400 HO104
        a credit without a reference         | operator | agent     | POST /v1/accounts/BANADEFFXXX/credits | {"reference":"","currency":"EUR","amount":"1"} | 400 HO104
        a credit whose reference is null     | operator | agent     | POST /v1/accounts/BANADEFFXXX/credits | {"reference":null,"currency":"EUR","amount":"1"} | 400 HO104
        a reference used for another amount  | operator | agent     | POST /v1/accounts/BANADEFFXXX/credits | {"reference":"opening balance of BANADEFFXXX with BANBDEFFXXX","currency":"EUR","amount":"1"} | 422 AG004
        a reference used for another bank    | operator | agent     | POST /v1/accounts/BANBDEFFXXX/credits | {"reference":"opening balance of BANADEFFXXX with BANBDEFFXXX","currency":"EUR","amount":"1000.00"} | 422 AG004
        a credit of more digits than money has | operator | agent     | POST /v1/accounts/BANADEFFXXX/credits | {"reference":"r","currency":"EUR","amount":"92233720368547758.07"} | 400 HO104
        """;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task EachIsRefusedWithItsCodeAndLeavesNothing()
    {
        SortedDictionary<string, string> before = await network.StateAsync(Ct);
        List<string> wrong = [];
        foreach (Case order in Case.Rows(Orders).Select(Read))
        {
            string outcome = await order.OutcomeAsync(network.Nodes.Node(order.Node).ApiAddress, Ct);
            if (outcome != order.Expected) wrong.Add($"{order.Name}: {outcome} instead of {order.Expected}");
        }

        Assert.True(wrong.Count == 0, string.Join(Environment.NewLine, wrong));
        // The agent keeps that it refused a funding, so that a late copy of it moves no money.
        await network.AssertUnchangedAsync(before, Ct, (HostNetwork.AgentId, "payload_postings", 1));
        await network.SettleOneAsync(Ct);
        await network.QuietAsync(Ct);
    }

    [Fact]
    public async Task WhatAnOrderLacksIsNamed()
    {
        using HttpClient client = new() { BaseAddress = network.Nodes.Node(HostNetwork.AgentId).ApiAddress };
        client.DefaultRequestHeaders.Authorization = new("Bearer", TestNodes.OperatorToken);
        using StringContent body = new("""{"reference":"lacking"}""", Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await client.PostAsync(new Uri($"/v1/accounts/{HostNetwork.BankA}/credits", UriKind.Relative), body, Ct);
        Assert.Contains("The body lacks currency, amount.", await response.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
    }

    private Case Read(string[] row)
    {
        string[] request = row[3].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        string? token = row[1] switch
        {
            "none" => null,
            "unknown" => "guessed",
            "long" => new string('t', 10_000),
            "operator" => TestNodes.OperatorToken,
            "audit" => TestNodes.AuditToken,
            _ => TestNodes.BackOfficeToken,
        };
        string node = row[2] switch { "bank" => HostNetwork.BankA, "agent" => HostNetwork.AgentId, _ => HostNetwork.RegulatorId };
        string body = row[4] switch { "@deep" => new string('[', 10_000), "@large" => new string(' ', 65 * 1024), "@text" => "2026-03-03", _ => Fill(row[4]) };
        string? type = body.Length == 0 ? null : row[4] == "@text" ? "text/plain" : "application/json";
        return new Case(row[0], node, HttpMethod.Parse(request[0]), Fill(request[1]), token, type, Encoding.UTF8.GetBytes(body), row[5]);
    }

    private string Fill(string text) => text
        .Replace("{channel}", network.Channel, StringComparison.Ordinal)
        .Replace("{0}", new string('0', 64), StringComparison.Ordinal)
        .Replace("{A}", network.Nodes.Facts(HostNetwork.BankA).RootFingerprint.ToString(), StringComparison.Ordinal)
        .Replace("{B}", network.Nodes.Facts(HostNetwork.BankB).RootFingerprint.ToString(), StringComparison.Ordinal);
}
