#!/usr/bin/env python3
"""Client of Lichtbild for studio software, in Python 3.11 or newer with its standard library only. docs/api.md explains the requests.

    python3 studio_client.py deposit https://gateway.stadt.example:8443 koch-1 portrait.jpg KEY
    python3 studio_client.py events  https://gateway.stadt.example:8443 koch-1 [CURSOR]
    python3 studio_client.py renew   https://gateway.stadt.example:8443 koch-1

koch-1 is the folder that `lichtbild-gateway device add` made: certificate.pem, key.pem, gateway-ca.pem. For application software of an
office see fachverfahren.py.
"""

import base64
import hashlib
import http.client
import json
import os
import ssl
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

# Problems that pass by themselves: the same request can succeed later.
PASSING = {
    "deposit-in-progress", "too-many-requests", "too-many-connections", "gateway-busy", "storage-unavailable",
    "upload-too-slow", "body-cut", "revocation-list-missing", "internal",
}
TRIES = 8


class Refused(Exception):
    """A refusal: application/problem+json (RFC 9457)."""

    def __init__(self, problem):
        super().__init__(f"{problem['type']}: {problem['title']}. {problem['detail']}")
        self.problem = problem


class Gateway:
    def __init__(self, url, device):
        address = urlsplit(url)
        self.host, self.port = address.hostname, address.port or 443
        # Trusts the gateway's own authority only.
        self.tls = ssl.create_default_context(cafile=device / "gateway-ca.pem")
        both = device / "device.pem"  # a renewal leaves certificate and key in one file
        if both.exists():
            self.tls.load_cert_chain(both)
        else:
            self.tls.load_cert_chain(device / "certificate.pem", device / "key.pem")

    def connect(self, timeout=40):
        return http.client.HTTPSConnection(self.host, self.port, timeout=timeout, context=self.tls)

    def send(self, method, path, body=None, headers=None):
        """Sends the request until it is answered. Every request of the interface may be repeated."""
        wait = 0.5
        for left in reversed(range(TRIES)):
            connection = self.connect()
            try:
                connection.request(method, path, body, {"Accept-Language": "de", **(headers or {})})
                answer = connection.getresponse()
                content = answer.read()
                if answer.status < 300:
                    return content
                if answer.headers.get_content_type() != "application/problem+json":
                    # A load balancer has answered. Nothing is known about the request, unless the status is final.
                    if answer.status < 500:
                        raise SystemExit(f"status {answer.status} without a problem")
                    raise http.client.HTTPException(f"status {answer.status} without a problem")
                problem = json.loads(content)
                if problem["type"] not in PASSING or not left:
                    raise Refused(problem)
                wait = max(wait, float(answer.headers.get("Retry-After", "0")))
                reason = problem["type"]
            except ssl.SSLError as error:
                # One side refuses the certificate of the other: a repeat changes nothing.
                if isinstance(error, ssl.SSLCertVerificationError) or "ALERT" in (error.reason or ""):
                    raise SystemExit(f"certificate refused: {error.reason}") from error
                if not left:
                    raise
                reason = f"no answer ({error.reason})"
            except (OSError, http.client.HTTPException) as broken:
                # Unknown whether the gateway acted: the repeat finds out.
                if not left:
                    raise
                reason = f"no answer ({broken})"
            finally:
                connection.close()
            print(f"{reason}: again in {wait:.1f} s", file=sys.stderr)
            time.sleep(wait)
            wait = min(wait * 2, 30)

    def deposit(self, photo, key):
        """Deposits a photo and returns its receipt. Keep `key` with the photo until the receipt has arrived."""
        digest = base64.b64encode(hashlib.sha256(photo).digest()).decode()
        headers = {"Content-Type": "image/jpeg", "Idempotency-Key": key, "Content-Digest": f"sha-256=:{digest}:"}
        return json.loads(self.send("POST", "/v1/photos", photo, headers))

    def events(self, cursor=""):
        """Yields events with the cursor behind each, until the connection ends. Continue with the last cursor."""
        connection = self.connect(timeout=60)  # the gateway sends a line every 20 seconds
        connection.request("GET", "/v1/events", headers={"Accept": "text/event-stream", "Last-Event-ID": cursor})
        answer = connection.getresponse()
        if answer.status != 200:
            raise Refused(json.loads(answer.read()))
        for line in answer:
            name, _, value = line.decode().strip().partition(":")
            if name == "id":
                cursor = value.strip()
            elif name == "data":
                yield cursor, json.loads(value)


def renew(gateway, device):
    """Renews the certificate: makes a new key, has it certified, and writes both to device.pem, which is whole or absent."""
    os.umask(0o077)
    key, request, both = (device / name for name in ("new-key.pem", "new-request.pem", "new-device.pem"))
    used = device / "device.pem"
    if key.exists() and used.exists() and key.read_bytes() in used.read_bytes():
        key.unlink()  # the last renewal was interrupted behind its end
    if not key.exists():  # a key whose certificate did not arrive is used again, and gets the same certificate
        store(key, openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"))
    openssl("req", "-new", "-key", key, "-subj", "/", "-out", request)
    headers = {"Content-Type": "application/pkcs10"}
    try:
        answer = gateway.send("POST", "/.well-known/est/simplereenroll", request.read_bytes(), headers)
    except Refused as refused:
        if refused.problem["type"] == "key-reused":  # another device has had this folder
            key.unlink()
        raise
    certificate = openssl("pkcs7", "-inform", "DER", "-print_certs", input=base64.b64decode(answer))
    store(both, certificate + key.read_bytes())
    # Fails before anything is replaced if the certificate is of another key.
    ssl.create_default_context().load_cert_chain(both)
    os.replace(both, device / "device.pem")
    make_durable(device)
    for old in (key, request, device / "certificate.pem", device / "key.pem"):
        old.unlink(missing_ok=True)


def store(path, content):
    """Writes a file that is whole or absent, also after a power cut."""
    new = path.with_suffix(".new")
    with open(new, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(new, path)
    make_durable(path.parent)


def make_durable(folder):
    """Brings the names in a folder to the disk. Windows has no such call."""
    if os.name != "posix":
        return
    opened = os.open(folder, os.O_RDONLY)
    os.fsync(opened)
    os.close(opened)


def openssl(*arguments, **more):
    return subprocess.run(["openssl", *arguments], check=True, capture_output=True, **more).stdout


def main(arguments):
    match arguments:
        case ["deposit", url, device, photo, key]:
            print(json.dumps(Gateway(url, Path(device)).deposit(Path(photo).read_bytes(), key), indent=2))
        case ["events", url, device, *cursor]:
            for cursor, event in Gateway(url, Path(device)).events(*cursor):
                print(cursor, json.dumps(event), flush=True)
        case ["renew", url, device]:
            renew(Gateway(url, Path(device)), Path(device))
        case _:
            print(__doc__, file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Refused as refused:
        print(refused, file=sys.stderr)
        for finding in refused.problem.get("findings", []):
            print(f"- {finding['message']} {finding['hint']}", file=sys.stderr)
        sys.exit(1)
