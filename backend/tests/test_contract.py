"""The OpenAPI document against the API: schemathesis sends what it says is right, and what it says is wrong."""

import json
from pathlib import Path

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.test import override_settings
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    positive_data_acceptance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
    use_after_free,
)

from tests.builders import EXECUTION, report, whole_execution
from tests.conftest import EVENTS_KEY, REPORTS_BUCKET
from tests.test_events import send_all

CHECKS = [
    not_a_server_error,
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
    use_after_free,
]
# What is right by the document may still be refused with 422: a cursor of another query, a year out of range, times
# of a release that contradict each other. So `positive_data_acceptance` is for what has no such rules.
HEADERS = {"Host": "journal.example.com", "X-Api-Key": EVENTS_KEY}

# No application around it: a client's own middleware, and so its own rate limits, which are tested elsewhere.
with override_settings(POST_BURST=10**6):
    application = WSGIHandler()
schema = schemathesis.openapi.from_wsgi("/api/openapi.json", application, headers=HEADERS)


@pytest.mark.usefixtures("untraced")
@schema.parametrize()
@hypothesis_settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_api_is_as_its_document_says(table, case):
    strict = case.method == "GET" and not {"cursor", "since"} & set(case.query or {})
    case.call_and_validate(headers=HEADERS, checks=[*CHECKS, *([positive_data_acceptance] if strict else [])])


def test_the_api_is_as_its_document_says_of_real_releases(table, post, moto, client):
    """What is generated finds an empty journal; here every field of an answer is there, and checked."""
    moto.put_object(Bucket=REPORTS_BUCKET, Key="reports/test/d-TEST00001.json", Body=json.dumps(report()).encode())
    send_all(post, whole_execution()[2:17])
    moto.delete_object(Bucket=REPORTS_BUCKET, Key="reports/test/d-TEST00001.json")
    for path, query in [
        ("/api/releases", {}),
        ("/api/environments", {}),
        ("/api/metrics", {"days": 366}),
        ("/api/releases/{release_id}", {}),
    ]:
        parameters = {"release_id": EXECUTION} if "{" in path else {}
        case = schema[path]["GET"].Case(path_parameters=parameters, query=query, headers=HEADERS)
        case.call_and_validate(headers=HEADERS, checks=[not_a_server_error, response_schema_conformance])
    assert client.get(f"/api/releases/{EXECUTION}").json()["reports"][0]["checks"]


def test_the_frontend_has_the_current_document(client):
    """`npm run lint` compares the frontend's types with its copy of the document; here the copy is compared with the API."""
    kept = json.loads((Path(__file__).parents[2] / "frontend" / "openapi.json").read_text(encoding="utf-8"))
    hint = "run `python manage.py export_openapi_schema --api journal.api.api --indent 1`, see backend/README.md"
    assert client.get("/api/openapi.json").json() == kept, hint
