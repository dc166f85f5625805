using Settlement.Core.Agent;
using Settlement.Core.Bank;
using Settlement.Core.Regulator;
using Settlement.Host.Fuzz.Mutations;

namespace Settlement.Host.Fuzz.Worlds;

/// <summary>What holds of a network after garbage as before it.</summary>
/// <param name="network">The network.</param>
/// <param name="patience">How long it may take to come about.</param>
internal sealed class NetworkPromises(FuzzNetwork network, TimeSpan patience)
{
    private const int TamperedAudits = 5;

    /// <summary>The channel, as a bank shows it.</summary>
    public static ChannelView View(FuzzNetwork network, FuzzNode bank) => network.View(bank) ?? throw new BrokenPromise("a channel stays known", bank.Id.ToString());

    /// <summary>Nothing waits in a bank's queue any more. What an offset has taken out of it may come back once.</summary>
    public void EmptyQueues()
    {
        for (DateTimeOffset end = network.Now + patience; network.Operator.OffsetsUnderWay() > 0 || network.Banks.Any(bank => View(network, bank).Queued > 0);)
        {
            BrokenPromise.Unless(network.Now < end, "what waits can be given up", network.Alarms);
            foreach (FuzzNode bank in network.Banks) network.CancelQueued(bank);
            network.Pass(TimeSpan.FromSeconds(2));
        }
    }

    /// <summary>A payment of each bank settles.</summary>
    public void SettleHonestly()
    {
        foreach (FuzzNode bank in network.Banks)
        {
            byte[] paid = network.Pay(bank)[0];
            for (DateTimeOffset end = network.Now + patience; (network.StatusOf(bank, paid) is InstructionStatus.Accepted or InstructionStatus.Queued) && network.Now < end;) network.Pass(TimeSpan.FromSeconds(2));
            BrokenPromise.Unless(network.StatusOf(bank, paid) == InstructionStatus.Settled, "honest payments settle after garbage", $"{bank.Id}: {network.StatusOf(bank, paid)}: {network.Alarms}");
        }
    }

    /// <summary>Members agree, and no money came from nowhere.</summary>
    /// <param name="funded">What was asked to be brought into the channel.</param>
    public void CheckMoney(long funded)
    {
        ChannelView alpha = View(network, network.Alpha), beta = View(network, network.Beta);
        for (DateTimeOffset end = network.Now + patience; (alpha.Waiting > 0 || beta.Waiting > 0 || alpha.Head != beta.Head) && network.Now < end; (alpha, beta) = (View(network, network.Alpha), View(network, network.Beta)))
            network.Pass(TimeSpan.FromSeconds(5));
        BrokenPromise.Unless(alpha.Head == beta.Head && alpha.Sequence == beta.Sequence, "members agree", $"sequence {alpha.Sequence} and {beta.Sequence}: {network.Alarms}");
        long positions = alpha.Positions.Concat(beta.Positions).Sum(static position => position.Position.MinorUnits);
        Books books = network.Operator.Books();
        long pool = books.Pools.Where(pool => pool.Channel == network.Channel.ToString()).Sum(static pool => pool.Balance.MinorUnits);
        long accounts = books.Accounts.Sum(static account => account.Balance.MinorUnits) + books.Pools.Sum(static pool => pool.Balance.MinorUnits) + books.SetAside.Sum(static part => part.Balance.MinorUnits);
        BrokenPromise.Unless(positions <= pool && pool <= funded, "positions are never more than the pool", $"{positions}, {pool}, {funded}");
        BrokenPromise.Unless(accounts == books.Issued.Sum(static issued => issued.MinorUnits), "accounts and pools sum to what was issued", $"{accounts}");
        BrokenPromise.Unless(books.Accounts.All(static account => account.Balance.MinorUnits >= 0), "no account is below zero");
    }

    /// <summary>What was set aside for groups is free again, or paid.</summary>
    public void CheckGroups()
    {
        foreach (FuzzNode bank in network.Banks)
        {
            for (DateTimeOffset end = network.Now + patience; network.GroupsOf(bank) > 0 && network.Now < end;) network.Pass(TimeSpan.FromSeconds(5));
            BrokenPromise.Unless(network.GroupsOf(bank) == 0, "every group ends", $"{bank.Id}: {network.Alarms}");
        }
    }

    /// <summary>Cycles and offsets come to their end, one way or the other, and hold nothing of the accounts then.</summary>
    public void CheckCycles()
    {
        for (DateTimeOffset end = network.Now + patience; network.Operator.CyclesUnderWay() + network.Operator.OffsetsUnderWay() > 0 && network.Now < end;) network.Pass(TimeSpan.FromSeconds(5));
        BrokenPromise.Unless(network.Operator.CyclesUnderWay() == 0, "every cycle ends", network.Alarms);
        BrokenPromise.Unless(network.Operator.OffsetsUnderWay() == 0, "every offset ends", network.Alarms);
        Books books = network.Operator.Books();
        BrokenPromise.Unless(books.SetAside.All(static part => part.Balance.MinorUnits == 0), "what ended has nothing set aside");
    }

    /// <summary>The supervisor proves everything from its vault; and whatever becomes of a row there, its audit comes to an end, and to no other positions
    /// that it calls proven.</summary>
    public void CheckAudit(Chance chance)
    {
        FuzzAudit audit = new(network.Supervisor, network.Channel);
        ChannelVerdict honest = audit.Run(static (_, body) => body);
        BrokenPromise.Unless(honest is { IsComplete: true, ReExecuted: true }, "the supervisor proves what it holds", $"{Faults(honest)}: {network.Alarms}");
        for (int i = 0; i < TamperedAudits; i++)
        {
            ChannelVerdict tampered = audit.Run((key, body) => chance.Percent(5) ? WireMutator.Mutate(body, chance, body) : body);
            BrokenPromise.Unless(tampered is not { IsComplete: true, ReExecuted: true } || Sums(tampered).SequenceEqual(Sums(honest)), "what is proven is so", Faults(tampered));
        }
    }

    private static IEnumerable<(int, string, long)> Sums(ChannelVerdict verdict) => verdict.Positions.Select(static position => (position.Member, position.Currency, position.MinorUnits));

    private static string Faults(ChannelVerdict verdict) =>
        string.Join("; ", verdict.NotDelivered.Concat(verdict.NotAuthentic).Concat(verdict.NotReExecuted).Take(5).Select(static fault => $"{fault.Sequence} {fault.Code}"));

    /// <summary>The supervisor holds everything that is final.</summary>
    public void CheckSupervisor()
    {
        for (DateTimeOffset end = network.Now + patience; ;)
        {
            ObservedChannel? observed = network.Ask<ObservedChannels>(network.Supervisor, static call => new RegulatorInput.ListChannels(call))?.Channels.FirstOrDefault(channel => channel.Channel == network.Channel);
            if (observed is not null && observed.HeldSequence == observed.NotarisedSequence && observed.HeldSequence >= View(network, network.Alpha).Sequence) return;
            BrokenPromise.Unless(network.Now < end, "the supervisor gets everything", $"{observed}: {network.Alarms}");
            network.Pass(TimeSpan.FromSeconds(5));
        }
    }
}
