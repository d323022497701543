"""Test data for schemathesis: values that lead beyond the first refusal of the gateway, mixed with generated ones.

The environment variable LICHTBILD_TEST_DATA names a JSON file:
{"photos": [files], "codes": [...], "requests": [files], "lookups": [...], "statuses": file}.
Each call adds a line to the file of the statuses: method and path of the operation, and the status of the answer.
"""

import json
import os
import re
from collections import Counter
from pathlib import Path

import schemathesis
from hypothesis import strategies as st

DATA = json.loads(Path(os.environ["LICHTBILD_TEST_DATA"]).read_text())
UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}"
CODES = DATA["codes"]
PHOTOS = [Path(name).read_bytes() for name in DATA["photos"]]
REQUESTS = [Path(name).read_bytes() for name in DATA["requests"]]

# Identifiers of photos, collections and checkpoints that answers have named.
seen = {"photo_id": [], "collection_id": [], "count": []}
PATTERNS = {"photo_id": '"(%s)"' % UUID, "collection_id": '"(%s)"' % UUID, "count": r"(\d+)"}

# Codes of the collections that this device has and has not settled.
open_collections = {}
calls = Counter()

schemathesis.openapi.media_type("image/jpeg", st.one_of(st.sampled_from(PHOTOS), st.binary(max_size=200)))
schemathesis.openapi.media_type("application/pkcs10", st.one_of(st.sampled_from(REQUESTS), st.binary(max_size=200)))


def is_own_method(case):
    """False for a call with a method that the path does not have, which the generator makes too."""
    return case.method.upper() == case.operation.method.upper()


@schemathesis.hook
def after_call(context, case, response):
    text = response.content.decode("utf-8", "replace")
    for name, pattern in PATTERNS.items():
        for found in re.findall(r'"%s":\s*%s' % (name, pattern), text):
            if found not in seen[name]:
                seen[name].append(found)
    if not is_own_method(case):
        return
    label = case.operation.label
    with open(DATA["statuses"], "a") as statuses:
        statuses.write(f"{label} {response.status_code}\n")
    if label == "POST /v1/collections" and response.status_code in (200, 201):
        open_collections[response.json()["collection_id"]] = case.body["code"]
    if label.endswith("/settle") and response.status_code == 200:
        open_collections.pop(case.path_parameters["collection_id"], None)


@schemathesis.hook
def flatmap_path_parameters(context, parameters):
    known = next((seen[name] for name in parameters or {} if seen.get(name)), None)
    if not known:
        return st.just(parameters)
    name = next(name for name in parameters if name in seen)
    return st.one_of(st.just(parameters), st.sampled_from(known).map(lambda value: {**parameters, name: value}))


@schemathesis.hook
def flatmap_headers(context, headers):
    if not CODES or "Retrieval-Code" not in (headers or {}):
        return st.just(headers)
    return st.one_of(st.just(headers), st.sampled_from(CODES).map(lambda code: {**headers, "Retrieval-Code": code}))


@schemathesis.hook
def flatmap_body(context, body):
    if not CODES or not isinstance(body, dict) or "code" not in body:
        return st.just(body)
    return st.one_of(st.just(body), st.sampled_from(CODES).map(lambda code: {**body, "code": code}))


@schemathesis.hook
def before_call(context, case, kwargs):
    label = case.operation.label
    calls[label] += 1
    if is_own_method(case) and calls[label] % 3 == 1:
        make_acceptable(case, label, calls[label] // 3)
    # A list without events waits as long as this says.
    if case.query and str(case.query.get("wait", "")).isdecimal():
        case.query["wait"] = 0


def make_acceptable(case, label, number):
    """Replaces the values of the request by some with which the gateway can serve it."""

    def choose(known):
        return list(known)[number % len(known)]

    case.query = {}
    optional = ["Content-Digest", "Photo-Subject", "Photo-Exception", "Last-Event-ID"]
    for name in optional:
        if case.headers:
            case.headers.pop(name, None)
    for name in case.path_parameters or {}:
        if seen.get(name):
            case.path_parameters[name] = choose(seen[name])
    if "{collection_id}/" in label and open_collections:
        collection = choose(open_collections)
        case.path_parameters["collection_id"] = collection
        if label.endswith("/photo"):
            case.headers["Retrieval-Code"] = open_collections[collection]
        else:
            # The code stays good for other calls.
            case.body = {"outcome": "released"}
    if label in ("POST /v1/photos", "POST /v1/photos/check"):
        case.body = choose(PHOTOS)
        if "/check" not in label:
            case.headers["Idempotency-Key"] = f"a-key-for-photo-{number % 12}"
    if label == "POST /v1/collections":
        case.body = {"code": choose(CODES)}
    if label == "POST /v1/invitations/lookup":
        case.body = {"lookup": choose(DATA["lookups"]), "nonce": "5e" * 32}
    if case.media_type == "application/pkcs10":
        case.body = choose(REQUESTS)
