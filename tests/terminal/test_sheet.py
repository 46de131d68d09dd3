"""Tables: for a pipe laid out here, like rich's own but for blanks at the ends of lines."""

import io

from hypothesis import given
from hypothesis import strategies as st
from rich.text import Text

from dragonctl.terminal.console import PIPE_WIDTH, Screen
from dragonctl.terminal.sheet import Sheet

CELL = st.text(st.characters(categories=("L", "N", "P", "S", "Zs"), exclude_characters="\xa0"),
               max_size=12).map(str.strip)  # fmt: skip
CELLS = st.lists(CELL, min_size=1, max_size=3).map("\n".join)


def printed(sheet, **how):
    file = io.StringIO()
    console = Screen(file=file, width=PIPE_WIDTH, **how)
    sheet.print(console)
    return file.getvalue()


@given(st.lists(st.tuples(CELLS, CELLS, CELLS), max_size=4))
def test_a_pipe_gets_the_table_that_a_coloured_one_holds(rows):
    sheet = Sheet(("Age", "Method", "URL"), right=("Age",), head="")
    for row in rows:
        sheet.add(*map(Text, row))
    drawn = printed(sheet, color_system="standard", force_terminal=True, highlight=False)
    assert printed(sheet, color_system=None) == "".join(
        f"{line.rstrip(' ')}\n" for line in drawn.split("\n")[:-1]
    )


def test_what_has_no_titles_begins_with_its_first_row():
    sheet = Sheet(("", ""))
    sheet.add("a", "b")
    assert printed(sheet, color_system=None) == "a  b\n"
