import FieldStorage
public import Timekeeping

extension SnapshotComparison {
    /// What activities of the source say happened, to hold changes against.
    public struct Explanations: Sendable {
        /// What is told in full, and the last activity that does: it explains the change however often it is told.
        private var exact: [Change: String] = [:]
        /// What is told of a user without the object, and the activities that do: each explains one change.
        private var counted: [Change: ArraySlice<String>] = [:]

        /// Takes activities in, each from the moment on since which its collection may have changed.
        ///
        /// - Parameters:
        ///   - since: By the collection that shows the change.
        ///   - other: For collections that `since` does not have, and changes within the record of a user.
        public init(
            _ activities: ActivityBatch, since: [EntityKind: Timestamp] = [:], else other: Timestamp = .earliest
        ) {
            for row in 0..<activities.count {
                let activity = activities.activity(at: row)
                let begin = SnapshotComparison.collection(of: activity.kind).flatMap { since[$0] } ?? other
                if activity.time >= begin { take(activity) }
            }
        }

        /// Users of whom an activity tells that they were deleted.
        public var deletedUsers: Set<Int64> {
            Set(exact.keys.lazy.filter { $0.kind == "user.deleted" }.compactMap(\.userID))
        }

        private mutating func take(_ activity: Activity) {
            var kind = activity.kind
            if kind.hasSuffix("_automatically") { kind = String(kind.dropLast("_automatically".count)) }
            guard SnapshotComparison.kinds.contains(kind), let user = activity.integer(.userID) else { return }
            switch kind {
            case "user.group_changed":
                exact[Change(kind: kind, userID: user, objectID: activity.integer(.groupID))] = activity.id
            case "role.granted", "role.revoked", "role.admin_granted", "role.admin_revoked":
                if let role = activity.integer(.roleID) {
                    exact[Change(kind: kind, userID: user, objectID: role)] = activity.id
                } else {
                    counted[Change(kind: kind, userID: user), default: []].append(activity.id)
                }
            case "privilege.granted", "privilege.revoked", "mfa.enrolled", "mfa.removed":
                // Events number privileges, and the API names them by UUIDs; the ids of factors differ between events
                // and both versions of the API.
                counted[Change(kind: kind, userID: user), default: []].append(activity.id)
            default:
                exact[Change(kind: SnapshotComparison.family(kind), userID: user)] = activity.id
            }
        }

        /// The id of the activity that tells the change, nil when none does; one that is counted is used up by it.
        mutating func explain(_ change: Change) -> String? {
            let told = Change(
                kind: SnapshotComparison.family(change.kind), userID: change.userID, objectID: change.objectID,
                objectText: change.objectText)
            if let activity = exact[told] { return activity }
            let plain = Change(kind: change.kind, userID: change.userID)
            return counted[plain]?.popFirst()
        }
    }

    /// Divides the changes into those that activities told and the rest, both sorted by (kind, user, object).
    ///
    /// - Parameter told: What activities of the same stretch of time say.
    /// - Returns: The rest as activities with time and generation of the later snapshot.
    public func reconciled(with told: inout Explanations) -> (explained: [ExplainedChange], derived: ActivityBatch) {
        var explained: [ExplainedChange] = []
        let wanted = details.filter { detail in
            guard let activity = told.explain(detail.change) else { return true }
            explained.append(ExplainedChange(change: detail.change, activityID: activity))
            return false
        }
        let batch = ActivityBatch(capacity: wanted.count)
        for detail in wanted { write(detail, to: batch) }
        return (explained, batch)
    }

    /// The changes that no activity has told, as activities.
    public func activities(explained: inout Explanations) -> ActivityBatch { reconciled(with: &explained).derived }

    /// All changes as activities.
    public func activities() -> ActivityBatch {
        var nothing = Explanations(ActivityBatch(capacity: 1))
        return activities(explained: &nothing)
    }

    /// The collection that shows a change; nil for what a user's record says beside that it is there.
    static func collection(of kind: String) -> EntityKind? {
        switch kind.prefix(while: { $0 != "." }) {
        case "role": .role
        case "privilege": .privilege
        case "mfa": .device
        default: kind == "user.created" || kind == "user.deleted" ? .user : nil
        }
    }

    /// One word for the kinds of a change of status that OneLogin tells under several: a suspended user who is
    /// activated is `user.activated` or `user.reactivated`.
    static func family(_ kind: String) -> String {
        switch kind {
        case "user.activated", "user.reactivated", "user.unlocked": "user.activated"
        case "user.suspended", "user.deactivated": "user.suspended"
        default: kind
        }
    }

    private func write(_ detail: Detail, to batch: ActivityBatch) {
        let row = batch.append()
        let change = detail.change
        func text(_ value: String?) -> Slot { value.map { batch.arena.copy($0) } ?? .null }
        let object = change.objectID.map(String.init) ?? change.objectText ?? "none"
        let subject = change.userID.map(String.init) ?? "none"
        batch[row, .id] = text("snapshot-\(later.generation)-\(change.kind)-\(subject)-\(object)")
        batch[row, .time] = .timestamp(
            seconds: later.observedAt.seconds, nanoseconds: later.observedAt.nanoseconds)
        batch[row, .kind] = text(change.kind)
        batch[row, .type] = text(String(change.kind.uppercased().map { $0 == "." ? "_" : $0 }))
        batch[row, .typeID] = .int(0)
        batch[row, .observedBy] = text(ActivitySource.snapshot.rawValue)
        batch[row, .userID] = change.userID.map { .int($0) } ?? .null
        batch[row, .userName] = text(detail.userName.flatMap { $0.isEmpty ? nil : $0 })
        batch[row, .previousName] = text(detail.previousName)
        let number = change.objectID.map { Slot.int($0) } ?? .null
        switch Self.collection(of: change.kind) {
        case .role:
            batch[row, .roleID] = number
            batch[row, .roleName] = text(detail.objectName)
        case .privilege:
            batch[row, .privilegeID] = text(change.objectText)
            batch[row, .privilegeName] = text(detail.objectName)
        case .device:
            batch[row, .deviceID] = change.objectText.flatMap { Int64($0) }.map { .int($0) } ?? .null
            batch[row, .deviceName] = text(detail.objectName)
        default:
            guard change.kind == "user.group_changed" else { return }
            batch[row, .groupID] = number
            batch[row, .groupName] = text(detail.objectName)
        }
    }
}
