import Alerting
import Directory
import FieldStorage
import RuleLanguage
import Timekeeping

@testable import Evaluation

/// Activities and engines for tests.
enum TestFacts {
    /// 2026-03-01T00:00:00Z, a Sunday.
    static let start = Timestamp(seconds: 1_772_323_200)

    /// A directory through time of which everything is known.
    static func timeline(_ versions: [EntityVersion]) -> DirectoryTimeline {
        let all = Dictionary(uniqueKeysWithValues: EntityKind.allCases.map { ($0, Availability.complete) })
        return DirectoryTimeline(versions: versions, availability: all, superUsers: [])
    }

    static func at(_ seconds: Int64) -> Timestamp { start + .seconds(seconds) }

    /// One activity for a test: `(second, kind, user)` and more by field.
    struct Act: Hashable, Sendable {
        var second: Int64
        var kind: String
        var user: Int64?
        var ip: String?
        var country: String?
        var id: String?
        var number: Int64?
        var isLate = false
        /// OneLogin's number of the type, where it matters.
        var type: Int64 = 0
        var role: Int64?

        init(
            _ second: Int64, _ kind: String, user: Int64? = nil, ip: String? = nil, country: String? = nil,
            id: String? = nil, number: Int64? = nil, isLate: Bool = false, type: Int64 = 0, role: Int64? = nil
        ) {
            self.type = type
            self.role = role
            self.second = second
            self.kind = kind
            self.user = user
            self.ip = ip
            self.country = country
            self.id = id
            self.number = number
            self.isLate = isLate
        }
    }

    static func batch(_ acts: [Act]) -> ActivityBatch {
        let batch = ActivityBatch(capacity: acts.count)
        for (place, act) in acts.enumerated() {
            let row = batch.append()
            batch[row, .id] = batch.arena.copy(act.id ?? "a\(1000 + place)")
            batch[row, .time] = .timestamp(seconds: at(act.second).seconds, nanoseconds: 0)
            batch[row, .kind] = batch.arena.copy(act.kind)
            batch[row, .type] = batch.arena.copy("TEST")
            batch[row, .typeID] = .int(act.type)
            batch[row, .observedBy] = batch.arena.copy("file")
            if let role = act.role { batch[row, .roleID] = .int(role) }
            batch[row, .isLate] = .bool(act.isLate)
            if let user = act.user { batch[row, .userID] = .int(user) }
            if let ip = act.ip { batch[row, .ip] = batch.arena.copy(ip) }
            if let country = act.country { batch[row, .country] = batch.arena.copy(country) }
            if let number = act.number { batch[row, .riskScore] = .int(number) }
        }
        return batch
    }

    static func engine(
        _ rules: [BoundRule], options: ActivityEngine.Options = .init(), versions: [EntityVersion] = []
    ) -> ActivityEngine {
        ActivityEngine(
            bindings: rules, connection: "main", users: TimelineUsers(timeline: timeline(versions)), options: options)
    }

    /// Everything that rules find of activities, once each episode, as `(second, key)`.
    static func fired(
        _ draft: RuleDraft, _ acts: [Act], options: ActivityEngine.Options = .init(), until end: Int64? = nil
    ) throws -> [Hit] {
        let engine = engine([try draft.bind()], options: options)
        var findings = engine.process(batch(acts))
        findings += engine.finish(at: end.map { at($0) })
        return Finding.openings(of: findings).map { Hit($0) }
    }

    /// A finding, short.
    struct Hit: Hashable, Sendable, CustomStringConvertible {
        let second: Int64
        let key: [EvidenceValue]

        init(_ second: Int64, _ key: [EvidenceValue]) {
            self.second = second
            self.key = key
        }

        init(_ finding: Finding) { self.init((finding.time - start).seconds, finding.dedupKey.key) }

        var description: String { "+\(second)s \(key.map { "\($0)" })" }
    }
}
