import CEL
import Timekeeping

/// A Sigma correlation as it was read.
struct SigmaCorrelation {
    /// What is computed over the window.
    enum Kind: Hashable {
        case events
        case values(SigmaFields.Field)
        case sum(SigmaFields.Field)
        case average(SigmaFields.Field)
        case together(isOrdered: Bool)
    }

    let kind: Kind
    /// Names or ids of the rules it is about.
    let rules: [String]
    let span: TimeSpan
    /// What activities are grouped by; an alias has a field a rule.
    let keys: [Key]
    /// Comparisons with the computed number.
    let conditions: [(comparison: SigmaTest.Comparison, number: Int64)]
    let generates: Bool

    /// One part of `group-by`.
    enum Key: Hashable {
        case field(SigmaFields.Field)
        /// By name or id of the rule.
        case alias(String, [String: SigmaFields.Field])
    }

    init(_ document: SigmaDocument, fields: SigmaFields) throws(SigmaProblem) {
        guard let node = document.value("correlation"), case .mapping(let entries) = node.content else {
            throw SigmaProblem(.correlation, "`correlation` is a mapping", at: document.root)
        }
        func text(_ key: String) -> String? { SigmaDocument.value(key, entries).flatMap(SigmaDocument.text) }
        let generate = text("generate") ?? document.text("generate")
        generates = generate == "true"
        rules = Self.texts("rules", entries)
        guard !rules.isEmpty else { throw SigmaProblem(.correlation, "it names no rules", at: node) }
        guard let spanText = text("timespan") ?? text("timeframe"), let span = TimeSpan(spanText), span > .zero else {
            throw SigmaProblem(.correlation, "`timespan` is not a fixed length of time", at: node)
        }
        self.span = span
        keys = try Self.keys(entries, fields, node)
        var field: SigmaFields.Field?
        (conditions, field) = try Self.conditions(entries, fields, node)
        kind = try Self.kind(text("type") ?? "", field, node)
        if case .together = kind {
            guard conditions.isEmpty else {
                throw SigmaProblem(.correlation, "a condition of `temporal` that counts rules", at: node)
            }
            guard rules.count >= 2 else { throw SigmaProblem(.correlation, "a sequence of one rule", at: node) }
        } else if conditions.isEmpty {
            throw SigmaProblem(.correlation, "it has no condition", at: node)
        }
    }

    private static func texts(_ key: String, _ entries: [YAMLNode.Entry]) -> [String] {
        guard let node = SigmaDocument.value(key, entries) else { return [] }
        if case .sequence(let items) = node.content { return items.compactMap(SigmaDocument.text) }
        return SigmaDocument.text(node).map { [$0] } ?? []
    }

    private static func kind(
        _ name: String, _ field: SigmaFields.Field?, _ node: YAMLNode
    ) throws(SigmaProblem) -> Kind {
        switch name {
        case "event_count": return .events
        case "temporal": return .together(isOrdered: false)
        case "temporal_ordered": return .together(isOrdered: true)
        case "value_count", "value_sum", "value_avg":
            guard let field else {
                throw SigmaProblem(.correlation, "`\(name)` needs `field` in its condition", at: node)
            }
            if name == "value_count" { return .values(field) }
            guard field.type == .int else {
                throw SigmaProblem(.correlation, "`\(name)` of `\(field.name)`, which is no number", at: node)
            }
            return name == "value_sum" ? .sum(field) : .average(field)
        default: throw SigmaProblem(.correlation, "the type `\(name)` has no counterpart", at: node)
        }
    }

    private static func keys(
        _ entries: [YAMLNode.Entry], _ fields: SigmaFields, _ node: YAMLNode
    ) throws(SigmaProblem) -> [Key] {
        var aliases: [String: [String: SigmaFields.Field]] = [:]
        if let list = SigmaDocument.value("aliases", entries), case .mapping(let names) = list.content {
            for entry in names {
                guard case .mapping(let rules) = entry.value.content else {
                    throw SigmaProblem(.correlation, "an alias is a mapping", at: entry.value)
                }
                for rule in rules {
                    guard let text = SigmaDocument.text(rule.value), let field = fields.field(text) else {
                        throw SigmaProblem(.field, "an alias of a field without a counterpart", at: rule.value)
                    }
                    aliases[entry.key.text, default: [:]][rule.key.text] = field
                }
            }
        }
        var keys: [Key] = []
        for name in texts("group-by", entries) {
            if let alias = aliases[name] {
                guard Set(alias.values.map(\.type)).count == 1 else {
                    throw SigmaProblem(.correlation, "the alias `\(name)` joins fields of different types", at: node)
                }
                keys.append(.alias(name, alias))
            } else if let field = fields.field(name) {
                keys.append(.field(field))
            } else {
                throw SigmaProblem(.field, "`\(name)` is no field of an activity", at: node)
            }
        }
        return keys
    }

    private static func conditions(
        _ entries: [YAMLNode.Entry], _ fields: SigmaFields, _ node: YAMLNode
    ) throws(SigmaProblem) -> ([(comparison: SigmaTest.Comparison, number: Int64)], SigmaFields.Field?) {
        guard let condition = SigmaDocument.value("condition", entries) else { return ([], nil) }
        guard case .mapping(let parts) = condition.content else {
            throw SigmaProblem(.correlation, "a condition that is an expression", at: condition)
        }
        var found: [(comparison: SigmaTest.Comparison, number: Int64)] = []
        var field: SigmaFields.Field?
        for part in parts {
            if part.key.text == "field" {
                field = SigmaDocument.text(part.value).flatMap(fields.field)
                guard field != nil else {
                    throw SigmaProblem(.field, "`field` names no single field of an activity", at: part.value)
                }
                continue
            }
            let words: [String: SigmaTest.Comparison] = [
                "gt": .greater, "gte": .greaterOrEqual, "lt": .less, "lte": .lessOrEqual, "eq": .equal,
                "neq": .notEqual,
            ]
            guard let comparison = words[part.key.text], let text = SigmaDocument.text(part.value),
                let number = Int64(text)
            else {
                throw SigmaProblem(.correlation, "`\(part.key.text)` of a condition", at: part.value)
            }
            found.append((comparison, number))
        }
        return (found, field)
    }
}
