using Settlement.Contracts.Language;

namespace Settlement.Contracts.Checking;

/// <summary>
/// What an action offers to the settlement agent must be what an offset could settle, seen from the entry alone: on every way the
/// amount that is offered moves, once, from who takes the action to one other party, and nothing else moves. So no agent is told of an
/// amount that comes to something else, and which way was taken tells it nothing.
/// </summary>
internal sealed class OfferCheck(ContractAction action, DiagnosticBag diagnostics)
{
    /// <summary>The movement that was read first, to whose party every other way must pay, too.</summary>
    private Statement.Move? payment;
    private bool said;

    public void Run()
    {
        if (action.Offer is not { } offer) return;
        Field amount = offer.Amount;
        string name = action.Name;
        if (!action.Creates)
            Refuse(offer.Span, $"'{name}' goes on with an instance, and only an action that makes one waits for cover by itself", "offer it in an action without 'when'");
        else if (action.Parameters.Count > 0)
            Refuse(offer.Span, $"'{name}' takes parameters, and an offset knows the fields of an instance alone", "make each parameter a field");
        else if (action.By.IsNetwork || action.By is { Party: null } or { Any: true })
            Refuse(offer.Span, $"who takes '{name}', and so who pays, is not one party", "let one party take the action");
        else if (amount.Optional)
            Refuse(offer.AmountSpan, $"'{amount.Name}' may be absent, and then there is nothing to offer", $"declare {amount.Name} without 'optional'");
        else if (action.Updates.Contains(amount))
            Refuse(offer.AmountSpan, $"'{name}' sets '{amount.Name}', which would be offered before it is known", "offer what whoever takes the action supplies");
        else if (amount.PersonalOf is { } owner)
            Refuse(offer.AmountSpan, $"'{amount.Name}' is personal data of {owner.Name}, and the settlement agent is no party to which it could be exported", "offer an amount that is not personal");
        else
            Check(action.Body, new Moved(Never: true, Once: false));
    }

    /// <summary>Whether there is a way to this place on which nothing moves, and one on which the payment does; neither behind an outcome.</summary>
    private readonly record struct Moved(bool Never, bool Once)
    {
        public static Moved operator |(Moved left, Moved right) => new(left.Never | right.Never, left.Once | right.Once);
    }

    private Moved Check(Block block, Moved before)
    {
        foreach (Statement statement in block.Statements)
        {
            switch (statement)
            {
                case Statement.Move move:
                    if (before.Once) Refuse(move.Span, "this is a second movement, and an offset settles one", "move what is offered, and nothing else");
                    else if (Fault(move) is { } fault) Refuse(move.Span, fault, $"write: move {action.Offer!.Amount.Name} from {action.By.Party!.Name} to the one party that is paid");
                    payment ??= move;
                    before = new Moved(Never: false, Once: true);
                    break;
                case not Statement.Move when IsMovement(statement):
                    Refuse(statement.Span, "an offset settles what moves between two parties, and nothing of this", "move what is offered, and nothing else");
                    break;
                case Statement.If branch:
                    before = Check(branch.Then, before) | Check(branch.Otherwise, before);
                    break;
                case Statement.ForEachPlayer or Statement.ForEachValue when statement.All.FirstOrDefault(IsMovement) is { } repeated:
                    Refuse(repeated.Span, "this happens as often as the loop goes round, and an offset settles one movement", "move what is offered, once, outside of loops");
                    break;
                case Statement.Outcome:
                    if (before.Never) Refuse(statement.Span, "on a way to this outcome nothing moves that an offset could settle", $"move {action.Offer!.Amount.Name} on every way");
                    return default;
            }
        }

        return before;
    }

    private static bool IsMovement(Statement statement) =>
        statement is Statement.Move or Statement.Reserve or Statement.Release or Statement.Issue or Statement.Redeem;

    /// <summary>Why a movement is not the one that is offered; null where it is.</summary>
    private string? Fault(Statement.Move move)
    {
        Field amount = action.Offer!.Amount;
        if (move.Amount is not Expression.Read { Field: var moved } || moved != amount) return $"what moves is not '{amount.Name}' as it was supplied, which is offered";
        if (move.From is not Expression.Player { Party: var payer } || payer != action.By.Party) return $"who pays is not {action.By.Party!.Name}, which takes '{action.Name}' and in whose queue it waits";
        if (move.To is not Expression.Player { Party: var paid }) return "who is paid is not known from the action alone";
        return payment is { To: Expression.Player { Party: var first } } && first != paid ? $"on another way {first.Name} is paid, and which way is taken is not for the settlement agent" : null;
    }

    /// <summary>The first fault is said; what follows may follow from it.</summary>
    private void Refuse(TextSpan span, string reason, string fix)
    {
        if (!said) diagnostics.Report(Rules.NothingToOffset, span, reason, fix);
        said = true;
    }
}
