import Alerting
import CEL
import Timekeeping

/// Tests that show a correlation at work: as many activities as it asks for, and one fewer.
struct SigmaCorrelationTests {
    let correlation: SigmaCorrelation
    let bases: [(name: String, document: SigmaDocument, expression: SigmaExpression)]
    let severity: Severity

    /// Activities of a test; more are not written out.
    private static let limit: Int64 = 2000

    var firing: [String] { tests(isComplete: true) }
    var quiet: [String] { tests(isComplete: false) }

    private func tests(isComplete: Bool) -> [String] {
        let name = isComplete ? "as many as it asks for" : "not as many"
        let severity = isComplete ? self.severity.rawValue : nil
        return items(isComplete: isComplete).map { SigmaRuleText.test(name, $0, severity: severity) }
    }

    private func items(isComplete: Bool) -> [[String]] {
        let found = bases.map { SigmaWitness.facts(for: $0.expression, wanted: true) }
        guard found.allSatisfy({ !$0.isEmpty }) else { return [] }
        if case .together = correlation.kind { return sequence(found.compactMap(\.first), isComplete) }
        guard let least = least, least <= Self.limit else { return [] }
        return found[0].map { facts in
            var values = keyed(facts.values, bases[0].name)
            var count = least
            switch correlation.kind {
            case .values(let field):
                values[field.name] = .text("${i}")
            case .sum(let field), .average(let field):
                if values[field.name] == nil { values[field.name] = .int(1) }
                if case .average = correlation.kind { values[field.name] = .int(isComplete ? least : least - 1) }
                if case .average = correlation.kind { count = 1 }
            default: break
            }
            if !isComplete, count == least { count -= 1 }
            let members = SigmaRuleText.members(values).joined(separator: ", ")
            return count < 1 ? [] : ["{ repeat: \(count), every: 1ms, item: { \(members) } }"]
        }.filter { !$0.isEmpty }
    }

    /// The smallest number for which the conditions hold.
    private var least: Int64? {
        var least: Int64 = 1
        for (comparison, number) in correlation.conditions {
            switch comparison {
            case .greater: least = max(least, number &+ 1)
            case .greaterOrEqual, .equal: least = max(least, number)
            default: break
            }
        }
        return least
    }

    private func sequence(_ facts: [SigmaWitness.Facts], _ isComplete: Bool) -> [[String]] {
        let steps = zip(facts, bases).enumerated().map { index, step in
            let members = SigmaRuleText.members(keyed(step.0.values, step.1.name))
            return "{ " + (["at: +\(index)s"] + members).joined(separator: ", ") + " }"
        }
        return isComplete ? [steps] : [Array(steps.dropLast()), [steps[steps.count - 1]]]
    }

    /// The facts with a value for everything that is grouped by.
    private func keyed(_ values: [String: SigmaWitness.Value], _ rule: String) -> [String: SigmaWitness.Value] {
        var values = values
        for key in correlation.keys {
            var field: SigmaFields.Field?
            switch key {
            case .field(let own): field = own
            case .alias(_, let fields): field = fields[rule]
            }
            guard let field, values[field.name] == nil else { continue }
            values[field.name] = field.type == .string ? .text("somebody") : .int(7)
        }
        return values
    }
}
