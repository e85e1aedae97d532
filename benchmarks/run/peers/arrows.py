"""Arrow's own JSON reader and functions; it writes CSV, for it has no writer of JSON. No method is called."""

import sys

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.json


def main(source, target):
    schema = pa.schema(
        [
            ("id", pa.int64()),
            ("user", pa.string()),
            ("amount", pa.float64()),
            ("tags", pa.list_(pa.string())),
            ("country", pa.string()),
        ]
    )
    table = pa.json.read_json(source, parse_options=pa.json.ParseOptions(explicit_schema=schema))
    table = table.set_column(2, "amount", pc.multiply(table["amount"], 1.19))
    table = table.filter(pc.greater_equal(table["amount"], 20.0)).combine_chunks()
    rows = pc.list_parent_indices(table["tags"])
    made = table.drop_columns(["tags"]).take(rows).append_column("tag", pc.list_flatten(table["tags"]))
    pa.csv.write_csv(made, target, pa.csv.WriteOptions(include_header=False))


if __name__ == "__main__":
    main(*sys.argv[1:])
