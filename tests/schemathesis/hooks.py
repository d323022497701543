"""Test data for schemathesis: values that lead beyond the first refusal of the gateway, mixed with generated ones.

The environment variable LICHTBILD_TEST_DATA names a JSON file: {"photos": [files], "codes": [...], "requests": [files]}.
"""

import json
import os
import re
from pathlib import Path

import schemathesis
from hypothesis import strategies as st

DATA = json.loads(Path(os.environ["LICHTBILD_TEST_DATA"]).read_text())
UUID = rb"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}"
CODES = DATA["codes"]

# Identifiers of photos and collections that answers have named.
seen = {"photo_id": [], "collection_id": []}


def files(names):
    return [Path(name).read_bytes() for name in names]


schemathesis.openapi.media_type("image/jpeg", st.one_of(st.sampled_from(files(DATA["photos"])), st.binary(max_size=200)))
schemathesis.openapi.media_type("application/pkcs10", st.one_of(st.sampled_from(files(DATA["requests"])), st.binary(max_size=200)))


@schemathesis.hook
def after_call(context, case, response):
    for name, known in seen.items():
        for found in re.findall(rb'"%s":\s*"(%s)"' % (name.encode(), UUID), response.content):
            if found.decode() not in known:
                known.append(found.decode())


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
def before_call(context, case, kwargs):
    # A list without events waits as long as this says.
    if case.query and str(case.query.get("wait", "")).isdecimal():
        case.query["wait"] = 0


@schemathesis.hook
def flatmap_body(context, body):
    if not CODES or not isinstance(body, dict) or "code" not in body:
        return st.just(body)
    return st.one_of(st.just(body), st.sampled_from(CODES).map(lambda code: {**body, "code": code}))
