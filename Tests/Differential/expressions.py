"""Makes CEL expressions from a random number generator, as trees that can be cut down.

Every expression is meant to have a type; a few are wrong on purpose, since errors are part of what is compared. The
names are those of `bindings.py`. What is made here is the core language; with `extensions` also the functions of the
strings, math and bindings extensions.
"""
import functions
from bindings import VARIABLES

SCALARS = ["int", "uint", "double", "string", "bytes", "bool", "timestamp", "duration"]
KEYS = ["string", "int", "uint", "bool"]
ORDERED = SCALARS


class Node:
    """A piece of an expression: texts and nodes in a row, and the type it is meant to have."""

    def __init__(self, type, *parts):
        self.type = type
        self.parts = parts

    def text(self):
        return "".join(part if isinstance(part, str) else part.text() for part in self.parts)

    def children(self):
        return [part for part in self.parts if isinstance(part, Node)]

    def descendants(self):
        for child in self.children():
            yield child
            yield from child.descendants()

    def replacing(self, old, new):
        """A copy in which `old`, compared by identity, is `new`."""
        if self is old:
            return new
        if not any(isinstance(part, Node) for part in self.parts):
            return self
        return Node(self.type, *[p.replacing(old, new) if isinstance(p, Node) else p for p in self.parts])


class Generator:
    """One expression after the other, each decided by `random` alone.

    `wrong` is the share of places that get a value of another type, `extensions` whether functions beyond the core
    language are called.
    """

    def __init__(self, random, extensions=False, wrong=0.015):
        self.random = random
        self.extensions = extensions
        self.wrong = wrong
        self.scope = []
        self.names = 0

    def expression(self, depth):
        """A whole expression of any type."""
        self.scope = []
        self.names = 0
        return self.of(self.type(2), depth)

    # Types

    def type(self, depth=1):
        roll = self.random.random()
        if roll < 0.35:
            return "bool"
        if depth == 0 or roll < 0.8:
            return self.random.choice(SCALARS)
        if roll < 0.93:
            return ("list", self.type(depth - 1))
        return ("map", self.random.choice(KEYS), self.type(depth - 1))

    # Values

    def of(self, type, depth):
        """An expression of a type, at most `depth` deep; now and then one of another type."""
        if self.random.random() < self.wrong:
            type = self.random.choice(SCALARS + ["null", "type"])
        if depth <= 0:
            return self.leaf(type)
        roll = self.random.random()
        if roll < 0.12:
            return self.leaf(type)
        if roll < 0.19:
            return Node(
                type, "(", self.of("bool", depth - 1), " ? ", self.of(type, depth - 1), " : ",
                self.of(type, depth - 1), ")")
        if roll < 0.24:
            return self.element(type, depth - 1)
        if roll < 0.28:
            return Node(type, "dyn(", self.of(type, depth - 1), ")")
        return self.made(type, depth - 1)

    def leaf(self, type):
        """A literal, a declared name or the name of a macro."""
        fitting = [name for name, kind in self.scope if kind == type]
        if fitting and self.random.random() < 0.6:
            return Node(type, self.random.choice(fitting))
        known = [name for name, kind in VARIABLES.items() if kind == type]
        if known and self.random.random() < 0.35:
            return Node(type, self.random.choice(known))
        if type == "dyn":
            return Node(type, "x")
        if isinstance(type, str):
            return Node(type, functions.literal(type, self.random))
        if type[0] == "list":
            return self.row("[", "]", type, [[self.leaf(type[1])] for _ in range(self.count())])
        keys = self.distinct_keys(type[1])
        return self.row("{", "}", type, [[key, ": ", self.leaf(type[2])] for key in keys])

    def made(self, type, depth):
        """The result of an operator, a function or a macro."""
        if isinstance(type, tuple):
            return self.collection(type, depth)
        if type == "bool" and self.random.random() < 0.75:
            return self.condition(depth)
        form = functions.form(type, self.random, self.extensions)
        if form is None:
            return self.leaf(type)
        return self.filled(type, form, depth)

    def filled(self, type, form, depth):
        """A form such as `("(", "int", " + ", "int", ")")`, where names of types become values."""
        bare = form[0] == "(" and form[-1] == ")" and self.random.random() < 0.1
        parts = form[1:-1] if bare else form
        return Node(type, *[
            self.of(part[1], depth) if isinstance(part, tuple) and part[0] == "of" else part for part in parts])

    def element(self, type, depth):
        """An element of a list or a value of a map."""
        roll = self.random.random()
        if roll < 0.5:
            index = self.of("int", depth) if self.random.random() < 0.2 else Node("int", self.random.choice("00112"))
            return Node(type, self.of(("list", type), depth), "[", index, "]")
        if roll < 0.8:
            key = self.random.choice(KEYS)
            return Node(type, self.of(("map", key, type), depth), "[", self.leaf(key), "]")
        return Node(type, self.of(("map", "string", type), depth), ".", self.random.choice(["a", "b", "key"]))

    def keys(self, name, key, depth):
        """A map to go over; with one entry where the result would tell the order, which CEL leaves open."""
        type = ("map", key, self.type(0))
        if name in ("map", "filter"):
            return self.row("{", "}", type, [[self.leaf(key), ": ", self.leaf(type[2])]])
        return self.of(type, depth)

    def count(self):
        return self.random.choice([0, 1, 1, 2, 2, 3, 4])

    def distinct_keys(self, type):
        keys = {}
        for _ in range(self.count()):
            text = functions.literal(type, self.random)
            keys.setdefault(functions.key(type, text), Node(type, text))
        return list(keys.values())

    def row(self, opening, closing, type, entries):
        parts = [opening]
        for place, entry in enumerate(entries):
            parts += ([", "] if place else []) + entry
        return Node(type, *parts, closing)

    def collection(self, type, depth):
        roll = self.random.random()
        if type[0] == "map":
            if roll < 0.15:
                return self.leaf(type)
            keys = self.distinct_keys(type[1])
            return self.row("{", "}", type, [[key, ": ", self.of(type[2], depth)] for key in keys])
        if roll < 0.35:
            return self.row("[", "]", type, [[self.of(type[1], depth)] for _ in range(self.count())])
        if roll < 0.5:
            return Node(type, "(", self.of(type, depth), " + ", self.of(type, depth), ")")
        if roll < 0.55 and type[1] == "int":
            return self.clocks(type)
        if roll < 0.7:
            return self.macro(type, "filter", "bool", type[1], depth)
        return self.macro(type, "map", type[1], self.type(0), depth)

    def clocks(self, type):
        """What one clock shows at several moments, for what is remembered of a zone from one to the next."""
        moments = self.row("[", "]", ("list", "timestamp"), [[self.leaf("timestamp")] for _ in range(4)])
        part, zone = self.random.choice(functions.PARTS), self.random.choice(functions.ZONES)
        return Node(type, moments, f".map(c, c.{part}({zone}))")

    # Conditions

    def condition(self, depth):
        roll = self.random.random()
        if roll < 0.25:
            operator = self.random.choice([" && ", " || "])
            return Node("bool", "(", self.of("bool", depth), operator, self.of("bool", depth), ")")
        if roll < 0.30:
            return Node("bool", "!", "(", self.of("bool", depth), ")")
        if roll < 0.48:
            return self.compared(depth)
        if roll < 0.56:
            type = self.type(0)
            held = ("list", type) if self.random.random() < 0.6 or type not in KEYS else ("map", type, self.type(0))
            return Node("bool", "(", self.of(type, depth), " in ", self.of(held, depth), ")")
        if roll < 0.62:
            held = self.of(("map", "string", self.type(0)), depth)
            return Node("bool", "has(", held, ".", self.random.choice(["a", "b", "key"]), ")")
        macro = self.random.choice(["all", "exists", "exists_one"])
        return self.macro("bool", macro, "bool", self.type(1), depth)

    def compared(self, depth):
        type = self.type(1) if self.random.random() < 0.4 else self.random.choice(ORDERED)
        other = type
        left, right = self.of(type, depth), None
        if self.random.random() < 0.15 and type in ("int", "uint", "double"):
            other = self.random.choice(["int", "uint", "double"])
            left = Node(type, "dyn(", left, ")")
        right = self.of(other, depth)
        operators = [" == ", " != "] + ([" < ", " <= ", " > ", " >= "] if isinstance(type, str) else [])
        return Node("bool", "(", left, self.random.choice(operators), right, ")")

    def macro(self, type, name, result, element, depth):
        """`name` over a list of `element`, or over the keys of a map."""
        held = self.of(("list", element), depth)
        if element in KEYS and self.random.random() < 0.2:
            held = self.keys(name, element, depth)
        variable = self.random.choice(["v", "w", "i", f"v{self.names}"])
        self.names += 1
        self.scope.append((variable, element))
        shadowed = [(n, k) for n, k in self.scope[:-1] if n == variable]
        for entry in shadowed:
            self.scope.remove(entry)
        condition = []
        if name == "map" and self.random.random() < 0.2:
            condition = [self.of("bool", depth), ", "]
        body = self.of(result, depth)
        self.scope = [entry for entry in self.scope if entry != (variable, element)] + shadowed
        return Node(type, held, f".{name}({variable}, ", *condition, body, ")")
