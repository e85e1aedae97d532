"""A bucket of an S3-compatible store: how it is reached, and what its refusals mean.

Signing, multipart uploads and repeated requests are obstore's. Keys come from parameters, else from the environment's
usual variables (``AWS_ACCESS_KEY_ID``, ``AWS_SECRET_ACCESS_KEY``, ``AWS_SESSION_TOKEN``, ``AWS_REGION``,
``AWS_ENDPOINT_URL``, and those of web identities and containers); no message shows one.
"""

import contextlib
import os
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlsplit

from nstack.connectors.limits import seconds
from nstack.runtime.connector import Parameters
from nstack.runtime.errors import ConnectorError, MissingExtra, UsageError

PART = 8 << 20
"""Bytes of a part of a multipart upload."""
PARTS_AT_ONCE = 4
_CODE = re.compile(r"<Code>(\w+)</Code>")
_MESSAGE = re.compile(r"<Message>([^<]*)</Message>")
_CREDENTIALS = ("AWS_ACCESS_KEY_ID", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI")
_INSTANCE = "169.254.169.254"
"""Where a machine of AWS is asked for keys when there are no others."""


class Bucket:
    """One bucket. ``store`` is obstore's. Raises MissingExtra, and UsageError for parameters that make no sense."""

    def __init__(self, parameters: Parameters) -> None:
        try:
            from obstore.store import S3Store
        except ImportError:
            raise MissingExtra("s3", "s3") from None
        self.name: str = parameters.s3_bucket
        if not re.fullmatch(r"[A-Za-z0-9][\w.-]{1,253}", self.name):
            raise UsageError(f's3_bucket = "{self.name}" is no name of a bucket')
        self.endpoint: str = parameters.s3_endpoint or os.environ.get("AWS_ENDPOINT_URL", "")
        self.region: str = (
            parameters.s3_region or os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or "us-east-1"
        )
        if self.endpoint and urlsplit(self.endpoint).scheme not in ("http", "https"):
            raise UsageError(f's3_endpoint = "{self.endpoint}" is no address; one begins with https:// or http://')
        self.address = _without_login(self.endpoint) if self.endpoint else f"s3.{self.region}.amazonaws.com"
        self._patience = seconds(parameters, "s3_timeout")
        self.store: Any = S3Store(self.name, **self._config(parameters))

    def _config(self, parameters: Parameters) -> dict[str, Any]:
        given: dict[str, Any] = {
            "region": self.region,
            "client_options": {
                "allow_http": self.endpoint.startswith("http://"),
                "connect_timeout": f"{min(self._patience, 10):g}s",
                "timeout": f"{max(self._patience, 30):g}s",
            },
            "retry_config": {"max_retries": 10, "retry_timeout": parameters.s3_timeout},
        }
        if self.endpoint:
            given["endpoint"] = self.endpoint
        if bool(parameters.s3_key_id) != bool(parameters.s3_secret_key):
            raise UsageError("s3_key_id and s3_secret_key belong together: one of them is given without the other")
        if parameters.s3_key_id:
            given |= {"access_key_id": parameters.s3_key_id, "secret_access_key": parameters.s3_secret_key}
            given["session_token"] = parameters.s3_session_token or None
        elif parameters.s3_anonymous:
            given["skip_signature"] = True
        return {name: value for name, value in given.items() if value is not None}

    async def look(self) -> None:
        """Raises what the library raises where the bucket is not there: asked for an object, a store answers alike
        whether that is missing or the bucket."""
        import obstore

        async for _ in obstore.list(self.store, chunk_size=1):
            return

    def url(self, key: str) -> str:
        """Where an object can be asked for."""
        path = quote(key, safe="/~")
        if self.endpoint:
            return f"{self.address.rstrip('/')}/{self.name}/{path}"
        return f"https://{self.name}.{self.address}/{path}"

    def shown(self, key: str) -> str:
        """An object, in messages."""
        return f"s3://{self.name}/{key}"

    @contextlib.contextmanager
    def telling(self, what: str) -> Iterator[None]:
        """Turns what the library raises into one ConnectorError that begins with ``what`` was tried."""
        from obstore.exceptions import BaseError

        try:
            yield
        except (BaseError, OSError) as error:  # a missing key is Python's own FileNotFoundError
            raise ConnectorError(f"{what}: {self._why(str(error), error)}") from None

    def _why(self, text: str, error: BaseException) -> str:
        found = _CODE.search(text)
        code = found.group(1) if found else ""
        if code == "NoSuchBucket":
            return f"there is no bucket {self.name} at {self.address} (s3_bucket names it; it is not made here)"
        if _INSTANCE in text and not any(map(os.environ.get, _CREDENTIALS)):
            return (
                "there are no keys: give s3_key_id and s3_secret_key, best from the environment ($NAME), or set "
                "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; s3_anonymous = true reads what is public"
            )
        if code in _REFUSED or "403 Forbidden" in text or "401 Unauthorized" in text:
            return f"{self.address} refuses the key{_said(code)} (s3_key_id and s3_secret_key, or the AWS_… variables)"
        if code == "NoSuchKey" or isinstance(error, FileNotFoundError):
            return f"there is no such object in bucket {self.name} at {self.address}"
        if code in ("PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException"):
            return f"bucket {self.name} is in another region than {self.region} (s3_region names it)"
        if "HTTP error" in text or "error sending request" in text:
            patience = f"within s3_timeout = {self._patience:g}s"
            return f"cannot reach {self.address} {patience}: does it run, and is its name right?"
        message = _MESSAGE.search(text)
        if found:
            return f"{self.address} says {code}{f': {message.group(1)}' if message else ''}"
        return f"{self.address} failed: {_first_line(text)}"


_REFUSED = frozenset(
    (
        *("InvalidAccessKeyId", "InvalidClientTokenId", "SignatureDoesNotMatch", "AccessDenied", "ExpiredToken"),
        *("AuthFailure", "InvalidToken", "Forbidden", "AllAccessDisabled"),
    )
)


def _said(code: str) -> str:
    return f" ({code})" if code else ""


def _first_line(text: str) -> str:
    line = text.partition("\n")[0]
    return re.sub(r"https?://\S+", "…", line)[:200]  # a signed address would be a key


def _without_login(endpoint: str) -> str:
    parts = urlsplit(endpoint)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path.rstrip('/')}"


def key_of(text: str, name: str = "s3_key") -> str:
    """A key as it is sent: without leading slashes. Raises UsageError for one that cannot be."""
    key = text.lstrip("/")
    if not key or key.endswith("/") or "//" in key or any(part in (".", "..") for part in key.split("/")):
        raise UsageError(f'{name} = "{text}" is no key of an object')
    if len(key.encode(errors="surrogatepass")) > 1024:
        raise UsageError(f"{name} is longer than 1024 bytes, which is the most that S3 has")
    return key
