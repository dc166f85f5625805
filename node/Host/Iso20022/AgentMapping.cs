using Settlement.Core.Identifiers;

namespace Settlement.Host.Iso20022;

/// <summary>Reads who an institution is, and checks the check digits of every identifier it gives.</summary>
internal sealed class AgentMapping(FaultList faults)
{
    /// <summary>
    /// The participant that pays or is paid: by BIC where there is one, else by clearing member id. Both must be right when
    /// both are given.
    /// </summary>
    public ParticipantId? Settling(SourceNode? agent, SourceNode parent, string name, string code)
    {
        if (agent is null)
        {
            faults.AddMissing(code, parent, name, "Neither the transaction nor the group header names the agent.");
            return null;
        }

        ParticipantId? participant = Check(agent, code);
        SourceNode? institution = agent.Child("FinInstnId");
        bool isNamed = institution?.Child("BICFI") is not null || institution?.Find("ClrSysMmbId", "ClrSysId") is not null;
        if (institution is not null && !isNamed)
            faults.Add(code, institution, "The agent has neither a BIC nor a member id with its clearing system.");
        return participant;
    }

    /// <summary>Checks an institution's identifiers; the participant it is, where they say.</summary>
    public ParticipantId? Check(SourceNode? agent, string code)
    {
        SourceNode? institution = agent?.Child("FinInstnId");
        if (institution is null) return null;
        ParticipantId? participant = null;
        SourceNode? member = institution.Child("ClrSysMmbId");
        // Without its clearing system a number cannot be checked.
        if (SystemOf(member) is { } system && member?.Child("MmbId") is { } number)
        {
            if (ClearingMemberId.TryCreate(system, number.Text, out ClearingMemberId id)) participant = ParticipantId.From(id);
            else faults.Add(code, number, "The member id does not have the form or the check digit of its clearing system.");
        }

        if (institution.Child("BICFI") is { } text)
        {
            if (Bic.TryParse(text.Text, out Bic bic)) participant = ParticipantId.From(bic);
            else faults.Add(code, text, "This is not a BIC of ISO 9362.");
        }

        if (institution.Child("LEI") is { } lei && !Lei.TryParse(lei.Text, out _))
            faults.Add(code, lei, "This is not a LEI with the check digits of ISO 17442.");
        return participant;
    }

    /// <summary>The institution's name, else the identifier that stands for it.</summary>
    public static string NameOf(SourceNode? agent)
    {
        SourceNode? institution = agent?.Child("FinInstnId");
        SourceNode? member = institution?.Child("ClrSysMmbId");
        string? number = member?.Child("MmbId")?.Text;
        if (number is not null && SystemOf(member) is { } system) number = $"{system}:{number}";
        return institution?.Child("Nm")?.Text ?? institution?.Child("BICFI")?.Text ?? number
            ?? institution?.Child("LEI")?.Text ?? institution?.Find("Othr", "Id")?.Text ?? "";
    }

    private static string? SystemOf(SourceNode? member)
    {
        SourceNode? system = member?.Child("ClrSysId");
        return (system?.Child("Cd") ?? system?.Child("Prtry"))?.Text;
    }
}
