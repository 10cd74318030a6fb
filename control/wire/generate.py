"""Make the C codec's tables and the TypeScript types from schema.json.

    python generate.py c-header schema.json messages.h
    python generate.py c-source schema.json messages.c
    python generate.py typescript schema.json wire.ts

Standard library only, Python 3.9 or later, because it runs in every build.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SCALARS = {
    "string": ("char *", "string", "STROBE_WIRE_STRING"),
    "int": ("int64_t ", "number", "STROBE_WIRE_INT"),
    "number": ("double ", "number", "STROBE_WIRE_NUMBER"),
    "bool": ("bool ", "boolean", "STROBE_WIRE_BOOL"),
    "json": ("json_t *", "unknown", "STROBE_WIRE_JSON"),
}
SENDERS = {"agent": "STROBE_WIRE_AGENT", "hub": "STROBE_WIRE_HUB", "live": "STROBE_WIRE_LIVE"}
SENDERS["both"] = f"{SENDERS['agent']} | {SENDERS['hub']}"
KNOWN_RULES = {"max", "each", "min", "optional", "default", "one_of"}
INT_MAX = 2**53 - 1


class SchemaError(Exception):
    """The schema is wrong; the message names the place."""


@dataclass(frozen=True)
class Field:
    name: str
    type: str
    array: bool
    rules: dict[str, Any]
    doc: str

    @property
    def optional(self) -> bool:
        return bool(self.rules.get("optional", False))


@dataclass(frozen=True)
class Struct:
    name: str
    doc: str
    fields: list[Field]
    sender: str | None = None


def read_field(where: str, row: list[Any], types: dict[str, Any]) -> Field:
    if len(row) != 4:
        raise SchemaError(f"{where}: a field is [name, type, rules, meaning], not {row}")
    name, type_name, rules, doc = row
    array = type_name.endswith("[]")
    element = type_name[:-2] if array else type_name
    if element not in SCALARS and element not in types:
        raise SchemaError(f"{where}.{name}: type {element!r} is not defined before its use")
    unknown = set(rules) - KNOWN_RULES
    if unknown:
        raise SchemaError(f"{where}.{name}: unknown rules {sorted(unknown)}")
    if (array or element == "string") and "max" not in rules:
        raise SchemaError(f"{where}.{name}: strings and arrays need a max")
    if (array and element == "string") != ("each" in rules):
        raise SchemaError(
            f"{where}.{name}: arrays of strings need each, the bytes of one, and nothing else has it"
        )
    return Field(name, element, array, rules, doc)


def read_schema(path: Path) -> tuple[str, list[Struct], list[Struct]]:
    """Return the subprotocol, the types in order of definition and the messages."""
    raw = json.loads(path.read_text(encoding="utf-8"))
    seen: dict[str, Any] = {}
    types: list[Struct] = []
    for name, spec in raw["types"].items():
        types.append(Struct(name, spec["doc"], [read_field(name, row, seen) for row in spec["fields"]]))
        seen[name] = spec
    messages = [
        Struct(name, spec["doc"], [read_field(name, row, seen) for row in spec["fields"]], spec["from"])
        for name, spec in raw["messages"].items()
    ]
    return raw["subprotocol"], types, messages


# ---- C ----


def c_member(field: Field) -> str:
    doc = f" /* {field.doc} */"
    if field.type in SCALARS:
        base = SCALARS[field.type][0]
    else:
        base = f"struct strobe_wire_{field.type} "
    if field.array:
        return f"    {base}*{field.name};{doc}\n    size_t {field.name}_count;"
    return f"    {base}{field.name};{doc}"


def c_header(subprotocol: str, types: list[Struct], messages: list[Struct]) -> str:
    out = [
        "/* Generated from schema.json by generate.py; edit those. */",
        "#ifndef STROBE_WIRE_MESSAGES_H",
        "#define STROBE_WIRE_MESSAGES_H",
        "",
        "#include <jansson.h>",
        "#include <stdbool.h>",
        "#include <stddef.h>",
        "#include <stdint.h>",
        "",
        f'#define STROBE_WIRE_SUBPROTOCOL "{subprotocol}"',
        "",
    ]
    for struct in types + messages:
        out.append(f"/** {struct.doc} */")
        out.append(f"struct strobe_wire_{struct.name} {{")
        out += [c_member(field) for field in struct.fields]
        out += ["};", ""]
    out.append("enum strobe_wire_kind {")
    out += [f"    STROBE_WIRE_KIND_{m.name.upper()}," for m in messages]
    out += ["    STROBE_WIRE_KIND_COUNT", "};", ""]
    out += ["/** One decoded message; release with strobe_wire_message_done(). */"]
    out += ["struct strobe_wire_message {", "    enum strobe_wire_kind kind;", "    union {"]
    out += [f"        struct strobe_wire_{m.name} {m.name};" for m in messages]
    out += ["    } as;", "};", ""]
    out.append("struct strobe_wire_struct;")
    out += [f"extern const struct strobe_wire_struct strobe_wire_{s.name}_struct;" for s in types + messages]
    out += ["", "#endif", ""]
    return "\n".join(out)


def c_string(value: str) -> str:
    return json.dumps(value)


def c_field(owner: Struct, field: Field) -> str:
    struct = f"struct strobe_wire_{owner.name}"
    kind = SCALARS[field.type][2] if field.type in SCALARS else "STROBE_WIRE_STRUCT"
    parts = [
        f".name = {c_string(field.name)}",
        f".type = {kind}",
        f".offset = offsetof({struct}, {field.name})",
    ]
    if field.array:
        parts.append(".array = true")
        parts.append(f".count_offset = offsetof({struct}, {field.name}_count)")
    if field.optional:
        parts.append(".optional = true")
    if field.type == "string" or field.array:
        parts.append(f".max_size = {field.rules['max']}")
    if field.type == "string":
        parts.append(f".text_size = {field.rules['each' if field.array else 'max']}")
    if field.type in ("int", "number") and not field.array:
        low = field.rules.get("min", -INT_MAX)
        high = field.rules.get("max", INT_MAX)
        parts += [f".min = {low}", f".max = {high}"]
    elif field.type in ("int", "number"):
        parts += [f".min = {-INT_MAX}", f".max = {INT_MAX}"]
    if field.type == "string" and "default" in field.rules:
        parts.append(f".default_string = {c_string(field.rules['default'])}")
    elif "default" in field.rules:
        parts.append(f".default_number = {float(field.rules['default'])}")
    if "one_of" in field.rules:
        parts.append(f".one_of = {owner.name}_{field.name}_one_of")
    if field.type not in SCALARS:
        parts.append(f".of = &strobe_wire_{field.type}_struct")
    return "    {" + ", ".join(parts) + "},"


def c_source(subprotocol: str, types: list[Struct], messages: list[Struct]) -> str:
    del subprotocol
    out = [
        "/* Generated from schema.json by generate.py; edit those. */",
        '#include "wire/codec_tables.h"',
        "",
    ]
    for struct in types + messages:
        for field in struct.fields:
            if "one_of" in field.rules:
                words = ", ".join(c_string(word) for word in field.rules["one_of"])
                name = f"{struct.name}_{field.name}_one_of"
                out.append(f"static const char *const {name}[] = {{{words}, NULL}};")
        out.append(f"static const struct strobe_wire_field {struct.name}_fields[] = {{")
        out += [c_field(struct, field) for field in struct.fields]
        out.append("};")
        out.append(f"const struct strobe_wire_struct strobe_wire_{struct.name}_struct = {{")
        out.append(f"    .name = {c_string(struct.name)},")
        out.append(f"    .size = sizeof(struct strobe_wire_{struct.name}),")
        out.append(f"    .fields = {struct.name}_fields,")
        out.append(f"    .fields_count = {len(struct.fields)},")
        out += ["};", ""]
    out.append("const struct strobe_wire_message_kind strobe_wire_message_kinds[STROBE_WIRE_KIND_COUNT] = {")
    for message in messages:
        assert message.sender is not None
        senders = SENDERS[message.sender]
        out.append(
            f"    [STROBE_WIRE_KIND_{message.name.upper()}] = "
            f"{{{c_string(message.name)}, {senders}, &strobe_wire_{message.name}_struct}},"
        )
    out += ["};", ""]
    return "\n".join(out)


# ---- TypeScript ----


def camel(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))


def ts_field(field: Field) -> str:
    if field.type in SCALARS:
        base = SCALARS[field.type][1]
    else:
        base = camel(field.type)
    if "one_of" in field.rules:
        base = " | ".join(json.dumps(word) for word in field.rules["one_of"])
        base = f"({base})" if field.array else base
    if field.array:
        base += "[]"
    mark = "?" if field.optional else ""
    return f"  /** {field.doc} */\n  {field.name}{mark}: {base};"


def typescript(subprotocol: str, types: list[Struct], messages: list[Struct]) -> str:
    out = [
        "// Generated from control/wire/schema.json by generate.py; edit those.",
        "",
        f"export const SUBPROTOCOL = {json.dumps(subprotocol)};",
        "",
    ]
    for struct in types:
        out.append(f"/** {struct.doc} */")
        out.append(f"export interface {camel(struct.name)} {{")
        out += [ts_field(field) for field in struct.fields]
        out += ["}", ""]
    for message in messages:
        out.append(f"/** {message.doc} (from: {message.sender}) */")
        out.append(f"export interface {camel(message.name)}Message {{")
        out.append(f"  t: {json.dumps(message.name)};")
        out += [ts_field(field) for field in message.fields]
        out += ["}", ""]
    live = " | ".join(f"{camel(m.name)}Message" for m in messages if m.sender == "live")
    out += [f"export type LiveMessage = {live};", ""]
    return "\n".join(out)


def main(arguments: list[str]) -> int:
    makers = {"c-header": c_header, "c-source": c_source, "typescript": typescript}
    if len(arguments) != 3 or arguments[0] not in makers:
        print(__doc__, file=sys.stderr)
        return 2
    kind, source, target = arguments
    try:
        text = makers[kind](*read_schema(Path(source)))
    except SchemaError as error:
        print(f"{source}: {error}", file=sys.stderr)
        return 1
    path = Path(target)
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    else:
        path.touch()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
