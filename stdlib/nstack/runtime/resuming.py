"""Whether a run goes on where an earlier one was, and what of it a checkpoint keeps.

An unbounded run goes on by itself. A bounded one does after a run that did not finish, if all its sources can: they and
its sinks go back to one moment. ``--fresh`` forgets, ``--resume`` insists; a run ``--once`` neither goes on nor can be
gone on with.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from hashlib import blake2b
from typing import Any, NamedTuple

import msgspec

from .checkpoint import Key, Store, Unusable
from .connector import SinkConnector, SourceConnector
from .declare import Literal, Sink, Source, UserModule, Workflow, short_reference
from .errors import ConnectorError, UsageError
from .log import Log
from .plan import Lane

START_OVER = "--fresh starts over"


class KeptSource(NamedTuple):
    """A source whose place a checkpoint keeps; one that is a method, or a literal, has no connector."""

    key: Key
    lane: Lane
    connector: SourceConnector | None

    def place(self) -> list[Any]:
        """How far the stage is, as it is saved. Its thread rests."""
        offset, values = self.lane.stage.place.saved()
        return [offset if self.connector is None else self.connector.mark(offset), values]


class KeptSink(NamedTuple):
    """A sink of the workflow. ``lanes`` are those that reach it: only if a checkpoint keeps the places of them all, its
    own place is good for anything."""

    key: Key
    connector: SinkConnector
    lanes: tuple[Lane, ...]
    keeps: bool
    appends: bool


class Resuming:
    """What a checkpoint of this run keeps, and the one that it goes on from."""

    def __init__(
        self,
        workflow: Workflow,
        store: Store,
        log: Log,
        *,
        fresh: bool,
        resume: bool,
        once: bool = False,
        called: str = "",
    ) -> None:
        self.store = store
        self.workflow = workflow
        self.name = ".".join(filter(None, (short_reference(workflow.module), workflow.name)))
        self.run = ""
        self.sources: list[KeptSource] = []
        self.sinks: list[KeptSink] = []
        self.past: dict[Key, Any] = {}
        self.on = False
        """Whether checkpoints are made."""
        self._log = log
        self._called = called
        """What a scheduler calls the run; a bounded one goes on with that of the same name alone."""
        self._fresh = fresh
        self._resume = resume
        self._once = once
        self._why_not = ""
        self._claimed = False
        self._names: Counter[str] = Counter()

    def named(self, node: Source | Literal | Sink) -> str:
        """A node's name among all of the workflow: the second of one name has a number."""
        shown = node.shown
        self._names[shown] += 1
        return shown if self._names[shown] == 1 else f"{shown} {self._names[shown]}"

    def add_source(self, lane: Lane, connector: SourceConnector | None, identity: str | None) -> None:
        """One source; ``identity`` None: it cannot go on from a place."""
        key = Key("source", self.named(lane.source), identity or "")
        if connector is None and isinstance(lane.source, Literal):
            values = msgspec.json.encode(lane.source.values)
            # The literals of a run without end come at each start.
            identity = blake2b(values, digest_size=8).hexdigest() if self.workflow.bounded else None
            key = Key("source", "a literal", identity or "")
        if identity is None:
            why = "" if connector is None else connector.RESUMES_WITH
            without = f" without {why}" if why else ""
            self._why_not = self._why_not or f"{lane.source.shown} cannot go on where it was{without}"
        else:
            self.sources.append(KeptSource(key, lane, connector))

    def add_sink(
        self,
        node: Sink,
        connector: SinkConnector,
        identity: str | None,
        lanes: Iterable[Lane],
        *,
        keeps: bool,
        appends: bool,
    ) -> None:
        """One sink; ``identity`` None: it has no places, and what comes again is written again. ``keeps``: what it
        writes stays somewhere; ``appends``: behind what was there before the run."""
        key = Key("sink", self.named(node), identity or "")
        self.sinks.append(KeptSink(key, connector, tuple(lanes), keeps, appends and identity is not None))

    def decide(self) -> None:
        """Whether this run goes on from a checkpoint, which ``past`` is then. Raises UsageError where ``--resume``
        finds none, ConnectorError where the checkpoint does not fit the program, Unusable."""
        bounded = self.workflow.bounded
        self.on = bool(self.sources) and not (bounded and self._why_not)
        methods = any(isinstance(sink.provider, UserModule) for sink in self.workflow.sinks)
        if bounded and not methods and not any(sink.keeps for sink in self.sinks):
            self.on, self._why_not = False, "what it writes is not kept"
        whole = next((sink for sink in self.sinks if sink.connector.WHOLE), None) if bounded else None
        if whole is not None:
            self.on, self._why_not = False, f"what {whole.key.node} writes is good only once it is complete"
        if bounded:
            keys = sorted(source.key for source in self.sources)
            known = (keys, self._called) if self._called else keys
            self.run = blake2b(msgspec.json.encode(known), digest_size=8).hexdigest()
        self.on = self.on and not self._once
        if self.on and self._fresh:
            self.store.forget(self.name, self.run)
        elif self.on:
            self._load()
        if self._resume and not self.past:
            raise UsageError(f"--resume: {self._nothing()}")
        if self.on and not bounded:
            kept = {id(source.lane) for source in self.sources}
            self.sinks = [sink for sink in self.sinks if all(id(lane) in kept for lane in sink.lanes)]
        for source in self.sources if self.on else ():
            source.lane.stage.place.resume(self.past.get(source.key))

    def _load(self) -> None:
        found = self.store.past(self.name, self.run)
        if found is None or found.state != "open":
            return
        self._claim()
        self.past = self.store.load(self.name, self.run)
        self._log.info(f"{self.name} goes on where it was at {found.at}; {START_OVER}", event="resuming")
        if self.workflow.bounded:
            for sink in self.sinks:
                if sink.key not in self.past:
                    what = f"{sink.key.node} {sink.key.identity}".strip()
                    raise ConnectorError(
                        f"the run that is to go on did not write to {what}, which would lack the values so far; "
                        f"{START_OVER}"
                    )

    def _claim(self) -> None:
        """This process alone goes on with the run. Raises ConnectorError."""
        if not self._claimed and not self.store.claim(self.name, self.run):
            raise ConnectorError(
                f"{self.name} runs in this folder already: stop it first, or start this one in another folder"
            )
        self._claimed = True

    def save(self, places: Mapping[Key, Any]) -> None:
        """Writes a checkpoint. Any thread may call it. Raises Unusable, ConnectorError where another process runs
        this."""
        try:
            self._claim()
        except OSError as error:
            raise Unusable(f"checkpoints cannot be written: {error}") from None
        self.store.save(self.name, self.run, places)

    def _nothing(self) -> str:
        if self._why_not and not self.on:
            return f"{self.name} has no checkpoints: {self._why_not}"
        last = self.store.past(self.name)
        if last is None:
            return f"no run of {self.name} has left a checkpoint in this folder; leave --resume out to start one"
        if last.state == "finished":
            return f"the last run of {self.name} was done at {last.at}; leave --resume out to start another one"
        return (
            f"the run of {self.name} that did not finish read something else; leave --resume out to start another one"
        )

    def save_ends(self) -> None:
        """Notes where those sinks end that append to what others append to as well: what is found behind that is not
        this run's. Raises Unusable, and ConnectorError where a file cannot be looked at."""
        ends = {
            sink.key._replace(kind="end"): sink.connector.position()
            for sink in self.sinks
            if sink.appends and sink.key.identity
        }
        if ends:
            self.store.add(self.name, self.run, ends)

    def end_of(self, connector: SinkConnector) -> Any:
        """Where a sink was when the run ended that is gone on with; None where nobody knows."""
        keys = (sink.key for sink in self.sinks if sink.connector is connector)
        return next((self.past.get(key._replace(kind="end")) for key in keys), None)

    def place_of(self, connector: SourceConnector | SinkConnector) -> Any:
        """Where a connector goes on; None where it starts."""
        for source in self.sources:
            if source.connector is connector and source.key in self.past:
                return self.past[source.key][0]
        for sink in self.sinks:
            if sink.connector is connector:
                return self.past.get(sink.key)
        return None

    def restore(self, functions: Iterable[tuple[Key, Any]]) -> None:
        """Gives functions their state back."""
        for key, function in functions:
            if (state := self.past.get(key)) is not None:
                function.restore(state)

    def unusable(self, error: Unusable) -> None:
        """A checkpoint could not be written: told once."""
        self.on = False
        self._log.warning(f"{error}; after a stop this run starts over from its last checkpoint, if there is one")
