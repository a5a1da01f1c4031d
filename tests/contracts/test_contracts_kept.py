"""Each service implements every call of its contract: a new rpc cannot be forgotten."""

from importlib import import_module
from types import ModuleType
from typing import Any

import pytest

from tests.contracts.contracts_read import Method, methods

pytestmark = pytest.mark.integration  # importing every service takes seconds

METHODS = list(methods())


@pytest.mark.parametrize("method", METHODS, ids=lambda method: f"{method.service}.{method.method.name}")
def test_the_servicer_implements_the_call(method: Method) -> None:
    module = method.service.split(".")[1]
    generated = import_module(f"clavilux.{module}.v1.{module}_pb2_grpc")
    base = getattr(generated, f"{method.service.rpartition('.')[2]}Servicer")
    servicer = servicer_in(import_module(f"clavilux_{module}.servicer"), base)
    assert getattr(servicer, method.method.name) is not getattr(base, method.method.name)


@pytest.mark.parametrize("service", sorted({method.service for method in METHODS}))
def test_the_process_serves_its_service_by_its_full_name(service: str) -> None:
    package = service.split(".")[1]
    source = import_module(f"clavilux_{package}.main").__file__
    assert source is not None
    with open(source, encoding="utf-8") as text:
        assert f'"{service}"' in text.read()


def servicer_in(module: ModuleType, base: type[Any]) -> type[Any]:
    """The one class of a module that is a servicer of this kind."""
    found = [kind for kind in vars(module).values() if isinstance(kind, type) and issubclass(kind, base)]
    (servicer,) = [kind for kind in found if kind is not base]
    return servicer
