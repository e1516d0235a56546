"""Reads texts of Snowflake SQL with a reader that is not ours: python parse_snowflake_sql.py sqlglot|cli

Takes JSON from standard input, a list of texts, and writes JSON, a list of what the reader makes of each. sqlglot is an
SQL parser: its statements have the kind "Command" where it knows no such statement and only passes it on. cli is the
Snowflake CLI: its statements are the texts it would send, by its own splitting and templating.
"""

import contextlib
import json
import logging
import sys


def sqlglot_reader():
    import sqlglot
    from sqlglot import exp

    logging.getLogger("sqlglot").setLevel(logging.CRITICAL)

    def describe(statement):
        return {
            "kind": type(statement).__name__,
            "names": [name.this for name in statement.find_all(exp.Identifier) if name.args.get("quoted")],
            "texts": [text.this for text in statement.find_all(exp.Literal) if text.is_string],
        }

    def read(text):
        try:
            statements = sqlglot.parse(text, dialect="snowflake")
        except sqlglot.errors.SqlglotError as error:
            return {"error": str(error)}
        # A comment after the last semicolon counts as a statement there.
        return {"statements": [describe(each) for each in statements if each and not isinstance(each, exp.Semicolon)]}

    return read


def cli_reader():
    from snowflake.cli._plugins.sql.snowsql_templating import transpile_snowsql_templates
    from snowflake.cli._plugins.sql.statement_reader import StatementType, query_reader
    from snowflake.cli.api.rendering import sql_templates

    def read(text):
        def render(statement):
            environment = sql_templates.choose_sql_jinja_env_based_on_template_syntax(statement)
            return environment.from_string(statement).render({"access_key_id": "KEY", "secret_access_key": "SECRET"})

        parsed = list(query_reader(text, [transpile_snowsql_templates, render], remove_comments=True))
        wrong = [each.error for each in parsed if each.error or each.statement_type is not StatementType.QUERY]
        return {"error": str(wrong)} if wrong else {"statements": [each.statement.getvalue() for each in parsed]}

    return read


with contextlib.redirect_stdout(sys.stderr):
    read = {"sqlglot": sqlglot_reader, "cli": cli_reader}[sys.argv[1]]()
    answer = [read(text) for text in json.load(sys.stdin)]
json.dump(answer, sys.stdout)
