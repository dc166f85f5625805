using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Settlement.Core.Identifiers;

/// <summary>
/// Who a participant is: a BIC, written <c>BANKDEFFXXX</c>, or a clearing member id, written <c>USABA:011104238</c>.
/// Compared by that text, ordinally.
/// </summary>
public readonly record struct ParticipantId : IComparable<ParticipantId>
{
    private readonly string? text;

    private ParticipantId(string text) => this.text = text;

    /// <summary>The BIC, when it is one.</summary>
    public Bic? Bic => Identifiers.Bic.TryParse(text, out Bic bic) ? bic : null;

    /// <summary>The clearing member id, when it is one.</summary>
    public ClearingMemberId? ClearingMember => ClearingMemberId.TryParse(text, out ClearingMemberId member) ? member : null;

    /// <summary>The participant with that BIC.</summary>
    public static ParticipantId From(Bic bic) => new(bic.ToString());

    /// <summary>The participant with that clearing member id.</summary>
    public static ParticipantId From(ClearingMemberId member) => new(member.ToString());

    /// <summary>Reads either text form; a BIC of eight characters names its primary office.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out ParticipantId value)
    {
        value = default;
        if (Identifiers.Bic.TryParse(text, out Bic bic)) value = From(bic);
        else if (ClearingMemberId.TryParse(text, out ClearingMemberId member)) value = From(member);
        else return false;
        return true;
    }

    /// <summary>
    /// A name for files, folders and databases: capital letters, digits, <c>-</c> for the colon, and <c>_</c> with two
    /// hexadecimal digits for anything else. Two participants never share one, not even where names ignore case.
    /// </summary>
    public string ToFileName()
    {
        if (text is null) return "";
        StringBuilder name = new(text.Length);
        foreach (char c in text)
        {
            if (char.IsAsciiLetterUpper(c) || char.IsAsciiDigit(c)) name.Append(c);
            else if (c == ':') name.Append('-');
            else name.Append('_').Append(((int)c).ToString("X2", CultureInfo.InvariantCulture));
        }

        return name.ToString();
    }

    /// <summary>Ordinal order of the text.</summary>
    public int CompareTo(ParticipantId other) => string.CompareOrdinal(text, other.text);

    /// <summary>The text form; empty for the default value.</summary>
    public override string ToString() => text ?? "";
}
