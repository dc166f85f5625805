using Google.Protobuf;
using Settlement.Contracts;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Tests.Bank;
using Settlement.Wire.Channels;

namespace Settlement.Tests.Channels;

public sealed class TermsTests
{
    private const string OneParty = "contract Odd version 1\n\nparties\n  one  bank\n  two  bank\n  three  bank\n\nfields\n  amount  money to one, two, three\n\nstates\n  Done may rest\n\non pay by one, agreed by two, three\n  move amount from one to two\n  -> Done\n";

    private static readonly Dictionary<string, (string Code, Action<Terms> Tell)> FalseTerms = new(StringComparer.Ordinal)
    {
        ["another suite"] = (ChannelCodes.TermsInvalid, t => t.Suite = 2),
        ["another network"] = (ChannelCodes.TermsInvalid, t => t.Network = "other"),
        ["no salt"] = (ChannelCodes.TermsInvalid, t => t.Salt = ByteString.Empty),
        ["a long salt"] = (ChannelCodes.TermsInvalid, t => t.Salt = ByteString.CopyFrom(new byte[33])),
        ["one member"] = (ChannelCodes.TermsInvalid, t => t.Members.RemoveAt(1)),
        ["three members"] = (ChannelCodes.TermsInvalid, t => t.Members.Add(new TermsParticipant(t.Members[0]) { Participant = "THIRDEFFXXX", RootFingerprint = ByteString.CopyFrom(new byte[32]) })),
        ["a member twice"] = (ChannelCodes.TermsInvalid, t => t.Members[1].Participant = t.Members[0].Participant),
        ["a member that also observes"] = (ChannelCodes.TermsInvalid, t => t.Observers[0].Participant = t.Members[0].Participant),
        ["one root for two"] = (ChannelCodes.TermsInvalid, t => t.Members[1].RootFingerprint = t.Members[0].RootFingerprint),
        ["a member without a name"] = (ChannelCodes.TermsInvalid, t => t.Members[0].Participant = ""),
        ["a member with a name that is none"] = (ChannelCodes.TermsInvalid, t => t.Members[0].Participant = "ALPHA"),
        ["a short fingerprint"] = (ChannelCodes.TermsInvalid, t => t.Members[0].RootFingerprint = ByteString.CopyFrom(new byte[31])),
        ["a jurisdiction of three letters"] = (ChannelCodes.TermsInvalid, t => t.Members[0].Jurisdiction = "DEU"),
        ["a jurisdiction in small letters"] = (ChannelCodes.TermsInvalid, t => t.Members[0].Jurisdiction = "de"),
        ["a member in another jurisdiction, without a basis"] = (ChannelCodes.TransferWithoutBasis, t => t.Members[0].Jurisdiction = "DE"),
        ["two jurisdictions, and a basis one way"] = (ChannelCodes.TransferWithoutBasis, t => { Abroad(t); t.TransferBases.Add(Basis(0, 1)); }),
        ["a basis that is none"] = (ChannelCodes.TermsInvalid, t => { Abroad(t); t.TransferBases.Add([Basis(0, 1), Basis(1, 0, "habit")]); }),
        ["a basis twice"] = (ChannelCodes.TermsInvalid, t => t.TransferBases.Add([Basis(0, 1), Basis(0, 1, "consent")])),
        ["a basis from an observer"] = (ChannelCodes.TermsInvalid, t => t.TransferBases.Add(Basis(2, 1))),
        ["a basis to nobody"] = (ChannelCodes.TermsInvalid, t => t.TransferBases.Add(Basis(0, 3))),
        ["a basis to oneself"] = (ChannelCodes.TermsInvalid, t => t.TransferBases.Add(Basis(0, 0))),
        ["personal data for a foreign observer"] = (ChannelCodes.TransferWithoutBasis, t =>
        {
            t.Observers[0].Jurisdiction = "CN";
            Pin(t, Payment.Replace("debtor            text(140)           to payer, payee ", "debtor            text(140)           to payer, payee, supervisor ", StringComparison.Ordinal));
        }),
        ["fifteen observers"] = (ChannelCodes.TermsInvalid, t => t.Observers.Add(Enumerable.Range(0, 14).Select(i => new TermsParticipant { Participant = $"OBS{(char)('A' + i)}DEFFXXX", RootFingerprint = ByteString.CopyFrom([.. new byte[31], (byte)(i + 1)]) }))),
        ["no agent"] = (ChannelCodes.TermsInvalid, t => t.Agent = null),
        ["an agent without a root"] = (ChannelCodes.TermsInvalid, t => t.Agent.RootFingerprint = ByteString.Empty),
        ["no ledger key"] = (ChannelCodes.TermsInvalid, t => t.LedgerKey = ByteString.Empty),
        ["a ledger key that is no point"] = (ChannelCodes.TermsInvalid, t => t.LedgerKey = Lies.Flipped(t.LedgerKey, 64)),
        ["no currency"] = (ChannelCodes.TermsInvalid, t => t.Currencies.Clear()),
        ["a currency twice"] = (ChannelCodes.TermsInvalid, t => t.Currencies.Add("EUR")),
        ["a currency that is withdrawn"] = (ChannelCodes.TermsInvalid, t => t.Currencies.Add("DEM")),
        ["a currency in small letters"] = (ChannelCodes.TermsInvalid, t => t.Currencies.Add("usd")),
        ["a limit of an observer"] = (ChannelCodes.TermsInvalid, t => t.Limits.Add(new Limit { Member = 2, Currency = "EUR" })),
        ["a limit below zero"] = (ChannelCodes.TermsInvalid, t => t.Limits.Add(new Limit { Member = 0, Currency = "EUR", MinorUnits = -1 })),
        ["a limit in another currency"] = (ChannelCodes.TermsInvalid, t => t.Limits.Add(new Limit { Member = 0, Currency = "USD" })),
        ["two limits for one member"] = (ChannelCodes.TermsInvalid, t => t.Limits.Add([new Limit { Currency = "EUR", MinorUnits = 1 }, new Limit { Currency = "EUR", MinorUnits = 2 }])),
        ["limits beyond their number"] = (ChannelCodes.TermsInvalid, t => t.Limits.Add(Enumerable.Repeat(new Limit { Currency = "EUR" }, ChannelTerms.MaxLimits + 1))),
        ["units beyond their number"] = (ChannelCodes.TermsInvalid, t => t.Units.Add(Enumerable.Repeat("u", ChannelTerms.MaxCurrencies))),
        ["bases beyond their number"] = (ChannelCodes.TermsInvalid, t => t.TransferBases.Add(Enumerable.Repeat(Basis(0, 1), ChannelTerms.MaxTransferBases + 1))),
        ["units and limits without end"] = (ChannelCodes.TermsUnreadable, t => { t.Units.Add(Enumerable.Repeat("u", 20_000)); t.Limits.Add(Enumerable.Repeat(new Limit { Currency = "v" }, 20_000)); }),
        ["fingerprints of witnesses"] = (ChannelCodes.WitnessesNotSupported, t => t.Finality = new FinalityRule { WitnessFingerprints = { ByteString.CopyFrom(new byte[32]) } }),
        ["sets of readers beyond their number"] = (ChannelCodes.ContractRefused, t =>
        {
            t.Observers.Add(Enumerable.Range(0, 6).Select(i => new TermsParticipant { Participant = $"OBS{(char)('A' + i)}DEFFXXX", RootFingerprint = ByteString.CopyFrom([.. new byte[31], (byte)(i + 1)]) }));
            Pin(t, ReadBy(7));
        }),
        ["witnesses"] = (ChannelCodes.WitnessesNotSupported, t => t.Finality = new FinalityRule { WitnessesNeeded = 1 }),
        ["no contract"] = (ChannelCodes.ContractRefused, t => t.Contracts.Clear()),
        ["a contract twice"] = (ChannelCodes.ContractRefused, t => t.Contracts.Add(t.Contracts[0])),
        ["a contract of another hash"] = (ChannelCodes.ContractRefused, t => t.Contracts[0].Hash = Lies.Flipped(t.Contracts[0].Hash, 0)),
        ["a contract of a long hash"] = (ChannelCodes.ContractRefused, t => t.Contracts[0].Hash = ByteString.CopyFrom(new byte[33])),
        ["a contract without a hash"] = (ChannelCodes.ContractRefused, t => t.Contracts[0].Hash = ByteString.Empty),
        ["a contract that says something else"] = (ChannelCodes.ContractRefused, t => t.Contracts[0].Source = t.Contracts[0].Source.Replace("AM01", "AM02", StringComparison.Ordinal)),
        ["a contract that does not compile"] = (ChannelCodes.ContractRefused, t => t.Contracts[0].Source = "contract"),
        ["a contract that is empty"] = (ChannelCodes.ContractRefused, t => t.Contracts[0].Source = ""),
        ["a contract of three banks"] = (ChannelCodes.ContractRefused, t => Pin(t, OneParty)),
        ["a contract with an observer more than the channel"] = (ChannelCodes.ContractRefused, t => t.Observers.Clear()),
        ["a contract in which the payer hides a field from the payee"] = (ChannelCodes.ContractRefused, t => Pin(t, Payment.Replace("text(140) optional  to payer, payee", "text(140) optional  to payer", StringComparison.Ordinal))),
        ["a contract in which the payer fills a field that it does not read"] = (ChannelCodes.ContractRefused, t => Pin(t, Payment.Replace("text(140) optional  to payer, payee", "text(140) optional  to payee", StringComparison.Ordinal))),
        ["seventeen contracts"] = (ChannelCodes.ContractRefused, t => t.Contracts.Add(Enumerable.Repeat(t.Contracts[0], 15))),
    };

    public static TheoryData<string> Table => [.. FalseTerms.Keys];

    private static void Abroad(Terms terms) => (terms.Members[0].Jurisdiction, terms.Members[1].Jurisdiction) = ("DE", "CN");

    private static TransferBasis Basis(uint from, uint to, string basis = "standard-contract") => new() { FromMember = from, ToParticipant = to, Basis = basis };

    /// <summary>A contract with a field for every set of so many observers.</summary>
    private static string ReadBy(int observers)
    {
        string[] names = [.. Enumerable.Range(0, observers).Select(static i => $"o{i}")];
        IEnumerable<string> fields = Enumerable.Range(0, 1 << observers).Select(set => $"  f{set} integer to {string.Join(", ", names.Where((_, i) => (set >> i & 1) != 0).Prepend("q").Prepend("p"))}");
        return $"contract Wide version 1\nparties\n  p bank\n  q bank\n{string.Concat(names.Select(static n => $"  {n} regulator, observes\n"))}fields\n{string.Join('\n', fields)}\nstates\n  Done may rest\non make by p, agreed by q\n  -> Done\n";
    }

    private static string Payment => ContractLibrary.Load("GrossPayment").Source;

    [Theory]
    [MemberData(nameof(Table))]
    public void False_terms_are_refused_with_their_code(string lie)
    {
        using TwoBanks world = new TwoBanks().Open();
        byte[] bytes = world.Opening(world.Alpha).Terms.ToByteArray();
        Assert.True(ChannelTerms.TryRead(bytes, TwoBanks.Network, out _, out _));
        Terms terms = Terms.Parser.ParseFrom(bytes);
        FalseTerms[lie].Tell(terms);
        Assert.False(ChannelTerms.TryRead(terms.ToByteArray(), TwoBanks.Network, out _, out string code));
        Assert.Equal(FalseTerms[lie].Code, code);
    }

    /// <summary>Each member may be the payer, so both export; the supervisor reads no personal data.</summary>
    [Fact]
    public void Terms_between_jurisdictions_stand_with_a_basis_for_each_transfer()
    {
        using TwoBanks world = new TwoBanks().Open();
        Terms terms = Terms.Parser.ParseFrom(world.Opening(world.Alpha).Terms);
        Abroad(terms);
        terms.Observers[0].Jurisdiction = "US";
        terms.TransferBases.Add([Basis(0, 1), Basis(1, 0, "consent")]);
        Assert.True(ChannelTerms.TryRead(terms.ToByteArray(), TwoBanks.Network, out ChannelTerms? read, out _));
        Assert.Equal([new DataTransfer(0, 1), new DataTransfer(1, 0)], TransferBases.Needed(read.Contracts, read.Participants));
        Assert.Equal("consent", read.TransferBases[new DataTransfer(1, 0)]);
    }

    [Fact]
    public void What_an_action_discloses_of_personal_data_crosses_a_border_as_what_is_read_does()
    {
        using TwoBanks world = new TwoBanks().Open();
        Terms terms = Terms.Parser.ParseFrom(world.Opening(world.Alpha).Terms);
        terms.Observers[0].Jurisdiction = "US";
        (terms.Members[0].Jurisdiction, terms.Members[1].Jurisdiction) = ("DE", "DE");
        Assert.True(ChannelTerms.TryRead(terms.ToByteArray(), TwoBanks.Network, out _, out _));
        string telling = Payment.Replace("agreed by payee\n", "agreed by payee\n  discloses debtor_account to supervisor\n  require present(debtor_account) else AC02\n", StringComparison.Ordinal);
        Pin(terms, telling);
        Assert.False(ChannelTerms.TryRead(terms.ToByteArray(), TwoBanks.Network, out _, out string code));
        Assert.Equal(ChannelCodes.TransferWithoutBasis, code);
        // The supervisor reads neither name nor account, and yet learns whether there is one: of either member's customers, since each may pay.
        terms.TransferBases.Add([Basis(0, 2), Basis(1, 2, "consent")]);
        Assert.True(ChannelTerms.TryRead(terms.ToByteArray(), TwoBanks.Network, out ChannelTerms? read, out code), code);
        Assert.Equal([new DataTransfer(0, 2), new DataTransfer(1, 2)], TransferBases.Needed(read.Contracts, read.Participants));
        Assert.Contains("debtor_account, as pay discloses it: payer exports it to supervisor.", ContractExplanation.Render(ContractCompiler.Compile("telling", telling).Contract!), StringComparison.Ordinal);
    }

    [Fact]
    public void Bytes_that_are_no_terms_are_refused()
    {
        foreach (byte[] bytes in new byte[][] { [0xFF], new byte[ChannelTerms.MaxBytes + 1] })
        {
            Assert.False(ChannelTerms.TryRead(bytes, TwoBanks.Network, out _, out string code));
            Assert.Equal(ChannelCodes.TermsUnreadable, code);
        }
    }

    private static void Pin(Terms terms, string source)
    {
        Contract? contract = ContractCompiler.Compile("test", source).Contract;
        Assert.NotNull(contract);
        terms.Contracts[0] = new ContractPin { Source = source, Hash = ByteString.CopyFrom(contract.Hash) };
    }
}
