using System.Text.Json;
using System.Xml;
using Settlement.Core.Identifiers;
using Settlement.Core.Instructions;
using Settlement.Core.Monetary;

namespace Settlement.Host.Iso20022;

/// <summary>
/// Reads one credit transfer from a small JSON object, under the same rules and reasons as the ISO 20022 messages. The
/// members are listed in this folder's README. Unknown and repeated members are refused, and amounts are strings, since a
/// JSON number passes through floating point in most programs that write one.
/// </summary>
internal static class JsonTransferReader
{
    private static readonly JsonDocumentOptions Options = new()
    {
        AllowTrailingCommas = false,
        AllowDuplicateProperties = false,
        CommentHandling = JsonCommentHandling.Disallow,
        MaxDepth = Bounds.MaxJsonDepth,
    };

    private static readonly TextRule Text35 = TextRule.Max(35);
    private static readonly TextRule Text140 = TextRule.Max(140);

    private static readonly Dictionary<string, (TextRule Rule, bool Required)> Members = new(StringComparer.Ordinal)
    {
        ["messageType"] = (TextRule.OneOf("pacs.008.001.08", "pacs.009.001.08"), false),
        ["messageId"] = (Text35, true),
        ["instructionId"] = (Text35, false),
        ["endToEndId"] = (Text35, true),
        ["transactionId"] = (Text35, false),
        ["uetr"] = (TextRule.UuidV4, false),
        ["amount"] = (TextRule.SettlementAmount, true),
        ["currency"] = (Text35, true),
        ["settlementDate"] = (Text35, false),
        ["priority"] = (TextRule.OneOf("URGT", "HIGH", "NORM"), false),
        ["notBefore"] = (TextRule.Time, false),
        ["notAfter"] = (TextRule.Time, false),
        ["instructingAgent"] = (Text140, false),
        ["instructedAgent"] = (Text140, false),
        ["remittance"] = (Text140, false),
    };

    private static readonly Dictionary<string, (TextRule Rule, bool Required)> PartyMembers = new(StringComparer.Ordinal)
    {
        ["name"] = (Text140, true),
        ["iban"] = (Text35, false),
        ["account"] = (TextRule.Max(34), false),
    };

    /// <summary>Reads one document. Never throws for what is in it.</summary>
    public static ReadMessage Read(ReadOnlyMemory<byte> document)
    {
        if (document.Length > Bounds.MaxJsonBytes) return Malformed(0, 0, $"The document has more than {Bounds.MaxJsonBytes} bytes.");
        try
        {
            using JsonDocument json = JsonDocument.Parse(document, Options);
            return json.RootElement.ValueKind == JsonValueKind.Object
                ? Read(json.RootElement)
                : Malformed(1, 1, "The document must be an object.");
        }
        catch (JsonException refused)
        {
            return Malformed((int)(refused.LineNumber ?? -1) + 1, (int)(refused.BytePositionInLine ?? -1) + 1, "The document is not JSON as this node takes it.");
        }
        catch (InvalidOperationException)
        {
            // How the platform reports a string whose escapes or bytes are not Unicode text.
            return Malformed(0, 0, "A string of the document is not Unicode text.");
        }
    }

    private static ReadMessage.Malformed Malformed(int line, int column, string reason) =>
        new(ReasonCodes.InvalidFileFormat, "/", line, column, reason);

    private static ReadMessage.Transfers Read(JsonElement json)
    {
        FaultList faults = new();
        TransferRules rules = new(faults);
        SourceNode body = ReadObject(new SourceNode(null, "", 0, 0), json, Members, faults);
        string messageType = body.Child("messageType")?.Text ?? MessageGrammar.Customer.MessageType;
        ParticipantId? instructing = Agent(body, "instructingAgent", ReasonCodes.InvalidDebtorBank, faults);
        ParticipantId? instructed = Agent(body, "instructedAgent", ReasonCodes.InvalidCreditorBank, faults);
        Money? amount = body.Child("amount") is { } decimals && body.Child("currency") is { } code
            ? rules.Amount(decimals, code.Text, code)
            : null;
        DateOnly? date = rules.Date(body.Child("settlementDate"), body, "settlementDate");
        TransferParty debtor = Party(json, "debtor", ReasonCodes.InvalidDebtorAccount, faults);
        TransferParty creditor = Party(json, "creditor", ReasonCodes.InvalidCreditorAccount, faults);
        string messageId = body.Child("messageId")?.Text ?? "";
        string? instructionId = body.Child("instructionId")?.Text;
        string? endToEndId = body.Child("endToEndId")?.Text;
        string? transactionId = body.Child("transactionId")?.Text;
        Uetr? uetr = Uetr.TryParse(body.Child("uetr")?.Text, out Uetr read) ? read : null;
        Priority priority = TransferRules.PriorityOf(body.Child("priority")?.Text);
        DateTimeOffset? notBefore = rules.Time(body.Child("notBefore"), date), notAfter = rules.Time(body.Child("notAfter"), date);
        ReadTransfer item = faults.First is { } fault
            ? new ReadTransfer.Rejected(
                new TransferIdentification(messageType, messageId, instructionId, endToEndId, transactionId, uetr, instructing, instructed),
                fault.Code, fault.Place, fault.Line, fault.Column, fault.Reason)
            : new ReadTransfer.Valid(new CreditTransfer(
                messageType, messageId, instructionId, endToEndId!, transactionId, uetr, amount!.Value, date!.Value, priority,
                instructing!.Value, instructed!.Value, debtor, creditor, body.Child("remittance")?.Text)
            {
                NotBefore = notBefore, NotAfter = notAfter,
            });
        return new ReadMessage.Transfers(new MessageHeader(messageType, messageId, CreationDateTime: null, 1, BusinessMessageId: null), [item]);
    }

    // Only members that keep their rule are added to the node, so that nothing else is ever repeated in an answer.
    private static SourceNode ReadObject(
        SourceNode node, JsonElement json, Dictionary<string, (TextRule Rule, bool Required)> members, FaultList faults)
    {
        foreach (JsonProperty property in json.EnumerateObject())
        {
            string name = StructureReader.Shown(property.Name);
            if (!members.TryGetValue(name, out (TextRule Rule, bool Required) member))
            {
                if (node.Label.Length > 0 || name is not ("debtor" or "creditor"))
                    faults.Add(ReasonCodes.InvalidFileFormat, Member(node, name), "The member does not belong here.");
                continue;
            }

            if (property.Value.ValueKind == JsonValueKind.Null) continue;
            SourceNode child = Member(node, name);
            if (property.Value.ValueKind == JsonValueKind.String && IsXmlText(child.Text = property.Value.GetString()!)
                && member.Rule.Accepts(child.Text))
                node.Add(child);
            else faults.Add(ReasonCodes.InvalidFileFormat, child, $"The member must be a string: {member.Rule.Description}.");
        }

        foreach ((string name, (TextRule _, bool required)) in members)
            if (required && (!json.TryGetProperty(name, out JsonElement value) || value.ValueKind == JsonValueKind.Null))
                faults.Add(ReasonCodes.InvalidFileFormat, Member(node, name), "The member is missing.");
        return node;
    }

    // A reference is repeated in status reports, so it must be text that XML can carry.
    private static bool IsXmlText(string text)
    {
        foreach (System.Text.Rune rune in text.EnumerateRunes())
            if (rune.Utf16SequenceLength == 1 && !XmlConvert.IsXmlChar((char)rune.Value)) return false;
        return true;
    }

    private static SourceNode Member(SourceNode node, string name) => new(node, name, 0, 0);

    private static ParticipantId? Agent(SourceNode body, string name, string code, FaultList faults)
    {
        SourceNode? agent = body.Child(name);
        if (ParticipantId.TryParse(agent?.Text, out ParticipantId id)) return id;
        faults.Add(code, agent ?? new SourceNode(null, name, 0, 0), "The member must be a BIC or a clearing member id such as USABA:011104238.");
        return null;
    }

    private static TransferParty Party(JsonElement json, string name, string code, FaultList faults)
    {
        SourceNode party = new(null, name, 0, 0);
        if (!json.TryGetProperty(name, out JsonElement member) || member.ValueKind != JsonValueKind.Object)
        {
            faults.Add(ReasonCodes.InvalidFileFormat, party, "The member must be an object with a name.");
            return new TransferParty("", null);
        }

        ReadObject(party, member, PartyMembers, faults);
        SourceNode? account = party.Child("account");
        SourceNode? iban = party.Child("iban");
        if (account is not null && iban is not null) faults.Add(ReasonCodes.InvalidFileFormat, account, "Only one of iban and account may be given.");
        return new TransferParty(
            party.Child("name")?.Text ?? "", iban is null ? account?.Text : new TransferRules(faults).Iban(iban, code));
    }
}
