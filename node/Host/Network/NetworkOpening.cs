using Settlement.Client;
using Settlement.Core.Bank;
using Settlement.Core.Channels;
using Settlement.Core.Identifiers;
using Settlement.Core.Monetary;
using PinnedParticipant = Settlement.Client.PinnedParticipant;

namespace Settlement.Host.Network;

/// <summary>Prepares a running network for its first business day: accounts, channels, funds.</summary>
internal sealed class NetworkOpening(LocalNetwork network, TimeProvider time, Action<string, TimeSpan> phase)
{
    /// <summary>How long a participant that has just been listed may stay unknown to another.</summary>
    private static readonly TimeSpan ListedWithin = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);

    // Refusals of a node that has not read the newest directory yet, or that has not heard that the other side opened a channel.
    private static readonly string[] Passing = [BankCodes.ParticipantUnknown, ChannelCodes.ChannelUnknown];

    /// <summary>Opens and funds channels.</summary>
    /// <param name="planned">The channels.</param>
    /// <param name="accounts">What the agent credits each bank with, so that it can fund its sides of them.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>The id of each channel, in the order of the plan.</returns>
    /// <exception cref="NetworkException">DM007.</exception>
    public async Task<IReadOnlyList<string>> PrepareAsync(
        IReadOnlyList<ChannelPlan> planned, IEnumerable<(ParticipantId Bank, Money Amount)> accounts, CancellationToken ct)
    {
        long began = time.GetTimestamp();
        // Credits and channels do not depend on each other, and each channel only on its two banks.
        Task<Balance[]> credits = Task.WhenAll(accounts.Select(credit => CreditAsync(credit.Bank, credit.Amount, ct)));
        string[] channels = await Task.WhenAll(planned.Select(channel => OpenAsync(channel, ct)));
        await credits;
        phase($"{channels.Length} channels opened, accounts credited", time.GetElapsedTime(began));
        began = time.GetTimestamp();
        await Task.WhenAll(planned.SelectMany((channel, index) => channel.Funding.Select(side => FundAsync(channels[index], side.Payer, side.Amount, ct))));
        phase("channels funded", time.GetElapsedTime(began));
        return channels;
    }

    private Task<Balance> CreditAsync(ParticipantId bank, Money amount, CancellationToken ct) => MustAsync(network.Agent, $"credit {bank}", client =>
        client.CreditAsync(bank.ToString(), new CreditOrder($"opening/{bank}/{amount.Currency}", amount.Currency.Code, amount.ToDecimalText()), ct), ct);

    private async Task<string> OpenAsync(ChannelPlan channel, CancellationToken ct)
    {
        ChannelOrder order = new()
        {
            Counterparty = channel.Second.ToString(),
            RootFingerprint = Root(network.Bank(channel.Second)),
            Observers = [new PinnedParticipant(network.Regulator.Id.ToString(), Root(network.Regulator))],
            Contracts = channel.Contracts ?? network.ContractNames,
            Currencies = [.. channel.Currencies.Select(static currency => currency.Code)],
            Limits = [.. channel.Limits.Select(limit => new LimitOrder(channel.Second.ToString(), limit.Currency.Code, limit.ToDecimalText()))],
        };
        OpenedChannel opened = await MustAsync(network.Bank(channel.First), $"open a channel with {channel.Second}", client => client.OpenChannelAsync(order, ct), ct);
        return opened.Id;
    }

    private Task<bool> FundAsync(string channel, ParticipantId payer, Money amount, CancellationToken ct) =>
        MustAsync(network.Bank(payer), $"fund its side of {channel}", async client =>
        {
            await client.FundAsync(channel, new MoneyOrder(amount.Currency.Code, amount.ToDecimalText()), ct);
            return true;
        }, ct);

    private async Task<T> MustAsync<T>(LocalNode node, string what, Func<SettlementClient, Task<T>> request, CancellationToken ct)
    {
        long began = time.GetTimestamp();
        while (true)
        {
            try
            {
                return await request(network.Client(node));
            }
            catch (SettlementApiException refused)
            {
                if (!Passing.Contains(refused.Code) || time.GetElapsedTime(began) > ListedWithin)
                    throw new NetworkException(NetworkException.Refused, $"{node.Name} refused to {what}. {refused.Message}\n{node.LogTail()}", refused);
            }

            await Task.Delay(Poll, time, ct);
        }
    }

    private string Root(LocalNode node) => network.Facts(node).RootFingerprint.ToString();
}
