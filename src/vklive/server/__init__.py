"""Deliver: a server that issues tokens, decides who may hear what, and serves any Centrifugo v4 client."""
