#!/usr/bin/env python3
"""Evaluates the conditions with one of the peers from PyPI and prints one JSON line a condition.

    peer.py cpp|rust CONDITIONS.json ACTIVITIES.jsonl SECONDS

Compiling and making the activations is not part of the time. Both forms that a peer offers for the fields, one map
and twenty variables with dotted names, are timed, and the faster one is reported.
"""
import datetime
import gc
import json
import sys
import time


def activities(path):
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            fields = json.loads(line)
            fields["time"] = datetime.datetime.fromtimestamp(fields["time"], datetime.timezone.utc)
            yield fields


def cpp_map(conditions, rows):
    from cel_expr_python import cel

    # A map takes no moments, so the time is a variable of its own.
    env = cel.NewEnv(variables={"activity": cel.Type.Map(cel.Type.STRING, cel.Type.DYN), "time": cel.Type.TIMESTAMP})
    activations = [
        env.Activation({"activity": {name: row[name] for name in row if name != "time"}, "time": row["time"]})
        for row in rows
    ]
    for name, text in conditions.items():
        program = env.compile(text.replace("activity.time", "time"))
        yield name, lambda eval=program.eval: sum([eval(one).value() for one in activations])


def cpp_fields(conditions, rows):
    from cel_expr_python import cel

    types = {
        "id": cel.Type.INT, "time": cel.Type.TIMESTAMP, "risk": cel.Type.INT, "success": cel.Type.BOOL,
        "latitude": cel.Type.DOUBLE, "longitude": cel.Type.DOUBLE, "roles": cel.Type.List(cel.Type.STRING),
        "user_id": cel.Type.DYN, "country": cel.Type.DYN, "app": cel.Type.DYN,
    }
    env = cel.NewEnv(variables={f"activity.{name}": types.get(name, cel.Type.STRING) for name in rows[0]})
    activations = [env.Activation({f"activity.{name}": value for name, value in row.items()}) for row in rows]
    for name, text in conditions.items():
        program = env.compile(text)
        yield name, lambda eval=program.eval: sum([eval(one).value() for one in activations])


def without_zones(conditions):
    """The Rust peer's `getHours` takes no zone: it is given the easier question, the hour in UTC."""
    return {name: text.replace("'America/New_York'", "") for name, text in conditions.items()}


def rust_map(conditions, rows):
    import cel

    contexts = [cel.Context({"activity": row}) for row in rows]
    for name, text in without_zones(conditions).items():
        program = cel.compile(text)
        yield name, lambda run=program.execute: sum([run(one) for one in contexts])


def rust_fields(conditions, rows):
    import cel

    contexts = [cel.Context(row) for row in rows]
    for name, text in without_zones(conditions).items():
        program = cel.compile(text.replace("activity.", ""))
        yield name, lambda run=program.execute: sum([run(one) for one in contexts])


FORMS = {"cpp": [cpp_map, cpp_fields], "rust": [rust_map, rust_fields]}


def timed(run, count, seconds):
    """Nanoseconds of CPU for one evaluation, and how many were true."""
    holds = run()
    passes = []
    while sum(passes) < seconds:
        begun = time.process_time()
        again = run()
        passes.append(time.process_time() - begun)
        if again != holds:
            sys.exit(f"two passes gave {holds} and {again}")
    return sorted(passes)[len(passes) // 2] * 1e9 / count, holds


def main():
    peer, conditions_path, activities_path, seconds = sys.argv[1:5]
    with open(conditions_path, encoding="utf-8") as file:
        conditions = json.load(file)
    rows = list(activities(activities_path))
    gc.disable()
    best = {}
    for form in FORMS[peer]:
        for name, run in form(conditions, rows):
            nanoseconds, holds = timed(run, len(rows), float(seconds))
            line = {"condition": name, "nanoseconds": nanoseconds, "true": holds, "form": form.__name__}
            if name in best and best[name]["true"] != holds:
                sys.exit(f"`{name}` holds {holds} times as {form.__name__}, else {best[name]['true']} times")
            if name not in best or nanoseconds < best[name]["nanoseconds"]:
                best[name] = line
    for line in best.values():
        print(json.dumps(line))


if __name__ == "__main__":
    main()
