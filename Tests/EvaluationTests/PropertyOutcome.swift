import Alerting
import Foundation
import Timekeeping

@testable import Evaluation

/// What a run of the engine found, and the life of the alerts that it makes.
struct PropertyOutcome {
    /// One thing of an outcome that must not change.
    enum Record: Equatable {
        case alert(Alert, life: [Moment])
        case episode(first: Finding, last: Finding, Severity, count: Int, activityIDs: [String])
    }

    /// A moment of an alert's life.
    struct Moment: Equatable {
        let kind: Transition.Kind
        let at: Timestamp
    }

    private(set) var findings: [Finding] = []
    private var machine = AlertMachine()
    private var alerts: [String: Alert] = [:]
    private var lives: [String: [Moment]] = [:]

    mutating func observe(_ new: [Finding]) {
        findings += new
        keep(machine.observe(new))
    }

    mutating func advance(_ watermark: Timestamp) {
        keep(machine.advance(connection: "main", watermark: watermark))
    }

    private mutating func keep(_ changes: AlertChanges) {
        guard !changes.isEmpty else { return }
        for alert in changes.alerts { alerts[alert.id] = alert }
        for transition in changes.transitions {
            lives[transition.alert.id, default: []].append(Moment(kind: transition.kind, at: transition.at))
        }
    }

    /// Every alert with its life, by id; without those of some rules.
    func lifes(without rules: Set<String> = []) -> [Record] {
        alerts.values.filter { !rules.contains($0.binding.rule) }.sorted { $0.id < $1.id }.map {
            .alert($0, life: lives[$0.id] ?? [])
        }
    }

    /// The episodes of every rule but some, whatever the order in which findings came.
    func episodes(without rules: Set<String> = []) -> [Record] {
        var table = EpisodeTable()
        for finding in findings where !rules.contains(finding.dedupKey.binding.rule) { table.add(finding) }
        return table.all().map { episode in
            let ends = [episode.first, episode.last].map {
                $0.with(severity: $0.severity, activityIDs: [], count: 1)
            }
            return .episode(
                first: ends[0], last: ends[1], episode.severity, count: episode.count,
                activityIDs: episode.activityIDs)
        }
    }
}

/// Findings of rules that answer on arrival, where several activities tell of one act.
///
/// Such a rule answers to the first that comes, so the activity's id and moment may differ, and with them the alert's
/// id. How often it answers, for which key and how severely does not.
struct PropertyTellings {
    /// One answer, without what the choice of the activity decides.
    struct Answer: Hashable {
        let rule: String
        /// Empty where it is the activity's id.
        let key: [EvidenceValue]
        let severity: Severity
        let title: String
    }

    private var moments: [Answer: [Timestamp]] = [:]

    init(_ findings: [Finding], of rules: Set<String>) {
        for finding in findings where rules.contains(finding.dedupKey.binding.rule) {
            let key = finding.dedupKey.key
            let isActivity: Bool
            if case .activity(let id, _) = finding.origin {
                isActivity = key == [.text(id)]
            } else {
                isActivity = false
            }
            let answer = Answer(
                rule: finding.dedupKey.binding.rule, key: isActivity ? [] : key, severity: finding.severity,
                title: finding.title)
            moments[answer, default: []].append(finding.time)
        }
        for answer in moments.keys { moments[answer]?.sort() }
    }

    /// What differs; nil: the same answers, each n-th at most `span` from the other n-th.
    func difference(_ other: Self, within span: (String) -> TimeSpan) -> String? {
        for answer in Set(moments.keys).union(other.moments.keys) {
            let (one, two) = (moments[answer] ?? [], other.moments[answer] ?? [])
            guard one.count == two.count else { return "\(answer): \(one.count) and \(two.count) answers" }
            for (left, right) in zip(one, two) where max(left, right) - min(left, right) > span(answer.rule) {
                return "\(answer): at \(left.rfc3339) and \(right.rfc3339)"
            }
        }
        return nil
    }
}

extension PropertyOutcome.Record {
    /// The first pair of which the text differs; nil: both are the same, byte for byte.
    static func difference(_ one: [Self], _ other: [Self]) -> String? {
        if one.count == other.count, zip(one, other).allSatisfy({ $0.isSame(as: $1) }) { return nil }
        let (left, right) = (one.map(\.text), other.map(\.text))
        if left == right { return nil }
        let first = zip(left, right).first { $0 != $1 }
        return "\(left.count) and \(right.count), first difference \(String(describing: first))"
    }

    /// Whether both have the same text for sure: every field is equal, and numbers are down to the sign of zero.
    private func isSame(as other: Self) -> Bool {
        guard self == other else { return false }
        return switch (self, other) {
        case (.alert(let one, _), .alert(let two, _)): Self.isSame(one.evidence, two.evidence)
        case (.episode(let one, let last, _, _, _), .episode(let two, let end, _, _, _)):
            Self.isSame(one.evidence, two.evidence) && Self.isSame(last.evidence, end.evidence)
        default: true
        }
    }

    private static func isSame(_ one: [Finding.Evidence], _ other: [Finding.Evidence]) -> Bool {
        zip(one, other).allSatisfy { isSame($0.value, $1.value) }
    }

    private static func isSame(_ one: EvidenceValue, _ other: EvidenceValue) -> Bool {
        switch (one, other) {
        case (.double(let one), .double(let other)): one.bitPattern == other.bitPattern
        case (.list(let one), .list(let other)): zip(one, other).allSatisfy { isSame($0, $1) }
        default: true
        }
    }

    /// The record as JSON text, or as words around it.
    var text: String {
        switch self {
        case .alert(let alert, let life):
            Self.json(alert) + " " + life.map { "\($0.kind) \($0.at.rfc3339)" }.joined(separator: ", ")
        case .episode(let first, let last, let severity, let count, let ids):
            "\(Self.json(first))\n\(Self.json(last))\n\(severity) \(count) \(ids)"
        }
    }

    private static func json(_ value: some Encodable) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        do { return String(decoding: try encoder.encode(value), as: UTF8.self) } catch { return "\(error)" }
    }
}
