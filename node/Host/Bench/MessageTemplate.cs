using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;

namespace Settlement.Host.Bench;

/// <summary>
/// A pacs.008 of a fixed number of payments that is written once, and then only given fresh references: making a load must
/// cost next to nothing beside settling it. Not for use from several threads.
/// </summary>
internal sealed class MessageTemplate
{
    /// <summary>What one payment moves: the least there is.</summary>
    public const string Amount = "0.01";

    // References are fixed in width, so that they can be overwritten: 16 digits, and the same number in the 12 last
    // hexadecimal digits of a UETR, whose other digits tell runs and writers apart.
    private const int ReferenceDigits = 16;
    private const int UetrDigits = 12;
    private static readonly string NoReference = new('0', ReferenceDigits);

    private readonly byte[] body;
    private readonly int messagePlace;
    private readonly (int Reference, int Uetr)[] places;

    /// <param name="direction">Who pays whom.</param>
    /// <param name="date">The business day.</param>
    /// <param name="payments">How many payments a message has.</param>
    /// <param name="writer">A number that no other template of this run has, up to 0xFFFF.</param>
    /// <param name="entropy">What tells this run from others.</param>
    public MessageTemplate(Direction direction, DateOnly date, int payments, int writer, IEntropy entropy)
    {
        Span<byte> random = stackalloc byte[4];
        entropy.Fill(random);
        string run = Convert.ToHexStringLower(random) + writer.ToString("x4", CultureInfo.InvariantCulture);
        StringBuilder text = new();
        string day = date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        text.Append(CultureInfo.InvariantCulture, $"""
            <?xml version="1.0" encoding="UTF-8"?>
            <Document xmlns="urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08"><FIToFICstmrCdtTrf><GrpHdr><MsgId>{run}
            """);
        messagePlace = text.Length;
        text.Append(CultureInfo.InvariantCulture, $"""
            {NoReference}</MsgId><CreDtTm>{day}T08:00:00Z</CreDtTm><NbOfTxs>{payments}</NbOfTxs><SttlmInf><SttlmMtd>CLRG</SttlmMtd></SttlmInf></GrpHdr>
            """);
        places = new (int, int)[payments];
        for (int payment = 0; payment < payments; payment++)
        {
            text.Append(CultureInfo.InvariantCulture, $"<CdtTrfTxInf><PmtId><EndToEndId>NOTPROVIDED</EndToEndId><TxId>{run}");
            int reference = text.Length;
            text.Append(CultureInfo.InvariantCulture, $"{NoReference}</TxId><UETR>{run[..8]}-{run[8..]}-4000-8000-");
            places[payment] = (reference, text.Length);
            text.Append('0', UetrDigits).Append("</UETR></PmtId>")
                .Append(CultureInfo.InvariantCulture, $"<IntrBkSttlmAmt Ccy=\"EUR\">{Amount}</IntrBkSttlmAmt><IntrBkSttlmDt>{day}</IntrBkSttlmDt><ChrgBr>SLEV</ChrgBr>")
                .Append(CultureInfo.InvariantCulture, $"<InstgAgt>{Agent(direction.Payer)}</InstgAgt><InstdAgt>{Agent(direction.Payee)}</InstdAgt>")
                .Append("<Dbtr><Nm>Example Trading Company</Nm></Dbtr><DbtrAcct><Id><IBAN>DE89370400440532013000</IBAN></Id></DbtrAcct>")
                .Append(CultureInfo.InvariantCulture, $"<DbtrAgt>{Agent(direction.Payer)}</DbtrAgt><CdtrAgt>{Agent(direction.Payee)}</CdtrAgt>")
                .Append("<Cdtr><Nm>Example Supplies Limited</Nm></Cdtr><CdtrAcct><Id><IBAN>FR1420041010050500013M02606</IBAN></Id></CdtrAcct>")
                .Append("<RmtInf><Ustrd>Invoice 2026-0001, order 4711</Ustrd></RmtInf></CdtTrfTxInf>");
        }

        text.Append("</FIToFICstmrCdtTrf></Document>");
        // All of it is ASCII, so that places of characters are places of bytes.
        body = Encoding.ASCII.GetBytes(text.ToString());
    }

    /// <summary>The message with fresh references; the bytes are valid until the next call.</summary>
    /// <param name="number">Rises by at least the number of payments with every call.</param>
    public ReadOnlyMemory<byte> Write(long number)
    {
        Digits(messagePlace, number);
        for (int payment = 0; payment < places.Length; payment++)
        {
            Digits(places[payment].Reference, number + payment);
            Utf8Formatter.TryFormat(number + payment, body.AsSpan(places[payment].Uetr, UetrDigits), out _, new('x', UetrDigits));
        }

        return body;
    }

    private static string Agent(ParticipantId bank) => $"<FinInstnId><BICFI>{bank}</BICFI></FinInstnId>";

    private void Digits(int place, long number) => Utf8Formatter.TryFormat(number, body.AsSpan(place, ReferenceDigits), out _, new('D', ReferenceDigits));
}
