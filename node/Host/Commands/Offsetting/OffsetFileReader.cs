using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;
using Settlement.Core.Instructions;
using Settlement.Core.Offsetting;
using Settlement.Host.Configuration;

namespace Settlement.Host.Commands.Offsetting;

/// <summary>
/// Reads a file in one pass. Lists may come in any order, so that banks become known last: until then a bank is a number that its
/// name got at its first mention, and the place of that mention is kept for the case that nobody lists it.
/// </summary>
internal sealed class OffsetFileReader
{
    private const string Banks = "banks", BilateralLimits = "bilateralLimits", Payments = "payments";

    private static readonly ObjectForm TopForm = new([Banks, Payments], [BilateralLimits]);
    private static readonly ObjectForm BankForm = new(["id", "balance"], ["limit"]);
    private static readonly ObjectForm LimitForm = new(["from", "to", "limit"], []);
    private static readonly ObjectForm PaymentForm = new(["id", "payer", "payee", "amount"], ["priority"]);

    private readonly Dictionary<string, int> numbers = new(StringComparer.Ordinal);
    private readonly List<OffsetPlace> mentions = [];
    private readonly Dictionary<int, int> bankOf = [];
    private readonly List<string> bankIds = [];
    private readonly List<OffsettingBank> banks = [];
    private readonly List<BilateralLimit> limits = [];
    private readonly HashSet<(int, int)> limitedPairs = [];
    private readonly List<string> paymentIds = [];
    private readonly HashSet<string> knownPayments = new(StringComparer.Ordinal);
    private readonly List<QueuedPayment> payments = [];
    private long balances, amounts;

    private delegate void ItemReader(ref Utf8JsonReader json, OffsetPlace place);

    /// <summary>Reads a file's bytes.</summary>
    /// <exception cref="HostException">HO014, or one of <see cref="OffsetCodes"/> with the place of the first fault.</exception>
    public static OffsetFile Read(string name, ReadOnlyMemory<byte> file)
    {
        ReadOnlySpan<byte> text = file.Span;
        if (!Utf8.IsValid(text)) throw new HostException(HostCodes.FileUnreadable, $"{name} cannot be read as UTF-8 text.");
        // UTF-8 may begin with a mark, and what it marks there is nothing.
        if (text.StartsWith("\uFEFF"u8)) text = text[3..];
        Utf8JsonReader json = new(text);
        try
        {
            json.Read();
            OffsetFileReader reader = new();
            reader.ReadTop(ref json);
            json.Read();
            return reader.ToFile();
        }
        catch (OffsetFault fault)
        {
            throw new HostException(fault.Code, $"{name}, {fault.Place.Describe(text)}: {fault.Message}", fault);
        }
        catch (JsonException error)
        {
            throw new HostException(OffsetCodes.NotJson, $"{name}, {PlaceOf(error, text).Describe(text)}: It is not JSON. {Reason(error.Message)}", error);
        }
    }

    // The platform's message ends with the place in its own counting, and may repeat some of the file, line breaks and all.
    private static string Reason(string message)
    {
        int end = message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return string.Concat((end < 0 ? message : message[..end]).Select(static c => char.IsControl(c) ? ' ' : c));
    }

    private static OffsetPlace PlaceOf(JsonException error, ReadOnlySpan<byte> text)
    {
        int start = 0;
        for (long line = error.LineNumber ?? 0; line > 0; line--) start += text[start..].IndexOf((byte)'\n') + 1;
        return new OffsetPlace(start + (error.BytePositionInLine ?? 0));
    }

    private void ReadTop(ref Utf8JsonReader json)
    {
        ObjectReading top = new(TopForm, ref json, new OffsetPlace(0));
        while (top.TryNext(ref json, out string member))
        {
            switch (member)
            {
                case Banks: ReadList(ref json, member, OffsetFile.MaximumBanks, ReadBank); break;
                case Payments: ReadList(ref json, member, OffsetFile.MaximumPayments, ReadPayment); break;
                case var _ when json.TokenType != JsonTokenType.Null: ReadList(ref json, member, OffsetFile.MaximumBilateralLimits, ReadLimit); break;
            }
        }
    }

    private static void ReadList(ref Utf8JsonReader json, string list, int most, ItemReader read)
    {
        if (json.TokenType != JsonTokenType.StartArray) throw new OffsetFault(OffsetCodes.TypeWrong, new OffsetPlace(json.TokenStartIndex, list), "A list is expected.");
        for (int index = 0; json.Read() && json.TokenType != JsonTokenType.EndArray; index++)
        {
            OffsetPlace place = new(json.TokenStartIndex, list, index);
            if (index == most) throw new OffsetFault(OffsetCodes.TooLarge, place, string.Create(CultureInfo.InvariantCulture, $"There may be at most {most} {list}."));
            read(ref json, place);
        }
    }

    private void ReadBank(ref Utf8JsonReader json, OffsetPlace place)
    {
        string id = "";
        long balance = 0;
        long? limit = null;
        int number = -1;
        ObjectReading bank = new(BankForm, ref json, place);
        while (bank.TryNext(ref json, out string member))
        {
            switch (member)
            {
                case "id":
                    id = ObjectReading.Id(ref json, bank.Place);
                    number = NumberOf(id, bank.Place);
                    if (!bankOf.TryAdd(number, bankIds.Count)) throw new OffsetFault(OffsetCodes.IdRepeated, bank.Place, "Another bank has this id already.");
                    break;
                case "balance":
                    balance = ObjectReading.Amount(ref json, bank.Place, 0);
                    balances = Sum(balances, balance, bank.Place, "The balances up to this one sum");
                    break;
                case var _ when json.TokenType != JsonTokenType.Null:
                    limit = ObjectReading.Amount(ref json, bank.Place, 0);
                    break;
            }
        }

        bankIds.Add(id);
        banks.Add(new OffsettingBank(balance, limit));
    }

    private void ReadLimit(ref Utf8JsonReader json, OffsetPlace place)
    {
        int from = -1, to = -1;
        long most = 0;
        ObjectReading limit = new(LimitForm, ref json, place);
        while (limit.TryNext(ref json, out string member))
        {
            switch (member)
            {
                case "from": from = NumberOf(ObjectReading.Id(ref json, limit.Place), limit.Place); break;
                case "to": to = NumberOf(ObjectReading.Id(ref json, limit.Place), limit.Place); break;
                default: most = ObjectReading.Amount(ref json, limit.Place, 0); break;
            }
        }

        if (from == to) throw new OffsetFault(OffsetCodes.SameBank, place, "Both sides of the limit are one bank.");
        if (!limitedPairs.Add((from, to))) throw new OffsetFault(OffsetCodes.LimitRepeated, place, "There is a limit for this pair in this direction already.");
        limits.Add(new BilateralLimit(from, to, most));
    }

    private void ReadPayment(ref Utf8JsonReader json, OffsetPlace place)
    {
        string id = "";
        int payer = -1, payee = -1;
        long amount = 0;
        Priority priority = Priority.Normal;
        ObjectReading payment = new(PaymentForm, ref json, place);
        while (payment.TryNext(ref json, out string member))
        {
            switch (member)
            {
                case "id":
                    id = ObjectReading.Id(ref json, payment.Place);
                    if (!knownPayments.Add(id)) throw new OffsetFault(OffsetCodes.IdRepeated, payment.Place, "Another payment has this id already.");
                    break;
                case "payer": payer = NumberOf(ObjectReading.Id(ref json, payment.Place), payment.Place); break;
                case "payee": payee = NumberOf(ObjectReading.Id(ref json, payment.Place), payment.Place); break;
                case "amount":
                    amount = ObjectReading.Amount(ref json, payment.Place, 1);
                    amounts = Sum(amounts, amount, payment.Place, "The payments up to this one sum");
                    break;
                case var _ when json.TokenType != JsonTokenType.Null: priority = PriorityOf(ref json, payment.Place); break;
            }
        }

        if (payer == payee) throw new OffsetFault(OffsetCodes.SameBank, place, "Payer and payee are one bank.");
        paymentIds.Add(id);
        payments.Add(new QueuedPayment(payer, payee, amount, priority));
    }

    private OffsetFile ToFile()
    {
        for (int number = 0; number < mentions.Count; number++)
            if (!bankOf.ContainsKey(number)) throw new OffsetFault(OffsetCodes.BankUnknown, mentions[number], "The file lists no bank with this id.");
        return new OffsetFile(
            new OffsettingCase(banks, [.. limits.Select(l => new BilateralLimit(bankOf[l.From], bankOf[l.To], l.Limit))], [.. payments.Select(p => p with { Payer = bankOf[p.Payer], Payee = bankOf[p.Payee] })]),
            bankIds, paymentIds);
    }

    private int NumberOf(string bank, OffsetPlace place)
    {
        if (numbers.TryGetValue(bank, out int number)) return number;
        numbers.Add(bank, mentions.Count);
        mentions.Add(place);
        return mentions.Count - 1;
    }

    private static long Sum(long sum, long added, OffsetPlace place, string what) => added <= long.MaxValue - sum
        ? sum + added
        : throw new OffsetFault(OffsetCodes.SumTooLarge, place, string.Create(CultureInfo.InvariantCulture, $"{what} to more than {long.MaxValue}."));

    private static Priority PriorityOf(ref Utf8JsonReader json, OffsetPlace place)
    {
        if (json.TokenType != JsonTokenType.String) throw new OffsetFault(OffsetCodes.TypeWrong, place, "A priority is a string.");
        return json.ValueTextEquals("urgent"u8) ? Priority.Urgent : json.ValueTextEquals("high"u8) ? Priority.High : json.ValueTextEquals("normal"u8) ? Priority.Normal
            : throw new OffsetFault(OffsetCodes.PriorityUnknown, place, "A priority is urgent, high or normal.");
    }
}
