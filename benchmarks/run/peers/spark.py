"""Spark on two local threads: the lines in mapInArrow, decoded, worked on and encoded by the same loop."""

import os
import sys
from pathlib import Path

import pyarrow as pa
from methods import fused
from pyspark.sql import SparkSession


def work(batches):
    for batch in batches:
        lines = fused("\n".join(batch.column(0).to_pylist()).encode())
        yield pa.RecordBatch.from_arrays([pa.array(lines.decode().split("\n")[:-1], pa.string())], ["value"])


def main(source, target):
    os.environ["PYSPARK_PYTHON"] = sys.executable
    spark = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").getOrCreate()
    spark.sparkContext.addPyFile(str(Path(__file__).with_name("methods.py")))
    spark.sparkContext.setLogLevel("ERROR")
    spark.read.text(source).mapInArrow(work, "value string").write.mode("overwrite").text(target + ".parts")
    spark.stop()
    with open(target, "wb") as out:
        for part in sorted(Path(target + ".parts").glob("part-*")):
            out.write(part.read_bytes())


if __name__ == "__main__":
    main(*sys.argv[1:])
