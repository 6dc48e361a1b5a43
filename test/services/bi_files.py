"""Reads /bi of the server at argv[1] with the key in argv[2] as analysts do, and prints what it found as JSON."""

import base64
import io
import json
import os
import sys

import duckdb
import duckdb_extension_httpfs as httpfs
import pandas
import pyarrow.ipc
import requests

url, key = sys.argv[1:3]
bearer = {"Authorization": f"Bearer {key}"}
basic = {"Authorization": "Basic " + base64.b64encode(f"any:{key}".encode()).decode()}
series = f"{url}/bi/NpsSeries"
months = "from=2026-01-01&to=2026-11-01&every=MONTH"
found = {}

# A notebook, as docs/guides/bi.md shows it.
frame = pandas.read_csv(f"{url}/bi/NpsByRegion.csv", storage_options=bearer)
found["csv"] = frame.to_dict("records")
found["json"] = pandas.read_json(f"{url}/bi/NpsByRegion.json", storage_options=basic).to_dict("records")
parquet = pandas.read_parquet(f"{series}.parquet?{months}", storage_options=bearer)
found["parquet"] = {"rows": len(parquet), "types": {name: str(kind) for name, kind in parquet.dtypes.items()}}
arrow = pandas.read_feather(io.BytesIO(requests.get(f"{series}.arrow?{months}", headers=bearer).content))
found["arrow"] = {"rows": len(arrow), "same": bool((arrow["responses"] == parquet["responses"]).all())}
table = pyarrow.ipc.open_file(io.BytesIO(requests.get(f"{url}/bi/NpsByRegion.arrow", headers=bearer).content)).read_all()
found["pyarrow"] = [str(field.type) for field in table.schema]

# requests keeps a validator as any HTTP cache does; it holds until the next answer arrives.
for _ in range(50):
    first = requests.get(f"{url}/bi/LatestResponses.json", headers=bearer)
    again = requests.get(f"{url}/bi/LatestResponses.json", headers={**bearer, "If-None-Match": first.headers["ETag"]})
    found["again"] = again.status_code
    if again.status_code == 304:
        break

duck = duckdb.connect(config={"allow_unsigned_extensions": "false"})
folder = os.path.join(os.path.dirname(httpfs.__file__), "extensions")
extension = next(
    os.path.join(path, name) for path, _, names in os.walk(folder) for name in names if name.endswith(".duckdb_extension")
)
duck.execute(f"LOAD '{extension}'")
# One request for each file: a second one may be answered by later scores, which DuckDB refuses.
duck.execute("SET force_download = true")
duck.execute(f"CREATE SECRET (TYPE http, BEARER_TOKEN '{key}', SCOPE '{url}')")
query = "SELECT region, score, responses FROM {} ORDER BY region"
found["duckdb"] = {
    kind: [list(row) for row in duck.execute(query.format(f"{reader}('{url}/bi/NpsByRegion.{kind}')")).fetchall()]
    for kind, reader in {"csv": "read_csv_auto", "json": "read_json_auto", "parquet": "read_parquet"}.items()
}
print(json.dumps(found))
