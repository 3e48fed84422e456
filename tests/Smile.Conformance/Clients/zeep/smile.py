"""What the programs share: connections with Basic authentication, and fields of an Object."""
import json

import requests
from zeep import Client
from zeep.cache import InMemoryCache
from zeep.transports import Transport


def connect(base, user, password):
    """Gives a function from an endpoint to its operations."""
    session = requests.Session()
    session.auth = (user, password)
    transport = Transport(session=session, cache=InMemoryCache())
    return lambda endpoint: Client(f"{base}{endpoint}?wsdl", transport=transport)


def text(name, value):
    return {"String": {"name": name, "_value_1": value}}


def number(name, value):
    return {"Integer": {"name": name, "_value_1": value}}


def compound(name, *fields):
    return {"Object": {"name": name, "_value_1": list(fields)}}


def order(package, plan, *fields):
    return {"Package": package, "PackagePlan": plan, "OrderForm": {"Object": {"_value_1": list(fields)}}}


def find(fields, kind, name):
    """A field of an Object by its element and name."""
    return next(entry[kind] for entry in fields["_value_1"] if kind in entry and entry[kind]["name"] == name)


def tell(**facts):
    print(json.dumps(facts), flush=True)
