"""Reads every contract over HTTP, without credentials. Arguments: base address, endpoints."""
import json
import sys

from zeep import Client
from zeep.cache import InMemoryCache
from zeep.transports import Transport

base, endpoints = sys.argv[1], sys.argv[2:]
transport = Transport(cache=InMemoryCache())
for endpoint in endpoints:
    contract = Client(f"{base}{endpoint}?wsdl", transport=transport).wsdl
    operations = sum(len(binding._operations) for binding in contract.bindings.values())
    print(json.dumps({"contract": endpoint, "operations": operations}), flush=True)
