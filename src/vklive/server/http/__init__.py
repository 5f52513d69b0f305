"""The HTTP routes: the DevAPI for consumers, the server API for platforms, health for operators."""
