"""The plan of a run: which thread does what, whose code needs turns, and the live function for each node."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from functools import partial
from types import CodeType
from typing import TYPE_CHECKING, Any

from .answering import Answering
from .batches import Batches
from .calls import MethodCall, Turn, standard_live
from .checkpoint import Key
from .codec import Codec, Codecs
from .connector import Parameters, Registry
from .declare import Call, Literal, Node, Sink, Source, UserModule, Workflow
from .errors import NStackError, ReplyError, UsageError, placed
from .folders import Folders
from .fuse import Gathering, Inline, fuse, method_name
from .link import Written, link, reached
from .log import Log
from .meter import Flows, Live, Meter
from .outbox import Writer
from .parameters import Resolved
from .policy import Guard
from .stage import PARALLELISM, Stage, overlapping
from .standard import STD, StandardFunction
from .user_code import Host
from .worker import UserLoop, Worker

if TYPE_CHECKING:
    from .interpreter import Interpreter
    from .telemetry import Spans, Telemetry
    from .trace import Tracing

_ASYNC = 0x80 | 0x200  # CO_COROUTINE, CO_ASYNC_GENERATOR
_COROUTINE = 0x80


def flags(method: Callable[..., Any]) -> int:
    """The code flags of a method, which tell an ``async`` one; 0 for what is not written in Python."""
    code = getattr(getattr(method, "__func__", method), "__code__", None)
    return int(getattr(code, "co_flags", 0))


class Lane:
    """One source with its stage, its thread, and the nodes that it reaches."""

    def __init__(self, source: Source | Literal, function: Any, worker: Worker, stage: Stage) -> None:
        self.source = source
        self.function = function
        self.worker = worker
        self.stage = stage
        self.nodes, self.overlaps = reached(function)
        self.hosts: list[Host] = []
        self.flows = Flows()
        self.inlines: dict[int, Inline] = {}
        self.gathering: dict[int, Gathering] = {}
        self.batches = Batches()

    @property
    def generated(self) -> bool:
        """Whether the source is a method that yields."""
        return isinstance(self.source, Source) and isinstance(self.source.provider, UserModule)


def uses(lane: Lane) -> tuple[Node, ...]:
    """Everything on a lane that is a method of a user module."""
    nodes = (lane.source, *lane.nodes) if isinstance(lane.source, Source) else lane.nodes
    return tuple(node for node in nodes if isinstance(node.provider, UserModule))


def expectation(lane: Lane) -> str | None:
    """What a requester on this lane waits for: None, ``one`` or ``many`` replies."""
    replies = [node for node in lane.nodes if isinstance(node, Sink) and node.provider == "Sinks.reply"]
    if not replies:
        return None
    return "many" if any(reply.many for reply in replies) else "one"


class Plan:
    """Makes the hosts and the live functions of a workflow."""

    def __init__(
        self,
        workflow: Workflow,
        resolved: Resolved,
        *,
        folders: Folders,
        codecs: Codecs,
        registry: Registry,
        guard: Callable[[Any, Any], Guard],
        user_loop: Callable[[], UserLoop],
        log: Log,
        counted: bool = False,
        tracing: Tracing | None = None,
        telemetry: Telemetry | None = None,
        isolated: bool = False,
        memory: int | None = None,
    ) -> None:
        self._isolated = isolated or memory is not None
        self._memory = memory
        self.telemetry = telemetry
        self.tracing = tracing
        self.log = log
        self.workflow = workflow
        self.resolved = resolved
        self.folders = folders
        self.codecs = codecs
        self.registry = registry
        self.guard = guard
        self.user_loop = user_loop
        self.hosts: dict[int, Host] = {}
        self.guards: dict[int, Guard] = {}
        self.writers: dict[int, Writer] = {}
        self.counted = counted
        self.meters: dict[int, list[Meter]] = {}
        """Those of each call, one a lane, by the node's ``id``."""
        self.functions: list[tuple[Key, StandardFunction]] = []
        """The standard functions of each lane, which may keep state."""
        self._lanes: tuple[Lane, ...] = ()

    def guard_of(self, node: Any, codec: Codec | None) -> Guard:
        """The policy of a node: one for all lanes, so that its counts are of the whole run."""
        if id(node) not in self.guards:
            self.guards[id(node)] = self.guard(node, codec)
        return self.guards[id(node)]

    def assign(self, lanes: Iterable[Lane]) -> None:
        """Makes a host for each user module and tells each lane which ones it uses. Raises UsageError where a module
        lacks the Python of its own that it needs.
        """
        self._lanes = tuple(lanes)
        interpreters = self._interpreters()
        shared: dict[int, list[Parameters]] = {}
        for lane in self._lanes:
            for node in uses(lane):
                shared.setdefault(id(node.provider), []).append(self.resolved.of(node))
        for lane in self._lanes:
            for node in uses(lane):
                module = node.provider
                assert isinstance(module, UserModule)
                host = self.hosts.get(id(module))
                if host is None:
                    own = interpreters.get(id(module))
                    host = self.hosts[id(module)] = self._host(module, agreed(shared[id(module)]), own)
                if host not in lane.hosts:
                    lane.hosts.append(host)

    def _interpreters(self) -> dict[int, Interpreter]:
        """The Pythons of the modules that may not run under this one, by ``id``."""
        modules = {id(node.provider): node.provider for lane in self._lanes for node in uses(lane)}
        apart = [module for module in modules.values() if isinstance(module, UserModule) and module.process is not None]
        if not apart:
            return {}
        from .interpreter import own_interpreters  # processes are rarely needed

        return own_interpreters(apart)

    def _host(self, module: UserModule, common: dict[str, Any], own: Interpreter | None) -> Host:
        """A host in this process, or in one of its own: where the module has its ``own`` interpreter, a synchronous
        method has a timeout, or all modules are isolated."""
        if own is None and not self._isolated and not self._limited(module):
            return Host(module, self.folders, common)
        from .interpreter import this_interpreter
        from .remote import RemoteHost

        python = own or this_interpreter()
        return RemoteHost(module, self.folders, common, self.log, len(self._lanes), python, self._memory)

    def _limited(self, module: UserModule) -> bool:
        """Whether a synchronous method of a module has a timeout, which only killing its process can keep."""
        limited = [
            node.function
            for lane in self._lanes
            for node in uses(lane)
            if node.provider is module
            and isinstance(node, Call | Sink)
            and self.resolved.policy(node).timeout is not None
        ]
        if not limited:
            return False
        from .remote import is_async

        return not all(is_async(module, name) for name in limited)

    def home(self, host: Host) -> Lane:
        """The lane on whose thread a host is started and stopped: the first that uses it."""
        return next(lane for lane in self._lanes if host in lane.hosts)

    def host_of(self, node: Node) -> Host:
        """The host of a node that is a method."""
        return self.hosts[id(node.provider)]

    def bind(self, lane: Lane) -> None:
        """Links a lane's stage function. Runs on the lane's thread, after the hosts are loaded. Raises NStackError
        for what does not exist.
        """
        live: dict[int, Callable[..., Any]] = {id(node): self._live(lane, node) for node in lane.nodes}
        self.observe(lane)
        if lane.stage.spans is not None:
            live = self._timed(lane, live, lane.stage.spans)
        overlap = overlapping(lane.stage)
        if self.tracing is None or not self.counted:
            lane.stage.function = link(lane.function, live, overlap, partial(self._anew, lane))
        if self.tracing is not None:
            self._follow(lane, live, overlap, self.tracing)
        lane.stage.streams = bool(lane.stage.overlapped) and lane.overlaps and not lane.generated
        if len(lane.hosts) == 1 and lane.worker.own_folder:
            self.folders.enter(lane.hosts[0].folder)

    def answering(self, lane: Lane) -> Answering | None:
        """What answers the requests of a lane on the loop of the coroutines; None where there is more on their way than
        one coroutine and what costs next to nothing. Nobody else's code may be there, and nobody who follows values."""
        stage, asked = lane.stage, isinstance(lane.source, Source) and lane.source.provider == "Sources.http"
        if not asked or not stage.streams or self.tracing is not None or self.telemetry is not None:
            return None
        others = [node for node in lane.nodes if isinstance(node.provider, UserModule)][1:]
        sinks = [node for node in lane.nodes if isinstance(node, Sink)]
        if others or len(stage.overlapped) != 1 or {sink.provider for sink in sinks} != {"Sinks.reply"}:
            return None
        (call,) = stage.overlapped.values()
        return Answering(stage, call, self.user_loop(), call.guard.policy.parallelism or PARALLELISM)

    def _live(self, lane: Lane, node: Node) -> Callable[..., Any]:
        if isinstance(node, Sink):
            return self._live_sink(lane, node)
        assert isinstance(node, Call)
        if isinstance(node.provider, UserModule):
            return self._live_method(lane, node, self.codecs.of(node.output))
        return self._live_standard(lane, node)

    def _live_standard(self, lane: Lane, node: Call) -> Live:
        cls = STD.get(node.function) or self.registry.find(node.function)
        input, output = self.codecs.of(node.input), self.codecs.of(node.output)
        made: StandardFunction = cls()
        try:
            function = made.bind(input, output, self.resolved.of(node))
        except UsageError as error:
            raise placed(error, node.shown, node.origin) from None
        if cls.state is not StandardFunction.state:
            same = sum(key.node == node.shown for key, _ in self.functions)
            self.functions.append((Key("function", node.shown, str(same)), made))
        if flags(function) & _COROUTINE:
            return self._live_coroutine(lane, node, function)
        live, inline = standard_live(
            function, self.guard_of(node, input), cls.MANY, input.shape, self._meter(lane, node)
        )
        if inline is not None:
            lane.inlines[id(node)] = inline
        return live

    def _live_coroutine(self, lane: Lane, node: Call, function: Callable[[Any], Any]) -> Live:
        """A standard function that waits for others: its calls overlap as those of ``async`` methods do."""
        call = MethodCall(
            function,
            self.guard_of(node, self.codecs.of(node.input)),
            self.codecs.of(node.output),
            turn=None,
            async_turn=None,
            args={},
            user_loop=self.user_loop,
            meter=self._meter(lane, node),
        )
        live = call.live()
        if lane.overlaps:
            lane.stage.overlapped[id(live)] = call
        return live

    def _live_method(self, lane: Lane, node: Call | Sink, output: Codec | None) -> Live:
        host = self.host_of(node)
        method = self.method_of(node)
        asynchronous = bool(flags(method) & _ASYNC)
        call = MethodCall(
            method,
            self.guard_of(node, self.codecs.of(node.input)),
            output,
            turn=self._turn(lane, host, node) if self._needs_turn(lane, host) else None,
            async_turn=self._turn(lane, host, node) if not asynchronous or self._needs_async_turn(host) else None,
            args=dict(self.resolved.of(node)),
            user_loop=self.user_loop,
            meter=self._meter(lane, node),
        )
        live = call.live()
        if flags(method) & _COROUTINE and lane.overlaps:
            lane.stage.overlapped[id(live)] = call
        if asynchronous and call.async_turn is None:
            self.user_loop().call(lambda: self.folders.enter(host.folder))
        inline = None if asynchronous else call.inline(self.codecs.of(node.input).shape)
        if inline is not None:
            lane.inlines[id(node)] = inline
        return live

    def _anew(self, lane: Lane, space: dict[str, Any]) -> CodeType | None:
        """A lane's functions with the calls in line, and with lines for those who watch it: whoever follows values, or
        makes spans, has calls of his own."""
        watched, followed = self.counted, lane.stage.tracer is not None
        try:
            written = Written(lane.function)
        except OSError as error:
            if watched or followed:
                raise NStackError(f"a run can be watched only where {error}") from None
            return None
        if watched or followed:
            self._watch(lane, written, space)
        made: list[ast.stmt] = list(written.functions.values())
        if not followed and self.telemetry is None:
            decoded = not lane.generated
            made = fuse(written.functions.values(), written.names, lane.inlines, lane.gathering, space, decoded=decoded)
        if watched:
            self._time(lane, written, space)
        return compile(ast.Module(made, []), written.file, "exec")

    def _watch(self, lane: Lane, written: Written, space: dict[str, Any]) -> None:
        from .flows import watch_flows  # few runs are watched

        lane.stage.flows = lane.flows if self.counted else None
        lane.flows.untimed = set(lane.stage.overlapped)
        watch_flows(written, space, lane.stage.seen, lane.stage.flows, lane.stage.tracer)

    def _time(self, lane: Lane, written: Written, space: dict[str, Any]) -> None:
        for name, node in written.names.items():
            meter = lane.flows.meters.get(id(node))
            if meter is not None and name in space:
                lane.flows.time(meter, space, method if (method := method_name(name)) in space else name)

    def observe(self, lane: Lane) -> None:
        """Has a stage's batches counted, or made spans of, where that is asked for."""
        stage = lane.stage
        if self.counted:
            stage.observe(lane.batches)
        if self.telemetry is not None:
            stage.spans = self.telemetry.spans(lane.source, stage.guard, stage.current)
            stage.observe(stage.spans)

    def _timed(self, lane: Lane, live: dict[int, Callable[..., Any]], spans: Spans) -> dict[int, Callable[..., Any]]:
        """Has spans made of what a stage's functions do."""
        stage, timed = lane.stage, {}
        for node in lane.nodes:
            assert isinstance(node, Call | Sink)
            guard = self.guard_of(node, self.codecs.of(node.input))
            made = timed[id(node)] = spans.timed(node, guard, live[id(node)])
            if (call := stage.overlapped.get(id(live[id(node)]))) is not None:
                stage.overlapped[id(made)] = call
        return timed

    def _follow(self, lane: Lane, live: dict[int, Callable[..., Any]], overlap: Any, tracing: Tracing) -> None:
        """Has a stage follow values; where nothing is counted it goes back to what it is as soon as it has enough."""
        stage, unfollowed = lane.stage, lane.stage.function
        tracer = stage.tracer = tracing.tracer(lane.source, stage.codec)
        tracer.guard, tracer.current = stage.guard, stage.current
        stage.finish = tracing.finishing(stage.finish)
        wrapped = {}
        for node in lane.nodes:
            assert isinstance(node, Call | Sink)
            plain, output = live[id(node)], None if isinstance(node, Sink) else self.codecs.of(node.output)
            made = wrapped[id(node)] = tracer.followed(node, plain, self.codecs.of(node.input), output)
            if id(plain) in stage.overlapped:
                stage.overlapped[id(made)] = stage.overlapped[id(plain)]
        stage.function = link(lane.function, wrapped, overlap, partial(self._anew, lane))
        if not self.counted:
            tracer.leave = lambda: setattr(stage, "function", unfollowed)

    def _meter(self, lane: Lane, node: Call | Sink) -> Meter | None:
        if not self.counted:
            return None
        meter = lane.flows.meters[id(node)] = Meter()
        self.meters.setdefault(id(node), []).append(meter)  # lanes are bound one after the other
        return meter

    def method_of(self, node: Call | Sink | Source) -> Callable[..., Any]:
        """The method of a node, to be called with its value."""
        timeout = None if isinstance(node, Source) else self.resolved.policy(node).timeout
        return self.host_of(node).use(node, dict(self.resolved.of(node)), timeout)

    def _live_sink(self, lane: Lane, node: Sink) -> Callable[[Any, Any], Any]:
        if isinstance(node.provider, UserModule):
            return self._live_method(lane, node, None)
        if node.provider == "Sinks.reply":
            return _reply(self.codecs.of(node.input), self.guard_of(node, self.codecs.of(node.input)), node.many)
        box = self.writers[id(node)].outbox(lane.stage.current)
        lane.stage.boxes.append(box)
        lane.gathering[id(node)] = box.gathering()
        return box.put

    def source_turn(self, lane: Lane) -> Turn | None:
        """The turn of a source that is a method: it is used for the folder and the parameters only."""
        assert isinstance(lane.source, Source)
        host = self.host_of(lane.source)
        return self._turn(lane, host, lane.source) if self._needs_turn(lane, host) else None

    def _turn(self, lane: Lane, host: Host, node: Node) -> Turn:
        return Turn(host, self.folders, dict(self.resolved.of(node)))

    def _uses_of(self, host: Host) -> list[Node]:
        return [node for lane in self._lanes for node in uses(lane) if node.provider is host.module]

    def _needs_turn(self, lane: Lane, host: Host) -> bool:
        """Whether anybody else could be in this code, in this thread's folder, or under other parameters."""
        if not host.shared:
            return False
        threads = sum(host in other.hosts for other in self._lanes)
        disagree = any(dict(self.resolved.of(node)) != host.agreed for node in self._uses_of(host))
        asynchronous = any(self._is_async(host, node) for node in self._uses_of(host))
        return threads > 1 or len(lane.hosts) > 1 or disagree or asynchronous or not lane.worker.own_folder

    def _needs_async_turn(self, host: Host) -> bool:
        nodes = self._uses_of(host)
        synchronous = any(not self._is_async(host, node) and not isinstance(node, Source) for node in nodes)
        others = any(
            self._is_async(other, node)
            for other in self.hosts.values()
            if other is not host
            for node in self._uses_of(other)
        )
        return synchronous or others or not self.user_loop().own_folder

    def _is_async(self, host: Host, node: Node) -> bool:
        return bool(flags(getattr(host.instance, getattr(node, "function", ""), None) or _nothing) & _ASYNC)


def _nothing() -> None:
    return


def agreed(all_parameters: Iterable[Parameters]) -> dict[str, Any]:
    """The parameters that all uses have, with one value."""
    every = [dict(parameters) for parameters in all_parameters]
    first = every[0] if every else {}
    return {
        name: value for name, value in first.items() if all(name in other and other[name] == value for other in every)
    }


def _reply(codec: Codec, guard: Guard, many: bool) -> Callable[[Any, Any], None]:
    """``Sinks.reply``: keeps the encoded value in its request's token."""
    encode, tally = codec.encode_json, guard.tally

    def reply(value: Any, token: Any) -> None:
        try:
            count = token.reply(encode(value))
            if count > 1 and not many:
                raise ReplyError("a second value came for one request")
            tally.values_out += 1
        except Exception as error:
            guard.settle(error, value, token)

    return reply
