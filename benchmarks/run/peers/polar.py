"""Polars, streaming: no method is called."""

import sys

import polars as pl


def main(source, target):
    schema = {"id": pl.Int64, "user": pl.String, "amount": pl.Float64, "tags": pl.List(pl.String), "country": pl.String}
    (
        pl.scan_ndjson(source, schema=schema)
        .with_columns(pl.col("amount") * 1.19)
        .filter((pl.col("amount") >= 20.0) & (pl.col("tags").list.len() > 0))
        .explode("tags")
        .rename({"tags": "tag"})
        .sink_ndjson(target)
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
