"""The contracts as descriptors, with their comments, read from the .proto files."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from tempfile import TemporaryDirectory

from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    FieldDescriptorProto,
    FileDescriptorProto,
    FileDescriptorSet,
    MethodDescriptorProto,
)
from grpc_tools import protoc  # type: ignore[import-untyped]  # it publishes no types

ROOT = Path(__file__).parents[2]
PROTOS = ROOT / "protos"

_MESSAGES_OF_FILE, _ENUMS_OF_FILE, _SERVICES_OF_FILE = 4, 5, 6
_FIELDS_OF_MESSAGE, _MESSAGES_OF_MESSAGE = 2, 3
_METHODS_OF_SERVICE = 2
"""Numbers in source paths are field numbers of descriptor.proto."""


@dataclass(frozen=True)
class Method:
    """One rpc of one service."""

    service: str
    method: MethodDescriptorProto


@cache
def contracts() -> tuple[FileDescriptorProto, ...]:
    """Every contract of ours, compiled from source."""
    files = sorted(str(path.relative_to(PROTOS)) for path in PROTOS.glob("clavilux/**/*.proto"))
    well_known = resources.files("grpc_tools") / "_proto"
    with TemporaryDirectory() as folder:
        compiled = Path(folder, "contracts.binpb")
        options = [f"-I{PROTOS}", f"-I{well_known}", "--include_source_info", f"--descriptor_set_out={compiled}"]
        if protoc.main([sys.argv[0], *options, *files]) != 0:
            raise AssertionError("The contracts do not compile.")
        return tuple(FileDescriptorSet.FromString(compiled.read_bytes()).file)


def methods() -> Iterator[Method]:
    """Every rpc of every service."""
    for file in contracts():
        for service in file.service:
            yield from (Method(f"{file.package}.{service.name}", method) for method in service.method)


def messages() -> dict[str, DescriptorProto]:
    """Every top-level message by full name (".clavilux.planner.v1.Shot")."""
    return {f".{file.package}.{message.name}": message for file in contracts() for message in file.message_type}


def uncommented() -> Iterator[str]:
    """Every message, field, enum, service and rpc that has no comment before it."""
    for file in contracts():
        told = {tuple(place.path) for place in file.source_code_info.location if place.leading_comments.strip()}
        for path, name in _named(file):
            if path not in told:
                yield f"{file.name}: {name}"


def _named(file: FileDescriptorProto) -> Iterator[tuple[tuple[int, ...], str]]:
    for number, message in enumerate(file.message_type):
        yield from _named_in(message, (_MESSAGES_OF_FILE, number), message.name)
    for number, enum in enumerate(file.enum_type):
        yield (_ENUMS_OF_FILE, number), enum.name
    for number, service in enumerate(file.service):
        path = (_SERVICES_OF_FILE, number)
        yield path, service.name
        for index, method in enumerate(service.method):
            yield (*path, _METHODS_OF_SERVICE, index), f"{service.name}.{method.name}"


def _named_in(message: DescriptorProto, path: tuple[int, ...], name: str) -> Iterator[tuple[tuple[int, ...], str]]:
    yield path, name
    for index, field in enumerate(message.field):
        yield (*path, _FIELDS_OF_MESSAGE, index), f"{name}.{field.name}"
    for index, nested in enumerate(message.nested_type):
        if not nested.options.map_entry:
            yield from _named_in(nested, (*path, _MESSAGES_OF_MESSAGE, index), f"{name}.{nested.name}")


def type_of(message: DescriptorProto, field: str) -> str:
    """What a field is ("string", "int64", ".clavilux.common.v1.Cost"; repeated ones with "[]"); empty for no such."""
    for candidate in message.field:
        if candidate.name == field:
            scalar = FieldDescriptorProto.Type.Name(candidate.type).removeprefix("TYPE_").lower()
            repeated = candidate.label == FieldDescriptorProto.LABEL_REPEATED
            return (candidate.type_name or scalar) + ("[]" if repeated else "")
    return ""
