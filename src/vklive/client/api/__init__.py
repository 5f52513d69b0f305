"""The methods of the DevAPI, an area a module; `vklive.client.devapi.DevApi` puts them together."""
