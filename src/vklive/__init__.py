"""Realtime events of VK Video Live: a client that keeps receiving them and the server that delivers them."""
