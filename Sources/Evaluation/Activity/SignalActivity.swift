import Alerting
import CEL
import Directory
import FieldStorage
import Timekeeping

/// The activity that a hit of a signal rule is, for other rules to match.
enum SignalActivity {
    /// The fields, as rules write them, that a signal takes from the activity that made it.
    static let copied: Set<String> = [
        "user_id", "user_name", "actor_id", "actor_name", "ip", "country", "app_id", "app_name", "role_id",
        "role_name", "group_id", "group_name",
    ]

    private static let slots = ActivityFields.objectType.fields.filter { copied.contains($0.name) }.map(\.slot)

    /// A batch of one activity at the finding's time, with an id that is derived from rule and activity.
    static func batch(kind: String, of finding: Finding, like row: UnsafePointer<Slot>?) -> ActivityBatch {
        let batch = ActivityBatch(capacity: 1)
        let place = batch.append()
        let origin: String
        if case .activity(let id, _) = finding.origin { origin = id } else { origin = "" }
        batch[place, .id] = batch.arena.copy("\(kind):\(finding.dedupKey.binding.policy):\(origin)")
        batch[place, .time] = .timestamp(seconds: finding.time.seconds, nanoseconds: finding.time.nanoseconds)
        batch[place, .kind] = batch.arena.copy(kind)
        batch[place, .type] = batch.arena.copy("SIGNAL")
        batch[place, .typeID] = .int(0)
        batch[place, .observedBy] = batch.arena.copy(ActivitySource.rule.rawValue)
        guard let row else { return batch }
        for index in slots {
            guard let field = ActivityField(rawValue: index) else { continue }
            batch[place, field] = row[index].tag == .string ? batch.arena.copy(row[index].text) : row[index]
        }
        return batch
    }
}
