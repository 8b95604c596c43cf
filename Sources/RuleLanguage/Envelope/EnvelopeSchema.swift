import CEL

/// The JSON Schema (draft 2020-12) of rule files, for editors: what the loader takes of a document but for its CEL.
///
/// It is made of the same table that the readers read by, so a key that one knows the other knows too. It judges a
/// document as an editor sees it, with numbers and booleans where YAML has them.
public struct EnvelopeSchema: Sendable {
    /// What a document may be.
    public enum Kind: String, CaseIterable, Sendable {
        case rule, policy, define
    }

    let schema: Schema

    /// A schema of documents over what `schema` names.
    public init(schema: Schema) { self.schema = schema }

    /// The name of the published file.
    public static func fileName(of kind: Kind?) -> String { (kind?.rawValue ?? "tocsin") + ".schema.json" }

    /// The text of the schema.
    ///
    /// - Parameter kind: The kind of document; nil for a schema that takes each of them.
    public func text(of kind: Kind?) -> String {
        var members: [JSONTree.Member] = [
            .init("$schema", "https://json-schema.org/draft/2020-12/schema"),
            .init("title", .string(Self.title(of: kind))),
        ]
        if let kind {
            members.append(.init("$ref", .string("#/$defs/" + kind.rawValue)))
        } else {
            members += [
                .init("type", "object"), .init("if", ["required": ["policy"]]),
                .init("then", ["$ref": "#/$defs/policy"]),
                .init(
                    "else",
                    [
                        "if": ["required": ["rule"]], "then": ["$ref": "#/$defs/rule"],
                        "else": ["$ref": "#/$defs/define"],
                    ]),
            ]
        }
        let kinds = kind.map { [$0] } ?? Kind.allCases
        var definitions = kinds.map { JSONTree.Member($0.rawValue, tree(of: Self.shape(of: $0))) }
        definitions += Self.scalars
        if kinds.contains(.rule) { definitions += FixtureSchema(schema: schema).definitions }
        members.append(.init("$defs", .object(definitions)))
        return JSONTree.object(members).text
    }

    private static func title(of kind: Kind?) -> String {
        switch kind {
        case nil: "Tocsin rules, policies and definitions"
        case .rule?: "A Tocsin rule"
        case .policy?: "A Tocsin policy"
        case .define?: "Lists and functions of Tocsin rules"
        }
    }

    private static func shape(of kind: Kind) -> MappingShape {
        switch kind {
        case .rule: .rule
        case .policy: .policy
        case .define: .definition
        }
    }

    // MARK: Mappings

    private func tree(of shape: MappingShape) -> JSONTree {
        let properties = shape.keys.map { key in
            JSONTree.Member(key.name, tree(of: key.value).adding([.init("description", .string(key.doc))]))
        }
        var members: [JSONTree.Member] = [.init("type", "object")]
        let required = shape.keys.filter(\.isRequired).map(\.name)
        if !required.isEmpty { members.append(.init("required", .strings(required))) }
        let laws = shape.laws.flatMap(LawSchema.trees)
        if !laws.isEmpty { members.append(.init("allOf", .array(laws))) }
        members.append(.init("properties", .object(properties)))
        members.append(.init("additionalProperties", false))
        return .object(members)
    }

    private func tree(of value: ValueShape) -> JSONTree {
        switch value {
        case .text, .expression: ["$ref": "#/$defs/text"]
        case .kebab: ["type": ["string", "boolean"], "maxLength": 80, "pattern": "^[a-z][a-z0-9]*(-[a-z0-9]+)*$"]
        case .identifier: name(.free)
        case .flag: ["enum": [true, false, "true", "false"]]
        case .span: ["$ref": "#/$defs/span"]
        case .severity: ["$ref": "#/$defs/severity"]
        case .zone: ["$ref": "#/$defs/zone"]
        case .word(let words): ["enum": .strings(words)]
        case .count(let least):
            [
                "anyOf": [
                    ["type": "integer", "minimum": .int(least)],
                    ["type": "string", "pattern": .string("^\\+?0*[1-9][0-9]{0,17}$")],
                ]
            ]
        case .day: ["$ref": "#/$defs/day"]
        case .moment: ["$ref": "#/$defs/moment"]
        case .row: ["enum": .strings(schema.rows.map(\.word))]
        case .argumentType:
            ["enum": .strings(schema.objects.map(\.name) + ValueReader.parameterTypes.keys.sorted() + ["timestamp"])]
        case .list(let item, let least, let most):
            JSONTree.object([.init("type", "array"), .init("items", tree(of: item))])
                .adding(least > 0 ? [.init("minItems", .int(least))] : [])
                .adding(most.map { [.init("maxItems", .int($0))] } ?? [])
        case .mapping(let shape): tree(of: shape)
        case .names(.row, let item):
            [
                "type": "object",
                "properties": .object(schema.rows.map { JSONTree.Member($0.word, tree(of: item)) }),
                "additionalProperties": false,
            ]
        case .names(.any, let item): ["type": "object", "additionalProperties": tree(of: item)]
        case .names(let rule, let item):
            ["type": "object", "propertyNames": name(rule), "additionalProperties": tree(of: item)]
        case .either(let list, let shape): ["anyOf": [tree(of: list), tree(of: shape)]]
        case .directory: ["$ref": "#/$defs/directory"]
        case .changes: ["type": "array", "items": ["$ref": "#/$defs/change"]]
        case .activities: ["type": "array", "items": ["$ref": "#/$defs/activities"]]
        case .any: [:]
        }
    }

    /// What an author may name something.
    private func name(_ rule: ValueShape.NameRule) -> JSONTree {
        var taken = Names.reserved
        if rule == .free { taken.formUnion(Names.taken.union(schema.rows.map(\.word))) }
        return [
            "type": "string", "maxLength": 64, "pattern": "^[A-Za-z_][A-Za-z0-9_]*$",
            "not": ["enum": .strings(taken.sorted())],
        ]
    }
}
