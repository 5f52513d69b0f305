"""The rules of OAuth 2.0: users let applications act for them, and applications get tokens.

HTTP is in `vklive.server.http.oauth`, SQL in `vklive.server.store.oauth`.

Source: vk.md 1.3 to 1.9; RFC 6749, 7009 and 9700 where VK's documentation says nothing.
"""
