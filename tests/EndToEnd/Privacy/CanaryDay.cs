using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using Settlement.Core.Identifiers;
using Settlement.Host;
using Settlement.Host.Demo;
using Settlement.Tests.EndToEnd.Network;

namespace Settlement.Tests.EndToEnd.Privacy;

/// <summary>A value that occurs nowhere else: the field it was put into, the payment, and how to find it.</summary>
internal sealed record Canary(Payment Payment, string Field, string Value, IReadOnlyList<PlaintextSearch> Searches);

/// <summary>A small day in which every confidential field of every payment holds a canary.</summary>
internal sealed class CanaryDay
{
    public const string Alpha = "ALPHDEFFXXX", Beta = "BETAFRPPXXX", Gamma = "GAMMGB2LXXX";

    // Two payments a direction: what a side is funded with, which the agent may know, is then no single amount.
    private static readonly (string Payer, string Payee)[] Directions = [(Alpha, Beta), (Beta, Alpha), (Beta, Gamma)];
    private const int PaymentsADirection = 2;

    private CanaryDay(IReadOnlyList<Payment> payments)
    {
        Payments = payments;
        Canaries = [.. payments.SelectMany(CanariesOf)];
    }

    public IReadOnlyList<Payment> Payments { get; }

    public IReadOnlyList<Canary> Canaries { get; }

    public static CanaryDay Create()
    {
        SystemEntropy entropy = new();
        return new CanaryDay([.. Directions.SelectMany(direction => Enumerable.Range(0, PaymentsADirection).Select(_ => new Payment(direction.Payer, direction.Payee, Amount())
        {
            Reference = Text("T", 30),
            Uetr = Uetr.Create(entropy).ToString(),
            EndToEnd = Text("E", 30),
            Debtor = Text("Debtor ", 40),
            DebtorAccount = Text("A", 30),
            Creditor = Text("Creditor ", 40),
            CreditorAccount = Text("B", 30),
            Remittance = Text("Invoice ", 60),
        }))]);
    }

    private static string Text(string before, int length) => before + RandomNumberGenerator.GetHexString(length - before.Length);

    // Eleven digits, the first and last of them not zero: nothing else in a small day has such a sum.
    private static string Amount() => string.Create(CultureInfo.InvariantCulture,
        $"{RandomNumberGenerator.GetInt32(100_000_000, 999_999_999)}.{RandomNumberGenerator.GetInt32(0, 10)}{RandomNumberGenerator.GetInt32(1, 10)}");

    private static IEnumerable<Canary> CanariesOf(Payment payment)
    {
        yield return new Canary(payment, "amount", payment.Amount, AmountSearches(payment.Amount));
        (string Field, string? Value)[] texts =
        [
            ("transaction", payment.Reference), ("uetr", payment.Uetr), ("end_to_end", payment.EndToEnd), ("debtor", payment.Debtor),
            ("debtor_account", payment.DebtorAccount), ("creditor", payment.Creditor), ("creditor_account", payment.CreditorAccount),
            ("remittance", payment.Remittance),
        ];
        foreach ((string field, string? value) in texts) yield return new Canary(payment, field, value!, [new PlaintextSearch(value!)]);
    }

    private static List<PlaintextSearch> AmountSearches(string amount)
    {
        string minorText = amount.Replace(".", "", StringComparison.Ordinal);
        long minor = long.Parse(minorText, CultureInfo.InvariantCulture);
        byte[] big = new byte[8], little = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(big, minor);
        BinaryPrimitives.WriteInt64LittleEndian(little, minor);
        // Also as Protocol Buffers write an integer, plain and zigzag.
        return [new PlaintextSearch(amount), new PlaintextSearch(minorText), new PlaintextSearch(big), new PlaintextSearch(little),
            new PlaintextSearch(Varint((ulong)minor)), new PlaintextSearch(Varint((ulong)minor << 1))];
    }

    private static byte[] Varint(ulong value)
    {
        List<byte> bytes = [];
        for (; value >= 0x80; value >>= 7) bytes.Add((byte)(value | 0x80));
        bytes.Add((byte)value);
        return [.. bytes];
    }
}
