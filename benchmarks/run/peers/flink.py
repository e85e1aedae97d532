"""Flink, Python in thread mode, one function for all steps."""

import sys
from pathlib import Path

from methods import M, decoded, encoded
from pyflink.common import Configuration, Encoder, Types, WatermarkStrategy
from pyflink.datastream import RuntimeExecutionMode, StreamExecutionEnvironment
from pyflink.datastream.connectors.file_system import FileSink, FileSource, StreamFormat


def fused(line):
    kept = M.large(M.taxed(decoded(line)))
    return [] if kept is None else [encoded(one) for one in M.split(kept)]


def main(source, target):
    settings = Configuration()
    settings.set_string("python.execution-mode", "thread")
    settings.set_string("python.executable", sys.executable)
    settings.set_string("python.client.executable", sys.executable)
    environment = StreamExecutionEnvironment.get_execution_environment(settings)
    environment.set_runtime_mode(RuntimeExecutionMode.BATCH)
    environment.set_parallelism(1)
    environment.add_python_file(str(Path(__file__).with_name("methods.py")))
    lines = FileSource.for_record_stream_format(StreamFormat.text_line_format(), str(Path(source).resolve())).build()
    sink = FileSink.for_row_format(str(Path(target + ".parts").resolve()), Encoder.simple_string_encoder()).build()
    stream = environment.from_source(lines, WatermarkStrategy.no_watermarks(), "lines")
    stream.flat_map(fused, output_type=Types.STRING()).sink_to(sink)
    environment.execute("orders")
    with open(target, "wb") as out:
        for part in sorted(path for path in Path(target + ".parts").rglob("*") if path.is_file()):
            out.write(part.read_bytes())


if __name__ == "__main__":
    main(*sys.argv[1:])
