using System.Text.Json.Serialization;

namespace Settlement.Client;

/// <summary>How the API's records are written as JSON. The node refuses orders with members it does not know; a client reads
/// past members that a later node adds to its answers.</summary>
// Metadata alone: the generated writers turn bytes that are null into an empty text.
[JsonSourceGenerationOptions(
    GenerationMode = JsonSourceGenerationMode.Metadata, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(Problem))]
[JsonSerializable(typeof(MessageReceipt))]
[JsonSerializable(typeof(Instruction))]
[JsonSerializable(typeof(QueueOrder))]
[JsonSerializable(typeof(QueuePage))]
[JsonSerializable(typeof(TreasuryLimitOrder))]
[JsonSerializable(typeof(TreasuryLimitList))]
[JsonSerializable(typeof(InstructionStatus))]
[JsonSerializable(typeof(ActOrder))]
[JsonSerializable(typeof(GroupOrder))]
[JsonSerializable(typeof(GroupReceipt))]
[JsonSerializable(typeof(GroupPage))]
[JsonSerializable(typeof(CycleOrder))]
[JsonSerializable(typeof(RoundOrder))]
[JsonSerializable(typeof(CycleInfo))]
[JsonSerializable(typeof(CycleList))]
[JsonSerializable(typeof(CycleScheduleList))]
[JsonSerializable(typeof(BankCycleList))]
[JsonSerializable(typeof(OffsetList))]
[JsonSerializable(typeof(InstanceInfo))]
[JsonSerializable(typeof(ReportPage))]
[JsonSerializable(typeof(ChannelList))]
[JsonSerializable(typeof(PositionList))]
[JsonSerializable(typeof(ChannelOrder))]
[JsonSerializable(typeof(OpenedChannel))]
[JsonSerializable(typeof(ChannelLimitOrder))]
[JsonSerializable(typeof(ChannelLimitList))]
[JsonSerializable(typeof(MoneyOrder))]
[JsonSerializable(typeof(BusinessDay))]
[JsonSerializable(typeof(EntryPage))]
[JsonSerializable(typeof(AuditChannelList))]
[JsonSerializable(typeof(AuditReport))]
[JsonSerializable(typeof(CreditOrder))]
[JsonSerializable(typeof(Balance))]
[JsonSerializable(typeof(BooksInfo))]
[JsonSerializable(typeof(LogSize))]
[JsonSerializable(typeof(AlarmPage))]
[JsonSerializable(typeof(EvidenceInfo))]
[JsonSerializable(typeof(HealthAnswer))]
public sealed partial class ApiJson : JsonSerializerContext;
