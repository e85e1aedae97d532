"""A Kafka cluster of one broker without Kafka: librdkafka's mock cluster, in a process of its own.

It prints its port, then obeys a line at a time and answers each with ``ok``; it ends with its standard input. It keeps
messages in memory, also while its broker is ``down``.
"""

import ctypes
import sys
from pathlib import Path

import confluent_kafka

PRODUCE = 0
"""The kind of request that brings messages."""
COMMANDS = """
down             no connection is taken, and those that are there break
up               connections are taken again
topic NAME N     makes a topic of N partitions
refuse N CODE    the next N batches are refused, with this error
"""


def library() -> ctypes.CDLL:
    """The library that confluent-kafka's wheel carries: its Python side offers of the mock cluster only a part."""
    (found,) = (Path(confluent_kafka.__file__).parent.parent / "confluent_kafka.libs").glob("librdkafka-*.so*")
    return ctypes.CDLL(str(found))


def main() -> None:
    """Runs until standard input ends."""
    rd = library()
    for name in ("rd_kafka_conf_new", "rd_kafka_new", "rd_kafka_mock_cluster_new"):
        getattr(rd, name).restype = ctypes.c_void_p
    rd.rd_kafka_mock_cluster_bootstraps.restype = ctypes.c_char_p
    why = ctypes.create_string_buffer(512)
    client = rd.rd_kafka_new(0, ctypes.c_void_p(rd.rd_kafka_conf_new()), why, 512)
    assert client, why.value
    cluster = ctypes.c_void_p(rd.rd_kafka_mock_cluster_new(ctypes.c_void_p(client), 1))
    rd.rd_kafka_mock_group_initial_rebalance_delay_ms(cluster, 0)
    address = rd.rd_kafka_mock_cluster_bootstraps(ctypes.c_void_p(cluster.value)).decode()
    print(address.rpartition(":")[2], flush=True)
    for line in sys.stdin:
        match line.split():
            case ["down"]:
                failed = rd.rd_kafka_mock_broker_set_down(cluster, 1)
            case ["up"]:
                failed = rd.rd_kafka_mock_broker_set_up(cluster, 1)
            case ["topic", name, count]:
                failed = rd.rd_kafka_mock_topic_create(cluster, name.encode(), int(count), 1)
            case ["refuse", count, code]:
                errors = (ctypes.c_int * int(count))(*[int(code)] * int(count))
                rd.rd_kafka_mock_push_request_errors_array(cluster, PRODUCE, ctypes.c_size_t(len(errors)), errors)
                failed = False
            case other:
                raise SystemExit(f"no such command: {other}; there are\n{COMMANDS}")
        print("failed" if failed else "ok", flush=True)


if __name__ == "__main__":
    main()
