using System.Globalization;
using System.Text.Json;
using Settlement.Client;
using Settlement.Core.Identifiers;
using Settlement.Core.Monetary;
using Settlement.Host.Network;

namespace Settlement.Host.Demo;

/// <summary>Banks of which each pays the next one, and the last the first, in a currency in which nobody else has a channel.</summary>
/// <param name="Banks">The banks.</param>
/// <param name="Currency">What they pay in.</param>
/// <param name="Date">The business day.</param>
internal sealed record DemoRing(IReadOnlyList<ParticipantId> Banks, Currency Currency, DateOnly Date)
{
    /// <summary>The first banks of a plan; null where there are fewer, or no currency is left.</summary>
    /// <param name="plan">What is shown beside it.</param>
    /// <param name="currencies">The first in which nobody has a channel yet is taken.</param>
    /// <param name="banks">How many.</param>
    public static DemoRing? For(DemoPlan plan, IEnumerable<string> currencies, int banks)
    {
        if (plan.Banks.Count < banks) return null;
        HashSet<Currency> used = [.. plan.Channels.SelectMany(static channel => channel.Currencies)];
        foreach (string code in currencies)
        {
            if (Currency.TryParse(code, out Currency currency) && !used.Contains(currency)) return new DemoRing([.. plan.Banks.Take(banks)], currency, plan.Days[^1].Date);
        }

        return null;
    }

    /// <summary>Whom a bank pays.</summary>
    public ParticipantId Next(int i) => Banks[(i + 1) % Banks.Count];

    /// <summary>So many whole units of the currency.</summary>
    public Money Units(int count) => Money.TryParse(string.Create(CultureInfo.InvariantCulture, $"{count} {Currency.Code}"), out Money amount) ? amount : throw new FormatException(Currency.Code);

    /// <summary>An amount that a node shows, in minor units.</summary>
    /// <exception cref="NetworkException">DM007.</exception>
    public long Minor(string? text) => Money.TryParse($"{text ?? "0"} {Currency.Code}", out Money amount) ? amount.MinorUnits
        : throw new NetworkException(NetworkException.Refused, $"An amount is shown that is none: {text}.");

    /// <summary>Lets a bank pay the next one.</summary>
    /// <param name="network">The network.</param>
    /// <param name="calls">Asks its nodes.</param>
    /// <param name="i">Which bank.</param>
    /// <param name="amount">How much.</param>
    /// <param name="reference">What the scene calls its payments.</param>
    /// <param name="wait">How long the bank may take to answer with an end.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<InstructionStatus> PayAsync(LocalNetwork network, NetworkCalls calls, int i, Money amount, string reference, TimeSpan wait, CancellationToken ct)
    {
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, object>
        {
            ["messageId"] = $"{reference}-{i}", ["endToEndId"] = $"{reference}-{i}", ["amount"] = amount.ToDecimalText(), ["currency"] = Currency.Code,
            ["settlementDate"] = Date.ToString("O", CultureInfo.InvariantCulture), ["instructingAgent"] = Banks[i].ToString(), ["instructedAgent"] = Next(i).ToString(),
            ["debtor"] = new Dictionary<string, string> { ["name"] = "Treasury" }, ["creditor"] = new Dictionary<string, string> { ["name"] = "Treasury" },
        });
        MessageReceipt receipt = await calls.AskAsync(network.Bank(Banks[i]), "take a payment of a ring", client => client.SubmitAsync(body, "application/json", $"demo-{reference}-{i}", wait, ct), ct);
        return receipt.Instructions[0];
    }

    /// <summary>A bank's position in a channel.</summary>
    public async Task<string> PositionAsync(NetworkCalls calls, LocalNode bank, string channel, CancellationToken ct) =>
        (await calls.AskAsync(bank, "show its positions", client => client.PositionsAsync(ct), ct)).Positions.Single(p => p.Channel == channel && p.Currency == Currency.Code).Position;

    /// <summary>What each bank has at the settlement agent.</summary>
    public async Task<string[]> AccountsAsync(LocalNetwork network, NetworkCalls calls, CancellationToken ct)
    {
        BooksInfo books = await calls.AskAsync(network.Agent, "show its books", client => client.BooksAsync(ct), ct);
        return [.. Banks.Select(bank => books.Accounts.Single(a => a.Owner == bank.ToString() && a.Currency == Currency.Code).Amount)];
    }
}
