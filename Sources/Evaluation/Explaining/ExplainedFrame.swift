import Alerting
import CEL
import FieldStorage
import RuleLanguage
import Timekeeping

/// Reads what explanations show out of a frame.
struct ExplainedFrame {
    let bound: BoundRule
    let maker: FindingMaker

    /// The alert's key as text; nil when it has no value in this frame.
    func key(_ frame: RuleFrame) -> [String]? {
        maker.key(bound, frame).map { $0.map { ExpectedValue.text($0) } }
    }

    /// The clauses that made a condition what it is.
    func clauses(_ condition: Program?, _ frame: RuleFrame) -> [RuleExplanation.Clause] {
        guard let trace = condition?.trace(frame.frame), trace.truth != .yes else { return [] }
        return trace.decisive.map { clause in
            RuleExplanation.Clause(
                text: clause.text, count: 1, failure: clause.failure?.description,
                examples: [clause.readings.map { .init(name: $0.name, value: Self.text($0)) }])
        }
    }

    /// The variables of the rule but `now` and the key; those that hold nothing are left out.
    func variables(_ frame: RuleFrame) -> [RuleExplanation.Reading] {
        bound.layout.variables.enumerated().compactMap { index, variable in
            guard index != FrameLayout.nowIndex, !variable.name.hasPrefix("keys.") else { return nil }
            let slot = frame.variables.slots[index]
            if slot.tag == .unknown { return .init(name: variable.name, value: "unknown") }
            guard let value = Value(scalarOrBox: slot), value != .null else { return nil }
            return .init(name: variable.name, value: Self.text(value))
        }
    }

    /// The sum of the whole numbers among the variables: the greater, the nearer to firing.
    func nearness(_ frame: RuleFrame) -> Int64 {
        bound.layout.variables.indices.reduce(Int64(0)) { sum, index in
            guard index != FrameLayout.nowIndex, !bound.layout.variables[index].name.hasPrefix("keys."),
                case .int(let number)? = Value(scalarOrBox: frame.variables.slots[index])
            else { return sum }
            return sum.addingReportingOverflow(number).partialValue
        }
    }

    func attempt(_ frame: RuleFrame, _ alertIf: Program?) -> RuleExplanation.Attempt {
        RuleExplanation.Attempt(
            at: frame.now, variables: variables(frame), clauses: clauses(alertIf, frame))
    }

    private static func text(_ reading: ConditionTrace.Reading) -> String {
        if let value = reading.value { return text(value) }
        guard let failure = reading.failure else { return "unknown" }
        return failure.isUnknown ? "unknown" : failure.description
    }

    private static func text(_ value: Value) -> String {
        if case .object(let object) = value { return "a \(object.type.name)" }
        let text = value.literal
        return text.unicodeScalars.count <= 80 ? text : String(text.unicodeScalars.prefix(77)) + "..."
    }
}

extension RuleFrame {
    /// What `now` is.
    var now: Timestamp {
        let slot = variables.slots[FrameLayout.nowIndex]
        return slot.tag == .timestamp ? Timestamp(seconds: slot.intValue, nanoseconds: slot.count) : .earliest
    }
}
