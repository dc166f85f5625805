using System.Globalization;
using System.Text;

namespace Settlement.Contracts;

/// <summary>
/// The states of a contract as an inline SVG. The states stand below each other by their distance from the beginning; every
/// way has a line of its own at both ends and a lane at the right, so that no text lies on another.
/// </summary>
internal sealed class StateDrawing
{
    private const int RowHeight = 22, BoxGap = 18, LetterWidth = 8, Padding = 12, LaneWidth = 14, Margin = 6;

    private readonly List<State?> boxes;
    private readonly List<Way> ways;
    private readonly Dictionary<int, int> tops = [];
    private readonly int[] rows;
    private readonly int boxWidth, labelWidth;

    /// <summary>A transition with its rows inside the boxes that it joins, and its lane.</summary>
    private sealed record Way(int From, int To, string Label, bool IsAutomatic)
    {
        public int Start { get; set; }

        public int End { get; set; }

        public int Lane { get; set; }
    }

    public StateDrawing(Contract contract)
    {
        List<Transition> transitions = [.. Transition.Of(contract)];
        boxes = Ordered(contract, transitions);
        ways = [.. transitions.Select(t => new Way(boxes.IndexOf(t.From), boxes.IndexOf(t.To), ActionSentences.Short(t.Action), t.Action.By.IsNetwork)).OrderBy(w => w.From).ThenBy(w => w.To)];
        rows = new int[boxes.Count];
        // Ways that leave come first in a box, then those that arrive.
        foreach (Way way in ways) way.Start = rows[way.From]++;
        foreach (Way way in ways) way.End = rows[way.To]++;
        int y = Margin;
        for (int i = 0; i < boxes.Count; i++)
        {
            tops[i] = y;
            y += HeightOf(i) + BoxGap;
        }

        Height = y - BoxGap + Margin;
        boxWidth = 2 * Padding + LetterWidth * boxes.Max(b => Title(b).Length);
        labelWidth = 2 * Padding + LetterWidth * ways.Max(w => w.Label.Length);
        Lanes = AssignLanes();
    }

    private int Height { get; }

    private int Lanes { get; }

    private int LanesLeft => Margin + boxWidth + labelWidth;

    /// <summary>The drawing; all text in it is escaped.</summary>
    public string Render()
    {
        StringBuilder svg = new();
        int width = LanesLeft + Lanes * LaneWidth + Margin;
        svg.Append(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" aria-label=\"States and actions\" width=\"{width}\" height=\"{Height}\" viewBox=\"0 0 {width} {Height}\">\n");
        foreach (Way way in ways) Draw(svg, way);
        for (int i = 0; i < boxes.Count; i++) DrawBox(svg, i);
        return svg.Append("</svg>\n").ToString();
    }

    /// <summary>The beginning, then the states by how many actions it takes to come there.</summary>
    private static List<State?> Ordered(Contract contract, List<Transition> transitions)
    {
        List<State?> order = [null];
        for (int i = 0; i < order.Count; i++)
        {
            foreach (Transition transition in transitions.Where(t => t.From == order[i]))
            {
                if (!order.Contains(transition.To)) order.Add(transition.To);
            }
        }

        order.AddRange(contract.States.Where(s => !order.Contains(s)));
        return order;
    }

    private static string Title(State? state) => state is null ? "(nothing yet)" : state.MayRest ? $"{state.Name}, may rest" : state.Name;

    private int HeightOf(int box) => Math.Max(1, rows[box]) * RowHeight + RowHeight / 2;

    private int LineOf(int box, int row) => tops[box] + RowHeight * row + RowHeight * 3 / 4;

    /// <summary>The first lane in which a way's part between its two lines is free.</summary>
    private int AssignLanes()
    {
        List<List<(int Top, int Bottom)>> lanes = [];
        foreach (Way way in ways.OrderBy(w => Math.Abs(LineOf(w.From, w.Start) - LineOf(w.To, w.End))))
        {
            int start = LineOf(way.From, way.Start), end = LineOf(way.To, way.End);
            (int Top, int Bottom) part = (Math.Min(start, end), Math.Max(start, end));
            way.Lane = lanes.FindIndex(lane => lane.TrueForAll(used => part.Bottom < used.Top || part.Top > used.Bottom));
            if (way.Lane < 0)
            {
                way.Lane = lanes.Count;
                lanes.Add([]);
            }

            lanes[way.Lane].Add(part);
        }

        return lanes.Count;
    }

    private void Draw(StringBuilder svg, Way way)
    {
        int right = Margin + boxWidth, lane = LanesLeft + way.Lane * LaneWidth;
        int start = LineOf(way.From, way.Start), end = LineOf(way.To, way.End);
        string kind = way.IsAutomatic ? "way automatic" : "way";
        svg.Append(CultureInfo.InvariantCulture, $"<path class=\"{kind}\" d=\"M {right} {start} H {lane} V {end} H {right + 7}\"/>\n");
        svg.Append(CultureInfo.InvariantCulture, $"<path class=\"arrow\" d=\"M {right} {end} l 8 -4 v 8 z\"/>\n");
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{right + Padding}\" y=\"{start - 5}\">{ExplanationPage.Escaped(way.Label)}</text>\n");
    }

    private void DrawBox(StringBuilder svg, int box)
    {
        string kind = boxes[box] is not { } state ? "begin" : state.MayRest ? "rest" : "state";
        svg.Append(CultureInfo.InvariantCulture, $"<rect class=\"{kind}\" x=\"{Margin}\" y=\"{tops[box]}\" width=\"{boxWidth}\" height=\"{HeightOf(box)}\" rx=\"6\"/>\n");
        svg.Append(CultureInfo.InvariantCulture, $"<text class=\"name\" x=\"{Margin + Padding}\" y=\"{tops[box] + HeightOf(box) / 2 + 4}\">{ExplanationPage.Escaped(Title(boxes[box]))}</text>\n");
    }
}
