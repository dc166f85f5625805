using System.Globalization;
using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using Settlement.Core.Identifiers;

namespace Settlement.Tests.Properties.Identifiers;

/// <summary>An identifier made by the rule of its standard is read; with any one digit changed it is not.</summary>
public sealed class CheckDigitProperties
{
    private static readonly Arbitrary<(int Place, int Step)> Changes =
        (from place in Gen.Choose(0, 40) from step in Gen.Choose(1, 9) select (place, step)).ToArbitrary();

    private static readonly Arbitrary<string> RoutingNumbers = Digits(8).Select(eight =>
    {
        int[] d = [.. eight.Select(c => c - '0')];
        int sum = 3 * (d[0] + d[3] + d[6]) + 7 * (d[1] + d[4] + d[7]) + d[2] + d[5];
        return eight + ((10 - sum % 10) % 10).ToString(CultureInfo.InvariantCulture);
    }).ToArbitrary();

    private static readonly Arbitrary<string> Leis =
        Gen.Elements("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789".ToCharArray()).ArrayOf(18).Select(chars => WithPair(new string(chars))).ToArbitrary();

    private static readonly Arbitrary<string> Ibans = Gen.OneOf(
        Digits(18).Select(account => Iban("DE", account)),
        Digits(11).Select(account => Iban("NO", account)),
        Digits(10).Select(account => Iban("NL", "GRBA" + account)),
        Digits(21).Select(account => Iban("FR", account[..10] + "A" + account[10..] + "7")),
        Digits(25).Select(account => Iban("MT", "MALT" + account[..23]))).ToArbitrary();

    [Fact]
    public void A_routing_number_shows_any_wrong_digit() => Prop.ForAll(RoutingNumbers, Changes, (number, change) =>
        ClearingMemberId.TryCreate("USABA", number, out _) && !ClearingMemberId.TryCreate("USABA", Changed(number, change), out _)).QuickCheckThrowOnFailure();

    [Fact]
    public void A_lei_shows_any_wrong_digit() => Prop.ForAll(Leis, Changes, (text, change) =>
        Lei.TryParse(text, out Lei lei) && string.Equals(lei.ToString(), text, StringComparison.Ordinal)
        && !Lei.TryParse(Changed(text, change), out _)).QuickCheckThrowOnFailure();

    [Fact]
    public void An_iban_shows_any_wrong_digit() => Prop.ForAll(Ibans, Changes, (text, change) =>
        Core.Identifiers.Iban.TryParse(text, out Iban iban) && string.Equals(iban.ToString(), text, StringComparison.Ordinal)
        && !Core.Identifiers.Iban.TryParse(Changed(text, change), out _)).QuickCheckThrowOnFailure();

    [Fact]
    public void Different_members_have_different_file_names() => Prop.ForAll(Members(), Members(), (left, right) =>
    {
        bool both = ParticipantId.TryParse(left, out ParticipantId a) & ParticipantId.TryParse(right, out ParticipantId b);
        string name = a.ToFileName();
        return both && (a == b) == string.Equals(name, b.ToFileName(), StringComparison.OrdinalIgnoreCase)
            && name.All(c => char.IsAsciiLetterUpper(c) || char.IsAsciiDigit(c) || c is '-' or '_');
    }).QuickCheckThrowOnFailure();

    private static Arbitrary<string> Members() => (
        from system in Gen.Elements("OTHER", "SYSTEM9")
        from member in Gen.Elements("aAbB01-_./".ToCharArray()).ArrayOf(3)
        select $"{system}:{new string(member)}").ToArbitrary();

    private static Gen<string> Digits(int count) => Gen.Elements("0123456789".ToCharArray()).ArrayOf(count).Select(chars => new string(chars));

    private static string Iban(string country, string account)
    {
        string moved = WithPair(account + country);
        return country + moved[^2..] + account;
    }

    // The definition of MOD 97-10, on one big number.
    private static string WithPair(string text)
    {
        string number = string.Concat(text.Select(c => char.IsAsciiDigit(c) ? c.ToString() : (c - 'A' + 10).ToString(CultureInfo.InvariantCulture)));
        int pair = 98 - (int)(BigInteger.Parse(number + "00", CultureInfo.InvariantCulture) % 97);
        return text + pair.ToString("00", CultureInfo.InvariantCulture);
    }

    // The digit at or after the place, in a circle, moved by one to nine.
    private static string Changed(string text, (int Place, int Step) change)
    {
        int place = change.Place % text.Length;
        while (!char.IsAsciiDigit(text[place])) place = (place + 1) % text.Length;
        char digit = (char)('0' + (text[place] - '0' + change.Step) % 10);
        return $"{text[..place]}{digit}{text[(place + 1)..]}";
    }
}
