using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Settlement.Client;
using Settlement.Contracts;
using Settlement.Core.Bank;
using Settlement.Core.Channels;
using Settlement.Core.Identifiers;
using Settlement.Core.Instructions;
using Settlement.Core.Monetary;
using Settlement.Host.Api;
using Settlement.Host.BackOffice;
using Settlement.Host.Channels;
using Settlement.Host.Fuzz.Mutations;
using Settlement.Host.Iso20022;
using CycleDoor = Settlement.Host.SettlementAgent.CycleDoor;

namespace Settlement.Host.Fuzz.Targets;

/// <summary>Every other JSON body of the API: orders for channels, money, credits, business days, actions of contracts, groups, cycles and the queue.</summary>
internal sealed class OrderTarget : Reader
{
    private static readonly ParticipantId Own = ParticipantId.TryParse("BANADEFFXXX", out ParticipantId id) ? id : default;
    private static readonly ChannelOrders Orders = new(Own, [.. ContractLibrary.All]);

    private static readonly byte[][] Corpus =
    [
        .. new[]
        {
            """
            {"counterparty":"BANBDEFFXXX","rootFingerprint":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","observers":[{"participant":"SUPEDEFFXXX","rootFingerprint":"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"}],"contracts":["GrossPayment","PoolFunding"],"currencies":["EUR","JPY"],"limits":[{"of":"BANADEFFXXX","currency":"EUR","amount":"100.00"}]}
            """,
            """{"currency":"EUR","amount":"12.34"}""",
            """{"date":"2026-03-02"}""",
            """{"kind":"bilateral","counterparty":"BANBDEFFXXX","currency":"EUR","amount":"50.00","from":"2026-03-03"}""",
            """{"reference":"opening balance","currency":"USD","amount":"1000000.00"}""",
            """{"contract":"Escrow","action":"fund","values":{"amount":"51.74 USD","deadline":"2026-12-31T12:00:00Z","order":"O1","goods":"Goods"}}""",
            """{"action":"return","values":{"reason":"AC04"},"sequence":18446744073709551615}""",
            """
            {"channels":["cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"],"lifeSeconds":60,"legs":[{"channel":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","contract":"GrossPayment","action":"pay","values":{"amount":"1.00 EUR","value_date":"2026-03-02","debtor":"One","creditor":"Other"}}],"expects":[{"channel":"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb","contract":"GrossPayment","action":"pay","values":{"amount":"160 JPY"}}]}
            """,
            """{"currency":"EUR","banks":["BANADEFFXXX","BANBDEFFXXX"],"roundSeconds":300}""",
            """{"exclude":["BANBDEFFXXX"],"roundSeconds":540}""",
            """{"change":"prioritise","priority":"URGT"}""",
            """{"change":"hold"}""",
        }.Select(Encoding.UTF8.GetBytes),
    ];

    /// <inheritdoc/>
    public override byte[] Make(Chance chance) => JsonMutator.Mutate(chance.Pick(Corpus), chance, chance.Pick(Corpus));

    /// <inheritdoc/>
    public override void Feed(byte[] input)
    {
        if (Read(input, ApiJson.Default.ChannelOrder) is { } order && Orders.TryRead(order, out ChannelRequest? request, out string? fault))
        {
            BrokenPromise.Unless(fault is null && request.Counterparty != Own, "an order is read or faulted");
            BrokenPromise.Unless(request.Limits.All(static limit => limit.Limit.MinorUnits > 0) && request.Currencies.Count > 0, "a channel has currencies, and limits above zero");
        }

        if (Read(input, ApiJson.Default.MoneyOrder) is { } money) CheckMoney(money.Currency, money.Amount);
        if (Read(input, ApiJson.Default.CreditOrder) is { } credit)
        {
            CheckMoney(credit.Currency, credit.Amount);
            // The door compares its length, and the machine hashes it.
            _ = credit.Reference.Length;
            _ = new Core.Cryptography.HashWriter("settlement/fuzz").Text(credit.Reference).Finish();
        }

        if (Read(input, ApiJson.Default.TreasuryLimitOrder) is { } limit && LimitDoor.TryRead(limit, out LimitKey key, out long? most, out _, out _))
            BrokenPromise.Unless(key.IsWhole && most is null or >= 0, "a limit is whole and not below zero");

        if (Read(input, ApiJson.Default.ActOrder) is { } act) CheckValues(act);
        if (Read(input, ApiJson.Default.GroupOrder) is { } group) CheckGroup(group);
        if (Read(input, ApiJson.Default.CycleOrder) is { } cycle) CheckCycle(CycleDoor.TryRead(cycle, out _, out List<ParticipantId> banks, out TimeSpan? life, out string? wrong, out string? place), banks, life, wrong, place);
        if (Read(input, ApiJson.Default.RoundOrder) is { } round) CheckCycle(CycleDoor.TryRead(round, out List<ParticipantId> excluded, out TimeSpan? longer, out string? unfit, out string? where), excluded, longer, unfit, where);
        if (Read(input, ApiJson.Default.QueueOrder) is { Priority: { } code } && TransferRules.TryReadPriority(code, out Priority priority))
            BrokenPromise.Unless(TransferRules.CodeOf(priority) == code, "a priority is written as it is read", code);

        if (Read(input, ApiJson.Default.BusinessDay) is { } day) _ = DateOnly.TryParseExact(day.Date, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _);
    }

    private static void CheckCycle(bool isRead, List<ParticipantId> banks, TimeSpan? life, string? wrong, string? place)
    {
        BrokenPromise.Unless(isRead == (wrong is null) && isRead == (place is null), "an order for a cycle is read, or faulted with its place");
        BrokenPromise.Unless(banks.Count <= CycleDoor.MaximumBanks && (life is not { } given || (given >= TimeSpan.FromSeconds(1) && given <= TimeSpan.FromSeconds(CycleDoor.MaximumRoundSeconds))), "a cycle is bounded");
    }

    private static void CheckGroup(Client.GroupOrder order)
    {
        bool isRead = GroupDoor.TryRead(order, out Core.Bank.GroupOrder? read, out string? wrong, out string? place);
        BrokenPromise.Unless(isRead == (read is not null) && isRead == (wrong is null) && isRead == (place is null), "an order for a group is read, or faulted with its place");
        if (read is null) return;
        BrokenPromise.Unless(read.Legs.Count + read.Expects.Count <= GroupDoor.MaximumChannels && read.Channels.Count <= GroupDoor.MaximumChannels, "a group is bounded");
        foreach (LegOrder leg in order.Legs.Concat(order.Expects)) CheckValues(new Client.ActOrder { Contract = leg.Contract, Action = leg.Action, Values = leg.Values });
    }

    /// <summary>The machine reads each text by the field that has its name, whatever the contract is.</summary>
    private static void CheckValues(Client.ActOrder act)
    {
        _ = act.Contract?.Length;
        _ = act.Action.Length;
        foreach (Contract contract in ContractLibrary.All)
        {
            _ = contract.FindAction(act.Action, null);
            foreach (Field field in contract.Fields.Concat(contract.Actions.SelectMany(static action => action.Parameters)))
            {
                if (!act.Values.TryGetValue(field.Name, out string? text) || !ValueText.TryRead(field.Type, text, out Value? value)) continue;
                BrokenPromise.Unless(ValueText.TryRead(field.Type, ValueText.Write(value), out Value? again) && again.ToCanonical().AsSpan().SequenceEqual(value.ToCanonical()), "a value is written as it is read", $"{contract.Name} {field.Name}");
            }
        }
    }

    private static void CheckMoney(string currency, string amount)
    {
        if (!ApiRequest.TryReadMoney(currency, amount, out Money money)) return;
        BrokenPromise.Unless(money.MinorUnits > 0, "an amount is above zero", money.ToString());
        BrokenPromise.Unless(Money.TryParse(money.ToString(), out Money again) && again == money, "an amount is written as it is read", money.ToString());
    }

    // As the doors read it: what is no JSON of the form is refused by this exception and no other.
    private static T? Read<T>(byte[] input, JsonTypeInfo<T> type) where T : class
    {
        if (input.Length > ApiBounds.MaximumJsonBytes) return null;
        try
        {
            return JsonSerializer.Deserialize(input, type);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
