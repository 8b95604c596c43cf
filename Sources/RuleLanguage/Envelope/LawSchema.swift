import Alerting

/// What holds between keys, as JSON Schema says it.
enum LawSchema {
    static func trees(_ law: MappingShape.Law) -> [JSONTree] {
        switch law {
        case .exactlyOne(let names): [["oneOf": .array(names.map(has))]]
        case .atMostOne(let names):
            names.indices.flatMap { first in
                names[(first + 1)...].map { second in ["not": ["required": .strings([names[first], second])]] }
            }
        case .atLeastOne(let names): [["anyOf": .array(names.map(has))]]
        case .exclusive(let name, let other): [["not": ["required": .strings([name, other])]]]
        case .unset(let flag, let other):
            [
                [
                    "not": [
                        "required": .strings([flag, other]),
                        "properties": .object([.init(flag, ["enum": [true, "true"]])]),
                    ]
                ]
            ]
        case .filled(let list, let other):
            [
                [
                    "anyOf": [
                        has(other),
                        [
                            "required": .strings([list]),
                            "properties": .object([.init(list, ["type": "array", "minItems": 1])]),
                        ],
                    ]
                ]
            ]
        case .windows: windows
        case .absentLast: absentLast
        case .typedDefault: typedDefault
        }
    }

    private static func has(_ name: String) -> JSONTree { ["required": .strings([name])] }

    private static func kind(_ name: String) -> JSONTree {
        ["required": ["window"], "properties": ["window": ["const": .string(name)]]]
    }

    private static var windows: [JSONTree] {
        [
            [
                "if": kind("session"), "then": ["required": ["gap"], "not": has("within")],
                "else": ["required": ["within"], "not": has("gap")],
            ],
            ["if": has("timezone"), "then": kind("tumbling")],
        ]
    }

    private static let isAbsent: JSONTree = [
        "required": ["absent"], "properties": ["absent": ["enum": [true, "true"]]],
    ]

    /// A step that is not the last one is there, and every one where they have no order.
    private static var absentLast: [JSONTree] {
        let present: JSONTree = ["not": isAbsent]
        let unordered: JSONTree = [
            "if": ["required": ["unordered"], "properties": ["unordered": ["enum": [true, "true"]]]],
            "then": ["properties": ["steps": ["items": present]]],
        ]
        let places = (1..<VerbReader.stepLimit).map { count -> JSONTree in
            let free = Array(repeating: JSONTree.bool(true), count: count - 1)
            return [
                "if": ["properties": ["steps": ["type": "array", "minItems": .int(count + 1)]]],
                "then": ["properties": ["steps": ["prefixItems": .array(free + [present])]]],
            ]
        }
        return [unordered] + places
    }

    private static var typedDefault: [JSONTree] {
        ValueReader.parameterTypes.keys.sorted().map { type in
            [
                "if": ["required": ["type"], "properties": ["type": ["const": .string(type)]]],
                "then": ["properties": ["default": ["$ref": .string("#/$defs/default of " + type)]]],
            ]
        }
    }
}

extension EnvelopeSchema {
    private static let number = "(\\d{1,12}(\\.\\d{1,18})?|\\.\\d{1,18})(w|d|h|m|s|ms|us|ns)"
    private static let time =
        "\\d{4}-\\d{2}-\\d{2}[Tt]\\d{2}:\\d{2}:\\d{2}(\\.\\d+)?([Zz]|[+-]([01]\\d|2[0-3]):[0-5]\\d)"

    static let spanText: JSONTree = ["type": "string", "pattern": .string("^[+-]?(0|(" + number + ")+)$")]

    /// Definitions that every schema has.
    static let scalars: [JSONTree.Member] = [
        .init("text", ["type": ["string", "number", "boolean"]]),
        .init(
            "span",
            [
                "type": "string", "maxLength": 65, "pattern": .string("^\\+?(?=.*[1-9])(" + number + ")+$"),
                "description": "A length of time, such as 15m, 24h, 90d or 1h30m.",
            ]),
        .init("severity", ["enum": .strings(Severity.allCases.map(\.rawValue))]),
        .init(
            "zone",
            [
                "type": "string",
                "pattern": "^([A-Z][A-Z0-9]+|Zulu|[A-Za-z_]+(/[A-Za-z0-9_+-]+)+|[+-]?\\d{2}:[0-5]\\d)$",
                "description": "A name of the IANA database, such as Europe/Berlin.",
            ]),
        .init("day", ["type": "string", "pattern": .string("^(\\d{4}-\\d{2}-\\d{2}|" + time + ")$")]),
        .init(
            "moment",
            ["type": "string", "pattern": .string("^([+-](0|(" + number + ")+)|" + time + ")$")]),
        .init("default of int", whole),
        .init("default of double", real),
        .init("default of bool", ["enum": [true, false, "true", "false"]]),
        .init("default of duration", ["anyOf": [spanText, ["const": 0]]]),
        .init("default of string", ["$ref": "#/$defs/text"]),
        .init("default of list(string)", ["type": "array", "items": ["$ref": "#/$defs/text"]]),
    ]

    static let whole: JSONTree = [
        "anyOf": [["type": "integer"], ["type": "string", "pattern": "^[+-]?\\d{1,19}$"]]
    ]
    static let real: JSONTree = [
        "anyOf": [
            ["type": "number"], ["type": "string", "pattern": "^[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?$"],
        ]
    ]
}
