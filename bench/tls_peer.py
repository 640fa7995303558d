"""asyncio's TLS 1.3 as a channel: both sides show a certificate that the class has signed, frames have a length.

Rules: what its documentation does, on streams; Python's standard library can ask for a client's certificate only where
it knows the authority, so this is a class that everybody has joined already. `cryptography` makes the certificates.
"""

import asyncio
import datetime
import ssl
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.x509.oid import NameOID

HOST = "127.0.0.1"
DAY = datetime.timedelta(days=1)


class TlsChannel:
    """One connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def send(self, data: bytes) -> None:
        """One message; waits where the other side does not keep up."""
        self._writer.write(len(data).to_bytes(4, "big") + data)
        await self._writer.drain()

    async def receive(self) -> bytes:
        """One message. Raises IncompleteReadError at the end."""
        size = int.from_bytes(await self._reader.readexactly(4), "big")
        return await self._reader.readexactly(size)

    async def close(self) -> None:
        """Say so, and wait until it is done."""
        self._writer.close()
        await self._writer.wait_closed()


async def dial(port: int, folder: Path) -> TlsChannel:
    """To a server on this machine."""
    return TlsChannel(*await asyncio.open_connection(HOST, port, ssl=_context(folder, server=False)))


async def serve(folder: Path, answer: "asyncio.Queue[TlsChannel]") -> asyncio.Server:
    """On a free port; each connection goes into `answer`."""
    return await asyncio.start_server(
        lambda reader, writer: answer.put_nowait(TlsChannel(reader, writer)), HOST, 0,
        ssl=_context(folder, server=True),
    )  # fmt: skip


def _context(folder: Path, server: bool) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER if server else ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.check_hostname = False  # a class knows keys, not host names
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(folder / "class.pem")
    context.load_cert_chain(folder / "member.pem", folder / "member.key")
    return context


def certificates(folder: Path) -> None:
    """An authority, and a member whom it has signed."""
    authority, member = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    issuer = _name("class")
    root = _signed(issuer, issuer, authority, authority, ca=True)
    leaf = _signed(_name("member"), issuer, member, authority, ca=False)
    pem = serialization.Encoding.PEM
    (folder / "class.pem").write_bytes(root.public_bytes(pem))
    (folder / "member.pem").write_bytes(leaf.public_bytes(pem))
    key = member.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "member.key").write_bytes(key)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _signed(
    subject: x509.Name, issuer: x509.Name, key: Ed25519PrivateKey, by: Ed25519PrivateKey, ca: bool
) -> x509.Certificate:
    now = datetime.datetime.now(datetime.UTC)
    made = x509.CertificateBuilder(issuer, subject, key.public_key(), x509.random_serial_number(), now - DAY, now + DAY)
    return made.add_extension(x509.BasicConstraints(ca, None), critical=True).sign(by, None)
