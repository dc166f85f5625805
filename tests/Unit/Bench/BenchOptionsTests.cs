using Settlement.Host.Bench;

namespace Settlement.Tests.Unit.Bench;

public class BenchOptionsTests
{
    [Theory]
    [InlineData(2, 1, null, 1)]
    [InlineData(2, 1, 1, 10)]
    [InlineData(4, 6, 1_000_000, 3_600)]
    [InlineData(26, 325, null, 10)]
    public void What_can_be_measured_is_taken(int banks, int channels, int? rate, int seconds) => Options(banks, channels, rate, seconds).Check();

    [Theory]
    [InlineData(0, 1, null, 10, "--banks")]
    [InlineData(1, 1, null, 10, "--banks")]
    [InlineData(27, 1, null, 10, "--banks")]
    [InlineData(-2, 1, null, 10, "--banks")]
    [InlineData(2, 0, null, 10, "--channels")]
    [InlineData(2, -1, null, 10, "--channels")]
    [InlineData(2, 1, 0, 10, "--rate")]
    [InlineData(2, 1, -5, 10, "--rate")]
    [InlineData(2, 1, 1_000_001, 10, "--rate")]
    [InlineData(2, 1, null, 0, "--seconds")]
    [InlineData(2, 1, null, -1, "--seconds")]
    [InlineData(2, 1, null, 3_601, "--seconds")]
    public void What_is_out_of_range_is_refused_by_its_name(int banks, int channels, int? rate, int seconds, string option)
    {
        BenchException refused = Assert.Throws<BenchException>(() => Options(banks, channels, rate, seconds).Check());
        Assert.Equal(BenchException.OptionInvalid, refused.Code);
        Assert.Contains(option, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2, 2)]
    [InlineData(4, 7)]
    [InlineData(26, 326)]
    public void More_channels_than_pairs_are_refused(int banks, int channels) =>
        Assert.Equal(BenchException.TooManyChannels, Assert.Throws<BenchException>(() => Options(banks, channels, null, 10).Check()).Code);

    private static BenchOptions Options(int banks, int channels, int? rate, int seconds) => new(banks, channels, rate, seconds, false, null);
}
