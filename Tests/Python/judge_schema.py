#!/usr/bin/env python3
"""Judges YAML documents by a JSON Schema, as an editor would.

    judge_schema.py SCHEMA < lines > lines

Each line of input is a JSON object with `name` and `text`; each line of output has `name`, `accepts` and, where the
document is refused, the first `reason`. Needs PyPI `jsonschema` and `ruamel.yaml` (YAML 1.2, as editors read it).
"""
import io
import json
import sys

from jsonschema import Draft202012Validator
from ruamel.yaml import YAML
from ruamel.yaml.constructor import SafeConstructor
from ruamel.yaml.error import YAMLError


class Constructor(SafeConstructor):
    """A time stays the text that was written, as in YAML 1.2's core schema."""


Constructor.add_constructor("tag:yaml.org,2002:timestamp", SafeConstructor.construct_yaml_str)


def documents(text):
    reader = YAML(typ="safe", pure=True)
    reader.Constructor = Constructor
    return [document for document in reader.load_all(io.StringIO(text)) if document is not None]


def judge(validator, text):
    try:
        found = documents(text)
    except YAMLError as error:
        return str(error).splitlines()[0]
    for document in found:
        for error in validator.iter_errors(document):
            return f"{error.json_path}: {error.message[:200]}"
    return None


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        schema = json.load(file)
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    for line in sys.stdin:
        case = json.loads(line)
        reason = judge(validator, case["text"])
        answer = {"name": case["name"], "accepts": reason is None}
        if reason is not None:
            answer["reason"] = reason
        print(json.dumps(answer))


main()
