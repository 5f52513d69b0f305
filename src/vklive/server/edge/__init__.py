"""Where the pub/sub meets the socket: a WebSocket protocol class that uvicorn runs on the same port as HTTP."""
