namespace Settlement.Client;

/// <summary>What others did that they may not do, in the order of the last change.</summary>
/// <param name="Alarms">One a participant and code.</param>
/// <param name="Next">What to pass as <c>after</c> for what changes from now on.</param>
public sealed record AlarmPage(IReadOnlyList<AlarmInfo> Alarms, string Next);

/// <summary>What one participant did under one code.</summary>
/// <param name="Cursor">The place of its last change.</param>
/// <param name="Party">The participant; <c>strangers</c> for whoever nobody lists, <c>others</c> for participants beyond the node's
/// bound, and empty where it is about the node itself.</param>
/// <param name="Code">The code, whose page in ops/runbooks says what it means and what to do.</param>
/// <param name="Subject">What it was about the last time, such as a channel.</param>
/// <param name="Count">How often.</param>
/// <param name="FirstAt">When first, by the node's clock.</param>
/// <param name="LastAt">When last.</param>
/// <param name="Evidence">What the node kept to show it.</param>
public sealed record AlarmInfo(string Cursor, string Party, string Code, string Subject, long Count, DateTimeOffset FirstAt, DateTimeOffset LastAt, IReadOnlyList<EvidenceInfo> Evidence);

/// <summary>A piece of evidence.</summary>
/// <param name="Id">Under which its bytes can be asked for.</param>
/// <param name="Subject">What it is about.</param>
/// <param name="At">When it was kept, by the node's clock.</param>
/// <param name="Parts">What it is made of.</param>
public sealed record EvidenceInfo(string Id, string Subject, DateTimeOffset At, IReadOnlyList<EvidencePart> Parts);

/// <summary>A part of a piece of evidence.</summary>
/// <param name="Name">What it is, such as <c>checkpoint known</c>.</param>
/// <param name="Size">In bytes.</param>
/// <param name="Sha256">In hexadecimal.</param>
/// <param name="Body">The bytes; none in lists, and none where the node kept size and hash alone.</param>
public sealed record EvidencePart(string Name, long Size, string Sha256, byte[]? Body);
