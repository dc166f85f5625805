using FsCheck;
using FsCheck.Fluent;
using Settlement.Tests.Bank;
using Settlement.Tests.Properties.Cryptography;

namespace Settlement.Tests.Properties.Channels;

/// <summary>The queue beside a model in which it is a list, and everything is looked at anew after every step.</summary>
public sealed class QueueProperties
{
    // Each is a day of up to a hundred steps, with two banks, a ledger and an agent.
    private const int Runs = 40;

    private static Gen<string> Commands => Gen.Frequency(
        (5, from urgency in Gen.Choose(0, 2) from amount in Gen.Choose(1, 40) from times in Gen.Frequency((5, Gen.Constant("")), (1, Time("from")), (1, Time("till"))) select $"?{new string('!', urgency)} {amount}{times}"),
        (3, from amount in Gen.Choose(1, 60) select $"get {amount}"),
        (1, from amount in Gen.Choose(1, 20) select $"fund {amount}"),
        (3, from verb in Gen.Elements("hold", "release", "release", "cancel") from which in Gen.Choose(0, 9) select $"{verb} {which}"),
        (1, from which in Gen.Choose(0, 9) from urgency in Gen.Choose(0, 2) select $"raise {which} {new string('!', urgency)}".TrimEnd()),
        (1, Gen.Constant("pass 1")),
        (1, Gen.Constant("day")),
        (3, from limit in Gen.Elements("bilateral", "multilateral", "cap", "keep", "keep!") from amount in Gen.Frequency((4, from most in Gen.Choose(0, 40) select $"{most}"), (1, Gen.Constant("none"))) from days in Gen.Frequency((3, Gen.Constant("")), (1, from after in Gen.Choose(0, 2) select $" from {after}")) select $"{limit} {amount}{days}"),
        (1, Gen.Constant("restart")));

    private static Gen<string> Time(string word) => from minutes in Gen.Choose(0, 4) select $" {word} {minutes}";

    [Fact]
    public void The_queue_follows_the_model() => Samples.ForAll(Commands.ArrayOf(), static commands =>
    {
        using QueueScript script = new(Model.Granted);
        Model model = new();
        foreach (string command in commands)
        {
            if (model.Resolve(command) is not { } resolved) continue;
            script.Run(resolved);
            model.Run(resolved);
            Assert.Equal($"{resolved}: {model.Fates()}", $"{resolved}: {script.Fates()}");
            Assert.Equal(model.Queue(), script.Queue());
            Assert.Equal(model.Funds, script.Position());
        }
    }, Runs);

    private sealed class Model
    {
        private readonly List<Payment> payments = [];
        // By word and day; the last one whose day has come is in effect.
        private readonly Dictionary<string, SortedList<int, long?>> limits = [];
        private long minutes;
        private int days;
        private long sent;

        private sealed class Payment
        {
            public required string Name { get; init; }

            public required long Amount { get; init; }

            public int Urgency { get; set; }

            public long? From { get; init; }

            public long? Till { get; init; }

            public bool IsHeld { get; set; }

            public string Fate { get; set; } = "";

            public bool Waits => Fate.StartsWith("PDNG", StringComparison.Ordinal);
        }

        public const long Granted = 20;

        public long Funds { get; private set; }

        /// <summary>A generated command with its payment's name; null when there is no such payment.</summary>
        public string? Resolve(string command)
        {
            if (command.StartsWith('?')) return $"P{payments.Count}{command[1..]}";
            string[] words = command.Split(' ');
            // Days of limits are counted from the one that is open.
            if (words is [_, _, "from", var after]) return $"{words[0]} {words[1]} from {days + int.Parse(after, System.Globalization.CultureInfo.InvariantCulture)}";
            if (words[0] is not ("hold" or "release" or "cancel" or "raise")) return command;
            if (payments.Count == 0) return null;
            words[1] = payments[int.Parse(words[1], System.Globalization.CultureInfo.InvariantCulture) % payments.Count].Name;
            return string.Join(' ', words);
        }

        public void Run(string command)
        {
            string[] words = command.Split(' ');
            long Number(int i) => long.Parse(words[i], System.Globalization.CultureInfo.InvariantCulture);
            Payment? named = words.Length > 1 ? payments.Find(p => p.Name == words[1] && p.Waits) : null;
            switch (words[0])
            {
                case "get" or "fund":
                    Funds += Number(1);
                    if (words[0] == "get") sent -= Number(1);
                    Look();
                    break;
                case "day":
                    days++;
                    sent = 0;
                    foreach (Payment payment in payments.Where(p => p.Waits)) payment.Fate = payment.Fate.Replace("PDNG", "RJCT", StringComparison.Ordinal);
                    break;
                case "bilateral" or "multilateral" or "cap" or "keep" or "keep!":
                    if (!limits.TryGetValue(words[0], out SortedList<int, long?>? steps)) limits[words[0]] = steps = [];
                    steps[words.Length > 2 ? (int)Number(3) : days] = words[1] == "none" ? null : Number(1);
                    Look();
                    break;
                case "pass":
                    minutes += Number(1);
                    Wake();
                    break;
                case "restart":
                    break;
                case "hold" when named is not null:
                    named.IsHeld = true;
                    Look();
                    break;
                case "release" when named is not null:
                    named.IsHeld = false;
                    Look();
                    break;
                case "raise" when named is not null:
                    named.Urgency = words.Length > 2 ? words[2].Length : 0;
                    Look();
                    break;
                case "cancel" when named is not null:
                    named.Fate = "RJCT/DS02";
                    Look();
                    break;
                case "hold" or "release" or "raise" or "cancel":
                    break;
                default:
                    Submit(words[0].TrimEnd('!'), words[0].Count(c => c == '!'), Number(1), words.Length > 2 ? words[2] : null, words.Length > 2 ? Number(3) : 0);
                    break;
            }
        }

        public string Fates() => string.Join(' ', payments.Select(p => $"{p.Name}={p.Fate}"));

        public string Queue() => string.Join(' ', InOrder().Select(p => p.Name + p.Fate["PDNG".Length..]));

        private List<Payment> InOrder() => [.. payments.Where(p => p.Waits).OrderByDescending(p => p.Urgency)];

        private void Submit(string name, int urgency, long amount, string? word, long time)
        {
            Payment payment = new() { Name = name, Amount = amount, Urgency = urgency, From = word == "from" ? time : null, Till = word == "till" ? time : null };
            payment.Fate = payment.Till <= minutes ? "RJCT/TM01"
                : payment.From > minutes ? "PDNG/QU003"
                : payments.Exists(p => p.Waits && !p.IsHeld && !(p.From > minutes) && p.Urgency >= urgency) ? "PDNG/QU001"
                : Judge(payment);
            payments.Add(payment);
        }

        private long? Limit(string word) => limits.TryGetValue(word, out SortedList<int, long?>? steps) ? steps.LastOrDefault(s => s.Key <= days).Value : null;

        /// <summary>What becomes of a payment whose turn has come.</summary>
        private string Judge(Payment payment)
        {
            long kept = (payment.Urgency < 2 ? Limit("keep") ?? 0 : 0) + (payment.Urgency < 1 ? Limit("keep!") ?? 0 : 0);
            string? lacks = payment.Amount > Funds + Granted ? "AM04"
                : payment.Amount > Funds + Granted - kept ? "QU008"
                : payment.Urgency == 0 && sent + payment.Amount > Limit("bilateral") ? "QU005"
                : payment.Urgency == 0 && sent + payment.Amount > Limit("multilateral") ? "QU006"
                : payment.Amount - Funds > Limit("cap") ? "QU007" : null;
            if (lacks is not null) return "PDNG/" + lacks;
            Funds -= payment.Amount;
            sent += payment.Amount;
            return "ACSC";
        }

        /// <summary>Time alone makes nobody look, unless the time of a payment that nobody holds has come.</summary>
        private void Wake()
        {
            if (payments.Exists(p => p.Waits && ((p.From == minutes && !p.IsHeld) || p.Till == minutes))) Look();
        }

        private void Look()
        {
            int? waiting = null;
            foreach (Payment payment in InOrder())
            {
                if (payment.Till <= minutes)
                {
                    payment.Fate = payment.Fate.Replace("PDNG", "RJCT", StringComparison.Ordinal);
                    continue;
                }

                payment.Fate = payment.IsHeld ? "PDNG/QU002" : payment.From > minutes ? "PDNG/QU003" : waiting > payment.Urgency ? "PDNG/QU001" : Judge(payment);
                if (payment.Waits && !payment.IsHeld && !(payment.From > minutes)) waiting ??= payment.Urgency;
            }
        }
    }
}
