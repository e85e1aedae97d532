"""TLS of the connectors of servers: one set of parameters, one way to tell what is wrong with a certificate.

``X_tls`` turns it on, ``X_ca_file`` names who is trusted instead of the system's authorities, ``X_cert_file`` and
``X_key_file`` are this side's own certificate; ``X`` is the prefix of the connector's parameters. There is no way to
leave the check of a certificate out: whoever has made one of his own names it with ``X_ca_file``.
"""

import asyncio
import ssl
from pathlib import Path

from nstack.runtime.connector import Context, Parameters
from nstack.runtime.errors import ConnectorError, UsageError

TIMEOUT = 10.0
"""Seconds that a server has for a connection and its handshake."""
PROBE = 2.0
"""Seconds that a server has to show that it speaks TLS."""


class Tls:
    """What one use of a connector says about TLS.

    ``on`` tells whether the connection is encrypted; the paths are absolute, or None. Raises UsageError for files that
    are named and not used, and for a key without its certificate; ConnectorError for a file that cannot be read.
    ``asked`` tells that another parameter encrypts already.
    """

    def __init__(self, parameters: Parameters, prefix: str, context: Context | None, *, asked: bool = False) -> None:
        self.prefix = prefix
        self.on: bool = parameters.get(f"{prefix}_tls", False)
        self.ca_file = self._file(parameters, "ca_file", context)
        self.cert_file = self._file(parameters, "cert_file", context)
        self.key_file = self._file(parameters, "key_file", context)
        given = [name for name in ("ca_file", "cert_file", "key_file") if parameters[f"{prefix}_{name}"]]
        if given and not (self.on or asked):
            raise UsageError(f"{prefix}_{given[0]} is given, but {prefix}_tls is false: say {prefix}_tls = true")
        if self.key_file and not self.cert_file:
            raise UsageError(f"{prefix}_key_file is given without {prefix}_cert_file")
        self.context = self._context() if self.on or given else None

    def _file(self, parameters: Parameters, name: str, context: Context | None) -> Path | None:
        text = parameters[f"{self.prefix}_{name}"]
        if not text:
            return None
        return context.path(text) if context is not None else Path(text).expanduser().absolute()

    def _context(self) -> ssl.SSLContext:
        try:
            made = ssl.create_default_context(cafile=self.ca_file)
        except (OSError, ssl.SSLError) as error:
            raise unreadable(f"{self.prefix}_ca_file", self.ca_file, error) from None
        if self.cert_file:
            try:
                made.load_cert_chain(self.cert_file, self.key_file, password=_no_password)
            except (OSError, ssl.SSLError, ValueError) as error:
                named = f"{self.prefix}_cert_file" + (f" and {self.prefix}_key_file" if self.key_file else "")
                shown = " and ".join(str(file) for file in (self.cert_file, self.key_file) if file)
                raise unreadable(named, shown, error) from None
        return made

    def refusal(self, error: BaseException, address: str) -> ConnectorError | None:
        """What a failed handshake means for people; None where the failure is no matter of TLS."""
        found = _ssl_error(error)
        if found is None:
            return None
        prefix = self.prefix
        if isinstance(found, ssl.SSLCertVerificationError):
            why = found.verify_message
            if "valid for" in why:
                return ConnectorError(f"{address} shows the certificate of another name: {why}")
            if "expired" in why or "not yet valid" in why:
                return ConnectorError(f"{address} shows a certificate that does not hold: {why}")
            return ConnectorError(
                f"{address} shows a certificate that is not trusted: {why} ({prefix}_ca_file names who is trusted)"
            )
        reason = (found.reason or str(found)).replace("_", " ").lower()
        if "wrong version number" in reason or "record layer failure" in reason or "http request" in reason:
            remedy = ": write http://" if prefix == "url" else f" ({prefix}_tls = true asks for it)"
            return ConnectorError(f"{address} does not speak TLS there{remedy}")
        if "alert" in reason and ("certificate" in reason or "unknown ca" in reason):
            if self.cert_file is None:
                return ConnectorError(f"{address} asks for a certificate of ours ({prefix}_cert_file names it)")
            return ConnectorError(f"{address} does not accept our certificate: {reason} ({prefix}_cert_file names it)")
        return ConnectorError(f"{address}: the TLS handshake failed: {reason}")

    async def explain(self, host: str, port: int, address: str) -> None:
        """For a server that took a connection and did not answer on it: looks whether TLS is the reason.

        Raises ConnectorError if it is: a server that is spoken to in the clear and speaks TLS only, or one that wants a
        certificate of ours, which it says only after the handshake.
        """
        if not self.on:
            if await speaks_tls(host, port):
                raise self.expected_by(address)
            return
        try:
            async with asyncio.timeout(PROBE):
                reader, writer = await asyncio.open_connection(host, port, ssl=self.context)
                try:
                    await reader.read(1)
                finally:
                    writer.transport.abort()
        except OSError as error:
            if refused := self.refusal(error, address):
                raise refused from None

    def expected_by(self, address: str) -> ConnectorError:
        """The error for a server that speaks TLS only, and was spoken to without."""
        return ConnectorError(f"{address} speaks TLS only: say {self.prefix}_tls = true")


def unreadable(name: str, path: object, error: Exception) -> ConnectorError:
    """The error for a file of certificates that cannot be used."""
    if isinstance(error, OSError) and not isinstance(error, ssl.SSLError):
        return ConnectorError(f"{name}: cannot read {path}: {error.strerror}")
    if isinstance(error, ssl.SSLError) and "MISMATCH" in (error.reason or ""):
        return ConnectorError(f"{name}: the key does not belong to the certificate: {path}")
    return ConnectorError(f"{name}: not in PEM form, or locked by a password: {path}")


def _no_password() -> str:
    """Called for a key that is encrypted: nobody can be asked here."""
    raise ValueError


def _ssl_error(error: BaseException | None) -> ssl.SSLError | None:
    """The library's own error below what client libraries make of it."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        if isinstance(error, ssl.SSLError) and not isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError):
            return error
        error = error.__cause__ or error.__context__
    return None


async def knock(host: str, port: int, tls: Tls, address: str) -> None:
    """Connects and hangs up: client libraries tell less of why a connection does not come about than the system does.

    Raises OSError for a server that does not answer, ConnectorError for a handshake that failed.
    """
    try:
        async with asyncio.timeout(TIMEOUT):
            _, writer = await asyncio.open_connection(host, port, ssl=tls.context)
    except OSError as error:
        raise tls.refusal(error, address) or error from None
    writer.transport.abort()


async def speaks_tls(host: str, port: int) -> bool:
    """Whether a server answers a handshake, whatever certificate it shows."""
    anyone = ssl.create_default_context()
    anyone.check_hostname = False
    anyone.verify_mode = ssl.CERT_NONE
    try:
        async with asyncio.timeout(PROBE):
            _, writer = await asyncio.open_connection(host, port, ssl=anyone)
    except (OSError, TimeoutError):
        return False
    writer.transport.abort()
    return True
