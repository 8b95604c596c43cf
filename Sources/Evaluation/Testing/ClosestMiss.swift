import CEL
import RuleLanguage
import Timekeeping

/// What of a test came nearest to firing: the evaluation with the greatest numbers, or the sequence that came furthest.
final class ClosestMiss {
    private let bound: BoundRule
    private let start: Timestamp
    private let reader: ExplainedFrame
    private var best = Int64.min
    private var furthest = 0
    private var evaluation: String?
    private var sequence: String?

    init(_ bound: BoundRule, start: Timestamp, connection: String) {
        self.bound = bound
        self.start = start
        reader = ExplainedFrame(bound: bound, maker: FindingMaker(connection: connection))
    }

    /// One clause; nil when nothing was tried.
    var text: String? { evaluation ?? sequence }

    // MARK: `alert_if`

    /// Notes that `alert_if` did not hold.
    func note(_ frame: RuleFrame, _ alertIf: Program?) {
        let nearness = reader.nearness(frame)
        guard evaluation == nil || nearness > best else { return }
        best = nearness
        let clauses = reader.clauses(alertIf, frame).map(Self.words)
        let variables = reader.variables(frame).map { "\($0.name) = \($0.value)" }.joined(separator: ", ")
        let what = clauses.isEmpty ? variables : clauses.joined(separator: " and ")
        evaluation = key(frame) + (what.isEmpty ? "`alert_if` did not hold" : what) + " at " + offset(frame.now)
    }

    /// `users = 19, needs >= 20` for `users >= 20`; a clause of another form as it is written, with what it read.
    static func words(_ clause: RuleExplanation.Clause) -> String {
        let readings = clause.examples.first ?? []
        let all = readings.map { "\($0.name) = \($0.value)" }.joined(separator: ", ")
        if let failure = clause.failure { return "`\(clause.text)` has no value (\(failure))" }
        for reading in readings {
            guard clause.text.hasPrefix(reading.name + " "), let rest = comparison(clause.text, after: reading.name)
            else { continue }
            let others = readings.filter { $0.name != reading.name }
            // A parameter says nothing to who reads a failure; its value does.
            let known = others.first { $0.name == rest.operand }?.value
            return "\(reading.name) = \(reading.value), needs \(rest.operation) \(known ?? rest.operand)"
                + others.filter { $0.name != rest.operand }.map { ", \($0.name) = \($0.value)" }.joined()
        }
        return all.isEmpty ? "`\(clause.text)` is false" : "\(all), needs `\(clause.text)`"
    }

    private static func comparison(_ text: String, after name: String) -> (operation: String, operand: String)? {
        let parts = text.dropFirst(name.count + 1).split(separator: " ", maxSplits: 1)
        guard parts.count == 2, ["==", "!=", "<", "<=", ">", ">=", "in"].contains(parts[0]) else { return nil }
        return (String(parts[0]), String(parts[1]))
    }

    // MARK: Sequences

    /// Notes a sequence that began or went on.
    ///
    /// - Parameter done: Which steps it has.
    func note(_ frame: RuleFrame, done: [Bool]) {
        guard case .sequence(let verb)? = bound.activityVerb else { return }
        let count = done.count { $0 }
        guard count >= furthest else { return }
        furthest = count
        let open = zip(verb.steps, done).filter { !$0.isAbsent && !$1 }.map { "`\($0.0.id)`" }
        let came = zip(verb.steps, done).filter { $0.1 }.map { "`\($0.0.id)`" }.joined(separator: ", ")
        let rest =
            open.isEmpty
            ? "its silence was broken, or has not passed"
            : "\(verb.isUnordered ? open.joined(separator: ", ") : open[0]) did not come within "
                + verb.within.shortText
        sequence = key(frame) + "\(came) came by \(offset(frame.now)), and \(rest)"
    }

    private func key(_ frame: RuleFrame) -> String {
        let keys = bound.layout.variables.enumerated().filter { $0.element.name.hasPrefix("keys.") }.compactMap {
            Value(scalarOrBox: frame.variables.slots[$0.offset])?.messageText
        }
        return keys.isEmpty ? "" : "key [\(keys.joined(separator: ", "))]: "
    }

    private func offset(_ moment: Timestamp) -> String {
        let span = moment - start
        return span < .zero ? span.shortText : "+\(span.seconds)s"
    }
}

extension BoundRule {
    /// The verb of an activity rule.
    fileprivate var activityVerb: Verb? {
        if case .activity(let body) = body { return body.verb }
        return nil
    }
}
