namespace Settlement.Contracts.Checking;

/// <summary>One thing that the compiler checks; diagnostics/CODE.md explains it with a wrong and a right example.</summary>
internal sealed record Rule(string Code, Severity Severity, string Title);

/// <summary>
/// Every rule. 1xx reading characters, 2xx grammar, 3xx names, 4xx types, 5xx parties and audiences, 6xx states, 7xx flow of
/// information, 8xx residency, 9xx money and cost. A code is never used for something else, even when its rule goes.
/// </summary>
internal static class Rules
{
    private static readonly List<Rule> Defined = [];

    public static readonly Rule FileTooLarge = Error("CD101", "The file is too large");
    public static readonly Rule Unreadable = Error("CD102", "A character has no meaning here");
    public static readonly Rule OpenText = Error("CD103", "A text is not closed on its line");
    public static readonly Rule UnknownEscape = Error("CD104", "A backslash before something else than a quote or a backslash");
    public static readonly Rule BadNumber = Error("CD105", "A number is malformed or too large");
    public static readonly Rule NoSuchDate = Error("CD106", "The calendar has no such day");
    public static readonly Rule NameTooLong = Error("CD107", "A name is too long");

    public static readonly Rule Expected = Error("CD201", "Something else was expected here");
    public static readonly Rule ReservedWord = Error("CD202", "A word of the language is used as a name");
    public static readonly Rule SectionMissing = Error("CD203", "A section is missing");
    public static readonly Rule SectionOrder = Error("CD204", "A section comes twice or out of order");
    public static readonly Rule TooComplex = Error("CD205", "An expression nests too deep or is too long");
    public static readonly Rule TooMany = Error("CD206", "There are too many of something");
    public static readonly Rule Version = Error("CD207", "The version is not a number from 1");
    public static readonly Rule OutcomeMissing = Error("CD208", "An action does not say which state follows");
    public static readonly Rule OutcomeTwice = Error("CD209", "An action says twice which state follows");
    public static readonly Rule AfterOutcome = Error("CD210", "A statement stands after the outcome");
    public static readonly Rule BlockOpen = Error("CD211", "A block has no 'end'");
    public static readonly Rule StrayEnd = Error("CD212", "An 'end' or 'otherwise' belongs to no block");
    public static readonly Rule BlocksTooDeep = Error("CD213", "Blocks nest too deep");
    public static readonly Rule LateDisclosure = Error("CD214", "A 'discloses' or 'offers' stands too late");
    public static readonly Rule ReplacesLater = Error("CD215", "A version replaces one that is not before it");

    public static readonly Rule NameTwice = Error("CD301", "A name is declared twice");
    public static readonly Rule UnknownName = Error("CD302", "A name is unknown");
    public static readonly Rule WrongKindOfName = Error("CD303", "A name stands for something else");
    public static readonly Rule ListedTwice = Error("CD304", "A name is listed twice");
    public static readonly Rule UnknownType = Error("CD305", "A type or a kind of party is unknown");
    public static readonly Rule BadCode = Error("CD306", "The code of a refusal is malformed or reserved");

    public static readonly Rule UnitIsCurrency = Error("CD307", "A unit is named like a currency");
    public static readonly Rule UnknownCodeSet = Error("CD308", "An external code set has no such name");

    public static readonly Rule UnitsMixed = Error("CD401", "Values of different types are mixed");
    public static readonly Rule NotACondition = Error("CD402", "A condition is needed here, or a value");
    public static readonly Rule NoSuchOperation = Error("CD403", "The type has no such operation");
    public static readonly Rule MayBeAbsent = Error("CD404", "A value that may be absent is used");
    public static readonly Rule AlwaysPresent = Warning("CD405", "The presence of a value that is always there is tested");
    public static readonly Rule TypeLength = Error("CD406", "The length of a type is missing, not allowed or out of bounds");
    public static readonly Rule WrongFieldType = Error("CD407", "A field of another type is needed here");
    public static readonly Rule NeverEqual = Error("CD408", "A text that no value can be");

    public static readonly Rule NotRounded = Error("CD409", "A result that may not be whole is not rounded");
    public static readonly Rule NeedlesslyRounded = Error("CD410", "A whole result is rounded");
    public static readonly Rule WrongArguments = Error("CD411", "A function has other arguments");
    public static readonly Rule DoesNotFit = Error("CD412", "A value does not fit the field it is set to");
    public static readonly Rule NotSettable = Error("CD413", "Something is set that is no field, or cleared that may not be absent");
    public static readonly Rule SetSometimes = Error("CD414", "A field that its creating action sets is not set on every way through it");
    public static readonly Rule UnknownExternalCode = Warning("CD415", "A code is not among those known of its external set");

    public static readonly Rule AlwaysRefused = Error("CD416", "Literals alone make a value be refused");
    public static readonly Rule AlwaysDecided = Warning("CD417", "Literals alone decide a condition");

    public static readonly Rule UnusedParty = Warning("CD501", "Nobody uses a party");
    public static readonly Rule ObserverActs = Error("CD502", "An observer acts");
    public static readonly Rule EmptyAudience = Error("CD503", "A field does not say who reads it");
    public static readonly Rule OnlyObserversRead = Error("CD504", "Nobody but observers reads a field");
    public static readonly Rule HiddenMovement = Error("CD505", "Money moves that a member cannot see");
    public static readonly Rule HiddenCondition = Error("CD506", "A condition depends on what a member cannot see");
    public static readonly Rule NobodySupplies = Error("CD507", "Whoever takes an action does not read what it must supply");
    public static readonly Rule WrongOwner = Error("CD508", "Personal data of somebody who cannot export it");
    public static readonly Rule NoPosition = Error("CD509", "Money moves to or from a party that cannot hold it");

    public static readonly Rule OneOrSeveral = Error("CD510", "One participant is needed where several play a party, or several where one does");
    public static readonly Rule NetworkDecides = Error("CD511", "An automatic action takes something, refuses something or begins something");

    public static readonly Rule NobodyVouches = Error("CD512", "Nobody who takes an action or agrees to it can vouch for what it does");

    public static readonly Rule Unreached = Error("CD601", "Nobody reaches a state");
    public static readonly Rule NoWayOut = Error("CD602", "An instance can be stuck in a state where it may not rest");
    public static readonly Rule NeverPossible = Error("CD603", "Nobody can ever take an action");
    public static readonly Rule NothingCreates = Error("CD604", "No action creates an instance");

    public static readonly Rule TwoAutomatic = Error("CD605", "Two automatic actions in one state");
    public static readonly Rule CasesOverlap = Error("CD606", "Two cases of one action overlap");
    public static readonly Rule CaseHidden = Error("CD607", "A case of an action is hidden by those before it");
    public static readonly Rule DeadEnd = Error("CD608", "Every way out of a state closes");
    public static readonly Rule MayBeStuck = Error("CD609", "An automatic action may refuse, and leave an instance stuck");

    public static readonly Rule ExistenceTells = Error("CD701", "That an entry exists tells an observer what it may not know");
    public static readonly Rule BranchTells = Error("CD702", "A branch tells an observer what it may not know");
    public static readonly Rule ValueTells = Error("CD703", "A value that is set tells its readers what they may not know");
    public static readonly Rule TimeTells = Error("CD704", "A deadline tells an observer what it may not know");
    public static readonly Rule CountTells = Error("CD705", "How often something happens tells an observer what it may not know");
    public static readonly Rule ActorTells = Error("CD706", "Who acts tells an observer what it may not know");
    public static readonly Rule NothingDisclosed = Error("CD707", "A disclosure discloses nothing");

    public static readonly Rule PersonalLeaves = Error("CD801", "Personal data is stored where it is not called so");

    public static readonly Rule ReservedDiffers = Error("CD901", "What is reserved differs between two ways to a state");
    public static readonly Rule ReservedAtRest = Error("CD902", "Money stays reserved where an instance may rest");
    public static readonly Rule ReservedTwice = Error("CD903", "Money is reserved twice, or released without having been reserved");
    public static readonly Rule ReservedChanges = Error("CD904", "What is reserved changes before it is released");
    public static readonly Rule NotAlone = Error("CD905", "Money is issued or redeemed beside another movement");
    public static readonly Rule WithoutConsent = Warning("CD906", "Money leaves a bank that need not have agreed");
    public static readonly Rule NothingToOffset = Error("CD907", "Nothing that is offered could be offset");
    public static readonly Rule TooManySteps = Error("CD951", "An action can need too many steps");
    public static readonly Rule TooManyBytes = Error("CD952", "The values of an action can be too large");

    /// <summary>All of them, by code.</summary>
    public static IReadOnlyList<Rule> All => Defined;

    private static Rule Error(string code, string title) => Define(new Rule(code, Severity.Error, title));

    private static Rule Warning(string code, string title) => Define(new Rule(code, Severity.Warning, title));

    private static Rule Define(Rule rule)
    {
        Defined.Add(rule);
        return rule;
    }
}
