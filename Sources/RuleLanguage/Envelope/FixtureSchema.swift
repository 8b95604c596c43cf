import CEL

/// The facts of tests as JSON Schema says them: one definition a record type, from the fields that rules read.
struct FixtureSchema {
    let schema: Schema

    var definitions: [JSONTree.Member] {
        var all: [JSONTree.Member] = [
            .init("directory", directory), .init("change", change),
            .init("activities", fixture(of: schema.activity, name: "activities")),
        ]
        for row in schema.rows { all.append(.init(row.collection, fixture(of: row.type, name: row.collection))) }
        for object in schema.objects { all.append(.init(object.name, fields(of: object))) }
        return all
    }

    private var directory: JSONTree {
        let rows = schema.rows.map { row in
            JSONTree.Member(
                row.collection, ["type": "array", "items": ["$ref": .string("#/$defs/" + row.collection)]])
        }
        return ["type": "object", "properties": .object(rows), "additionalProperties": false]
    }

    /// A fixture with its time, or several made of one.
    private func fixture(of type: String, name: String) -> JSONTree {
        guard let object = schema.object(type) else { return ["type": "object"] }
        let own: JSONTree = [
            "type": "object", "properties": .object([at] + members(of: object)), "additionalProperties": false,
        ]
        return repeated(name, or: own)
    }

    private func repeated(_ name: String, or own: JSONTree) -> JSONTree {
        let keys = MappingShape.repetition.keys
        let several: JSONTree = [
            "type": "object", "required": .strings(keys.filter(\.isRequired).map(\.name)),
            "properties": [
                "at": ["$ref": "#/$defs/moment"], "repeat": Self.repeatCount,
                "every": EnvelopeSchema.spanText, "item": ["$ref": .string("#/$defs/" + name)],
            ],
            "additionalProperties": false,
        ]
        return ["if": ["anyOf": [["required": ["repeat"]], ["required": ["item"]]]], "then": several, "else": own]
    }

    private static let repeatCount: JSONTree = [
        "anyOf": [
            ["type": "integer", "minimum": 1, "maximum": .int(FixtureReader.limit)],
            ["type": "string", "pattern": "^\\+?0*[1-9][0-9]{0,5}$"],
        ]
    ]

    private var at: JSONTree.Member { .init("at", ["$ref": "#/$defs/moment"]) }

    /// Rows that changes can name: those with an id.
    private var changing: [Schema.Row] { schema.rows.filter { schema.object($0.type)?.field("id") != nil } }

    private var change: JSONTree {
        let kinds = changing.map { row -> JSONTree in
            [
                "type": "object", "required": .strings([row.word]),
                "properties": .object([
                    at, .init(row.word, value(of: schema.object(row.type)?.field("id")?.type ?? .dyn)),
                    .init("set", ["$ref": .string("#/$defs/" + row.type)]), .init("delete", true),
                ]),
                "additionalProperties": false, "oneOf": [["required": ["set"]], ["required": ["delete"]]],
            ]
        }
        return repeated("change", or: ["oneOf": .array(kinds)])
    }

    // MARK: Fields

    private func fields(of object: ObjectType) -> JSONTree {
        [
            "type": ["object", "null"], "properties": .object(members(of: object)),
            "additionalProperties": false,
        ]
    }

    private func members(of object: ObjectType) -> [JSONTree.Member] {
        object.fields.map { field in
            let value = value(of: field, path: object.name + "." + field.name)
            return .init(
                field.name, field.doc.isEmpty ? value : value.adding([.init("description", .string(field.doc))]))
        }
    }

    private func value(of field: ObjectType.Field, path: String) -> JSONTree {
        if path == schema.activity + ".kind" {
            return ["anyOf": [["enum": .strings(schema.kinds.sorted())], ["type": "string", "pattern": "^signal\\."]]]
        }
        guard let words = schema.vocabularies[path] else { return value(of: field.type) }
        return ["anyOf": [["enum": .strings(words.sorted())], ["type": "null"]]]
    }

    /// A value of a type; `${i}` in text is the number of the repetition, and null stands for nothing known.
    private func value(of type: CELType) -> JSONTree {
        switch type {
        case .string: ["type": ["string", "number", "boolean", "null"]]
        case .int, .uint: Self.text(["integer", "null"], "^[+-]?(\\d|\\$\\{i\\})+$")
        case .double: Self.text(["number", "null"], "^[+-]?(\\d|\\.|\\$\\{i\\})+([eE][+-]?\\d+)?$")
        case .bool: ["anyOf": [["enum": [true, false, "true", "false"]], ["type": "null"]]]
        case .timestamp: ["anyOf": [["$ref": "#/$defs/moment"], ["type": "null"]]]
        case .duration: ["anyOf": [EnvelopeSchema.spanText, ["type": "null"], ["const": 0]]]
        case .list(let element):
            ["anyOf": [["type": "array", "items": value(of: element)], ["type": "null"]]]
        case .object(let name): ["$ref": .string("#/$defs/" + name)]
        default: [:]
        }
    }

    private static func text(_ types: [String], _ pattern: String) -> JSONTree {
        ["anyOf": [["type": .strings(types)], ["type": "string", "pattern": .string(pattern)]]]
    }
}
