using Settlement.Core.Cryptography;

namespace Settlement.Core.Alarms;

/// <summary>Something that a participant did, or that came about, which the operator must be able to see.</summary>
/// <param name="Party">The participant, or one of <see cref="AlarmParties"/>.</param>
/// <param name="Code">A stable code of this program, never one that a participant sent.</param>
/// <param name="Subject">What it is about: a channel, the hash of terms, a participant. Opaque or public.</param>
/// <param name="Evidence">What shows it.</param>
/// <param name="IsCommon">Whether honest nodes bring it about now and then, so that the operator is told only of many.</param>
public sealed record RaisedAlarm(string Party, string Code, string Subject, IReadOnlyList<EvidencePart> Evidence, bool IsCommon = false);

/// <summary>A piece of evidence as the node's own history names it.</summary>
/// <param name="Id">A random id, in hexadecimal.</param>
/// <param name="Code">The alarm's code.</param>
/// <param name="Hash">Over the piece and its salt, so that it tells nothing once the piece is erased.</param>
public sealed record KeptEvidence(string Id, string Code, Digest Hash);
