"""The events for tools: JSON Schema of each, and an AsyncAPI document of the whole system.

Both are made from the classes of the events and from what their docstrings say, so neither can say anything else.
"""

from vklive.schema.asyncapi import PubSubAddress, asyncapi_document
from vklive.schema.json_schema import JsonObject, event_schema, events_schema

__all__ = ["JsonObject", "PubSubAddress", "asyncapi_document", "event_schema", "events_schema"]
