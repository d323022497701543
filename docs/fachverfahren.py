#!/usr/bin/env python3
"""Example of application software (a Fachverfahren) that uses Lichtbild: collect -> fetch -> settle.

    echo XXXXX-XXXXX-XXXXX-XXXXX | python3 fachverfahren.py --gateway https://gateway.stadt.example:9443 --device mitte-1 --inbox photos

Needs Python 3.11 or newer and its standard library only. `--device` is the folder that `lichtbild-gateway device add` made: certificate.pem,
key.pem, gateway-ca.pem. The code comes on standard input, since every user of the computer can read arguments.

Renewal: the certificate of a program ends after 60 days. Run once a day from cron (it does nothing until two thirds are over):

    lichtbild-studio renew --config mitte-1/studio.toml

Every request may be repeated. The same code gives this office the same collection while it has the lease, the photo can be fetched any
number of times, and the same decision gives the same receipt. So repeat a request without an answer:

    interrupted at           the gateway may have               next step
    collect                  leased the photo to us             same request: 200 instead of 201, same collection
    fetch                    handed it over to us               same request; a partial photo is never stored
    settle                   erased the photo                   same request: same receipt
    (this program is killed) done any of these                  run it again: decisions in the inbox are settled first

Only settling erases the photo. Photo and decision are on our disk before we settle.

A device can settle only collections whose code it has sent. If counters share an inbox, or a computer got a new device, the notes of another
device are refused (`collection-code-required`). They stay in the inbox, and the program continues with the typed code. The device that began
a note settles it, or the first device that gets the code of that photo, with a new decision.

A decision that the gateway refuses for good (a reason that does not exist, a date in the past, a collection that is over) is set aside: its note
becomes `Lichtbild-….failed`, standard error names it, and the program goes on. While the collection is open, the code of that photo with
another decision settles it and removes the file. Otherwise remove it when you know the state of the photo. `GET /v1/collections/{id}` tells it.

Exit codes: 0 done; 1 refused, with the problem's `type` and text on standard error; 2 wrong arguments; 75 try again later, nothing is lost. With
a code they are about its photo, without a code about the notes in the inbox.
"""

import argparse
import hashlib
import http.client
import json
import os
import ssl
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

TRIES = 6
FIRST_WAIT_S = 0.2  # doubled each time: 6 s in all
LONGEST_WAIT_S = 10.0  # if the gateway asks for more, tell the clerk instead of waiting

# Temporary problems. `type` is stable; `title` and `detail` are texts for people.
PASSING = {"gateway-busy", "storage-unavailable", "too-many-requests", "too-many-connections"}

# Problems of a decision that no repetition changes. Problems of the device or the office do not belong here: they end, and the decision stays.
FOR_GOOD = {
    "request-malformed",
    "settlement-date",
    "note-too-long",
    "collection-unknown",
    "collection-settled",
    "lease-expired",
}


class Refused(Exception):
    """The gateway refused the request: application/problem+json (RFC 9457)."""

    def __init__(self, problem):
        super().__init__(f"{problem['type']}: {problem['title']}. {problem['detail']}")
        self.type = problem["type"]
        self.advice = ""

    def __str__(self):
        return super().__str__() + self.advice


class Broken(Exception):
    """No complete answer. It is unknown whether the gateway acted, and the request can be repeated."""


class Later(Exception):
    """Still no answer after all tries."""


class Gateway:
    def __init__(self, url, device):
        address = urlsplit(url)
        self.host, self.port = address.hostname, address.port or 443
        # Trusts the gateway's own authority only, and checks the name.
        self.tls = ssl.create_default_context(cafile=device / "gateway-ca.pem")
        both = device / "device.pem"  # a renewal leaves certificate and key in one file
        if both.exists():
            self.tls.load_cert_chain(both)
        else:
            self.tls.load_cert_chain(device / "certificate.pem", device / "key.pem")

    def ask(self, method, path, headers=(), body=None, is_whole=lambda answer: True):
        """Sends one request until it is answered; repeats it if the connection breaks or the gateway is busy."""
        wait_s = FIRST_WAIT_S
        for left in reversed(range(TRIES)):
            try:
                answer = self.ask_once(method, path, dict(headers), body)
                if is_whole(answer):
                    return answer
                reason = "what arrived is not what was sent"
            except Broken as broken:
                reason = f"the line broke ({broken})"
            except Refused as refused:
                if refused.type not in PASSING:
                    raise
                reason, wait_s = refused.type, max(wait_s, refused.retry_after_s)
            if left and wait_s <= LONGEST_WAIT_S:
                print(f"{method} {path.rsplit('/', 1)[-1]}: {reason}, again in {wait_s:.1f} s", file=sys.stderr)
                time.sleep(wait_s)
                wait_s *= 2
            else:
                raise Later(f"{method} {path.rsplit('/', 1)[-1]}: {reason}")

    def ask_once(self, method, path, headers, body):
        headers |= {"Accept-Language": "de", "Connection": "close"}
        connection = http.client.HTTPSConnection(self.host, self.port, timeout=20, context=self.tls)
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            content = response.read()
        except ssl.SSLCertVerificationError:
            raise  # Another server: do not repeat, do not continue.
        except ssl.SSLError as error:
            if "ALERT" in (error.reason or ""):
                raise  # The gateway refused our certificate (expired, revoked, unknown).
            raise Broken(str(error)) from error
        except (OSError, http.client.HTTPException) as error:
            raise Broken(str(error) or type(error).__name__) from error
        finally:
            connection.close()
        if response.status < 300:
            return content
        if response.headers.get_content_type() != "application/problem+json":
            raise Broken(f"status {response.status} from something in between")
        refused = Refused(json.loads(content))
        retry_after = response.headers.get("Retry-After", "")
        refused.retry_after_s = float(retry_after) if retry_after.isdigit() else 0.0
        raise refused

    def post(self, path, value):
        return json.loads(self.ask("POST", path, {"Content-Type": "application/json"}, json.dumps(value)))

    def collect(self, code):
        return self.post("/v1/collections", {"code": code})

    def fetch(self, collection, code):
        expected = collection["photo"]["sha256"]
        path = f"/v1/collections/{collection['collection_id']}/photo"
        return self.ask("GET", path, {"Retrieval-Code": code}, is_whole=lambda photo: sha256(photo) == expected)

    def settle(self, collection_id, decision):
        return self.post(f"/v1/collections/{collection_id}/settle", decision)


def sha256(content):
    return hashlib.sha256(content).hexdigest()


def save(file, content):
    """Writes a file that is complete or absent under its name, even after a power cut."""
    handle, temporary = tempfile.mkstemp(dir=file.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as part:
            part.write(content)
            part.flush()
            os.fsync(part.fileno())
        os.replace(temporary, file)
    except BaseException:
        os.unlink(temporary)
        raise
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def take(gateway, inbox, code, decision, without_code):
    """Takes one photo from its code to its receipt."""
    collection = gateway.collect(code)
    file = inbox / f"Lichtbild-{collection['collection_id']}.jpg"
    if (open_note := file.with_suffix(".open")) in without_code:
        # An earlier decision could not be settled without the code. The clerk who has the code now decides again.
        decided = json.loads(open_note.read_bytes())["decision"]
        if decided != decision:
            print(f"{open_note.name} said {json.dumps(decided)}; {json.dumps(decision)} takes its place.", file=sys.stderr)
    try:
        photo = gateway.fetch(collection, code)
    except Refused as refused:
        # Interrupted for longer than a lease. The same code leases the photo again, unless another office was faster.
        if refused.type != "lease-expired":
            raise
        collection = gateway.collect(code)
        photo = gateway.fetch(collection, code)
    save(file, photo)
    # Here the application imports the file, and the clerk decides: used, kept, refused or released.
    note = {"collection_id": collection["collection_id"], "file": file.name, "decision": decision}
    save(file.with_suffix(".open"), json.dumps(note).encode())
    return finish(gateway, file.with_suffix(".open"))


def finish(gateway, open_note):
    """Sends the stored decision. Needs no code: the gateway knows which devices sent it, and refuses others."""
    content = open_note.read_bytes()
    try:
        note = read_note(content)
        note["receipt"] = gateway.settle(note["collection_id"], note["decision"])
    except Refused as refused:
        if refused.type in FOR_GOOD:
            set_aside(open_note, refused)
        raise
    save(open_note.with_suffix(".json"), json.dumps(note).encode())
    for done in (open_note, open_note.with_suffix(".failed")):
        done.unlink(missing_ok=True)  # Another counter that shares this inbox may have been faster.
    return note


def read_note(content):
    try:
        note = json.loads(content)
        return {name: note[name] for name in ("collection_id", "file", "decision")}
    except (ValueError, KeyError, TypeError):
        text = {"title": "Unreadable note", "detail": "Its content is not a stored decision."}
        raise Refused({"type": "request-malformed"} | text) from None


def set_aside(open_note, refused):
    """Takes a decision that the gateway refuses for good out of the way of other photos."""
    failed = open_note.with_suffix(".failed")
    try:
        os.replace(open_note, failed)
    except FileNotFoundError:
        return  # Another counter that shares this inbox was faster.
    refused.advice = f" {failed.name} is set aside: enter that photo's code with another decision."


def finish_all(gateway, inbox):
    """Settles the notes of earlier runs. Returns the notes that need their code, and all that were refused."""
    without_code, refused_notes = set(), set()
    for open_note in sorted(inbox.glob("Lichtbild-*.open")):
        try:
            print(json.dumps(finish(gateway, open_note)))
        except FileNotFoundError:
            continue  # Settled by another counter in the meantime.
        except Refused as refused:
            refused_notes.add(open_note)
            if refused.type == "collection-code-required":
                without_code.add(open_note)
                refused.advice = f" {open_note.name} stays: enter that photo's code here, or finish at the counter that began it."
            elif not refused.advice:
                refused.advice = f" {open_note.name} stays."
            print(refused, file=sys.stderr)
    return without_code, refused_notes


def main():
    parser = argparse.ArgumentParser(description="Takes one photo from a Lichtbild gateway. The code comes on standard input.")
    parser.add_argument("--gateway", required=True, help="https://gateway.stadt.example:9443")
    parser.add_argument("--device", required=True, type=Path, help="folder with certificate.pem, key.pem, gateway-ca.pem")
    parser.add_argument("--inbox", required=True, type=Path, help="folder for photos and receipts; it must be there")
    parser.add_argument("--decision", type=json.loads, default={"outcome": "used"}, help="JSON as for POST …/settle")
    arguments = parser.parse_args()
    gateway = Gateway(arguments.gateway, arguments.device)
    try:
        without_code, refused_notes = finish_all(gateway, arguments.inbox)
        code = sys.stdin.readline().strip()
        if not code:
            return 1 if refused_notes else 0
        print(json.dumps(take(gateway, arguments.inbox, code, arguments.decision, without_code)))
    except Refused as refused:
        print(refused, file=sys.stderr)
        return 1
    except ssl.SSLError as error:
        print(f"certificate: {error}", file=sys.stderr)
        return 1
    except Later as later:
        print(f"{later}. Run it again: nothing is lost.", file=sys.stderr)
        return 75
    return 0


if __name__ == "__main__":
    sys.exit(main())
