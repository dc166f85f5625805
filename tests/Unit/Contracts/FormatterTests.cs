using Settlement.Contracts;

namespace Settlement.Tests.Unit.Contracts;

/// <summary>The layout that the formatter gives, to the letter.</summary>
public sealed class FormatterTests
{
    [Fact]
    public void ColumnsBlocksAndDocStringsAreLaidOut() => Formats(
        """
        contract  Loan version 2 replaces 1 "A loan." "In parts."
        units
         points
        codes
        reasons=AC01,AM04 "Why."
        purpose=iso ExternalPurpose1Code
        parties
          agent bank "Who keeps the books."
          lender bank,several( 5 )
          authority regulator , observes
        fields
         amount money to agent,lender,authority
         parts list( 5 ) of money to agent,lender personal of agent
         note text( 35 ) optional to agent personal of agent
        states
        Asked "Waits." , Paid may rest
        on ask(reason reasons optional,note_of_lender text(9) to lender) by any lender,agreed by agent when Asked by cut-off  of  day+2 business days else DT05 "Asks."
        discloses amount to lender
         offers   amount   to   agent -- it waits
        let part=amount*0.0525 rounded half even-EUR 5- -3
        if (all x in parts :x>0)
        for each lender
        move max( part,0 )at 3 : 2 in points from agent to lender
        end
        otherwise
        require not( amount<-5 )else AM01
        end
        ->Paid
        on tick by network after deadline
        ->Paid
        """,
        """
        contract Loan version 2 replaces 1
          "A loan."
          "In parts."

        units
          points

        codes
          reasons  = AC01, AM04
            "Why."
          purpose  = iso ExternalPurpose1Code

        parties
          agent      bank
            "Who keeps the books."
          lender     bank, several(5)
          authority  regulator, observes

        fields
          amount  money              to agent, lender, authority
          parts   list(5) of money   to agent, lender  personal of agent
          note    text(35) optional  to agent          personal of agent

        states
          Asked
            "Waits.",
          Paid may rest

        on ask(reason reasons optional, note_of_lender text(9) to lender) by any lender, agreed by agent when Asked by cut-off of day + 2 business days else DT05
          "Asks."
          discloses amount to lender
          offers amount to agent  -- it waits
          let part = amount * 0.0525 rounded half even - EUR 5 - -3
          if (all x in parts: x > 0)
            for each lender
              move max(part, 0) at 3:2 in points from agent to lender
            end
          otherwise
            require not (amount < -5) else AM01
          end
          -> Paid

        on tick by network after deadline
          -> Paid
        """);

    [Fact]
    public void CommentsEmptyLinesAndLineEndsStayWhereTheyBelong() => Formats(
        """


        -- About the file.

        contract Loan version 1
        parties -- Who takes part.

          -- Those who act.
          agent bank    -- The agent.


          lender bank

          -- Those who watch.

          authority regulator, observes
          -- There are no others.

        -- What is said.
        fields
          amount money to agent, -- The agent keeps it.
              -- And the lender lent it.
              lender
        states
          Paid may rest,
          -- Never reached twice.
          Lost may rest
        -- The only action.
        on pay by agent,
         agreed by lender
          by deadline
          else DT01

          -- Nobody pays nothing.
          require (amount > 0
          and amount < 9) or
            amount = 12
          else AM01

          if amount = 5

            -- A special case.
            clear amount

            -- Nothing more here.

          end
          -- It is done.
          -> Paid
          -- That was all.

        -- The end.
        """,
        """
        -- About the file.

        contract Loan version 1

        parties  -- Who takes part.
          -- Those who act.
          agent      bank  -- The agent.

          lender     bank

          -- Those who watch.

          authority  regulator, observes
          -- There are no others.

        -- What is said.
        fields
          amount  money  to agent,  -- The agent keeps it.
              -- And the lender lent it.
              lender

        states
          Paid may rest,
          -- Never reached twice.
          Lost may rest

        -- The only action.
        on pay by agent,
            agreed by lender
            by deadline
            else DT01
          -- Nobody pays nothing.
          require (amount > 0
              and amount < 9) or
              amount = 12
              else AM01

          if amount = 5
            -- A special case.
            clear amount

            -- Nothing more here.
          end
          -- It is done.
          -> Paid
          -- That was all.

        -- The end.
        """);

    [Fact]
    public void WhatCannotBeReadIsNotFormatted()
    {
        FormattedContract formatted = ContractFormatter.Format("loan.contract", "contract Loan\nparties\n");
        Assert.Null(formatted.Text);
        Assert.Contains("CD201", formatted.Diagnostics.Select(d => d.Code));
        Assert.Equal("CD101", Assert.Single(ContractFormatter.Format("large", new string(' ', 262145)).Diagnostics).Code);
    }

    [Fact]
    public void WhatTheChecksRefuseIsFormattedAllTheSame() =>
        Assert.EndsWith("\non go by nobody\n  -> Nowhere\n", Formatted("contract L version 1\nparties\nx bank\nstates\nS\non go by nobody\n->Nowhere"), StringComparison.Ordinal);

    private static void Formats(string source, string expected)
    {
        string formatted = Formatted(source);
        Assert.Equal(expected.ReplaceLineEndings("\n") + "\n", formatted);
        Assert.Equal(formatted, Formatted(formatted));
    }

    private static string Formatted(string source)
    {
        FormattedContract formatted = ContractFormatter.Format("loan.contract", source);
        Assert.True(formatted.Text is not null, DiagnosticRenderer.Render(formatted.Diagnostics));
        return formatted.Text;
    }
}
