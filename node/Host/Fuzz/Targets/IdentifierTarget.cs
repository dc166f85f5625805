using System.Text;
using Settlement.Core.Channels;
using Settlement.Core.Commitments;
using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;
using Settlement.Core.Monetary;
using Settlement.Host.Fuzz.Mutations;

namespace Settlement.Host.Fuzz.Targets;

/// <summary>Identifiers, amounts, fingerprints and citations: each is refused, or is what it is written as.</summary>
internal sealed class IdentifierTarget : Reader
{
    private static readonly string[] Corpus =
    [
        "BANKDEFF", "BANKDEFFXXX", "USABA:011104238", "DEBLZ:12345678", "X:a/b_c.d-e", "DE89370400440532013000", "529900T8BM49AURSDO55", "8a562c67-ca16-48ba-b074-65581be6f011", "EUR", "12.34 EUR", "-3 JPY",
        "000123.4500", "12345678901234567.8", new('a', 64), new string('0', 32) + "." + new string('A', 86),
    ];

    /// <inheritdoc/>
    public override byte[] Make(Chance chance) => Encoding.UTF8.GetBytes(chance.Percent(5) ? chance.Pick(Corpus) : TextMutator.Mutate(chance.Pick(Corpus), chance, chance.Pick(Corpus)));

    /// <inheritdoc/>
    public override void Feed(byte[] input)
    {
        string text = Encoding.UTF8.GetString(input);
        if (Bic.TryParse(text, out Bic bic)) Same(bic.ToString().StartsWith(text, StringComparison.Ordinal) && Bic.TryParse(bic.ToString(), out Bic other) && other == bic, "BIC", text);
        if (ClearingMemberId.TryParse(text, out ClearingMemberId member)) Same(member.ToString() == text, "clearing member", text);
        if (ParticipantId.TryParse(text, out ParticipantId participant))
        {
            Same(ParticipantId.TryParse(participant.ToString(), out ParticipantId other) && other == participant, "participant", text);
            Same(participant.ToFileName().All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'), "participant's file name", text);
        }

        if (Iban.TryParse(text, out Iban iban)) Same(iban.ToString() == text, "IBAN", text);
        if (Lei.TryParse(text, out Lei lei)) Same(lei.ToString() == text, "LEI", text);
        if (Uetr.TryParse(text, out Uetr uetr)) Same(uetr.ToString() == text, "UETR", text);
        if (Currency.TryParse(text, out Currency currency)) Same(currency.Code == text, "currency", text);
        if (Money.TryParse(text, out Money money)) Same(Money.TryParse(money.ToString(), out Money other) && other == money, "money", text);
        foreach (Currency unit in Currency.All)
            if (Money.ReadAmount(text, unit, out Money amount) == AmountFault.None) Same(amount.MinorUnits > 0, "amount", text);
        if (Digest.TryParse(text, out Digest digest)) Same(digest.ToString() == text.ToLowerInvariant(), "digest", text);
        if (EntryId.TryParse(text, out EntryId entry)) Same(entry.ToString() == text.ToLowerInvariant(), "entry id", text);
        if (PostingText.TryRead(text, out byte[]? id, out byte[]? signature)) Same(PostingText.TryRead(PostingText.Write(id, signature), out byte[]? again, out _) && again.AsSpan().SequenceEqual(id), "posting", text);
    }

    private static void Same(bool holds, string what, string text) => BrokenPromise.Unless(holds, "an identifier is what it is written as", $"{what} {text}");
}
