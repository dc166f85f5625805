using Settlement.Core.Store;

namespace Settlement.Tests.Unit.Storage;

public sealed class EventlessCommitTests
{
    [Fact]
    public void A_name_fits_its_own_time_alone_and_no_bit_of_either_can_change()
    {
        const long time = 843_000_000_123_456;
        Guid name = EventlessCommit.Name([1, 2, 3, 4, 5, 6, 7, 8], time);
        Assert.True(EventlessCommit.IsNameOf(name, time));
        for (int bit = 0; bit < 64; bit++) Assert.False(EventlessCommit.IsNameOf(name, time ^ (1L << bit)));
        for (int bit = 0; bit < 128; bit++)
        {
            byte[] bytes = name.ToByteArray(bigEndian: true);
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(EventlessCommit.IsNameOf(new Guid(bytes, bigEndian: true), time));
        }
    }
}
