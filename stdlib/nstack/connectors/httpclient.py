"""``Http.get`` and ``Http.post``: the answers of HTTP servers, one for each value.

Both are coroutines, so as many requests are under way as the use's ``parallelism`` says; they share one pool of
connections. What is refused for good raises an error that no retry repeats; what may pass (429, 503, a connection that
broke) is repeated as ``retry`` says, not before the server's ``Retry-After``.
"""

import email.utils
import time
from collections.abc import Callable, Coroutine
from typing import Any, ClassVar

from nstack.connectors.httpforms import Answer, Answers, RequestFailed, Requests, Wanted
from nstack.connectors.limits import at_least_one, seconds
from nstack.connectors.reach import reason
from nstack.connectors.tls import Tls
from nstack.runtime.codec import Codec
from nstack.runtime.connector import Parameters
from nstack.runtime.errors import MissingExtra, NStackError, TooLarge, UsageError
from nstack.runtime.standard import StandardFunction
from nstack.runtime.telemetry import passed_on

PROVIDES = {"Http.get": "HttpGet", "Http.post": "HttpPost"}

CONNECTIONS = 100
"""At most so many connections at a time."""
CONNECT = 10.0
"""Seconds that a server has to take a connection."""
LONGEST_WAIT = 300.0
"""Seconds: a server that says ``Retry-After`` an hour is asked again earlier."""
MAY_PASS = frozenset((408, 425, 429, 500, 502, 503, 504))
"""Statuses after which the same request may succeed."""
REDIRECTIONS = frozenset((301, 302, 303, 307, 308))


class HttpGet(StandardFunction):
    """``Http.get : a -> b``."""

    METHOD: ClassVar[str | None] = "GET"

    def bind(self, input: Codec, output: Codec, parameters: Parameters) -> Callable[[Any], Coroutine[Any, Any, Any]]:
        """The coroutine function for these types. Raises UsageError, and MissingExtra."""
        try:
            import httpx2  # noqa: F401
        except ImportError:
            raise MissingExtra("httpclient", "httpclient") from None
        requests = Requests(input, parameters, self.METHOD)
        answers = Answers(output, parameters)
        caller = Caller(parameters)

        async def request(value: Any) -> Any:
            try:
                wanted = requests.of(value)
            except NStackError as fault:
                raise RequestFailed(str(fault), final=True) from None
            answer = await caller.ask(wanted)
            if answer.status >= 400 and not answers.whole and not (answer.status == 404 and answers.optional):
                raise refused(wanted, answer)
            try:
                return answers.value(answer)
            except NStackError as fault:
                raise RequestFailed(f"{wanted}: {fault}", final=True) from None

        return request


class HttpPost(HttpGet):
    """``Http.post : a -> b``."""

    METHOD = None


def refused(wanted: Wanted, answer: Answer) -> RequestFailed:
    """The error for a status from 400 on, with the beginning of what the server says."""
    said = " ".join(answer.body[:2000].decode(errors="replace").split())
    shown = f": {said[:200]}" if said and "html" not in answer.headers.get("content-type", "") else ""
    message = f"{wanted}: {answer.status} {answer.reason}".rstrip() + shown
    return RequestFailed(message, final=answer.status not in MAY_PASS, pause=pause_of(answer))


def pause_of(answer: Answer) -> float:
    """The seconds that ``Retry-After`` asks for, which are a number or a date (RFC 9110, 10.2.3)."""
    text = answer.headers.get("retry-after", "")
    try:
        asked = float(text) if text.isdecimal() else email.utils.parsedate_to_datetime(text).timestamp() - time.time()
    except ValueError:
        return 0.0
    return min(max(asked, 0.0), LONGEST_WAIT)


class Caller:
    """Makes requests over a pool of connections, which belongs to the event loop that asks first."""

    def __init__(self, parameters: Parameters) -> None:
        self._tls = Tls(parameters, "url", None, asked=True)
        self._patience = seconds(parameters, "url_timeout")
        self._most = at_least_one(parameters, "url_max_body")
        self._redirects: int = parameters.url_redirects
        if self._redirects < 0:
            raise UsageError(f"url_redirects must not be negative, got {self._redirects}")
        self._client: Any = None

    async def ask(self, wanted: Wanted) -> Answer:
        """The answer, after redirections. Raises RequestFailed, and TooLarge."""
        told = str(wanted)
        for _ in range(self._redirects + 1):
            answer = await self._once(wanted, told)
            target = answer.headers.get("location") if answer.status in REDIRECTIONS else None
            if target is None:
                return answer
            wanted = wanted.redirected(answer.status, target)
        raise RequestFailed(f"{told}: more than {self._redirects} redirections (url_redirects)", final=True)

    async def _once(self, wanted: Wanted, told: str) -> Answer:
        import httpx2

        try:
            async with self._pool().stream(
                wanted.method, wanted.url, headers=passed_on(wanted.headers), content=wanted.body
            ) as response:
                body = bytearray()
                async for part in response.aiter_bytes():
                    body += part
                    if len(body) > self._most:
                        raise TooLarge(f"{told}: the answer is larger than {self._most} bytes (url_max_body)")
                headers = {name.lower(): value for name, value in response.headers.items()}
                return Answer(response.status_code, response.reason_phrase, headers, bytes(body))
        except httpx2.ConnectTimeout:
            raise RequestFailed(f"{told}: no connection within {min(CONNECT, self._patience):g} s") from None
        except httpx2.TimeoutException:
            raise RequestFailed(f"{told}: no answer within {self._patience:g} s (url_timeout)") from None
        except httpx2.DecodingError as error:
            raise RequestFailed(f"{told}: the answer cannot be unpacked: {_line(error)}", final=True) from None
        except (httpx2.InvalidURL, httpx2.UnsupportedProtocol) as error:
            raise RequestFailed(f"{told}: {_line(error)}", final=True) from None
        except httpx2.HTTPError as error:
            if tls := self._tls.refusal(error, told):
                raise RequestFailed(str(tls), final=True) from None
            raise RequestFailed(f"{told}: {_why(error)}") from None

    def _pool(self) -> Any:
        if self._client is None:
            import httpx2

            self._client = httpx2.AsyncClient(
                verify=self._tls.context or True,
                timeout=httpx2.Timeout(self._patience, connect=min(CONNECT, self._patience), pool=None),
                limits=httpx2.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS),
                follow_redirects=False,
                headers={"user-agent": "nstack"},
            )
        return self._client


def _line(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__


def _why(error: BaseException) -> str:
    """The system's word below the library's, which is mostly ``All connection attempts failed``."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, OSError) and seen.errno is not None:
            return reason(seen)
        seen = seen.__cause__ or seen.__context__
    return _line(error)
