"""Prints answers as the Snowflake CLI does: python print_snow_answers.py

Takes JSON from standard input: a list of {"format", "width", "answers"}, each answer a list of rows. Writes JSON: for each
of them the text that the CLI's own printer makes of it, as on a terminal of that width, or as to a file where it has none.
"""

import contextlib
import io
import json
import os
import sys


class Screen(io.StringIO):
    def __init__(self, width):
        super().__init__()
        self.width = width

    def isatty(self):
        return self.width is not None


def printed(form):
    import rich
    from snowflake.cli._app import printing
    from snowflake.cli.api.output.formats import OutputFormat
    from snowflake.cli.api.output.types import CollectionResult, MultipleResults

    screen = Screen(form["width"])
    os.environ["COLUMNS"] = str(form["width"] or 80)
    printing._get_format_type = lambda: OutputFormat.from_string(form["format"])
    with contextlib.redirect_stdout(screen):
        rich._console = None
        rich.get_console().soft_wrap = True
        printing.print_result(MultipleResults([CollectionResult(iter(rows)) for rows in form["answers"]]))
    return screen.getvalue()


answers = [printed(form) for form in json.load(sys.stdin)]
json.dump(answers, sys.stdout)
