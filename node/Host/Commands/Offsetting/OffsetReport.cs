using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Settlement.Core.Offsetting;

namespace Settlement.Host.Commands.Offsetting;

/// <summary>What offsetting did, for programs and for people.</summary>
internal sealed class OffsetReport
{
    // More rows nobody reads; the counts tell the whole, and --json lists it.
    private const int MostRows = 100;

    private readonly OffsetFile file;
    private readonly OffsettingCase waiting;
    private readonly OffsettingResult result;
    private readonly BankTotals[] totals;

    // The first payment that waits in each bank's queue.
    private readonly int[] heads;
    private readonly Dictionary<(int From, int To), Int128> paid = [];

    public OffsetReport(OffsetFile file, OffsettingResult result)
    {
        (this.file, waiting, this.result) = (file, file.Case, result);
        totals = new BankTotals[waiting.Banks.Count];
        heads = new int[waiting.Banks.Count];
        for (int place = 0; place < waiting.Payments.Count; place++)
        {
            QueuedPayment payment = waiting.Payments[place];
            if (result.Waits[place] is not (WaitReason.None or WaitReason.Queue)) heads[payment.Payer] = place;
            if (result.Settles(place))
            {
                totals[payment.Payer].Paid += payment.Amount;
                totals[payment.Payee].Received += payment.Amount;
                (int, int) pair = (payment.Payer, payment.Payee);
                paid[pair] = paid.GetValueOrDefault(pair) + payment.Amount;
            }
            else
            {
                totals[payment.Payer].Deferred += payment.Amount;
            }
        }
    }

    /// <summary>One line.</summary>
    public string ToJson()
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer))
        {
            json.WriteStartObject();
            WriteIds(json, "settled", settle: true);
            WriteIds(json, "deferred", settle: false);
            json.WriteStartObject("balances");
            for (int bank = 0; bank < file.Banks.Count; bank++) json.WriteNumber(file.Banks[bank], Closing(bank));
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>Tables of banks and payments, and the sums.</summary>
    public void Show(Screen screen)
    {
        int banks = file.Banks.Count, payments = file.Payments.Count;
        screen.Rows("Liquidity, in minor units", ["bank", "balance", "limit", "pays", "receives", "balance afterwards", "deferred"], Enumerable.Range(0, Math.Min(banks, MostRows)).Select(BankRow));
        if (banks > MostRows) screen.Line(string.Create(CultureInfo.InvariantCulture, $"and {banks - MostRows} banks more"));
        screen.Rows("Payments, in the order of submission", ["payment", "payer", "payee", "amount", "priority", "outcome"], Enumerable.Range(0, Math.Min(payments, MostRows)).Select(PaymentRow));
        if (payments > MostRows) screen.Line(string.Create(CultureInfo.InvariantCulture, $"and {payments - MostRows} payments more"));
        Int128 settledValue = Int128.Zero, deferredValue = Int128.Zero, used = Int128.Zero;
        for (int bank = 0; bank < banks; bank++)
        {
            settledValue += totals[bank].Paid;
            deferredValue += totals[bank].Deferred;
            used += Int128.Max(0, -result.NetInflows[bank]);
        }

        int settled = result.Waits.Count(static reason => reason == WaitReason.None);
        screen.Line(string.Create(CultureInfo.InvariantCulture, $"{settled} of {payments} payments settle, {settledValue} of {settledValue + deferredValue} in value, with {used} of liquidity."));
        screen.Line(string.Create(CultureInfo.InvariantCulture,
            $"{payments - settled} wait, {deferredValue} in value: {Count(WaitReason.BilateralLimit)} for a bilateral limit, {Count(WaitReason.MultilateralLimit)} for a multilateral limit, {Count(WaitReason.Liquidity)} for liquidity, {Count(WaitReason.Queue)} behind these."));
    }

    private int Count(WaitReason reason) => result.Waits.Count(r => r == reason);

    // No bank settles its way below zero, and all balances together fit 64 bits, so each does.
    private long Closing(int bank) => checked((long)(waiting.Banks[bank].Balance + result.NetInflows[bank]));

    private void WriteIds(Utf8JsonWriter json, string name, bool settle)
    {
        json.WriteStartArray(name);
        for (int payment = 0; payment < file.Payments.Count; payment++)
            if (result.Settles(payment) == settle) json.WriteStringValue(file.Payments[payment]);
        json.WriteEndArray();
    }

    private string[] BankRow(int bank) =>
    [
        file.Banks[bank], Text(waiting.Banks[bank].Balance), waiting.Banks[bank].Limit is { } limit ? Text(limit) : "none",
        Text(totals[bank].Paid), Text(totals[bank].Received), Text(Closing(bank)), Text(totals[bank].Deferred),
    ];

    private string[] PaymentRow(int place)
    {
        QueuedPayment payment = waiting.Payments[place];
        return [file.Payments[place], file.Banks[payment.Payer], file.Banks[payment.Payee], Text(payment.Amount), payment.Priority.ToString().ToLowerInvariant(), Outcome(place)];
    }

    private string Outcome(int place)
    {
        QueuedPayment payment = waiting.Payments[place];
        string payer = file.Banks[payment.Payer], payee = file.Banks[payment.Payee];
        Int128 netInflow = result.NetInflows[payment.Payer];
        return result.Waits[place] switch
        {
            WaitReason.None => "settles",
            WaitReason.Liquidity => $"waits: {payer} lacks {Text(payment.Amount - netInflow - waiting.Banks[payment.Payer].Balance)} of liquidity",
            WaitReason.MultilateralLimit => $"waits: {Text(payment.Amount - netInflow - waiting.Banks[payment.Payer].Limit!.Value)} beyond the limit of {payer}",
            WaitReason.BilateralLimit => $"waits: {Text(payment.Amount + NetPaid(payment.Payer, payment.Payee) - LimitOf(payment.Payer, payment.Payee))} beyond the limit of {payer} towards {payee}",
            _ => $"waits behind {file.Payments[heads[payment.Payer]]}",
        };
    }

    private Int128 NetPaid(int from, int to) => paid.GetValueOrDefault((from, to)) - paid.GetValueOrDefault((to, from));

    private long LimitOf(int from, int to) => waiting.BilateralLimits.First(limit => limit.From == from && limit.To == to).Limit;

    private static string Text(Int128 value) => value.ToString(CultureInfo.InvariantCulture);

    private record struct BankTotals(Int128 Paid, Int128 Received, Int128 Deferred);
}
