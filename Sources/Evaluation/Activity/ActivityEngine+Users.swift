import CEL
import Directory
import FieldStorage
import RuleLanguage
import Timekeeping

/// The users of an activity as they were then.
extension ActivityEngine {
    /// Puts `target` and `actor` as of just before `time` into their tables, once an activity.
    func fillUsers(_ row: UnsafePointer<Slot>, at time: Timestamp) {
        guard !usersAreFilled else { return }
        usersAreFilled = true
        frame.tables[FrameLayout.targetTable] = user(row[ActivityField.userID.rawValue], target, at: time)
        frame.tables[FrameLayout.actorTable] = user(row[ActivityField.actorID.rawValue], actor, at: time)
    }

    private func user(_ id: Slot, _ row: RowBuffer, at time: Timestamp) -> UnsafePointer<Slot>? {
        guard id.tag == .int, users.fill(row, id: id.intValue, at: time, wanted: userSlots) else { return nil }
        return UnsafePointer(row.slots)
    }

    /// Whether the policy leaves the activity's target out; a condition without a value leaves nobody out.
    func isExcluded(_ rule: ActivityRule) -> Bool {
        guard !rule.exclusions.isEmpty, let user = frame.tables[FrameLayout.targetTable] else { return false }
        let activity = frame.tables[FrameLayout.subjectTable]
        frame.tables[FrameLayout.subjectTable] = user
        defer { frame.tables[FrameLayout.subjectTable] = activity }
        return rule.exclusions.contains { rule.holds($0, frame) }
    }
}
