"""How values become HTTP requests, and answers values."""

import base64
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import SplitResult, quote, urlencode, urljoin, urlsplit

from nstack.runtime.codec import Codec
from nstack.runtime.connector import Parameters
from nstack.runtime.errors import ConnectorError, DecodeError, EncodeError, UsageError
from nstack.runtime.shapes import Shape

_PLACE = re.compile(r"\{([^{}]*)\}")
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_SECRET_HEADERS = ("authorization", "proxy-authorization", "cookie")


class RequestFailed(ConnectorError):
    """A request that got no answer, or one that is an error. ``final`` tells that a repetition would not help,
    ``pause`` how many seconds the server wants to be left alone.
    """

    def __init__(self, message: str, *, final: bool = False, pause: float = 0.0) -> None:
        super().__init__(message)
        self.final = final
        self.pause = pause


def parts_of(url: str) -> SplitResult | None:
    """A URL of HTTP, taken apart; None for what is none, or has a host or port that cannot be."""
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        return None
    return parts if good else None


def without_login(url: str) -> str:
    """A URL for messages: of what may be a login nothing is shown."""
    return re.sub(r"//.*@", "//***@", url, flags=re.DOTALL)


class Wanted:
    """One request. ``str()`` is what messages show: the method, and the URL without its query, which may hold secrets.

    ``secret`` are the headers that only the first server may see.
    """

    __slots__ = ("body", "headers", "method", "secret", "url")

    def __init__(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, secret: frozenset[str]
    ) -> None:
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.secret = secret

    def __str__(self) -> str:
        parts = urlsplit(self.url)
        server = parts.netloc.rpartition("@")[2]
        return f"{self.method} {parts.scheme}://{server}{parts.path}" + ("?…" if parts.query else "")

    def redirected(self, status: int, target: str) -> "Wanted":
        """The request that a redirection asks for. Headers that the program gave stay with the server they were meant
        for; what was encrypted is not asked for in the clear. Raises RequestFailed.
        """
        try:
            url = urljoin(self.url, target)
        except ValueError:
            url = target
        before, after = urlsplit(self.url), parts_of(url)
        if after is None or (before.scheme == "https" and after.scheme == "http"):
            known = after or re.match(r"[a-z][a-z0-9+.-]*:", url, re.IGNORECASE)
            where = without_login(url).partition("?")[0][:100] if known else "what is no URL"
            raise RequestFailed(f"{self}: it redirects to {where}, not followed", final=True)
        headers = dict(self.headers)
        if (before.scheme, before.netloc.lower()) != (after.scheme, after.netloc.lower()):
            headers = {name: value for name, value in headers.items() if name not in self.secret}
        if status == 303 or (status in (301, 302) and self.method == "POST"):
            headers.pop("content-type", None)
            return Wanted("GET", url, headers, None, self.secret)
        return Wanted(self.method, url, headers, self.body, self.secret)


class Answer:
    """What a server said. Names of headers are small letters."""

    __slots__ = ("body", "headers", "reason", "status")

    def __init__(self, status: int, reason: str, headers: dict[str, str], body: bytes) -> None:
        self.status = status
        self.reason = reason
        self.headers = headers
        self.body = body


class Requests:
    """Requests of values of one type. ``method`` is None where a parameter says it, and the value is the body."""

    def __init__(self, codec: Codec, parameters: Parameters, method: str | None) -> None:
        self._codec = codec
        self._url: str = parameters.url
        self._method: str = method or parameters.url_method
        self._has_body = method is None
        self._headers, self._secret = _headers(parameters)
        self._check_url(codec.shape)
        names = set(_PLACE.findall(self._url))
        self._query: tuple[str, ...] = ()
        if not self._has_body and codec.shape.kind == "record":
            self._query = tuple(label for label in codec.shape.labels if label not in names)
        self._parts = {label: _writer(part, label) for label, part in _parts_of(codec, names, self._query)}
        if self._has_body:
            self._encode = _body(codec, parameters)
            self._headers.setdefault("content-type", _content_type(codec, parameters))
        elif "accept" not in self._headers and parameters.url_answer == "json":
            self._headers["accept"] = "application/json"

    def _check_url(self, shape: Shape) -> None:
        if self._url == "{}" and shape.shown == "Text":
            if "authorization" in self._headers:
                raise UsageError('url = "{}" may be any server: no login goes there')
            return
        shown = repr(without_login(self._url))
        if re.search("[{}]", _PLACE.sub("", self._url)):
            raise UsageError(f"url {shown} has a brace without its other one (a brace itself is written %7B or %7D)")
        if _PLACE.search(self._url.partition("://")[2].split("/", 1)[0]):
            raise UsageError(f'url {shown}: a value may not choose the server, except by url = "{{}}"')
        parts = parts_of(_PLACE.sub("x", self._url))
        if parts is None:
            raise UsageError(f"url {shown} is no URL such as https://api.example/things/{{id}}")
        if parts.username or parts.password:
            raise UsageError("url holds a login: say url_user and url_password, which are shown nowhere")

    def of(self, value: Any) -> Wanted:
        """The request of a value. Raises EncodeError."""
        texts = {label: write(value if label == "" else value[label]) for label, write in self._parts.items()}
        if self._url == "{}":
            url = str(value)
            if parts_of(url) is None:
                raise EncodeError("value", "a URL, http or https", repr(without_login(url)[:100]))
        else:
            url = _PLACE.sub(lambda found: _placed(found[1], texts[found[1]]), self._url)
        query = [(label, text) for label in self._query for text in _several(texts[label])]
        if query:
            url += ("&" if "?" in url else "?") + urlencode(query)
        body = self._encode(value) if self._has_body else None
        return Wanted(self._method, url, self._headers, body, self._secret)


def _headers(parameters: Parameters) -> tuple[dict[str, str], frozenset[str]]:
    found: dict[str, str] = {}
    for line in parameters.url_headers:
        name, colon, value = line.partition(":")
        if not colon or not _NAME.fullmatch(name) or any(ord(letter) < 32 for letter in value):
            raise UsageError(f'url_headers: {name!r} does not begin a line such as "Accept: application/json"')
        found[name.lower()] = value.strip()
    user, password, token = parameters.url_user, parameters.url_password, parameters.url_token
    if token and user:
        raise UsageError("url_token and url_user both log in: say one of them")
    if token:
        found["authorization"] = f"Bearer {token}"
    elif user:
        found["authorization"] = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
    return found, frozenset(found) | frozenset(_SECRET_HEADERS)


def _parts_of(codec: Codec, names: set[str], query: tuple[str, ...]) -> list[tuple[str, Shape]]:
    """The parts of a value that its URL needs, by name; the name of a value that is no record is empty."""
    shape = codec.shape
    found = []
    for name in sorted(names):
        if name == "" and shape.kind != "record":
            found.append(("", shape))
        elif shape.kind == "record" and name in shape.labels:
            found.append((name, shape.parts[shape.labels.index(name)]))
        else:
            raise UsageError(f"url names {{{name}}}, which {codec.shown} does not have")
    return found + [(label, shape.parts[shape.labels.index(label)]) for label in query]


def _writer(part: Shape, label: str) -> Callable[[Any], Any]:
    """The texts of one part: one, none for what is missing, or several for a list."""
    if part.kind == "optional":
        inside = _writer(part.item, label)
        return lambda value: None if value is None else inside(value)
    if part.kind == "list" and label:
        inside = _writer(part.item, "")
        return lambda value: [inside(item) for item in value]
    if part.shown == "Text":
        return str
    if part.kind != "scalar":
        what = f"the field {label}" if label else "the value"
        raise UsageError(f"{what} is {part.shown}, which does not fit into a URL; Http.post sends it as the body")
    encode = Codec(part.python).encode_json
    return lambda value: encode(value).decode().strip('"')


def _several(texts: Any) -> list[str]:
    if texts is None:
        return []
    return [text for text in texts if text is not None] if isinstance(texts, list) else [texts]


def _placed(name: str, text: Any) -> str:
    if not isinstance(text, str) or not text:
        raise EncodeError(name or "value", "a text for the URL", "nothing")
    placed = quote(text, safe="")
    if placed in (".", ".."):  # which would climb out of the path
        raise EncodeError(name or "value", "a text for the URL", repr(text))
    return placed


def _body(codec: Codec, parameters: Parameters) -> Callable[[Any], bytes]:
    if codec.shape.kind == "bytes":
        return bytes
    if parameters.url_body == "json":
        return codec.encode_json
    if codec.shape.shown != "Text":
        raise UsageError(f'url_body = "raw" is for Text and [Byte]; {codec.shown} travels as JSON')
    return str.encode


def _content_type(codec: Codec, parameters: Parameters) -> str:
    if codec.shape.kind == "bytes":
        return "application/octet-stream"
    return "application/json" if parameters.url_body == "json" else "text/plain; charset=utf-8"


# ------------------------------------------------------------------------------------------ answers


class Answers:
    """Values of answers. ``whole`` tells that every status is a value, ``optional`` that 404 is nothing."""

    def __init__(self, codec: Codec, parameters: Parameters) -> None:
        self._codec = inner = codec
        self.whole: bool = parameters.url_whole
        self._raw = parameters.url_answer == "raw"
        if self.whole:
            inner = _whole(codec)
        self._inner = inner
        self.optional = inner.shape.kind == "optional" and not self.whole
        plain = inner.shape.item if inner.shape.kind == "optional" else inner.shape
        self._plain = plain
        if self._raw and plain.kind != "bytes" and plain.shown != "Text":
            raise UsageError(f'url_answer = "raw" is for Text and [Byte]; {codec.shown} travels as JSON')

    def value(self, answer: Answer) -> Any:
        """Raises DecodeError."""
        if not self.whole:
            return self._body(answer)
        parts = {"status": answer.status, "headers": answer.headers}
        shape = self._codec.shape
        return shape.make(self._body(answer) if label == "body" else parts[label] for label in shape.labels)

    def _body(self, answer: Answer) -> Any:
        body, shape = answer.body, self._inner.shape
        if shape.kind == "unit":
            return None
        if shape.kind == "optional" and (not body or (answer.status == 404 and not self.whole)):
            return None
        if self._plain.kind == "bytes":
            return body
        if not self._raw:
            return self._inner.decode_json(body, "answer")
        try:
            return body.decode()
        except UnicodeDecodeError as error:
            raise DecodeError("answer", "Text in UTF-8", f"other bytes ({error.reason})") from None


_PARTS = {"status": "Integer", "headers": "Map Text"}


def _whole(codec: Codec) -> Codec:
    """The codec of the field ``body``; the other fields are checked. Raises UsageError."""
    shape = codec.shape
    if shape.kind != "record" or "body" not in shape.labels:
        raise UsageError(f"url_whole = true needs a record with the field body, not {codec.shown}")
    found = codec
    for label, part in zip(shape.labels, shape.parts, strict=True):
        if label == "body":
            found = Codec(part.python)
        elif label not in _PARTS:
            raise UsageError(f"an answer has no part {label!r}; it has body, status, headers")
        elif part.shown != _PARTS[label]:
            raise UsageError(f"the field {label} of an answer is {_PARTS[label]}, not {part.shown}")
    return found
