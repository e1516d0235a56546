"""Executes the SQL for Snowflake: python execute.py < {"bucket": folder, "steps": [{"name", "sql"}], "tables": [names]}

fakesnow runs it on DuckDB: databases, schemas, tables, views, queries. What it lacks is done here, as Snowflake's pages say:
  stages, file formats, COPY INTO   docs.snowflake.com/en/sql-reference/sql/copy-into-table (ON_ERROR, load metadata)
  pipes, tasks                      .../create-pipe, .../create-task; REFRESH and EXECUTE TASK load at once
  Snowflake Scripting               docs.snowflake.com/en/developer-guide/snowflake-scripting/blocks, the branches that run
  integrations                      .../create-storage-integration, DESC INTEGRATION
  directory tables                  docs.snowflake.com/en/user-guide/data-load-dirtables-query: what the last REFRESH has listed
  catalog, SHOW TASKS               as tables of DuckDB: docs.snowflake.com/en/sql-reference/info-schema, .../sql/show-tasks
  load history, queries of stages   as tables of DuckDB, which views and queries then read; GET_IGNORE_CASE as a macro
Rights, warehouses and what only asks AWS do nothing. Answers JSON: after each step the rows of each table and view, then
objects that are left, files that were skipped, and how many statements of each kind were executed, done here, or passed over.
"""

import datetime
import glob
import gzip
import io
import json
import logging
import os
import re
import sys
import time
import warnings

warnings.simplefilter("ignore")
logging.disable(logging.CRITICAL)

import fakesnow
import snowflake.connector
from snowflake.connector.util_text import split_statements

NAME = r'(?:"(?:[^"]|"")*"(?:\.(?="))?)+'
NOTHING = re.compile(
    r"(USE (ROLE|WAREHOUSE)|ALTER SESSION|GRANT|REVOKE|CREATE (WAREHOUSE|ROLE)|DESC INTEGRATION|SHOW|LIST|SELECT\s+SYSTEM\$"
    r"|SELECT\s+'[^']*' AS STREAM,\s+(SYSTEM\$|COUNT\(\*\) AS ROWS_READ)|ALTER STAGE|ALTER (TASK|PIPE) .*(SUSPEND|RESUME|SET ))",
    re.S,
)
HISTORY = re.compile(r"COPY_HISTORY|TASK_HISTORY")
FILES_QUERY = re.compile(r"SELECT\n  '[^']*' AS STREAM,\n  (?:'' AS )?FILE\b")
DIRECTORY = re.compile(r"DIRECTORY\('@((?:[^']|'')*)'\)")
STAGED = re.compile(r"'@((?:[^']|'')*?)(/[^'\"]*)?' \(FILE_FORMAT => '[^']*', PATTERN => '([^']*)'\)")
VIEW = re.compile(rf"CREATE OR REPLACE VIEW {NAME}")
LOADS_OF = re.compile(r"TABLE\([^()]*COPY_HISTORY\(\s*TABLE_NAME => '((?:[^']|'')*)',\s*START_TIME => [^()]*\([^()]*\(\)\)\s*\)\)")


KINDS = "FILE FORMAT|STAGE|DYNAMIC TABLE|TABLE|VIEW|PIPE|TASK"
VIEWS = {
    "FILE_FORMATS": ("FILE_FORMAT_SCHEMA", "FILE_FORMAT_NAME", "COMMENT"),
    "STAGES": ("STAGE_SCHEMA", "STAGE_NAME", "COMMENT", "STAGE_URL"),
    "TABLES": ("TABLE_SCHEMA", "TABLE_NAME", "COMMENT"),
    "VIEWS": ("TABLE_SCHEMA", "TABLE_NAME", "COMMENT", "VIEW_DEFINITION"),
    "COLUMNS": ("TABLE_SCHEMA", "TABLE_NAME", "COLUMN_NAME"),
    "PIPES": ("PIPE_SCHEMA", "PIPE_NAME", "COMMENT", "DEFINITION"),
    "TASKS": ("name", "comment", "definition"),
}
CATALOG = re.compile(r'"(?:[^"]|"")*"\.INFORMATION_SCHEMA\.(FILE_FORMATS|STAGES|TABLES|VIEWS|COLUMNS|PIPES)\b')
COMMENT = r"COMMENT = '((?:[^']|'')*)'"


class NotOurs(Exception):
    pass


class Account:
    def __init__(self, bucket):
        self.bucket = bucket
        self.cursor = snowflake.connector.connect(user="u", password="p", account="a").cursor()
        # Without a format it is the account's TIMESTAMP_INPUT_FORMAT, here one that fits nothing: .../functions/try_to_timestamp
        # With one, fakesnow makes it TRY_STRPTIME.
        for macro in (
            "try_to_timestamp_tz(text) AS NULL::TIMESTAMPTZ",
            "try_strptime(text, format) AS CASE format WHEN 'AUTO' THEN TRY_CAST(text AS TIMESTAMPTZ) END",
            "try_to_boolean(text) AS TRY_CAST(text AS BOOLEAN)",
        ):
            self.cursor._duck_conn.execute(f"CREATE TEMP MACRO {macro}")
        self.cursor._duck_conn.execute("ATTACH ':memory:' AS known")
        self.cursor._duck_conn.execute(
            "CREATE TEMP MACRO get_ignore_case(entry, name) AS"
            " json_extract_string(entry, list_filter(json_keys(entry), lambda key: lower(key) = lower(name))[1])"
        )
        self.shadows = {}
        self.filled = {}
        self.listed = {}
        self.objects = {}
        self.catalog = {}
        self.integrations = {}
        self.commits = {}
        self.loaded = set()
        self.skipped = []
        self.lost = set()
        self.late = set()
        self.loading_by = "COPY"
        self.archived = set()
        self.ignores_case = False
        self.history = []
        self.answers = []
        self.copied = []
        self.counts = {}

    def count(self, text, how):
        """By the words that a statement begins with, and whether it was executed, done here or passed over."""
        words = re.match(r"(?:GRANT|REVOKE|SELECT|SHOW [A-Z]+)\b|[A-Z_ ]*", text)[0]
        shape = " ".join(re.sub(r" IF (NOT )?EXISTS| OR REPLACE| OR ALTER", "", words).split())
        function = re.search(r"SYSTEM\$\w+|\w+_HISTORY(?=\()", text) if shape == "SELECT" else None
        ways = self.counts.setdefault(f"{shape} {function[0]}" if function else shape, {})
        ways[how] = ways.get(how, 0) + 1

    def run(self, text):
        """A session, of an account with AUTOCOMMIT = FALSE: docs.snowflake.com/en/sql-reference/transactions"""
        self.autocommits = False
        self.uncommitted = []
        for statement, _ in split_statements(io.StringIO(text), remove_comments=True):
            if statement.strip(" ;\n"):
                self.statement(statement.strip().rstrip(";"))
        for load in self.uncommitted:
            self.loaded.discard(load)
            self.cursor._duck_conn.execute(f"DELETE FROM {load[1]} WHERE FILE_NAME = ?", [load[2]])

    def statement(self, text):
        if text.startswith("EXECUTE IMMEDIATE $$"):
            return self.block(text[len("EXECUTE IMMEDIATE $$") : -2].strip())
        if text.startswith("EXECUTE IMMEDIATE '"):
            return self.block(constant(text[len("EXECUTE IMMEDIATE '") : -1]).strip())
        if text == "ALTER SESSION SET AUTOCOMMIT = TRUE":
            self.autocommits = True
        elif re.match("CREATE|ALTER (?!SESSION)|DROP|GRANT|REVOKE", text):
            self.uncommitted.clear()
        self.enter(text)
        for pattern, work in (
            (rf"CREATE STAGE IF NOT EXISTS ({NAME})\s+URL = '([^']*)'.*", self.stage),
            (rf"(?:CREATE FILE FORMAT IF NOT EXISTS|CREATE OR REPLACE TEMPORARY FILE FORMAT|ALTER FILE FORMAT) ({NAME}) (.*)", self.file_format),
            (rf"ALTER STAGE ({NAME}) SET DIRECTORY = \(ENABLE = TRUE\)", self.directory),
            (rf"ALTER STAGE ({NAME}) REFRESH", self.refresh),
            (rf"CREATE (?:PIPE IF NOT EXISTS|OR ALTER TASK) ({NAME})(.*?)\nAS\n(COPY INTO .*)", self.loader),
            (rf"(?:ALTER PIPE ({NAME}) REFRESH|EXECUTE TASK ({NAME}))", self.load),
            (r"COPY INTO .*", self.copy),
            (rf"CREATE (?:STORAGE|NOTIFICATION) INTEGRATION IF NOT EXISTS ({NAME})(.*)", self.integration),
            (rf"ALTER (?:STORAGE|NOTIFICATION) INTEGRATION ({NAME}) SET(.*)", self.integration),
            (rf"(?:CREATE|ALTER) DYNAMIC TABLE .*", lambda found: None),
            (rf"DROP (PIPE|TASK|STAGE|FILE FORMAT|DYNAMIC TABLE|INTEGRATION) IF EXISTS ({NAME})", self.drop),
        ):
            found = re.fullmatch(pattern, text, re.S)
            if found:
                self.count(text, "done here")
                return work(found)
        if FILES_QUERY.match(text):
            return self.answer(text)
        if VIEW.match(text):
            self.count(text, "executed")
            return self.cursor.execute(self.shadowed(text))
        if NOTHING.match(text) or HISTORY.search(text):
            self.count(text, "passed over")
            return None
        self.count(text, "executed")
        self.cursor.execute(text)
        landing = re.match(rf"CREATE TABLE IF NOT EXISTS ({NAME})", text)
        if landing and self.ignores_case and "DEFAULT_DDL_COLLATION = ''" not in text:
            for column in re.findall(r"(\w+) VARCHAR", text):
                self.cursor._duck_conn.execute(f"ALTER TABLE {landing[1]} ALTER {column} TYPE VARCHAR COLLATE NOCASE")

    def enter(self, text):
        """What the catalog has of an object: its comment, and its text."""
        found = re.match(rf"(CREATE|ALTER|DROP) (?:OR REPLACE |OR ALTER )?({KINDS}) (IF (?:NOT )?EXISTS )?({NAME})(.*)", text, re.S)
        if not found:
            return
        verb, kind, unless, name, rest = found.groups()
        key = (kind, name)
        if verb == "DROP":
            self.catalog.pop(key, None)
        elif verb == "CREATE" and not (unless and key in self.catalog):
            self.catalog[key] = [None, rest]
        comment = re.search(COMMENT, rest)
        if comment and key in self.catalog and (verb == "ALTER" or self.catalog[key][1] == rest):
            self.catalog[key][0] = constant(comment[1])

    def listed_names(self, query):
        """The query with the names that it lists as a table: hundreds of constants would take fakesnow seconds."""
        values, alias, columns = re.search(r"\(VALUES\n(.*?)\n\s*\) AS (\w+) \(([\w, ]+)\)", query, re.S).groups()
        tuples = re.findall(r"\((\d+), ('(?:[^'\\]|\\.|'')*'), ('(?:[^'\\]|\\.|'')*'), ('(?:[^'\\]|\\.|'')*'), ('(?:[^'\\]|\\.|'')*'|NULL::VARCHAR)\)", values)
        assert len(tuples) == len(values.split("\n")), values
        rows = [[int(place), *(None if cell == "NULL::VARCHAR" else constant(cell[1:-1]) for cell in cells)] for place, *cells in tuples]
        place, *texts = columns.split(", ")
        self.table("known.main.listed", f"{place} INT, " + ", ".join(f"{text} TEXT" for text in texts), rows)
        return re.sub(r"\(VALUES\n.*?\n\s*\) AS \w+ \([\w, ]+\)", f"known.main.listed AS {alias}", query, flags=re.S)

    def table(self, name, columns, rows):
        duck = self.cursor._duck_conn
        duck.execute(f"CREATE OR REPLACE TABLE {name} ({columns})")
        if rows:
            duck.execute(f"INSERT INTO {name} SELECT {', '.join('unnest(?)' for _ in rows[0])}", [list(column) for column in zip(*rows)])

    def cataloged(self, view):
        for (kind, name), (comment, text) in self.catalog.items():
            _, schema, stored = (each.replace('""', '"') for each in re.findall(r'"((?:[^"]|"")*)"', name))
            url = re.search(r"URL = '([^']*)'", text)
            if view == "COLUMNS" and kind == "TABLE":
                yield from ([schema, stored, column] for column in re.findall(r"[(,]\s*(\w+) [A-Z]", text))
            elif view == "TASKS" and kind == "TASK":
                yield [stored, comment or "", text]
            elif view == "TABLES" and kind in ("TABLE", "DYNAMIC TABLE", "VIEW") or view == f"{kind.replace(' ', '_')}S":
                yield [schema, stored, comment, url[1] if url and kind == "STAGE" else text][: len(VIEWS[view])]

    def answer(self, text):
        """docs.snowflake.com/en/sql-reference/functions/copy_history, .../system_pipe_status"""
        text = re.sub(r"SYSTEM\$PIPE_STATUS\('[^']*'\)", """'{"executionState":"RUNNING","pendingFileCount":0}'""", text)
        text = self.shadowed(text)
        self.fill()
        self.count(text, "executed")
        cursor = self.cursor.execute(text)
        names = [each[0] for each in cursor.description]
        self.answers.append([dict(zip(names, map(plain, row))) for row in cursor.fetchall()])

    def shadowed(self, text):
        """The text with tables of DuckDB in place of what only Snowflake has."""

        def shadow(kind, *what):
            return self.shadows.setdefault((kind, *what), f"known.main.{kind}_{len(self.shadows)}")

        text = LOADS_OF.sub(lambda found: shadow("loads", found[1].replace("''", "'")), text)
        text = DIRECTORY.sub(lambda found: shadow("directory", found[1].replace("''", "'")), text)
        text = STAGED.sub(lambda found: shadow("staged", found[1].replace("''", "'"), found[2] or "/", found[3]), text)
        text = CATALOG.sub(lambda found: shadow("catalog", found[1]), text)
        text = text.replace("TABLE(RESULT_SCAN(LAST_QUERY_ID()))", shadow("catalog", "TASKS") if "RESULT_SCAN" in text else "")
        self.fill(catalog="catalog_" in text)
        return text.replace("$1", "C1").replace("METADATA$FILENAME", "FILENAME")

    def fill(self, catalog=False):
        """docs.snowflake.com/en/sql-reference/functions/copy_history, .../user-guide/querying-stage"""
        duck = self.cursor._duck_conn
        for (kind, what, *more), name in self.shadows.items():
            if kind == "catalog" and not catalog:
                continue
            columns, rows = {
                "loads": (
                    "FILE_NAME TEXT, STAGE_LOCATION TEXT, STATUS TEXT, LAST_LOAD_TIME TIMESTAMPTZ, FIRST_ERROR_MESSAGE TEXT, FILE_SIZE BIGINT",
                    lambda: [[*load[1:4], utc(load[4]), *load[5:]] for load in self.history if load[0] == what],
                ),
                "directory": ("RELATIVE_PATH TEXT, SIZE BIGINT, LAST_MODIFIED TIMESTAMPTZ", lambda: self.listed[what]),
                "staged": ("FILENAME TEXT, C1 JSON", lambda: self.staged(what, *more)),
                "catalog": (", ".join(f'"{each}" TEXT' for each in VIEWS.get(what, [])), lambda: self.cataloged(what)),
            }[kind]
            now = list(rows())
            if self.filled.get(name) == now:
                continue
            self.filled[name] = now
            if kind == "catalog":
                self.table(name, columns, now)
                continue
            duck.execute(f"CREATE OR REPLACE TABLE {name} ({columns})")
            for row in now:
                duck.execute(f"INSERT INTO {name} VALUES ({', '.join('?' for _ in row)})", row)

    def staged(self, stage, path, pattern):
        folder = os.path.join(self.bucket, self.inventories[stage], path.lstrip("/"))
        for each in sorted(glob.glob(os.path.join(folder, "**", "*"), recursive=True)):
            if os.path.isfile(each) and re.fullmatch(pattern, each):
                rows = read_parquet(each) if each.endswith(".parquet") else [json.load(open(each))]
                for row in rows:
                    yield [os.path.relpath(each, self.bucket), json.dumps(row, default=str)]

    def directory(self, found):
        self.listed.setdefault(found[1], [])

    def refresh(self, found):
        prefix = re.sub(r"^\w+://[^/]*/", "", self.objects[found[1]])
        paths = glob.glob(os.path.join(self.bucket, prefix, "**", "*"), recursive=True)
        assert found[1] in self.listed, "the stage has no directory table"
        self.listed[found[1]] = [
            [os.path.relpath(path, os.path.join(self.bucket, prefix)), os.path.getsize(path), utc(int(os.path.getmtime(path)))]
            for path in paths
            if os.path.isfile(path)
        ]

    def block(self, text):
        """The branches of the blocks that the SQL has."""
        batch = re.match(r"BEGIN\n\s*IF \(EXISTS \((.*?)\)\) THEN\n\s*LET (\w+) RESULTSET := \(\s*(SELECT .*?)\s*\);\n\s*RETURN TABLE\(\2\);\n\s*END IF;\n\s*LET (\w+) RESULTSET := \(\s*(COPY INTO .*?)\s*\);\n\s*RETURN TABLE\(\4\);\nEND;?$", text, re.S)
        if batch:
            condition, _, since, _, copy = batch.groups()
            self.count(condition, "executed")
            if self.cursor.execute(condition).fetchall():
                self.answer(since)
            else:
                self.statement(copy)
                self.answers.append(self.copied)
            return
        each = re.match(r"BEGIN\n\s*SHOW TASKS IN SCHEMA [^;]*;\n\s*LET found RESULTSET := \(\n(.*)\n\s*\);\n\s*FOR one IN found DO\n(.*)END FOR;\nEND;?$", text, re.S)
        if each:
            self.count(each[1].strip(), "executed")
            for (statement,) in self.cursor.execute(self.shadowed(self.listed_names(each[1]))).fetchall():
                raised = re.match(r"DECLARE not_ours EXCEPTION \(-20\d\d\d, '(.*)'\); BEGIN RAISE not_ours; END;$", statement, re.S)
                if raised:
                    raise NotOurs(constant(raised[1]))
                self.statement(statement)
            return
        inner = lambda part: [each.strip() for each in part.split(";\n") if each.strip()]
        looked = re.match(r"BEGIN\n\s*(DESC|SHOW) (.*?);\nEXCEPTION\n\s*WHEN OTHER THEN\n(.*);\nEND;?$", text, re.S)
        if looked:
            kind, what, created = looked.groups()
            if what not in self.objects:
                self.objects[what] = kind
                for each in inner(created):
                    self.statement(each)
            return
        view = re.search(rf"(CREATE OR REPLACE VIEW ({NAME})) COPY GRANTS COMMENT = '([^']*)' AS(.*?);\n\s*RETURN", text, re.S)
        if view:
            create, name, comment, query = view.groups()
            if self.objects.get(name) != comment:
                self.objects[name] = comment
                self.statement(f"{create} AS{query}")
                self.catalog["VIEW", name][0] = constant(comment)
            return
        copied = re.search(r"PIPE_NAME = '([^']*)'\s*\)\) THEN\n\s*(COPY INTO .*?);\n\s*END IF", text, re.S)
        if copied:
            if not any(key.endswith(f'"{copied[1]}"') for key in self.objects):
                self.statement(copied[2])
            return
        asked = re.findall(r"\"property\" = '([^']*)' AND \"property_value\" = '([^']*)'", text)
        name = re.search(rf"DESC INTEGRATION ({NAME})", text)
        if name:
            existing = self.integrations.get(name[1])
            if existing is not None and not any(existing.get(key) == value for key, value in asked):
                if "RAISE not_ours" in text:
                    raise NotOurs(name[1])
                return
            verb = "DROP" if existing is not None and "DROP INTEGRATION" in text else "CREATE" if existing is None else "ALTER"
            for each in inner(text):
                each = re.sub(r"^.*THEN\n\s*", "", each, flags=re.S)
                if re.match(rf"{verb} .*INTEGRATION", each):
                    self.statement(each)
            return
        self.count("EXECUTE IMMEDIATE", "passed over")

    def stage(self, found):
        self.objects.setdefault(found[1], found[2])

    def file_format(self, found):
        self.objects[found[1]] = found[2]

    def loader(self, found):
        self.objects[found[1]] = found[3]
        self.commits[found[1]] = "AUTOCOMMIT = TRUE" in found[2]

    def load(self, found):
        """A refreshed pipe knows the loads of COPY; COPY does not know those of a pipe. .../user-guide/data-load-snowpipe-intro
        A task that does not commit fails: .../sql-reference/sql/create-task"""
        self.loading_by = "pipe" if found[1] else "COPY"
        if found[1] or self.commits[found[2]]:
            self.statement(self.objects[found[1] or found[2]])
            self.uncommitted.clear()
        self.loading_by = "COPY"

    def integration(self, found):
        properties = re.findall(r"(\w+) = '([^']*)'", found[2])
        self.integrations[found[1]] = {**self.integrations.get(found[1], {}), **dict(properties)}

    def drop(self, found):
        (self.integrations if found[1] == "INTEGRATION" else self.objects).pop(found[2], None)

    def copy(self, found):
        """Each file once, whole or not at all; it answers with a row for each, or that there was none."""
        table, columns = re.match(rf"COPY INTO ({NAME}) \(([^)]*)\)", found[0]).groups()
        sources = re.search(r"SELECT ([^\n]*)\n\s*FROM '@([^']*)'", found[0])
        file_format = self.objects[re.search(r"FORMAT_NAME = '([^']*)'", found[0])[1]]
        assert "ON_ERROR = SKIP_FILE" in found[0]
        self.copied = []
        started = time.time()
        location = self.objects[sources[2]]
        prefix = re.sub(r"^\w+://[^/]*/", "", location)
        listed = re.search(r"\n\s*FILES = \((.*)\)", found[0], re.S)
        named = listed and {constant(each) for each in re.findall(r"'((?:[^']|'')*)'", listed[1])}
        for path in sorted(glob.glob(os.path.join(self.bucket, prefix, "**", "*"), recursive=True)):
            key = os.path.relpath(path, self.bucket)
            name = key[len(prefix) :]
            known = any((each, table, key) in self.loaded for each in ("COPY", self.loading_by))
            unseen = key in self.lost or (key in self.late and self.loading_by == "COPY")
            if os.path.isdir(path) or known or (name not in named if named else unseen):
                continue
            entry = [table, name, location, "Loaded", started, None, os.path.getsize(path)]
            self.history.append(entry)
            try:
                if key in self.archived:
                    raise OSError("the operation is not valid for the object's storage class")
                rows = read_parquet(path) if "TYPE = PARQUET" in file_format or "VECTORIZED" in file_format else read_lines(path, file_format)
            except Exception as error:
                self.skipped.append([key, type(error).__name__])
                entry[3], entry[5] = "Load failed", str(error)
                self.copied.append({"file": location + name, "status": "LOAD_FAILED", "rows_loaded": 0, "first_error": str(error)})
                continue
            self.loaded.add((self.loading_by, table, key))
            if not self.autocommits:
                self.uncommitted.append((self.loading_by, table, key))
            self.copied.append({"file": location + name, "status": "LOADED", "rows_loaded": len(rows), "first_error": None})
            modified = os.path.getmtime(path)
            meaning = {
                "$1": "?::JSON", "METADATA$FILENAME": "?", "METADATA$FILE_ROW_NUMBER": "?",
                "METADATA$FILE_LAST_MODIFIED": f"to_timestamp({modified})::TIMESTAMP",
                "METADATA$FILE_CONTENT_KEY": "'key'", "METADATA$START_SCAN_TIME": f"to_timestamp({started})",
            }
            selected = ", ".join(meaning[each.strip()] for each in sources[1].split(","))
            for number, row in enumerate(rows, 1):
                self.cursor._duck_conn.execute(f"INSERT INTO {table} ({columns}) SELECT {selected}", [json.dumps(row), key, number])

    def rows(self, tables):
        found = {}
        for table in tables:
            path = ".".join(f'"{each}"' for each in table)
            try:
                self.fill()
                view = table[-1].endswith(("_LATEST", "_FILES"))
                columns = "*" if view else "RAW, FILE_NAME, FILE_ROW_NUMBER"
                order = "FILE" if table[-1].endswith("_FILES") else "FILE_NAME, FILE_ROW_NUMBER"
                cursor = self.cursor.execute(f"SELECT {columns} FROM {path} ORDER BY {order}")
                names = [each[0] for each in cursor.description]
                found[table[-1]] = [dict(zip(names, map(plain, row))) for row in cursor.fetchall()]
            except snowflake.connector.errors.ProgrammingError as error:
                found[table[-1]] = None if "does not exist" in str(error) else str(error)
        return found


def utc(seconds):
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)


def constant(text):
    """docs.snowflake.com/en/sql-reference/data-types-text: escape sequences of a string constant"""
    text = text.replace("''", "'")
    return re.sub(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|(.))", lambda m: chr(int(m[1] or m[2], 16)) if m[1] or m[2] else {"n": "\n"}.get(m[3], m[3]), text)


def read_lines(path, file_format):
    content = open(path, "rb").read()
    if path.endswith(".gz"):
        content = gzip.decompress(content)
    replaced = "REPLACE_INVALID_CHARACTERS = TRUE" in file_format
    text = content.decode("utf-8", "replace" if replaced else "strict")
    return [json.loads(line) for line in text.split("\n") if line.strip()]


def read_parquet(path):
    import pyarrow.parquet

    return pyarrow.parquet.read_table(path).to_pylist()


def plain(value):
    return value if value is None or isinstance(value, (bool, int, str)) else str(value)


def main():
    order = json.load(sys.stdin)
    if "parquet" in order:
        import pyarrow, pyarrow.parquet

        for path, rows in order["parquet"].items():
            os.makedirs(os.path.dirname(path), exist_ok=True)
            typed = [{key: utc(value / 1000) if key.endswith("_date") else value for key, value in row.items()} for row in rows]
            pyarrow.parquet.write_table(pyarrow.Table.from_pylist(typed), path)
    with fakesnow.patch(create_database_on_connect=False):
        account = Account(order["bucket"])
        account.integrations.update(order.get("foreign", {}))
        account.lost.update(order.get("lost", []))
        account.late.update(order.get("late", []))
        account.ignores_case = order.get("ignoresCase", False)
        account.inventories = order.get("inventories", {})
        account.archived.update(order.get("archived", []))
        steps = []
        for step in order["steps"]:
            failure = None
            try:
                account.run(step)
            except NotOurs as error:
                failure = str(error)
            steps.append({"failure": failure, "rows": account.rows(order["tables"]), "integrations": dict(account.integrations)})
        left = sorted(account.objects)
    json.dump({"steps": steps, "left": left, "skipped": account.skipped, "answers": account.answers, "counts": account.counts}, sys.__stdout__)


main()
