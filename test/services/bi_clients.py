"""Reads the views of the SQL login in argv[1] as analysts do, and prints what it found as JSON."""

import json
import os
import sys

import duckdb
import duckdb_extension_postgres_scanner as scanner
import pandas
import sqlalchemy

url = sys.argv[1]
engine = sqlalchemy.create_engine(url.replace("postgresql://", "postgresql+psycopg2://"))
inspector = sqlalchemy.inspect(engine)
found = {
    "sqlalchemy": {
        "schemas": inspector.get_schema_names(),
        "views": sorted(inspector.get_view_names(schema="bi")),
        "columns": [column["name"] for column in inspector.get_columns("score_day", schema="bi")],
    }
}
with engine.connect() as connection:
    frame = pandas.read_sql("SELECT * FROM bi.response", connection)

# What Superset asks of SQLAlchemy for a data set, SQL Lab and the estimate of a query:
# https://github.com/apache/superset, superset/db_engine_specs/postgres.py.
with engine.connect() as connection:
    run = lambda text: connection.execute(sqlalchemy.text(text)).fetchall()
    run("SELECT datname FROM pg_database WHERE datistemplate = false")
    run("SELECT pg_backend_pid()")
    connection.execute(sqlalchemy.text('set search_path = "bi"'))
    plan = run("EXPLAIN SELECT region, sum(n) FROM score_day GROUP BY region")[0][0]
    chart = run(
        "SELECT DATE_TRUNC('week', day) AS week, region, bi.nps(sum(promoters), sum(passives), sum(detractors)) AS nps FROM bi.score_day "
        "WHERE day >= TO_DATE('2020-01-01', 'YYYY-MM-DD') GROUP BY DATE_TRUNC('week', day), region ORDER BY nps DESC LIMIT 10000"
    )
    streamed = connection.execution_options(stream_results=True, yield_per=50).execute(sqlalchemy.text("SELECT id FROM response"))
    streamed = len(streamed.fetchall())
# "Stop" in SQL Lab.
with engine.connect() as stopped, engine.connect() as connection:
    pid = stopped.execute(sqlalchemy.text("SELECT pg_backend_pid()")).scalar()
    text = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid='{pid}'"
    ended = connection.execute(sqlalchemy.text(text)).scalar()
    stopped.invalidate()
found["superset"] = {
    "tables": inspector.get_table_names("bi") + inspector.get_foreign_table_names("bi"),
    "keys": [inspector.get_pk_constraint("score_day", "bi")["constrained_columns"], inspector.get_foreign_keys("score_day", "bi")],
    "comment": inspector.get_table_comment("score_day", "bi")["text"] is not None,
    "cost": "cost=" in plan,
    "regions": sorted({row.region for row in chart}),
    "streamed": streamed,
    "stopped": ended,
}
found["pandas"] = {"responses": len(frame), "regions": sorted(frame["region"].unique())}

duck = duckdb.connect(config={"allow_unsigned_extensions": "false"})
folder = os.path.join(os.path.dirname(scanner.__file__), "extensions")
extension = next(
    os.path.join(path, name) for path, _, names in os.walk(folder) for name in names if name.endswith(".duckdb_extension")
)
duck.execute(f"LOAD '{extension}'")
duck.execute(f"ATTACH '{url}' AS record (TYPE postgres, READ_ONLY, SCHEMA 'bi')")
views = duck.execute("SELECT table_name FROM information_schema.tables WHERE table_catalog = 'record' ORDER BY 1").fetchall()
regions = duck.execute("SELECT DISTINCT region FROM record.bi.score_day ORDER BY 1").fetchall()
responses = duck.execute("SELECT count(*) FROM record.bi.response").fetchone()
found["duckdb"] = {"views": [row[0] for row in views], "responses": responses[0], "regions": [row[0] for row in regions]}
print(json.dumps(found))
