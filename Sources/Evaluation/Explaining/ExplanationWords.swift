import Alerting
import Timekeeping

/// The sentence that says what decided.
struct ExplanationWords {
    let answer: RuleExplanation.Answer
    let material: RuleExplanation.Material
    let at: Timestamp
    var firing: RuleExplanation.Firing?
    var openSince: Timestamp?
    var exception: (at: Timestamp, name: String)?
    var closest: RuleExplanation.Attempt?
    var steps: [RuleExplanation.Step] = []
    /// How long the state must last; zero where it need not.
    var hold = TimeSpan.zero
    /// Since when it does, where that is known.
    var foundSince: Timestamp?
    /// From when on the rule raises anything.
    var activeFrom: Timestamp?
    var missing: [String] = []

    var summary: String {
        switch answer {
        case .fired where foundSince != nil && hold > .zero:
            return
                "it fires at least since \(foundSince?.rfc3339 ?? ""), and so the \(hold.shortText) that it must last"
        case .fired:
            let held = hold > .zero ? "; its alert opens when that has lasted \(hold.shortText)" : ""
            return "it fired at \(firing?.at.rfc3339 ?? at.rfc3339)\(held)"
        case .joined:
            return "it fired at \(firing?.at.rfc3339 ?? "") and joined the episode that began at "
                + "\(openSince?.rfc3339 ?? "")"
        case .held:
            let since = foundSince ?? at
            return "it fires since \(since.rfc3339), and must last \(hold.shortText): its alert opens at "
                + "\((since + hold).rfc3339) at the earliest"
        case .inactive:
            return "it would have fired at \(firing?.at.rfc3339 ?? ""), and raises nothing for what happened before "
                + "\(activeFrom?.rfc3339 ?? ""), since when it is active in this form"
        case .excepted:
            let moment = exception?.at.rfc3339 ?? ""
            return "it would have fired at \(moment), and the exception `\(exception?.name ?? "")` held"
        case .outOfScope: return "\(matched) and the policy's scope leaves out what they are about"
        case .conditionFalse: return "\(matched), and `alert_if` did not hold\(numbers)"
        case .incomplete:
            if let open = steps.first(where: { $0.count == 0 }) {
                return "\(matched), and none of this key satisfies the step `\(open.id)`"
            }
            return "\(matched), and what the rule waits for did not come to its end"
        case .nothingMatched:
            return "\(count(material.ofKey)) of this key, and none of them matches"
        case .nothingOfKey:
            return material.all == 0
                ? "there is no \(material.word) to look at" : "none of \(count(material.all)) is of this key"
        case .unknown where !missing.isEmpty:
            return "it did not fire, and that says nothing: \(missing.joined(separator: "; "))"
        case .unknown: return "what the conditions need is not known, so the rule says neither yes nor no"
        }
    }

    private var matched: String { "\(count(material.matched)) of this key match" + (material.matched == 1 ? "es" : "") }

    private var numbers: String {
        guard let closest, !closest.variables.isEmpty else { return "" }
        let words = closest.variables.map { "\($0.name) = \($0.value)" }.joined(separator: ", ")
        return "; it came nearest at \(closest.at.rfc3339) with \(words)"
    }

    private func count(_ number: Int) -> String {
        let plural = material.word == "activity" ? "activities" : material.word + "s"
        return number == 1 ? "1 \(material.word)" : "\(number) \(plural)"
    }
}

extension RuleExplanation {
    /// The explanation for people: the answer first, then what it rests on.
    public var text: String {
        var lines = [
            "\(rule) (policy \(policy)), key [\(key.joined(separator: ", "))], at \(at.rfc3339)", "", summary, "",
        ]
        lines += materialLines
        for clause in refusals { lines += Self.lines(clause, label: "no match", of: material.word) }
        for step in steps {
            let last = step.last.map { ", the last at \($0.rfc3339)" } ?? ""
            lines.append(Self.row("step", "`\(step.id)`: \(step.count) of this key satisfy it alone\(last)"))
        }
        if answer != .fired, answer != .joined {
            if let closest { lines += Self.lines(closest, label: "nearest") }
            if let last, last != closest { lines += Self.lines(last, label: "last") }
        }
        for firing in firings.suffix(2) { lines += Self.lines(firing) }
        if let alert {
            lines.append(Self.row("alert", Self.words(alert)))
            for silence in alert.silences {
                let span = "\(silence.from.rfc3339) to \(silence.until.rfc3339)"
                lines.append(
                    Self.row("", "silenced by \(silence.by) from \(span): \(silence.comment) (\(silence.id))"))
            }
        }
        for note in notes { lines.append(Self.row("note", note)) }
        return lines.joined(separator: "\n") + "\n"
    }

    private var materialLines: [String] {
        var words = "\(material.all) in all"
        if let first = material.first, let last = material.last {
            words += ", from \(first.rfc3339) to \(last.rfc3339)"
        }
        words += "; \(material.ofKey) of this key, \(material.matched) of them match"
        if material.leftOut > 0 { words += ", \(material.leftOut) left out by the scope" }
        return [Self.row("data", words)]
    }

    private static func words(_ alert: StoredAlert) -> String {
        guard let id = alert.id else { return "none of this key at that moment" }
        var words = id
        if let opened = alert.openedAt {
            words += ", open from \(opened.rfc3339)"
        } else {
            words += ", pending from \(alert.firstSeenAt?.rfc3339 ?? "")"
        }
        if let resolved = alert.resolvedAt { words += " to \(resolved.rfc3339)" }
        words += ", \(alert.findings) finding\(alert.findings == 1 ? "" : "s")"
        if let name = alert.acknowledgedBy { words += ", acknowledged by \(name)" }
        return words
    }

    private static func row(_ label: String, _ words: String) -> String {
        // What people typed may hold line ends; a line here is one statement.
        let line = words.split(whereSeparator: \.isNewline).joined(separator: " ")
        return label + String(repeating: " ", count: max(1, 10 - label.count)) + line
    }

    private static func lines(_ clause: Clause, label: String, of word: String) -> [String] {
        let why = clause.failure.map { "has no value (\($0))" } ?? "is false"
        var lines = [row(label, "`\(clause.text)` \(why) for \(clause.count)")]
        for example in clause.examples where !example.isEmpty { lines.append(row("", Self.words(example))) }
        return lines
    }

    private static func lines(_ attempt: Attempt, label: String) -> [String] {
        let numbers = attempt.variables.isEmpty ? "" : ": \(words(attempt.variables))"
        var lines = [row(label, attempt.at.rfc3339 + numbers)]
        for clause in attempt.clauses {
            let why = clause.failure.map { "has no value (\($0))" } ?? "is false"
            let read = clause.examples.first.map { $0.isEmpty ? "" : ": \(words($0))" } ?? ""
            lines.append(row("", "`\(clause.text)` \(why)\(read)"))
        }
        return lines
    }

    private static func lines(_ firing: Firing) -> [String] {
        var lines = [row("fired", "\(firing.at.rfc3339), \(firing.severity.rawValue): \(firing.message)")]
        for evidence in firing.evidence where evidence.value != .null && !evidence.name.hasPrefix("keys.") {
            lines.append(row("", "\(evidence.name) = \(ExpectedValue.text(evidence.value))"))
        }
        if !firing.activityIDs.isEmpty {
            let shown = firing.activityIDs.suffix(20).joined(separator: ", ")
            lines.append(row("", "activities \(shown)"))
        }
        return lines
    }

    private static func words(_ readings: [Reading]) -> String {
        readings.map { "\($0.name) = \($0.value)" }.joined(separator: ", ")
    }
}
