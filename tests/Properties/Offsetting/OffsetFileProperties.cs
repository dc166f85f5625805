using System.Text;
using FsCheck.Fluent;
using Settlement.Core.Offsetting;
using Settlement.Host.Commands.Offsetting;
using Settlement.Host.Configuration;
using Settlement.Tests.Properties.Cryptography;

namespace Settlement.Tests.Properties.Offsetting;

/// <summary>Whatever is done to a file, it is read and offset, or refused with a code and a place.</summary>
public sealed class OffsetFileProperties
{
    private static readonly byte[] Good = Encoding.UTF8.GetBytes(
        """
        {"banks":[{"id":"A","balance":10,"limit":3},{"id":"B\u00e9","balance":0}],
         "bilateralLimits":[{"from":"A","to":"B\u00e9","limit":4}],
         "payments":[{"id":"1","payer":"A","payee":"B\u00e9","amount":2,"priority":"high"},{"id":"2","payer":"B\u00e9","payee":"A","amount":7}]}
        """);

    [Fact]
    public void A_changed_file_is_read_or_refused_with_a_code() => Samples.ForAll(
        from cuts in (from at in Gen.Choose(0, Good.Length - 1)
                      from length in Gen.Choose(0, 12)
                      from source in Gen.Choose(0, Good.Length - 13)
                      from stray in Gen.Choose(-200, byte.MaxValue)
                      select (at, length, source, stray)).ArrayOf().Select(static all => all.Take(4).ToArray())
        select cuts,
        static cuts =>
        {
            List<byte> bytes = [.. Good];
            foreach ((int at, int length, int source, int stray) in cuts)
            {
                int from = Math.Min(at, bytes.Count), count = Math.Min(length, bytes.Count - from);
                bytes.RemoveRange(from, count);
                // Another piece of the same file, so that the form often stays JSON; sometimes any byte.
                bytes.InsertRange(from, stray >= 0 ? [(byte)stray] : Good[source..(source + length)]);
            }

            try
            {
                OffsetFile file = OffsetFileReader.Read("f.json", bytes.ToArray());
                Assert.Equal(file.Payments.Count, MultilateralOffsetting.Settle(file.Case).Waits.Count);
                Assert.StartsWith("{\"settled\":[", new OffsetReport(file, MultilateralOffsetting.Settle(file.Case)).ToJson(), StringComparison.Ordinal);
            }
            catch (HostException refused)
            {
                Assert.Matches(refused.Code == HostCodes.FileUnreadable ? "^HO014: f.json " : "^OF[0-9]{3}: f.json, line [0-9]+, column [0-9]+ \\(\\$[A-Za-z.0-9\\[\\]]*\\): .+[.]$", refused.Message);
            }
        },
        5_000);
}
