using BenchmarkDotNet.Attributes;
using Settlement.Host;
using Settlement.Host.Bench;
using Settlement.Host.Iso20022;
using Settlement.Tests.Bank;

namespace Settlement.Tests.Benchmarks;

/// <summary>A pacs.008, from its bytes to its checked transfers.</summary>
[MemoryDiagnoser]
public class MessageReading
{
    private byte[] message = [];

    [Params(1, 100)]
    public int Transactions { get; set; }

    [GlobalSetup]
    public void Write()
    {
        Direction direction = new(0, 0, TwoBanks.IdOf("ALPHDEFFXXX"), TwoBanks.IdOf("BETAFRPPXXX"));
        message = new MessageTemplate(direction, TwoBanks.Day, Transactions, 0, new SystemEntropy()).Write(1).ToArray();
        ReadMessage.Transfers read = Assert.IsType<ReadMessage.Transfers>(MessageReader.Read(message));
        Assert.Equal(Transactions, read.Items.OfType<ReadTransfer.Valid>().Count());
    }

    [Benchmark]
    public object Read() => MessageReader.Read(message);
}
