"""The only module that speaks to DynamoDB: one table, no Scan, conditional writes.

It knows keys and conditions, not what a release means. Items are plain dicts; keys and index keys stay in here.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import boto3
from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings

from journal.problems import Unavailable

Item = dict[str, Any]

INDEX = "gsi1"
TTL_ATTRIBUTE = "expires_at"
_KEY_ATTRIBUTES = ("pk", "sk", "gsi1pk", "gsi1sk")
_ENVIRONMENTS_KEY = "ENVIRONMENTS"
# DynamoDB evaluates filters after reading; a listing stops after so many pages and hands out a cursor instead.
MAX_PAGES = 5
PAGE_ITEMS = 100

_serialize = TypeSerializer().serialize
_deserialize = TypeDeserializer().deserialize


def table_definition(name: str) -> dict[str, Any]:
    """The CreateTable request. README.md documents the same for Terraform."""
    return {
        "TableName": name,
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": key, "AttributeType": "S"} for key in _KEY_ATTRIBUTES],
        "KeySchema": [
            {"AttributeName": "pk", "KeyType": "HASH"},
            {"AttributeName": "sk", "KeyType": "RANGE"},
        ],
        "GlobalSecondaryIndexes": [
            {
                "IndexName": INDEX,
                "KeySchema": [
                    {"AttributeName": "gsi1pk", "KeyType": "HASH"},
                    {"AttributeName": "gsi1sk", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
    }


@lru_cache(maxsize=2)
def _client(attempts: int = 3) -> Any:
    """One thread-safe client per process, made on first use, after gunicorn has forked."""
    retries = {"mode": "standard", "total_max_attempts": attempts}
    config = Config(connect_timeout=1, read_timeout=2, retries=retries, max_pool_connections=10)
    return boto3.client("dynamodb", region_name=settings.JOURNAL_REGION, config=config)


def forget_clients() -> None:
    _client.cache_clear()


@contextmanager
def _answering() -> Iterator[None]:
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise Unavailable("the journal's table does not answer") from error


def _code(error: ClientError) -> str:
    return error.response.get("Error", {}).get("Code", "")


def _to_item(data: Item) -> dict[str, Any]:
    return {name: _serialize(value) for name, value in data.items()}


def _from_item(item: dict[str, Any]) -> Item:
    return {name: _deserialize(value) for name, value in item.items() if name not in _KEY_ATTRIBUTES}


def _release_partition(release_id: str) -> str:
    return f"RELEASE#{release_id}"


def _release_item(release: Item) -> dict[str, Any]:
    environment = release["environment"]
    return _to_item(
        {
            **release,
            "pk": _release_partition(release["id"]),
            "sk": f"ENV#{environment}",
            "gsi1pk": f"ENV#{environment}",
            "gsi1sk": position(release),
        }
    )


def position(release: Item) -> str:
    """Where a release stands in a listing; unique, and sorted by start."""
    return f"{release['started_at']}#{release['id']}#{release['environment']}"


# --- table


def ensure_table() -> bool:
    """Creates the table with its index and TTL; True when it was not there before."""
    client, name = _client(), settings.JOURNAL_TABLE
    with _answering():
        try:
            client.create_table(**table_definition(name))
            created = True
        except client.exceptions.ResourceInUseException:
            created = False
        client.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 60})
        ttl = client.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
        if ttl.get("TimeToLiveStatus") not in ("ENABLED", "ENABLING"):
            specification = {"Enabled": True, "AttributeName": TTL_ATTRIBUTE}
            client.update_time_to_live(TableName=name, TimeToLiveSpecification=specification)
    return created


def probe() -> None:
    """One cheap read without retries; raises Unavailable. Needs no permission beyond GetItem."""
    with _answering():
        _client(attempts=1).get_item(TableName=settings.JOURNAL_TABLE, Key=_to_item({"pk": "PROBE", "sk": "PROBE"}))


# --- small reads and writes


def _get(pk: str, sk: str) -> Item | None:
    with _answering():
        answer = _client().get_item(
            TableName=settings.JOURNAL_TABLE, Key=_to_item({"pk": pk, "sk": sk}), ConsistentRead=True
        )
    return _from_item(answer["Item"]) if "Item" in answer else None


def _put_if_absent(item: dict[str, Any]) -> bool:
    with _answering():
        try:
            _client().put_item(
                TableName=settings.JOURNAL_TABLE, Item=item, ConditionExpression="attribute_not_exists(pk)"
            )
        except ClientError as error:
            if _code(error) == "ConditionalCheckFailedException":
                return False
            raise
    return True


def _partition(pk: str, prefix: str) -> list[Item]:
    """All items of a partition whose sort key starts so; consistent. For partitions that are small by design."""
    items: list[Item] = []
    request: dict[str, Any] = {
        "TableName": settings.JOURNAL_TABLE,
        "KeyConditionExpression": "pk = :pk AND begins_with(sk, :prefix)",
        "ExpressionAttributeValues": _to_item({":pk": pk, ":prefix": prefix}),
        "ConsistentRead": True,
    }
    while True:
        with _answering():
            answer = _client().query(**request)
        items.extend(_from_item(item) for item in answer["Items"])
        if "LastEvaluatedKey" not in answer:
            return items
        request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


# --- raw events


def put_event(event_id: str, event: Item) -> bool:
    """False when an event with that id is already there."""
    return _put_if_absent(_to_item({**event, "pk": f"EVENT#{event_id}", "sk": "EVENT"}))


def get_event(event_id: str) -> Item | None:
    return _get(f"EVENT#{event_id}", "EVENT")


# --- facts of an execution, out of which releases are made


def put_fact(execution_id: str, key: str, fact: Item) -> bool:
    """Keeps a fact unless a newer one (by its `order`) is there; False when it was older."""
    names = {f"#{name}": name for name in fact}
    with _answering():
        try:
            _client().update_item(
                TableName=settings.JOURNAL_TABLE,
                Key=_to_item({"pk": _release_partition(execution_id), "sk": f"FACT#{key}"}),
                UpdateExpression="SET " + ", ".join(f"#{name} = :{name}" for name in fact),
                ConditionExpression="attribute_not_exists(#order) OR #order < :order",
                ExpressionAttributeNames=names,
                ExpressionAttributeValues=_to_item({f":{name}": value for name, value in fact.items()}),
            )
        except ClientError as error:
            if _code(error) == "ConditionalCheckFailedException":
                return False
            raise
    return True


def put_fact_start(execution_id: str, key: str, started_at: str) -> None:
    """Keeps the earliest start of what the fact is about, whichever order the events come in."""
    with _answering():
        try:
            _client().update_item(
                TableName=settings.JOURNAL_TABLE,
                Key=_to_item({"pk": _release_partition(execution_id), "sk": f"FACT#{key}"}),
                UpdateExpression="SET started_at = :at",
                ConditionExpression="attribute_not_exists(started_at) OR started_at > :at",
                ExpressionAttributeValues=_to_item({":at": started_at}),
            )
        except ClientError as error:
            if _code(error) != "ConditionalCheckFailedException":
                raise


def facts(execution_id: str) -> list[Item]:
    return _partition(_release_partition(execution_id), "FACT#")


def revision(execution_id: str) -> int:
    """How often the releases of an execution were written. Read it before the facts: see replace_releases."""
    meta = _get(_release_partition(execution_id), "META")
    return int(meta["revision"]) if meta else 0


def replace_releases(execution_id: str, seen_revision: int, releases: Iterable[Item]) -> bool:
    """Writes the releases that were made out of facts read after `seen_revision`; all or nothing.

    False when someone else wrote in between: read revision and facts again. So the last write always knows all facts.
    """
    table = settings.JOURNAL_TABLE
    condition = "revision = :seen" if seen_revision else "attribute_not_exists(pk)"
    values = {":next": seen_revision + 1} | ({":seen": seen_revision} if seen_revision else {})
    meta = {
        "TableName": table,
        "Key": _to_item({"pk": _release_partition(execution_id), "sk": "META"}),
        "UpdateExpression": "SET revision = :next",
        "ConditionExpression": condition,
        "ExpressionAttributeValues": _to_item(values),
    }
    writes: list[dict[str, Any]] = [{"Update": meta}]
    for release in releases:
        put = {
            "TableName": table,
            "Item": _release_item(release),
            "ConditionExpression": "attribute_not_exists(pk) OR origin = :origin",
            "ExpressionAttributeValues": _to_item({":origin": release["origin"]}),
        }
        writes.append({"Put": put})
    with _answering():
        try:
            _client().transact_write_items(TransactItems=writes)
        except ClientError as error:
            if _code(error) in ("TransactionCanceledException", "TransactionInProgressException"):
                return False
            raise
    return True


# --- releases


def put_release(release: Item) -> bool:
    """False when a release with that id and environment is already there."""
    return _put_if_absent(_release_item(release))


def get_release(release_id: str, environment: str) -> Item | None:
    return _get(_release_partition(release_id), f"ENV#{environment}")


def releases_of(release_id: str) -> list[Item]:
    return _partition(_release_partition(release_id), "ENV#")


def register_environment(name: str) -> None:
    _put_if_absent(_to_item({"pk": _ENVIRONMENTS_KEY, "sk": f"ENV#{name}", "name": name}))


def environments() -> list[str]:
    return [item["name"] for item in _partition(_ENVIRONMENTS_KEY, "ENV#")]


def newest_releases(
    environment: str, *, status: str | None, before: str | None, limit: int
) -> tuple[list[Item], str | None]:
    """Newest first, from below the position `before`.

    The second value is None when the environment was read to its end, otherwise the position down to which the list is
    complete: with a status that is rare, that may be further than its last item.
    """
    values = {":env": f"ENV#{environment}"}
    request: dict[str, Any] = {
        "TableName": settings.JOURNAL_TABLE,
        "IndexName": INDEX,
        "KeyConditionExpression": "gsi1pk = :env",
        "ScanIndexForward": False,
        # One more than asked for, so that an exact last page does not promise another one.
        "Limit": PAGE_ITEMS if status else min(limit + 1, PAGE_ITEMS + 1),
    }
    if before:
        request["KeyConditionExpression"] += " AND gsi1sk < :before"
        values[":before"] = before
    if status:
        request["FilterExpression"] = "#status = :status"
        request["ExpressionAttributeNames"] = {"#status": "status"}
        values[":status"] = status
    request["ExpressionAttributeValues"] = _to_item(values)

    found: list[Item] = []
    for _ in range(MAX_PAGES):
        with _answering():
            answer = _client().query(**request)
        found.extend(_from_item(item) for item in answer["Items"])
        if len(found) > limit:
            return found[:limit], position(found[limit - 1])
        if "LastEvaluatedKey" not in answer:
            return found, None
        request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]
    return found, _deserialize(request["ExclusiveStartKey"]["gsi1sk"])
