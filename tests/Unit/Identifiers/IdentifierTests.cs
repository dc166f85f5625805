using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;

namespace Settlement.Tests.Unit.Identifiers;

/// <summary>Text tables: what is read, how it is written, and what is refused.</summary>
public sealed class IdentifierTests
{
    private const string Refused = "";

    [Theory]
    [InlineData("BANKDEFF", "BANKDEFFXXX")]
    [InlineData("BANKDEFFXXX", "BANKDEFFXXX")]
    [InlineData("BANKDEFF500", "BANKDEFF500")]
    [InlineData("B4NKXK22", "B4NKXK22XXX")]
    [InlineData("bankdeff", Refused)]
    [InlineData("BANKZZFF", Refused)]
    [InlineData("BANKD3FF", Refused)]
    [InlineData("BANKDEF", Refused)]
    [InlineData("BANKDEFFXX", Refused)]
    [InlineData("BANKDEFF-01", Refused)]
    [InlineData("BÄNKDEFF", Refused)]
    [InlineData("", Refused)]
    [InlineData(null, Refused)]
    public void Bic_is_compared_with_its_branch(string? text, string written) => Assert.Equal(written, Bic.TryParse(text, out Bic bic) ? bic.ToString() : Refused);

    [Theory]
    [InlineData("USABA:011104238", true)]
    [InlineData("USABA:011104239", false)]
    [InlineData("USABA:01110423", false)]
    [InlineData("USABA:0111042380", false)]
    [InlineData("USABA:01110423X", false)]
    [InlineData("DEBLZ:37040044", true)]
    [InlineData("DEBLZ:3704004", false)]
    [InlineData("GBDSC:601613", true)]
    [InlineData("GBDSC:60-16-13", false)]
    [InlineData("INFSC:HDFC0000001", true)]
    [InlineData("CHBCC:100", true)]
    [InlineData("CHBCC:10", false)]
    [InlineData("OTHER:a-b/c.d_e", true)]
    [InlineData("OTHER:a b", false)]
    [InlineData("OTHER:a:b", false)]
    [InlineData("other:1", false)]
    [InlineData("OTHER:", false)]
    [InlineData(":1", false)]
    [InlineData("OTHER", false)]
    [InlineData("OTHER:123456789012345678901234567890123456", false)]
    public void A_clearing_member_id_has_the_form_of_its_system(string text, bool accepted)
    {
        Assert.Equal(accepted, ClearingMemberId.TryParse(text, out ClearingMemberId id));
        Assert.Equal(accepted ? text : "", id.ToString());
    }

    [Theory]
    [InlineData("529900T8BM49AURSDO55", true)]
    [InlineData("529900T8BM49AURSDO56", false)]
    [InlineData("529900T8BM49AURSD055", false)]
    [InlineData("529900t8bm49aursdo55", false)]
    [InlineData("529900T8BM49AURSDO5", false)]
    [InlineData(null, false)]
    public void A_lei_has_two_check_digits(string? text, bool accepted)
    {
        Assert.Equal(accepted, Lei.TryParse(text, out Lei lei));
        Assert.Equal(accepted ? text : "", lei.ToString());
    }

    [Theory]
    [InlineData("DE89370400440532013000", true)]
    [InlineData("GB29NWBK60161331926819", true)]
    [InlineData("FR1420041010050500013M02606", true)]
    [InlineData("NO9386011117947", true)]
    [InlineData("MT84MALT011000012345MTLCAST001S", true)]
    [InlineData("DE88370400440532013000", false)]
    [InlineData("DE8937040044053201300", false)]
    [InlineData("DE893704004405320130000", false)]
    [InlineData("US89370400440532013000", false)]
    [InlineData("de89370400440532013000", false)]
    [InlineData("DE89 3704 0044 0532 0130 00", false)]
    [InlineData("DE", false)]
    [InlineData(null, false)]
    public void An_iban_has_the_length_of_its_country(string? text, bool accepted)
    {
        Assert.Equal(accepted, Iban.TryParse(text, out Iban iban));
        Assert.Equal(accepted ? text : "", iban.ToString());
    }

    [Theory]
    [InlineData("8a562c67-ca16-48ba-b074-65581be6f011", true)]
    [InlineData("8A562C67-CA16-48BA-B074-65581BE6F011", false)]
    [InlineData("8a562c67-ca16-18ba-b074-65581be6f011", false)]
    [InlineData("8a562c67-ca16-48ba-c074-65581be6f011", false)]
    [InlineData("8a562c67ca1648bab07465581be6f011", false)]
    [InlineData("{8a562c67-ca16-48ba-b074-65581be6f01}", false)]
    [InlineData("8a562c6-7ca16-48ba-b074-65581be6f011", false)]
    [InlineData(null, false)]
    public void A_uetr_is_a_version_4_uuid_in_lower_case(string? text, bool accepted)
    {
        Assert.Equal(accepted, Uetr.TryParse(text, out Uetr uetr));
        Assert.Equal(accepted ? text : "", uetr.ToString());
    }

    [Fact]
    public void A_fresh_uetr_is_one()
    {
        Uetr fresh = Uetr.Create(new Ones());
        Assert.Equal("ffffffff-ffff-4fff-bfff-ffffffffffff", fresh.ToString());
        Assert.True(Uetr.TryParse(fresh.ToString(), out Uetr read));
        Assert.Equal(fresh, read);
    }

    [Theory]
    [InlineData("BANKDEFF", "BANKDEFFXXX", "BANKDEFFXXX")]
    [InlineData("USABA:011104238", "USABA:011104238", "USABA-011104238")]
    [InlineData("OTHER:a/b-C_d.", "OTHER:a/b-C_d.", "OTHER-_61_2F_62_2DC_5F_64_2E")]
    [InlineData("USABA:011104230", Refused, Refused)]
    [InlineData("nobody", Refused, Refused)]
    public void A_participant_has_a_text_and_a_file_name(string text, string written, string file)
    {
        Assert.Equal(written.Length > 0, ParticipantId.TryParse(text, out ParticipantId id));
        Assert.Equal((written, file), (id.ToString(), id.ToFileName()));
        Assert.Equal(written.Contains(':', StringComparison.Ordinal), id.ClearingMember is not null);
    }

    private sealed class Ones : IEntropy
    {
        public void Fill(Span<byte> destination) => destination.Fill(0xFF);
    }
}
