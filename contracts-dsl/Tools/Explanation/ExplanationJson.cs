using System.Text;
using System.Text.Json;

namespace Settlement.Contracts;

/// <summary>The explanation as one JSON object, for programs that keep or compare it.</summary>
internal static class ExplanationJson
{
    public static string Render(Contract contract)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter json = new(stream, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            json.WriteStartObject();
            Head(json, contract);
            Array(json, "parties", contract.Parties, party => Party(json, party));
            Array(json, "units", contract.Units, unit =>
            {
                json.WriteString("name", unit.Name);
                json.WriteString("doc", unit.Doc);
            });
            Array(json, "codes", contract.CodeSets, set => Codes(json, set));
            Array(json, "matrix", ReadingRow.Of(contract), row => Row(json, row));
            Array(json, "states", contract.States, state => State(json, state));
            Array(json, "actions", contract.Actions, action => Action(json, contract, action));
            Array(json, "transitions", Transition.Of(contract), transition => Way(json, transition));
            json.WriteString("mermaid", StateDiagram.AsMermaid(contract));
            Array(json, "disclosures", ToldOnPurpose.Of(contract), told => Told(json, told));
            Array(json, "offers", OfferedToAgent.Of(contract), offered => Offered(json, offered));
            Array(json, "transfers", Transfer.Of(contract), transfer => Transferred(json, transfer));
            Array(json, "verification", Verification.Of(contract), verification => Verified(json, verification));
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length) + "\n";
    }

    private static void Head(Utf8JsonWriter json, Contract contract)
    {
        json.WriteString("contract", contract.Name);
        json.WriteNumber("version", contract.Version);
        if (contract.Replaces is { } replaced) json.WriteNumber("replaces", replaced);
        else json.WriteNull("replaces");
        json.WriteString("doc", contract.Doc);
        json.WriteString("hash", Convert.ToHexStringLower(contract.Hash));
    }

    private static void Party(Utf8JsonWriter json, Party party)
    {
        json.WriteString("name", party.Name);
        json.WriteString("kind", party.Kind == PartyKind.Bank ? "bank" : "regulator");
        json.WriteBoolean("observes", party.Observes);
        json.WriteNumber("most", party.Most);
        json.WriteString("doc", party.Doc);
    }

    private static void Codes(Utf8JsonWriter json, CodeSet set)
    {
        json.WriteString("name", set.Name);
        json.WriteString("external", set.External);
        Names(json, "codes", set.Codes.Order(StringComparer.Ordinal));
        json.WriteString("doc", set.Doc);
    }

    private static void Row(Utf8JsonWriter json, ReadingRow row)
    {
        json.WriteString("field", row.Field.Name);
        json.WriteString("action", row.Action?.Name);
        json.WriteString("type", row.Field.Type.Written);
        json.WriteBoolean("optional", row.Field.Optional);
        Names(json, "readers", row.Field.Audience.Select(p => p.Name));
        json.WriteString("personalOf", row.Field.PersonalOf?.Name);
        json.WriteString("doc", row.Field.Doc);
    }

    private static void State(Utf8JsonWriter json, State state)
    {
        json.WriteString("name", state.Name);
        json.WriteBoolean("mayRest", state.MayRest);
        json.WriteString("doc", state.Doc);
    }

    private static void Action(Utf8JsonWriter json, Contract contract, ContractAction action)
    {
        json.WriteString("name", action.Name);
        json.WriteString("by", action.By.Written);
        Names(json, "agreedBy", action.AgreedBy.Select(p => p.Name));
        Names(json, "when", action.When.Select(s => s.Name));
        Names(json, "outcomes", action.Outcomes.Select(s => s.Name));
        json.WriteString("window", action.Window?.Written);
        Names(json, "parameters", action.Parameters.Select(p => p.Name));
        Names(json, "updates", action.Updates.Select(f => f.Name));
        Names(json, "statements", ActionSentences.Statements(action).Select(s => new string(' ', 2 * s.Depth) + s.Line));
        json.WriteString("sentence", ActionSentences.Of(action));
        CostBound cost = CostBound.Of(contract.Fields, action);
        json.WriteNumber("steps", cost.Steps);
        json.WriteNumber("bytes", cost.Bytes);
        json.WriteString("doc", action.Doc);
    }

    private static void Way(Utf8JsonWriter json, Transition transition)
    {
        json.WriteString("from", transition.From?.Name);
        json.WriteString("to", transition.To.Name);
        json.WriteString("action", transition.Action.Name);
    }

    private static void Told(Utf8JsonWriter json, ToldOnPurpose told)
    {
        json.WriteString("action", told.Action.Name);
        json.WriteString("field", told.Field.Name);
        json.WriteString("party", told.Party.Name);
        json.WriteBoolean("isAssertion", told.IsAssertion);
        Names(json, "through", told.Through);
        json.WriteString("sentence", told.Sentence);
    }

    private static void Offered(Utf8JsonWriter json, OfferedToAgent offered)
    {
        json.WriteString("action", offered.Action.Name);
        json.WriteString("field", offered.Amount.Name);
        json.WriteString("payer", offered.Payer.Name);
        json.WriteString("payee", offered.Payee.Name);
        json.WriteString("sentence", offered.Sentence);
    }

    private static void Transferred(Utf8JsonWriter json, Transfer transfer)
    {
        json.WriteString("field", transfer.Field.Name);
        json.WriteString("action", transfer.Action?.Name);
        json.WriteString("exporter", transfer.Exporter.Name);
        json.WriteString("recipient", transfer.Recipient.Name);
        json.WriteBoolean("disclosed", transfer.IsDisclosed);
    }

    private static void Verified(Utf8JsonWriter json, Verification verification)
    {
        json.WriteString("party", verification.Party.Name);
        json.WriteBoolean("canRunAgain", verification.CanRunAgain);
        Array(json, "missing", verification.Missing, missing =>
        {
            json.WriteString("action", missing.Action.Name);
            json.WriteString("field", missing.Field.Name);
        });
        Array(json, "asserted", verification.Asserted, asserted =>
        {
            json.WriteString("action", asserted.Action.Name);
            json.WriteString("statement", asserted.Statement);
        });
        json.WriteString("sentence", verification.Sentence);
    }

    private static void Array<T>(Utf8JsonWriter json, string name, IEnumerable<T> items, Action<T> write)
    {
        json.WriteStartArray(name);
        foreach (T item in items)
        {
            json.WriteStartObject();
            write(item);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Names(Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (string value in values) json.WriteStringValue(value);
        json.WriteEndArray();
    }
}
