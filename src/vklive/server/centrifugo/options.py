"""The names of Centrifugo v4's options, and what becomes of each here.

An option is taken over to a setting of ours; or it is of no consequence, because what it adjusts is not there; or it
would change what the server does in a way that we do not offer, and then it must be off. Every other name is unknown.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from vklive.server.centrifugo.values import Read, boolean, duration, path, port, text, texts, whole, word


class Taken(Struct, frozen=True):
    """An option that is taken over.

    Attributes:
        read: reads its value.
        setting: where it goes, as a dotted key of `vklive.server.centrifugo.configuration.PubSubConfiguration`.
    """

    read: Read
    setting: str


def _at_zero(read: Read, default: float) -> Read:
    """Reads an option of which 0 means the default, as of those of the library `centrifuge` (node.go, `New`)."""
    return lambda value: read(value) or default


_PUBSUB: Mapping[str, tuple[Read, str]] = {
    "allowed_origins": (texts, "allowed_origins"),
    "allow_anonymous_connect_without_token": (boolean, "allow_anonymous_connect_without_token"),
    "disallow_anonymous_connection_tokens": (boolean, "disallow_anonymous_connection_tokens"),
    "skip_user_check_in_subscription_token": (boolean, "skip_user_check_in_subscription_token"),
    "client_insecure": (boolean, "insecure"),
    "client_channel_limit": (_at_zero(whole, 128), "channel_limit"),
    "channel_max_length": (_at_zero(whole, 255), "channel_max_length"),
    "client_queue_max_size": (_at_zero(whole, 1_048_576), "queue_max_size"),
    "client_user_connection_limit": (whole, "user_connection_limit"),
    "client_stale_close_delay": (_at_zero(duration, 15.0), "stale_close_delay"),
    "client_expired_close_delay": (_at_zero(duration, 25.0), "expired_close_delay"),
    "client_expired_sub_close_delay": (_at_zero(duration, 25.0), "expired_sub_close_delay"),
    "client_presence_update_interval": (_at_zero(duration, 27.0), "presence_update_interval"),
    "client_channel_position_check_delay": (_at_zero(duration, 40.0), "position_check_delay"),
    "client_history_max_publication_limit": (whole, "history_max_publication_limit"),
    "client_recovery_max_publication_limit": (whole, "recovery_max_publication_limit"),
    "client_connection_limit": (whole, "connection_limit"),
    "client_connection_rate_limit": (whole, "connection_rate_limit"),
    "ping_interval": (duration, "ping_interval"),
    "pong_timeout": (duration, "pong_timeout"),
    "history_meta_ttl": (_at_zero(duration, 7_776_000.0), "history_meta_ttl"),
    "user_subscribe_to_personal": (boolean, "user_subscribe_to_personal"),
    "user_personal_channel_namespace": (text, "user_personal_channel_namespace"),
    "user_personal_single_connection": (boolean, "user_personal_single_connection"),
    "websocket_message_size_limit": (_at_zero(whole, 65_536), "message_size_limit"),
}
_TRANSPORTS: Mapping[str, tuple[Read, str]] = {
    "websocket_disable": (lambda value: not boolean(value), "websocket"),
    "websocket_handler_prefix": (path, "websocket_path"),
    "websocket_compression": (boolean, "websocket_compression"),
    "websocket_compression_level": (whole, "websocket_compression_level"),
    "websocket_compression_min_size": (whole, "websocket_compression_min_size"),
    "http_stream": (boolean, "http_stream"),
    "http_stream_handler_prefix": (path, "http_stream_path"),
    "sse": (boolean, "sse"),
    "sse_handler_prefix": (path, "sse_path"),
    "emulation_handler_prefix": (path, "emulation_path"),
    "uni_websocket": (boolean, "uni_websocket"),
    "uni_websocket_handler_prefix": (path, "uni_websocket_path"),
    "uni_sse": (boolean, "uni_sse"),
    "uni_sse_handler_prefix": (path, "uni_sse_path"),
    "uni_http_stream": (boolean, "uni_http_stream"),
    "uni_http_stream_handler_prefix": (path, "uni_http_stream_path"),
}
_OTHERS: Mapping[str, tuple[Read, str]] = {
    "address": (text, "host"),
    "port": (port, "port"),
    "internal_address": (text, "internal_host"),
    "internal_port": (port, "internal_port"),
    "name": (text, "name"),
    "log_level": (word, "log_level"),
    "shutdown_timeout": (duration, "shutdown_timeout"),
    "health": (boolean, "health"),
    "health_handler_prefix": (path, "health_path"),
    "prometheus": (boolean, "metrics.enabled"),
    "prometheus_handler_prefix": (path, "metrics.path"),
    # Ours: Centrifugo has but one answer to it.
    "prometheus_prefix": (text, "metrics.prefix"),
    "api_key": (text, "api.key"),
    "api_insecure": (boolean, "api.insecure"),
    "api_disable": (boolean, "api.disabled"),
    "api_external": (boolean, "api.external"),
    "api_handler_prefix": (path, "api.path"),
    "token_hmac_secret_key": (text, "tokens.hmac_secret"),
    "token_rsa_public_key": (text, "tokens.rsa_public_key"),
    "token_ecdsa_public_key": (text, "tokens.ecdsa_public_key"),
    "token_jwks_public_endpoint": (text, "tokens.jwks_endpoint"),
    "token_audience": (text, "tokens.audience"),
    "token_audience_regex": (text, "tokens.audience_regex"),
    "token_issuer": (text, "tokens.issuer"),
    "token_issuer_regex": (text, "tokens.issuer_regex"),
    "channel_private_prefix": (text, "syntax.private_prefix"),
    "channel_namespace_boundary": (text, "syntax.namespace_boundary"),
    "channel_user_boundary": (text, "syntax.user_boundary"),
    "channel_user_separator": (text, "syntax.user_separator"),
}

TAKEN: Mapping[str, Taken] = {
    **{name: Taken(read, f"pubsub.{field}") for name, (read, field) in _PUBSUB.items()},
    **{name: Taken(read, f"transports.{field}") for name, (read, field) in _TRANSPORTS.items()},
    **{name: Taken(read, setting) for name, (read, setting) in _OTHERS.items()},
}
"""The options that are taken over, beside those of namespaces."""

NAMESPACE: Mapping[str, Read] = {
    "presence": boolean,
    "join_leave": boolean,
    "force_push_join_leave": boolean,
    "history_size": whole,
    "history_ttl": duration,
    "force_positioning": boolean,
    "allow_positioning": boolean,
    "force_recovery": boolean,
    "allow_recovery": boolean,
    "allow_subscribe_for_client": boolean,
    "allow_subscribe_for_anonymous": boolean,
    "allow_publish_for_client": boolean,
    "allow_publish_for_subscriber": boolean,
    "allow_publish_for_anonymous": boolean,
    "allow_presence_for_client": boolean,
    "allow_presence_for_subscriber": boolean,
    "allow_presence_for_anonymous": boolean,
    "allow_history_for_client": boolean,
    "allow_history_for_subscriber": boolean,
    "allow_history_for_anonymous": boolean,
    "allow_user_limited_channels": boolean,
    "channel_regex": text,
}
"""The options of a namespace, which stand at the top level too."""

_PROXY = "calling back to a backend is not offered"
_CERTIFICATES = "encryption is not offered; put a proxy that does it in front"

OFF: Mapping[str, str] = {
    "admin": "there is no admin interface",
    "grpc_api": "there is no gRPC",
    "uni_grpc": "there is no gRPC",
    "sockjs": "SockJS is not offered; HTTP streaming and SSE are",
    "webtransport": "WebTransport is not offered",
    "http3": "HTTP/3 is not offered",
    "debug": "there is no profiler at /debug/pprof",
    "swagger": "there is no Swagger UI",
    "tls": _CERTIFICATES,
    "tls_autocert": _CERTIFICATES,
    "use_client_protocol_v1_by_default": "only protocol v2 is spoken",
    "uni_websocket_compression": "compression is offered where clients speak too, by websocket_compression",
    "graphite": "metrics are offered at /metrics only",
    "granular_proxy_mode": _PROXY,
    "proxy_subscribe": _PROXY,
    "proxy_publish": _PROXY,
    "proxy_sub_refresh": _PROXY,
    "proxy_connect_endpoint": _PROXY,
    "proxy_refresh_endpoint": _PROXY,
    "proxy_subscribe_endpoint": _PROXY,
    "proxy_publish_endpoint": _PROXY,
    "proxy_sub_refresh_endpoint": _PROXY,
    "proxy_rpc_endpoint": _PROXY,
    "connect_proxy_name": _PROXY,
    "refresh_proxy_name": _PROXY,
    "subscribe_proxy_name": _PROXY,
    "publish_proxy_name": _PROXY,
    "sub_refresh_proxy_name": _PROXY,
    "rpc_proxy_name": _PROXY,
    "proxies": _PROXY,
    "rpc_namespaces": _PROXY,
    "broker": "the only broker is that of the memory engine",
    "log_file": "logs go to the standard error",
    "pid_file": "no file with the process id is written",
    "shutdown_termination_delay": "the server ends once its clients have been told",
}
"""Options that must be off, with the reason."""

LIMITS: Mapping[str, tuple[str, ...]] = {
    "http_stream_max_request_body_size": ("http_stream",),
    "sse_max_request_body_size": ("sse",),
    "emulation_max_request_body_size": ("http_stream", "sse"),
    "uni_http_stream_max_request_body_size": ("uni_http_stream",),
    "uni_sse_max_request_body_size": ("uni_sse",),
    "uni_websocket_message_size_limit": ("uni_websocket",),
}
"""Options that must be as `websocket_message_size_limit` is, which holds for every transport, and for which ones."""

_MEANINGLESS = frozenset(
    {
        "client_concurrency",
        "client_name_required",
        "disable_client_protocol_v1",
        "gomaxprocs",
        "http_server_shutdown_timeout",
        "node_info_metrics_aggregate_interval",
        "presence_ttl",
        "rpc_namespace_boundary",
        "swagger_handler_prefix",
        "usage_stats_disable",
        "v5_api",
        "websocket_ping_interval",
        "websocket_read_buffer_size",
        "websocket_use_write_buffer_pool",
        "websocket_write_buffer_size",
        "websocket_write_timeout",
        "uni_websocket_compression_level",
        "uni_websocket_compression_min_size",
        "uni_websocket_ping_interval",
        "uni_websocket_read_buffer_size",
        "uni_websocket_use_write_buffer_pool",
        "uni_websocket_write_buffer_size",
        "uni_websocket_write_timeout",
    }
)
_MEANINGLESS_PREFIXES = (
    "admin_",
    "graphite_",
    "grpc_api_",
    "nats_",
    "proxy_",
    "redis_",
    "sockjs_",
    "tarantool_",
    "tls_",
    "uni_grpc_",
    "webtransport_",
)


def is_of_no_consequence(name: str) -> bool:
    """Whether an option may have any value here: what it adjusts is not there, or always as it may be."""
    return name in _MEANINGLESS or name.startswith(_MEANINGLESS_PREFIXES)
