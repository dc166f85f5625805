using Settlement.Core.Identifiers;
using Settlement.Core.Instructions;
using Settlement.Core.Monetary;
using Settlement.Host.Iso20022;
using Settlement.Host.Network;

namespace Settlement.Host.Demo;

/// <summary>A file to hand in.</summary>
/// <param name="Index">Its place in the whole plan.</param>
/// <param name="File">The file.</param>
/// <param name="Bank">Who hands it in.</param>
/// <param name="Transactions">How many transactions it counts for.</param>
/// <param name="After">Earlier submissions at other banks that carry an identification of this one, and are waited for.</param>
internal sealed record Submission(int Index, DemoFile File, ParticipantId Bank, int Transactions, IReadOnlyList<int> After);

/// <summary>One business day.</summary>
internal sealed record DayPlan(DateOnly Date, IReadOnlyList<Submission> Submissions);

/// <summary>All that a demo will do with its input: see ops/decisions/0004.</summary>
internal sealed record DemoPlan(
    IReadOnlyList<ParticipantId> Banks, IReadOnlyList<ChannelPlan> Channels, IReadOnlyList<DayPlan> Days, int Unsupported)
{
    /// <summary>Banks that are created without being asked.</summary>
    public const int DefaultMaxBanks = 12;

    /// <summary>Transactions that will be handed in.</summary>
    public int Submitted => Days.Sum(static day => day.Submissions.Sum(static submission => submission.Transactions));

    /// <summary>What the agent must credit each bank with.</summary>
    public IReadOnlyList<(ParticipantId Bank, Money Amount)> Credits() =>
        [.. Sum(Channels.SelectMany(static channel => channel.Funding).Select(static side => (side.Payer, side.Amount)))];

    /// <summary>Plans a demo.</summary>
    /// <param name="input">The messages.</param>
    /// <param name="maxBanks">The most banks to create.</param>
    /// <exception cref="DemoException">DM002 to DM004.</exception>
    public static DemoPlan For(DemoInput input, int maxBanks)
    {
        SortedSet<ParticipantId> banks = [.. input.Files.SelectMany(static file => BanksOf(file.Message))];
        if (banks.Count == 0)
            throw new DemoException(DemoException.NothingToSettle, $"{input.Files.Count} files were read, {input.Unsupported.Count()} of them of other types, and none names a bank: there is nothing to settle. Give a folder with pacs.008.001.08 or pacs.009.001.08 messages.");
        if (banks.Count > maxBanks)
            throw new DemoException(DemoException.TooManyBanks, $"The messages name {banks.Count} banks, and each becomes a process. Allow it with --max-banks {banks.Count}.");
        return new DemoPlan([.. banks], ChannelsOf(input), DaysOf(input, banks.Min), input.Unsupported.Count());
    }

    private static IEnumerable<ParticipantId> BanksOf(ReadMessage message) => message is not ReadMessage.Transfers transfers
        ? []
        : transfers.Items.SelectMany(static item => item switch
        {
            ReadTransfer.Valid valid => [valid.Transfer.InstructingAgent, valid.Transfer.InstructedAgent],
            ReadTransfer.Rejected rejected => Named(rejected.Identification.InstructingAgent).Concat(Named(rejected.Identification.InstructedAgent)),
            _ => Enumerable.Empty<ParticipantId>(),
        });

    private static IEnumerable<ParticipantId> Named(ParticipantId? bank) => bank is { } id ? [id] : [];

    private static IEnumerable<CreditTransfer> TransfersOf(DemoInput input) => input.Files
        .Select(static file => file.Message).OfType<ReadMessage.Transfers>()
        .SelectMany(static message => message.Items).OfType<ReadTransfer.Valid>().Select(static valid => valid.Transfer);

    private static List<ChannelPlan> ChannelsOf(DemoInput input)
    {
        List<ChannelPlan> channels = [];
        var pairs = TransfersOf(input)
            .Where(static transfer => transfer.InstructingAgent != transfer.InstructedAgent)
            .GroupBy(static transfer => transfer.InstructingAgent.CompareTo(transfer.InstructedAgent) < 0
                ? (First: transfer.InstructingAgent, Second: transfer.InstructedAgent)
                : (First: transfer.InstructedAgent, Second: transfer.InstructingAgent));
        foreach (var pair in pairs.OrderBy(static pair => pair.Key))
        {
            Currency[] currencies = [.. pair.Select(static transfer => transfer.Amount.Currency).Distinct().Order()];
            channels.Add(new ChannelPlan(
                pair.Key.First, pair.Key.Second, currencies, [.. Sum(pair.Select(static transfer => (transfer.InstructingAgent, transfer.Amount)))]));
        }

        return channels;
    }

    private static IEnumerable<(ParticipantId Bank, Money Amount)> Sum(IEnumerable<(ParticipantId Bank, Money Amount)> sums)
    {
        SortedDictionary<(ParticipantId Bank, Currency Currency), Money> totals = [];
        foreach ((ParticipantId bank, Money amount) in sums)
        {
            try
            {
                totals[(bank, amount.Currency)] = totals.TryGetValue((bank, amount.Currency), out Money total) ? total + amount : amount;
            }
            catch (OverflowException error)
            {
                throw new DemoException(DemoException.SumTooLarge, $"What {bank} pays in {amount.Currency} is more than an account can hold.", error);
            }
        }

        return totals.Select(static total => (total.Key.Bank, total.Value));
    }

    private static List<DayPlan> DaysOf(DemoInput input, ParticipantId fallback)
    {
        var handedIn = input.Files
            .Where(static file => file.Message is not ReadMessage.Unsupported)
            .Select(static file => (File: file, Date: DateOf(file.Message))).ToList();
        DateOnly first = handedIn.Min(static file => file.Date) ?? DateOnly.FromDateTime(DateTime.UnixEpoch);
        List<DayPlan> days = [];
        SubmissionOrder order = new(fallback);
        foreach (var day in handedIn.GroupBy(file => file.Date ?? first).OrderBy(static day => day.Key))
        {
            IEnumerable<DemoFile> files = day.Select(static file => file.File).OrderBy(static file => file.Name, StringComparer.Ordinal);
            days.Add(new DayPlan(day.Key, [.. files.Select(order.Next)]));
        }

        return days;
    }

    private static DateOnly? DateOf(ReadMessage message) => message is ReadMessage.Transfers transfers
        ? transfers.Items.OfType<ReadTransfer.Valid>().Min(static valid => (DateOnly?)valid.Transfer.SettlementDate)
        : null;

    /// <summary>Numbers submissions and finds out which of them have to wait for which.</summary>
    private sealed class SubmissionOrder(ParticipantId fallback)
    {
        private readonly Dictionary<string, List<(int Index, ParticipantId Bank)>> carriers = new(StringComparer.Ordinal);
        private int count;

        public Submission Next(DemoFile file)
        {
            ParticipantId bank = BankFor(file.Message) ?? fallback;
            int index = count++;
            SortedSet<int> after = [];
            int transactions = 1;
            if (file.Message is ReadMessage.Transfers transfers)
            {
                transactions = transfers.Items.Count;
                foreach (CreditTransfer transfer in transfers.Items.OfType<ReadTransfer.Valid>().Select(static valid => valid.Transfer))
                {
                    if (IdentificationOf(transfer) is not { } identification) continue;
                    if (!carriers.TryGetValue(identification, out List<(int Index, ParticipantId Bank)>? earlier)) carriers[identification] = earlier = [];
                    // At one bank the order of submission already decides which of two is first.
                    after.UnionWith(earlier.Where(carrier => carrier.Bank != bank).Select(static carrier => carrier.Index));
                    earlier.Add((index, bank));
                }
            }

            return new Submission(index, file, bank, transactions, [.. after]);
        }

        private static ParticipantId? BankFor(ReadMessage message) => message is not ReadMessage.Transfers transfers
            ? null
            : transfers.Items.Select(static item => item switch
            {
                ReadTransfer.Valid valid => valid.Transfer.InstructingAgent,
                ReadTransfer.Rejected rejected => rejected.Identification.InstructingAgent,
                _ => null,
            }).FirstOrDefault(static bank => bank is not null);

        private static string? IdentificationOf(CreditTransfer transfer)
        {
            if (transfer.Uetr is { } uetr) return uetr.ToString();
            string? own = transfer.TransactionId ?? transfer.InstructionId;
            return own is null ? null : $"{transfer.InstructingAgent}/{own}";
        }
    }
}
