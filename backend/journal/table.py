"""The only module that speaks to DynamoDB: one table, no Scan, conditional writes.

It knows how to ask, not what is asked for: keys and items are journal.repository's and journal.measures'.
"""

import random
import time
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
KEY_ATTRIBUTES = ("pk", "sk", "gsi1pk", "gsi1sk")
# https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html (2026-11)
_BATCH_KEYS = 100
_ATTEMPTS = 7
# Why a transaction may have been cancelled that passes a moment later. The SDK does not try it again by itself
# (https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html, 2026-11).
_PASSING_REASONS = frozenset({"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"})

_serialize = TypeSerializer().serialize
_deserialize = TypeDeserializer().deserialize


def table_definition(name: str) -> dict[str, Any]:
    """The CreateTable request. README.md documents the same for Terraform."""
    return {
        "TableName": name,
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": key, "AttributeType": "S"} for key in KEY_ATTRIBUTES],
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
def client(attempts: int = 3) -> Any:
    """One thread-safe client per process, made on first use, after gunicorn has forked."""
    retries = {"mode": "standard", "total_max_attempts": attempts}
    config = Config(connect_timeout=1, read_timeout=2, retries=retries, max_pool_connections=10)
    return boto3.client("dynamodb", region_name=settings.JOURNAL_REGION, config=config)


def forget_clients() -> None:
    client.cache_clear()


@contextmanager
def answering() -> Iterator[None]:
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise Unavailable("the journal's table does not answer") from error


def error_code(error: ClientError) -> str:
    return error.response.get("Error", {}).get("Code", "")


def _pause(attempt: int) -> None:
    """Before another attempt; all of them together stay below a second."""
    time.sleep(random.uniform(0.01, 0.05) * attempt)


def to_item(data: Item) -> dict[str, Any]:
    return {name: _serialize(value) for name, value in data.items()}


def from_item(item: dict[str, Any]) -> Item:
    """Without the keys, which stay in the repository; `sk` is what tells the items of one partition apart."""
    return {name: _deserialize(value) for name, value in item.items() if name not in KEY_ATTRIBUTES}


# --- the table itself


def ensure_table() -> bool:
    """Creates the table with its index and TTL; True when it was not there before."""
    dynamodb, name = client(), settings.JOURNAL_TABLE
    with answering():
        try:
            dynamodb.create_table(**table_definition(name))
            created = True
        except dynamodb.exceptions.ResourceInUseException:
            created = False
        dynamodb.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 60})
        ttl = dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
        if ttl.get("TimeToLiveStatus") not in ("ENABLED", "ENABLING"):
            specification = {"Enabled": True, "AttributeName": TTL_ATTRIBUTE}
            dynamodb.update_time_to_live(TableName=name, TimeToLiveSpecification=specification)
    return created


def probe() -> None:
    """One cheap read without retries; raises Unavailable. Needs no permission beyond GetItem."""
    with answering():
        client(attempts=1).get_item(TableName=settings.JOURNAL_TABLE, Key=to_item({"pk": "PROBE", "sk": "PROBE"}))


# --- reading


def get(pk: str, sk: str) -> Item | None:
    with answering():
        answer = client().get_item(
            TableName=settings.JOURNAL_TABLE, Key=to_item({"pk": pk, "sk": sk}), ConsistentRead=True
        )
    return from_item(answer["Item"]) if "Item" in answer else None


def get_many(keys: Iterable[tuple[str, str]]) -> list[Item]:
    """Those that exist, in no particular order. Unavailable when DynamoDB keeps leaving out all that is asked for."""
    wanted, found, refused = [to_item({"pk": pk, "sk": sk}) for pk, sk in keys], [], 0
    while wanted:
        request = {settings.JOURNAL_TABLE: {"Keys": wanted[:_BATCH_KEYS], "ConsistentRead": True}}
        with answering():
            answer = client().batch_get_item(RequestItems=request)
        found.extend(from_item(item) for item in answer["Responses"].get(settings.JOURNAL_TABLE, []))
        left = answer.get("UnprocessedKeys", {}).get(settings.JOURNAL_TABLE, {}).get("Keys", [])
        refused = refused + 1 if len(left) == len(wanted[:_BATCH_KEYS]) else 0
        if refused >= _ATTEMPTS:
            raise Unavailable("the journal's table is too busy; try again")
        if left:
            _pause(refused + 1)
        wanted = left + wanted[_BATCH_KEYS:]
    return found


def between(pk: str, first: str, last: str) -> list[tuple[str, Item]]:
    """All items of a partition in a range of sort keys, each with its own. Consistent; for ranges small by design."""
    found: list[tuple[str, Item]] = []
    request: dict[str, Any] = {
        "TableName": settings.JOURNAL_TABLE,
        "KeyConditionExpression": "pk = :pk AND sk BETWEEN :first AND :last",
        "ExpressionAttributeValues": to_item({":pk": pk, ":first": first, ":last": last}),
        "ConsistentRead": True,
    }
    while True:
        with answering():
            answer = client().query(**request)
        found.extend((_deserialize(item["sk"]), from_item(item)) for item in answer["Items"])
        if "LastEvaluatedKey" not in answer:
            return found
        request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


def starting_with(pk: str, prefix: str) -> list[tuple[str, Item]]:
    """All items of a partition whose sort key starts so; "" takes all of them."""
    return between(pk, prefix or " ", prefix + "\U0010ffff")


def newest_of_index(
    gsi1pk: str, *, since: str | None = None, before: str | None = None, starts: str | None = None, limit: int
) -> list[Item]:
    """At most `limit` items of the index, highest sort key first, from `since` on and below `before`. One request."""
    if since and before and before <= since:
        return []  # DynamoDB refuses a BETWEEN whose ends are the wrong way round
    condition, values = "gsi1pk = :pk", {":pk": gsi1pk}
    if starts:
        condition, values = condition + " AND begins_with(gsi1sk, :starts)", values | {":starts": starts}
    elif since and before:
        condition += " AND gsi1sk BETWEEN :since AND :before"
        values |= {":since": since, ":before": before}
    elif since or before:
        condition += f" AND gsi1sk {'>= :since' if since else '< :before'}"
        values |= {":since": since} if since else {":before": before}
    request = {
        "TableName": settings.JOURNAL_TABLE,
        "IndexName": INDEX,
        "KeyConditionExpression": condition,
        "ExpressionAttributeValues": to_item(values),
        "ScanIndexForward": False,
        # BETWEEN includes its ends; `before` itself was on the page before this one.
        "Limit": limit + (1 if since and before else 0),
    }
    with answering():
        answer = client().query(**request)
    items = [item for item in answer["Items"] if before is None or starts or item["gsi1sk"]["S"] != before]
    return [from_item(item) for item in items[:limit]]


# --- writing


def put(item: Item, condition: str | None = None, values: Item | None = None) -> bool:
    """False when the condition is not met."""
    request: dict[str, Any] = {"TableName": settings.JOURNAL_TABLE, "Item": to_item(item)}
    if condition:
        request["ConditionExpression"] = condition
    if values:
        request["ExpressionAttributeValues"] = to_item(values)
    with answering():
        try:
            client().put_item(**request)
        except ClientError as error:
            if error_code(error) == "ConditionalCheckFailedException":
                return False
            raise
    return True


def update(pk: str, sk: str, changes: Item, condition: str, names: Item | None = None) -> bool:
    """Sets `changes`; the condition may use `:name` for any of them. False when it is not met."""
    with answering():
        try:
            client().update_item(
                TableName=settings.JOURNAL_TABLE,
                Key=to_item({"pk": pk, "sk": sk}),
                UpdateExpression="SET " + ", ".join(f"#{name} = :{name}" for name in changes),
                ConditionExpression=condition,
                ExpressionAttributeNames={f"#{name}": name for name in changes} | (names or {}),
                ExpressionAttributeValues=to_item({f":{name}": value for name, value in changes.items()}),
            )
        except ClientError as error:
            if error_code(error) == "ConditionalCheckFailedException":
                return False
            raise
    return True


def transact(writes: list[dict[str, Any]]) -> bool:
    """All of the writes or none; False when, and only when, a condition is not met.

    Another transaction in the way, or throttling, is no answer: that is tried again, and then it is Unavailable.
    At most 100 writes.
    """
    for attempt in range(_ATTEMPTS):
        if attempt:
            _pause(attempt)
        with answering():
            try:
                client().transact_write_items(TransactItems=writes)
                return True
            except ClientError as error:
                reasons = _cancellation_reasons(error)
                if "ConditionalCheckFailed" in reasons:
                    return False
                if not reasons or reasons - _PASSING_REASONS:
                    raise
    raise Unavailable("others write the same at once, or the journal's table is too busy; try again")


def _cancellation_reasons(error: ClientError) -> set[str]:
    """Of each write that stood in the way; empty for every other error."""
    if error_code(error) != "TransactionCanceledException":
        return set()
    reasons = error.response.get("CancellationReasons", [])
    return {code for reason in reasons if (code := reason.get("Code")) not in (None, "None")}


def put_of(item: Item, condition: str | None = None, values: Item | None = None) -> dict[str, Any]:
    """One put of a transaction."""
    write: dict[str, Any] = {"TableName": settings.JOURNAL_TABLE, "Item": to_item(item)}
    if condition:
        write["ConditionExpression"] = condition
    if values:
        write["ExpressionAttributeValues"] = to_item(values)
    return {"Put": write}


def delete_of(pk: str, sk: str) -> dict[str, Any]:
    """One delete of a transaction."""
    return {"Delete": {"TableName": settings.JOURNAL_TABLE, "Key": to_item({"pk": pk, "sk": sk})}}
