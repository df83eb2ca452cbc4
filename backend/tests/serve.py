"""The real API with a journal full of releases, on 127.0.0.1: for the browser tests and for looking at pages.

    .venv/bin/python -m tests.serve --port 8000 [--empty] [--days 90] [--now 2025-06-12T15:00:00Z]

DynamoDB and S3 are moto in this process. What is shown was made from events by the journal's own services; only the raw
events are not kept and a release is made once instead of after each event, for that takes minutes on moto. The releases
end "now", so that pages show times such as "5 minutes ago"; they are the same for each run otherwise.
"""

import argparse
import json
import logging
import os
import threading
from datetime import UTC, datetime
from wsgiref.simple_server import ServerHandler, WSGIRequestHandler, WSGIServer

from tests import conftest

os.environ["DJANGO_ALLOWED_HOSTS"] = "127.0.0.1"


def keep(execution) -> None:
    """The newest fact of each kind, which is what remains of all of them, and then the releases."""
    from journal import repository, services
    from journal.schemas import EventIn

    newest, once = {}, {}
    for event in execution.events:
        fact = services.fact_of(EventIn.model_validate(event))
        key = (services.subject_of(fact), fact.key)
        newest[key] = max(newest.get(key, fact), fact, key=lambda fact: fact.data["order"])
        for attribute, value in fact.once.items():
            kept = once.setdefault(key, {})
            kept[attribute] = min(kept.get(attribute, value), value)
    for (subject, name), fact in newest.items():
        repository.put_fact(subject, name, fact.data | once.get((subject, name), {}))
        if fact.deployment_id:
            repository.link_deployment(fact.deployment_id, fact.subject_id)
    services.project(execution.id)


class Quiet(WSGIRequestHandler):
    def log_message(self, *_):
        pass


class Server(WSGIServer):
    daemon_threads = True


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--empty", action="store_true", help="a journal in which nothing has happened")
    parser.add_argument("--now", type=datetime.fromisoformat, default=datetime.now(UTC))
    parser.add_argument("--days", type=int, default=90, help="how far back the releases go")
    arguments = parser.parse_args()

    import boto3
    from django.conf import settings
    from django.core.wsgi import get_wsgi_application
    from moto import mock_aws

    from journal import table
    from tests.history import executions

    logging.disable(logging.WARNING)
    settings.ALLOWED_HOSTS = ["127.0.0.1"]
    ServerHandler.server_software = "journal"
    with mock_aws():
        s3 = boto3.client("s3", region_name="eu-west-1")
        location = {"LocationConstraint": "eu-west-1"}
        s3.create_bucket(Bucket=conftest.REPORTS_BUCKET, CreateBucketConfiguration=location)
        table.ensure_table()
        if not arguments.empty:
            for execution in executions(arguments.now, arguments.days):
                for key, report in execution.reports.items():
                    body = json.dumps(report).encode()
                    s3.put_object(Bucket=conftest.REPORTS_BUCKET, Key=f"reports/{key}.json", Body=body)
                keep(execution)
        server = Server(("127.0.0.1", arguments.port), Quiet)
        server.set_app(get_wsgi_application())
        print(f"http://127.0.0.1:{server.server_port}", flush=True)  # noqa: T201
        threading.Thread(target=server.serve_forever, daemon=True).start()
        threading.Event().wait()


if __name__ == "__main__":
    main()
