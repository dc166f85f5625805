using Settlement.Contracts;
using Settlement.Core.Channels;

namespace Settlement.Tests.Channels;

/// <summary>Which contracts a channel of two members can carry, by who reads what.</summary>
public sealed class ContractPlanTests
{
    private const string Spot = """
        contract Spot version 1

        parties
          buyer       bank
          seller      bank
          supervisor  regulator, observes

        fields
          amount  money  to buyer, seller, supervisor
          note    text(35) optional to buyer, seller

        states
          Open, Done may rest

        on offer by buyer, agreed by seller
          -> Open

        on pay(reason text(35) to buyer, seller) by buyer when Open
          move amount from buyer to seller
          -> Done
        """;

    private static readonly Dictionary<string, (string From, string To, bool Fits)> Changes = new(StringComparer.Ordinal)
    {
        ["a parameter that both read"] = ("reason", "reason", true),
        ["a parameter of the actor alone"] = ("reason text(35) to buyer, seller", "reason text(35) to buyer", true),
        ["a parameter of the actor alone beside one that all read"] = ("reason text(35) to buyer, seller", "reason text(35) to buyer, seller, supervisor, own text(35) to buyer personal of buyer", true),
        ["a parameter of the actor and an observer"] = ("reason text(35) to buyer, seller", "reason text(35) to buyer, supervisor", false),
        ["a field of one member"] = ("note    text(35) optional to buyer, seller", "note    text(35) optional to buyer", false),
        ["a field of one member and an observer"] = ("note    text(35) optional to buyer, seller", "note    text(35) optional to buyer, supervisor", false),
    };

    public static TheoryData<string> Table => [.. Changes.Keys];

    [Theory]
    [MemberData(nameof(Table))]
    public void A_contract_fits_by_who_reads_what(string change)
    {
        (string from, string to, bool fits) = Changes[change];
        Contract? contract = ContractCompiler.Compile("test", Spot.Replace(from, to, StringComparison.Ordinal)).Contract;
        Assert.NotNull(contract);
        Assert.Equal(fits, ContractPlan.TryCreate(contract, 3, out ContractPlan? plan));
        if (plan is null) return;
        Assert.True(plan.IsSharedWhole(contract.Actions[0]));
        bool isWhole = !change.Contains("actor alone", StringComparison.Ordinal);
        Assert.Equal(isWhole, plan.IsSharedWhole(contract.Actions[1]));
        // Either member may be the buyer.
        Assert.Equal(isWhole ? [] : [new AudienceMask(1), new AudienceMask(2)], plan.Audiences.Where(static a => a.Count == 1).Order());
    }
}
