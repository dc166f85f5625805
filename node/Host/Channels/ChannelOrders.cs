using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Settlement.Client;
using Settlement.Contracts;
using Settlement.Core.Bank;
using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;
using Settlement.Core.Monetary;
using TransferBases = Settlement.Core.Channels.TransferBases;

namespace Settlement.Host.Channels;

/// <summary>Reads an operator's order for a channel. What it says wrongly is named; whether the network agrees is the machine's matter.</summary>
/// <param name="own">This bank.</param>
/// <param name="contracts">The contracts that this bank takes part in.</param>
internal sealed class ChannelOrders(ParticipantId own, IReadOnlyList<Contract> contracts)
{
    private const int MaximumObservers = 16;
    private const int MaximumItems = 64;

    /// <summary>The order as the machine takes it, or what is wrong with it.</summary>
    public bool TryRead(ChannelOrder order, [NotNullWhen(true)] out ChannelRequest? request, [NotNullWhen(false)] out string? fault)
    {
        request = null;
        if (!ParticipantId.TryParse(order.Counterparty, out ParticipantId counterparty) || counterparty == own) return Fail("counterparty is another participant's id.", out fault);
        if (!Digest.TryParse(order.RootFingerprint, out Digest root)) return Fail("rootFingerprint is 64 hexadecimal digits.", out fault);
        if (!TryReadObservers(order.Observers, out List<(ParticipantId, Digest)> observers)) return Fail($"observers are at most {MaximumObservers} participants with their rootFingerprint.", out fault);
        if (!TryReadContracts(order.Contracts, out List<string> sources)) return Fail("contracts are names of contracts that this bank takes part in.", out fault);
        if (!TryReadCurrencies(order.Currencies, out List<Currency> currencies)) return Fail("currencies are codes of ISO 4217.", out fault);
        HashSet<string> units = [.. contracts.Where(c => order.Contracts.Contains(c.Name, StringComparer.Ordinal)).SelectMany(static c => c.Units).Select(static u => u.Name)];
        if (!TryReadLimits(order.Limits, counterparty, units, out List<(bool, Money)> limits, out List<(bool, string, long)> unitLimits))
            return Fail("limits are of one of the two banks, in a currency or a unit of a contract, with an amount above zero as a string.", out fault);
        HashSet<ParticipantId> others = [counterparty, .. observers.Select(o => o.Item1)];
        if (!TryReadJurisdictions(order.Jurisdictions, others, out Dictionary<ParticipantId, string> jurisdictions)) return Fail("jurisdictions name other participants of the channel, once each, with two capital letters.", out fault);
        if (!TryReadBases(order.TransferBases, [own, .. others], counterparty, out List<(ParticipantId, ParticipantId, string)> bases))
            return Fail("transferBases are from a member to another participant of the channel, once each: consent, standard-contract, certification or security-assessment.", out fault);
        request = new ChannelRequest(counterparty, root, observers, sources, currencies, limits) { Jurisdictions = jurisdictions, TransferBases = bases, UnitLimits = unitLimits };
        fault = null;
        return true;
    }

    private static bool Fail(string message, out string fault)
    {
        fault = message;
        return false;
    }

    private static bool TryReadObservers(IReadOnlyList<PinnedParticipant> pins, out List<(ParticipantId Id, Digest Root)> observers)
    {
        observers = [];
        if (pins.Count > MaximumObservers) return false;
        foreach (PinnedParticipant? pin in pins)
        {
            if (pin is null || !ParticipantId.TryParse(pin.Participant, out ParticipantId id) || !Digest.TryParse(pin.RootFingerprint, out Digest root)) return false;
            observers.Add((id, root));
        }

        return true;
    }

    private bool TryReadContracts(IReadOnlyList<string> names, out List<string> sources)
    {
        sources = [];
        if (names.Count is 0 or > MaximumItems) return false;
        foreach (string name in names)
        {
            if (contracts.FirstOrDefault(known => string.Equals(known.Name, name, StringComparison.Ordinal)) is not { } contract) return false;
            sources.Add(contract.Source);
        }

        return true;
    }

    private static bool TryReadJurisdictions(IReadOnlyList<ParticipantJurisdiction> said, HashSet<ParticipantId> others, out Dictionary<ParticipantId, string> jurisdictions)
    {
        jurisdictions = [];
        if (said.Count > MaximumItems) return false;
        foreach (ParticipantJurisdiction? one in said)
        {
            if (one is null || !ParticipantId.TryParse(one.Participant, out ParticipantId id) || !others.Contains(id)) return false;
            if (string.IsNullOrEmpty(one.Jurisdiction) || !TransferBases.IsJurisdiction(one.Jurisdiction) || !jurisdictions.TryAdd(id, one.Jurisdiction)) return false;
        }

        return true;
    }

    private bool TryReadBases(IReadOnlyList<TransferBasisOrder> orders, HashSet<ParticipantId> participants, ParticipantId counterparty,
        out List<(ParticipantId From, ParticipantId To, string Basis)> bases)
    {
        bases = [];
        if (orders.Count > MaximumItems) return false;
        foreach (TransferBasisOrder? order in orders)
        {
            if (order is null || !ParticipantId.TryParse(order.From, out ParticipantId from) || !ParticipantId.TryParse(order.To, out ParticipantId to)) return false;
            if ((from != own && from != counterparty) || from == to || !participants.Contains(to) || order.Basis is null || !TransferBases.Known.Contains(order.Basis)) return false;
            if (bases.Any(b => b.From == from && b.To == to)) return false;
            bases.Add((from, to, order.Basis));
        }

        return true;
    }

    private static bool TryReadCurrencies(IReadOnlyList<string> codes, out List<Currency> currencies)
    {
        currencies = [];
        if (codes.Count is 0 or > MaximumItems) return false;
        foreach (string code in codes)
        {
            if (!Currency.TryParse(code, out Currency currency) || currencies.Contains(currency)) return false;
            currencies.Add(currency);
        }

        return true;
    }

    private bool TryReadLimits(IReadOnlyList<LimitOrder> orders, ParticipantId counterparty, HashSet<string> units,
        out List<(bool OfCounterparty, Money Limit)> limits, out List<(bool OfCounterparty, string Unit, long Units)> unitLimits)
    {
        limits = [];
        unitLimits = [];
        if (orders.Count > 2 * MaximumItems) return false;
        foreach (LimitOrder? order in orders)
        {
            if (order is null || !ParticipantId.TryParse(order.Of, out ParticipantId of) || (of != own && of != counterparty)) return false;
            if (order.Currency is not null && units.Contains(order.Currency))
            {
                if (!long.TryParse(order.Amount, NumberStyles.None, CultureInfo.InvariantCulture, out long limited) || limited == 0) return false;
                unitLimits.Add((of == counterparty, order.Currency, limited));
                continue;
            }

            if (!Api.ApiRequest.TryReadMoney(order.Currency, order.Amount, out Money limit)) return false;
            limits.Add((of == counterparty, limit));
        }

        return true;
    }
}
