"""``python -m nstack.connectors.channelruns CHANNEL,…``: makes ready for runs of workflows whose parts run apart.

Each argument names the channels of one workflow. Where its last run has come to its end in all of them, they are taken
away, so that the next one begins anew. A run that has not is left as it is, and its parts go on with it. The variable
``NSTACK_CHANNELS`` names the server.
"""

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from nstack.connectors.channels import Channel, Place
from nstack.connectors.reach import Lost, Reach
from nstack.runtime.connector import Context, Parameters
from nstack.runtime.errors import NStackError, UsageError
from nstack.runtime.log import Log

SERVER = "NSTACK_CHANNELS"
PATIENCE = 60.0
"""Seconds that the server is waited for."""


async def make_ready(names: Sequence[str], server: str, log: Log) -> None:
    """Takes the channels away if all of them have ended and are read. Raises NStackError."""
    shown = ", ".join(names)
    context = Context(workflow="channels", node="channels", origin="", log=log, folder=Path.cwd())
    channels = [await _look(name, server, context) for name in names]
    try:
        if all([await _is_over(channel) for channel in channels]):
            for channel in channels:
                await channel.clear()
            log.info(f"the last run had ended: a new one begins ({shown})")
        else:
            log.info(f"a run begins, or goes on ({shown})")
    except Lost as lost:
        raise NStackError(f"lost the channels' server: {lost}") from None
    finally:
        for channel in channels:
            await channel.client.close()


async def _look(name: str, server: str, context: Context) -> Channel:
    bounds = {"channel_max_messages": 1, "channel_max_bytes": 1}
    place = Place(Parameters({"channel": name, "channel_server": server, **bounds}), context)
    return await Reach(place.address, PATIENCE, context, place.look, Channel.leave).first()


async def _is_over(channel: Channel) -> bool:
    end = await channel.end()
    return end is not None and await channel.is_read(end)


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when all is ready, 1 when the server cannot be reached or refuses, 2 for wrong usage."""
    parser = argparse.ArgumentParser(prog="python -m nstack.connectors.channelruns", description=__doc__)
    parser.add_argument("channel", nargs="+", metavar="CHANNEL,…")
    runs = [given.split(",") for given in parser.parse_args(arguments).channel]
    log = Log()
    try:
        if not os.environ.get(SERVER):
            raise UsageError(f"{SERVER} has to name the channels' server, as nats://HOST:PORT")
        for names in runs:
            asyncio.run(make_ready(names, os.environ[SERVER], log))
    except UsageError as error:
        log.error(str(error))
        return 2
    except NStackError as error:
        log.error(str(error))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
