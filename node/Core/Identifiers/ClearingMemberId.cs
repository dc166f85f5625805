using System.Diagnostics.CodeAnalysis;

namespace Settlement.Core.Identifiers;

/// <summary>
/// A member of a clearing system: the system by its ISO 20022 external code (for example <c>USABA</c>) or a proprietary
/// one, and the member's number in it. Members of systems in <see cref="ClearingSystems"/> must have the form that the
/// external code list gives, with the check digit where there is one.
/// </summary>
public readonly record struct ClearingMemberId : IComparable<ClearingMemberId>
{
    /// <summary>The longest code and the longest number (Max35Text).</summary>
    public const int MaxLength = 35;

    private readonly string? system;
    private readonly string? member;

    private ClearingMemberId(string system, string member)
    {
        this.system = system;
        this.member = member;
    }

    /// <summary>The clearing system.</summary>
    public string ClearingSystem => system ?? "";

    /// <summary>The member's number.</summary>
    public string Member => member ?? "";

    /// <summary>Reads a system (1 to 35 capital letters and digits) and a member (1 to 35 letters, digits, and . / _ -).</summary>
    public static bool TryCreate([NotNullWhen(true)] string? system, [NotNullWhen(true)] string? member, out ClearingMemberId value)
    {
        value = default;
        if (system is not { Length: > 0 and <= MaxLength } || member is not { Length: > 0 and <= MaxLength }) return false;
        if (!CheckDigits.IsCapitalAlphanumeric(system)) return false;
        foreach (char c in member)
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('.' or '/' or '_' or '-')) return false;
        if (!ClearingSystems.Accepts(system, member)) return false;
        value = new ClearingMemberId(system, member);
        return true;
    }

    /// <summary>Reads the text form <c>USABA:011104238</c>.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out ClearingMemberId value)
    {
        value = default;
        int colon = text?.IndexOf(':', StringComparison.Ordinal) ?? -1;
        return colon > 0 && TryCreate(text![..colon], text[(colon + 1)..], out value);
    }

    /// <summary>Ordinal order: by system, then member.</summary>
    public int CompareTo(ClearingMemberId other)
    {
        int order = string.CompareOrdinal(system, other.system);
        return order != 0 ? order : string.CompareOrdinal(member, other.member);
    }

    /// <summary>The text form, for example <c>USABA:011104238</c>.</summary>
    public override string ToString() => system is null ? "" : $"{system}:{member}";
}
