using Settlement.Contracts;

namespace Settlement.Tests.Unit.Contracts;

/// <summary>What is reserved for each participant is released for each, and what one name stands for by another name.</summary>
public sealed class ReservationTests
{
    [Theory]
    [InlineData("for each lender\n reserve share from lender\nend", "for each lender\n release share to lender\nend", "")]
    [InlineData("for each lender\n reserve share from borrower\nend", "for each lender\n release share to borrower\nend", "")]
    [InlineData("for each lender\n reserve fee from borrower\nend", "for each lender\n release fee to borrower\nend", "")]
    [InlineData("for each lender\n reserve fee from borrower\nend", "release fee to borrower", "CD903")]
    [InlineData("reserve fee from borrower", "for each lender\n release fee to borrower\nend", "CD903")]
    [InlineData("for each lender\n if lender = first\n  reserve share from lender\n end\nend", "for each lender\n release share to lender\nend", "CD901")]
    [InlineData("reserve fee from first", "release fee to first", "")]
    [InlineData("reserve fee from first", "release fee to borrower", "CD903")]
    [InlineData("let who = borrower\nreserve fee from who", "release fee to borrower", "")]
    [InlineData("let who = borrower\nreserve fee from who", "let who = agent\nrelease fee to who", "CD903")]
    [InlineData("let who = first\nreserve fee from who", "release fee to first", "CD903 CD904")]
    [InlineData("reserve fee from borrower", "set fee = EUR 1\nrelease fee to borrower", "CD904")]
    [InlineData("reserve fee from first", "set first = agent\nrelease fee to first", "CD904")]
    [InlineData("reserve fee from borrower", "release fee to borrower\nset fee = EUR 1", "")]
    public void WhatIsReservedIsReleased(string reserve, string release, string expected)
    {
        Compilation compilation = ContractCompiler.Compile("reserved",
            $"""
            contract Reserved version 1
            parties
              borrower bank
              agent bank
              lender bank, several(4)
            fields
              fee money to borrower, agent, lender
              share money for each lender to borrower, agent, lender
              first party to borrower, agent, lender
            states
              Held, Free may rest
            on hold by borrower, agreed by lender, agent
              {reserve}
              -> Held
            on free by agent when Held
              {release}
              -> Free
            """);
        Assert.Equal(expected, string.Join(' ', compilation.Diagnostics.Where(d => d.Severity == Severity.Error).Select(d => d.Code).Order(StringComparer.Ordinal)));
    }
}
