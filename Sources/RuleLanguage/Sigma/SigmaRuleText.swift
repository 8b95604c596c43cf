import Alerting
import Diagnostics
import Timekeeping

/// Writes the rule that a Sigma document becomes.
struct SigmaRuleText {
    let id: String
    let document: SigmaDocument

    private typealias Base = (name: String, document: SigmaDocument, expression: SigmaExpression)

    /// A rule over single activities.
    func plain(_ expression: SigmaExpression) -> SigmaImporter.Rule {
        var lines = document.metadata(id: id)
        lines += ["activity:"] + block("match", SigmaCEL.text(expression), indent: 2)
        lines.append("message: " + SigmaDocument.quoted(Self.literal(document.title)))
        let firing = SigmaWitness.facts(for: expression, wanted: true)
        let fields = Self.fields(of: expression)
        var quiet = firing.flatMap { SigmaWitness.nearMisses(of: $0, fields: fields) }
        quiet += SigmaWitness.facts(for: expression, wanted: false)
        return rule(
            lines, firing: firing.map { test("an activity of this kind", [item($0, "+1h")], fires: true) },
            quiet: quiet.map { test("an activity of another kind", [item($0, "+1h")], fires: false) })
    }

    // MARK: Correlations

    func correlated(
        _ correlation: SigmaCorrelation, _ bases: [(name: String, document: SigmaDocument, expression: SigmaExpression)]
    ) -> SigmaImporter.Rule {
        var lines = document.metadata(id: id)
        let by = "by: [" + correlation.keys.map { key($0, bases) }.joined(separator: ", ") + "]"
        let span = correlation.span.shortText
        switch correlation.kind {
        case .together(let isOrdered):
            lines += ["activity:", "  sequence:", "    " + by, "    within: \(span)"]
            if !isOrdered { lines.append("    unordered: true") }
            lines.append("    steps:")
            for (index, base) in bases.enumerated() {
                lines.append("      - id: step\(index + 1)")
                lines += block("match", SigmaCEL.text(base.expression), indent: 8)
            }
        default:
            let any = SigmaExpression.some(of: bases.map(\.expression))
            lines += ["activity:"] + block("match", SigmaCEL.text(any), indent: 2)
            lines += [
                "  threshold:", "    " + by, "    within: \(span)", "    let:",
                "      n: " + aggregate(correlation.kind),
            ]
            let limit = correlation.conditions.map {
                "n \($0.comparison.rawValue) \(number($0.number, correlation.kind))"
            }
            lines.append("  alert_if: " + limit.joined(separator: " && "))
        }
        lines.append("message: " + SigmaDocument.quoted(Self.literal(document.title)))
        let tests = SigmaCorrelationTests(correlation: correlation, bases: bases, severity: document.severity)
        return rule(lines, firing: tests.firing, quiet: tests.quiet)
    }

    private func aggregate(_ kind: SigmaCorrelation.Kind) -> String {
        switch kind {
        case .values(let field): "distinct(\(field.path))"
        case .sum(let field): "sum(\(field.path))"
        case .average(let field): "avg(\(field.path))"
        default: "count()"
        }
    }

    private func number(_ number: Int64, _ kind: SigmaCorrelation.Kind) -> String {
        if case .average = kind { return "\(number).0" }
        return String(number)
    }

    /// What a part of `group-by` is; an alias asks which rule it was.
    private func key(
        _ key: SigmaCorrelation.Key, _ bases: [(name: String, document: SigmaDocument, expression: SigmaExpression)]
    ) -> String {
        switch key {
        case .field(let field): return field.path
        case .alias(_, let fields):
            let parts = bases.compactMap { base in fields[base.name].map { (base.expression, $0.path) } }
            guard let last = parts.last else { return "activity.user_id" }
            if Set(parts.map(\.1)).count == 1 { return last.1 }
            let text = parts.dropLast().reversed().reduce(last.1) { rest, part in
                "(\(Self.flat(SigmaCEL.text(part.0)))) ? \(part.1) : (\(rest))"
            }
            return ScalarForm.quoted(text)
        }
    }

    private static func flat(_ text: String) -> String {
        text.split(separator: "\n").map { $0.drop { $0 == " " } }.joined(separator: " ")
    }

    // MARK: Text

    private func block(_ key: String, _ text: String, indent: Int) -> [String] {
        let pad = FormattedText.pad(indent)
        return [pad + key + ": |"] + text.split(separator: "\n").map { pad + "  " + $0 }
    }

    private func rule(_ lines: [String], firing: [String], quiet: [String]) -> SigmaImporter.Rule {
        let source = document.sink.source
        let line = LineIndex(source.text).position(at: document.root.start).line
        return SigmaImporter.Rule(
            id: id, text: lines.joined(separator: "\n") + "\n", firing: firing, quiet: quiet, source: source.name,
            line: line)
    }

    private func test(_ name: String, _ items: [String], fires: Bool) -> String {
        Self.test(name, items, severity: fires ? document.severity.rawValue : nil)
    }

    /// An item of `tests`.
    static func test(_ name: String, _ items: [String], severity: String?) -> String {
        let expect = severity.map { "expect:\n      - { severity: \($0) }" } ?? "expect: []"
        return "  - name: \(name)\n    activities:\n" + items.map { "      - \($0)\n" }.joined() + "    \(expect)\n"
    }

    private func item(_ facts: SigmaWitness.Facts, _ time: String) -> String {
        "{ " + (["at: \(time)"] + Self.members(facts.values)).joined(separator: ", ") + " }"
    }

    /// Fields of a fixture.
    static func members(_ values: [String: SigmaWitness.Value]) -> [String] {
        values.keys.sorted().compactMap { name in
            switch values[name] {
            case .text(let text)?: "\(name): " + ScalarForm.quoted(text)
            case .int(let number)?: "\(name): \(number)"
            case .bool(let value)?: "\(name): \(value)"
            case nil: nil
            }
        }
    }

    /// A title in a message, where `${` would begin an expression.
    private static func literal(_ text: String) -> String {
        text.split(separator: "$", omittingEmptySubsequences: false).joined(separator: "")
    }

    static func fields(of expression: SigmaExpression) -> [SigmaFields.Field] {
        switch expression {
        case .all(let parts), .some(let parts): parts.flatMap(fields)
        case .not(let inner): fields(of: inner)
        case .test(let test): [test.field]
        }
    }
}
