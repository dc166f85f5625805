using Google.Protobuf;
using Settlement.Core.Cryptography;
using Settlement.Core.Instructions;
using Settlement.Core.Monetary;
using Settlement.Wire.Agent;

namespace Settlement.Core.Agent.Offsets;

/// <summary>What an offer has to look like before anything of it is verified or kept.</summary>
internal static class OfferBounds
{
    /// <summary>Queues of one offer, each of its own currency.</summary>
    public const int MaxQueues = 16;

    /// <summary>Channels of a queue.</summary>
    public const int MaxChannels = 255;

    /// <summary>Payments of a queue.</summary>
    public const int MaxPayments = 256;

    /// <summary>Channels of offsets under way that a bank reports on at once.</summary>
    public const int MaxReports = 512;

    /// <summary>Bytes of a bank's name for a payment.</summary>
    public const int PaymentLength = 16;

    /// <summary>Whether it is an offer.</summary>
    public static bool Allow(OffsetOffers offers)
    {
        if (offers.Queues.Count > MaxQueues || offers.Reports.Count > MaxReports) return false;
        HashSet<string> currencies = new(StringComparer.Ordinal);
        HashSet<ByteString> payments = [];
        return offers.Queues.All(queue => currencies.Add(queue.Currency) && Allow(queue, payments))
            && offers.Reports.All(static report => report.Group.Length == Digest.Length && report.Channel.Length == Digest.Length);
    }

    private static bool Allow(OffsetQueue queue, HashSet<ByteString> payments)
    {
        if (!Currency.TryParse(queue.Currency, out _) || queue.Channels.Count > MaxChannels || queue.Payments.Count > MaxPayments) return false;
        if (queue is { HasRoomMinorUnits: true, RoomMinorUnits: < 0 }) return false;
        HashSet<ByteString> openings = [];
        return queue.Channels.All(channel => openings.Add(channel.OpeningBody) && channel is not { HasRoomMinorUnits: true, RoomMinorUnits: < 0 })
            && queue.Payments.All(payment => Allow(payment, queue) && payments.Add(payment.Payment));
    }

    private static bool Allow(OfferedPayment payment, OffsetQueue queue) =>
        payment.Payment.Length == PaymentLength && payment.MinorUnits > 0 && payment.Channel < queue.Channels.Count && payment.Priority <= (uint)Priority.Urgent;
}
