using Google.Protobuf;
using Settlement.Core.Channels;
using Settlement.Core.Vault.Records;

namespace Settlement.Core.Bank;

/// <summary>Positions of a channel, as its sealed snapshot keeps them.</summary>
internal static class PositionRows
{
    /// <summary>The row of a position.</summary>
    public static PositionRow Keep(Position position) => new()
    {
        Member = (uint)position.Member, Currency = position.Currency, MinorUnits = position.MinorUnits, Salt = ByteString.CopyFrom(position.Salt), Reserved = position.Reserved,
        Limit = position.Granted?.MinorUnits ?? 0, LimitGeneration = position.Granted?.Generation ?? 0,
    };

    /// <summary>The position of such a row.</summary>
    public static Position Restore(PositionRow row) => new((int)row.Member, row.Currency, row.MinorUnits, row.Salt.ToByteArray(), row.Reserved,
        row.LimitGeneration == 0 ? null : new GrantedLimit(row.Limit, row.LimitGeneration));
}
