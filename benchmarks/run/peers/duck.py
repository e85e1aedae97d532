"""DuckDB, one SELECT: no method is called."""

import sys

import duckdb


def main(source, target):
    types = "{id: 'BIGINT', user: 'VARCHAR', amount: 'DOUBLE', tags: 'VARCHAR[]', country: 'VARCHAR'}"
    duckdb.sql(
        f"""COPY (
            SELECT id, user, amount, unnest(tags) AS tag, country
            FROM (SELECT * REPLACE (amount * 1.19 AS amount)
                  FROM read_json('{source}', format = 'newline_delimited', columns = {types}))
            WHERE amount >= 20.0
        ) TO '{target}' (FORMAT json)"""
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
