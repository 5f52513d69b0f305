"""Deliver: the server that issues tokens, decides who may hear what, and delivers events to any Centrifugo v4 client."""
