using System.Globalization;
using System.Text.Json;

namespace Settlement.Host.Commands.Offsetting;

/// <summary>The members that an object must and may have.</summary>
internal sealed record ObjectForm(string[] Required, string[] Optional)
{
    public IReadOnlyList<string> All { get; } = [.. Required, .. Optional];
}

/// <summary>Goes through one object's members: none unknown, none twice, none missing.</summary>
internal struct ObjectReading
{
    private static readonly string IdExpected = string.Create(CultureInfo.InvariantCulture, $"An id is a string of 1 to {OffsetFile.MaximumIdCharacters} characters, none of them a control character.");

    private readonly ObjectForm form;
    private readonly OffsetPlace whole;
    private uint seen;

    /// <param name="form">Its members.</param>
    /// <param name="json">Stands at its beginning.</param>
    /// <param name="place">The path to it.</param>
    public ObjectReading(ObjectForm form, ref Utf8JsonReader json, OffsetPlace place)
    {
        this.form = form;
        whole = Place = place with { Offset = json.TokenStartIndex };
        if (json.TokenType != JsonTokenType.StartObject) throw new OffsetFault(OffsetCodes.TypeWrong, whole, "An object is expected.");
    }

    /// <summary>Where the present member's value is.</summary>
    public OffsetPlace Place { get; private set; }

    /// <summary>Goes on to the next member's value; false at the end.</summary>
    public bool TryNext(ref Utf8JsonReader json, out string member)
    {
        member = "";
        json.Read();
        if (json.TokenType == JsonTokenType.EndObject)
        {
            for (int index = 0; index < form.Required.Length; index++)
                if ((seen & 1u << index) == 0) throw new OffsetFault(OffsetCodes.MemberMissing, whole, $"The member {form.Required[index]} is missing.");
            return false;
        }

        OffsetPlace name = whole with { Offset = json.TokenStartIndex };
        int found = Find(ref json);
        if (found < 0) throw new OffsetFault(OffsetCodes.MemberUnknown, name, $"The member does not belong here; there are: {string.Join(", ", form.All)}.");
        member = form.All[found];
        // The file's own object has its lists as members.
        name = whole.List is null ? name with { List = member } : name with { Member = member };
        if ((seen & 1u << found) != 0) throw new OffsetFault(OffsetCodes.MemberRepeated, name, "The member is there twice.");
        seen |= 1u << found;
        json.Read();
        Place = name with { Offset = json.TokenStartIndex };
        return true;
    }

    /// <summary>Reads an id.</summary>
    public static string Id(ref Utf8JsonReader json, OffsetPlace place)
    {
        if (json.TokenType != JsonTokenType.String) throw new OffsetFault(OffsetCodes.TypeWrong, place, IdExpected);
        string? id = null;
        try
        {
            id = json.GetString();
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair, escaped: no text.
        }

        return id is { Length: > 0 and <= OffsetFile.MaximumIdCharacters } && !id.Any(char.IsControl) ? id : throw new OffsetFault(OffsetCodes.TypeWrong, place, IdExpected);
    }

    /// <summary>Reads an amount in minor units.</summary>
    public static long Amount(ref Utf8JsonReader json, OffsetPlace place, long least)
    {
        if (json.TokenType != JsonTokenType.Number) throw new OffsetFault(OffsetCodes.TypeWrong, place, "An amount is a number.");
        return json.TryGetInt64(out long amount) && amount >= least ? amount
            : throw new OffsetFault(OffsetCodes.AmountInvalid, place, string.Create(CultureInfo.InvariantCulture, $"The amount is in whole minor units, {least} to {long.MaxValue}, without fraction and exponent."));
    }

    private readonly int Find(ref Utf8JsonReader json)
    {
        for (int index = 0; index < form.All.Count; index++)
            if (json.ValueTextEquals(form.All[index])) return index;
        return -1;
    }
}
