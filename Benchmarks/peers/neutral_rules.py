#!/usr/bin/env python3
"""Writes engine-neutral rules, and ten rules over time, as rule files of this engine.

  neutral_rules.py plain RULES.json OUT     a list of {"id", "all": [[field, operator, value], ...]}
  neutral_rules.py windows OUT [SETS [apart]]   counts, distinct counts and two sequences; so many times,
                                            and with `apart` each time a minute longer, so that no memory is shared

An operator is one of eq, in, gt, startswith, contains, re; all atoms of a rule must hold. Every rule is written to a
file of its own, with its tests left out: these files are for measuring, and checked by their totals.
"""
import json
import os
import sys

FIELDS = {"event_type_id": "type_id", "ipaddr": "ip", "actor_user_id": "actor_id"}
NEVER_NULL = {"type_id"}

COUNTS = [
    ("w-brute-force", "activity.type_id == 6", "user_id", "5m", "count()", 20),
    ("w-failures-by-address", "activity.type_id == 6", "ip", "10m", "count()", 30),
    ("w-spray", "activity.type_id == 6", "ip", "10m", "distinct(activity.user_id)", 20),
    ("w-group-changes", "activity.type_id == 14 && activity.group_id != null", "actor_id", "10m", "count()", 50),
    ("w-deletions", "activity.type_id == 17", "actor_id", "10m", "count()", 40),
    ("w-app-logins", "activity.type_id == 8", "user_id", "1h", "count()", 2000),
    ("w-logins-by-address", "activity.type_id == 5", "ip", "1h", "count()", 5000),
    ("w-any-activity", "true", "user_id", "10m", "count()", 3000),
]
SEQUENCES = [
    ("w-device-then-login", 24, 5, "user_id", "10m"),
    ("w-credential-then-token", 179, 515, "client_id", "10m"),
]


def atom(field, operator, value):
    """One condition in CEL, safe for fields that may be null."""
    name = FIELDS.get(field, field)
    path = "activity." + name
    text = json.dumps(value)
    test = {
        "eq": f"{path} == {text}",
        "in": f"{path} in {text}",
        "gt": f"{path} > {text}",
        "startswith": f"{path}.startsWith({text})",
        "contains": f"{path}.contains({text})",
        "re": f"{path}.matches({text})",
    }[operator]
    needs_value = operator not in ("eq", "in") and name not in NEVER_NULL
    return f"{path} != null && {test}" if needs_value else test


def quoted(text):
    """A single-quoted YAML scalar."""
    return "'" + text.replace("'", "''") + "'"


def write(folder, rule, lines):
    with open(os.path.join(folder, rule + ".yaml"), "w", encoding="utf-8") as out:
        out.write(f"rule: {rule}\ntitle: Measured {rule}\nseverity: low\nactivity:\n")
        out.write("".join(f"  {line}\n" for line in lines))


def plain(source, folder):
    with open(source, encoding="utf-8") as file:
        rules = json.load(file)
    for rule in rules:
        condition = " && ".join(atom(*one) for one in rule["all"])
        write(folder, rule["id"].lower(), ["match: " + quoted(condition)])


def windows(folder, sets="1", apart=""):
    for number in range(int(sets)):
        end = f"-{number}" if number else ""
        for rule, match, key, within, count, limit in COUNTS:
            write(folder, rule + end, [
                "match: " + quoted(match),
                f"threshold: {{ by: [activity.{key}], within: {longer(within, number, apart)}, "
                f"let: {{ n: '{count}' }} }}",
                f"alert_if: n >= {limit}",
            ])
        for rule, first, second, key, within in SEQUENCES:
            write(folder, rule + end, [
                "sequence:",
                f"  by: [activity.{key}]",
                f"  within: {longer(within, number, apart)}",
                "  steps:",
                f"    - {{ id: first, match: activity.type_id == {first} }}",
                f"    - {{ id: second, match: activity.type_id == {second} }}",
            ])


def longer(within, number, apart):
    """A window that is so many minutes longer, or the same."""
    if not apart or number == 0:
        return within
    minutes = int(within[:-1]) * (60 if within.endswith("h") else 1)
    return f"{minutes + number}m"


def main():
    form, *rest = sys.argv[1:] or [""]
    if (form, len(rest)) not in (("plain", 2), ("windows", 1), ("windows", 2), ("windows", 3)):
        sys.exit(__doc__)
    os.makedirs(rest[0] if form == "windows" else rest[-1], exist_ok=True)
    plain(*rest) if form == "plain" else windows(*rest)


if __name__ == "__main__":
    main()
