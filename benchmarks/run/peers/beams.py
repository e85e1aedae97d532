"""Beam's local runner."""

import sys

import apache_beam as beam
from apache_beam.options.pipeline_options import PipelineOptions
from methods import M, decoded, encoded


def main(source, target):
    with beam.Pipeline(options=PipelineOptions(["--direct_running_mode=in_memory"])) as pipeline:
        (
            pipeline
            | beam.io.ReadFromText(source)
            | "decode" >> beam.Map(decoded)
            | "taxed" >> beam.Map(M.taxed)
            | "large" >> beam.Map(M.large)
            | "some" >> beam.Filter(lambda order: order is not None)
            | "split" >> beam.FlatMap(M.split)
            | "encode" >> beam.Map(encoded)
            | beam.io.WriteToText(target, shard_name_template="")
        )


if __name__ == "__main__":
    main(*sys.argv[1:])
