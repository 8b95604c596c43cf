import FieldStorage
import Timekeeping

/// What two snapshots show that happened between them, as activities without an actor.
///
/// A collection that is not complete in both snapshots is passed over: a row that is missing from an incomplete sync
/// is no deletion (architecture, law 4).
public struct SnapshotComparison: Sendable {
    /// One thing that changed, apart from when: what an activity must say to explain it.
    public struct Change: Hashable, Sendable, Comparable {
        public let kind: String
        public let userID: Int64?
        /// The group, role or app; nil where the kind has none.
        public let objectID: Int64?

        public init(kind: String, userID: Int64?, objectID: Int64? = nil) {
            self.kind = kind
            self.userID = userID
            self.objectID = objectID
        }

        public static func < (left: Change, right: Change) -> Bool {
            let none = Int64.min
            return (left.kind, left.userID ?? none, left.objectID ?? none)
                < (right.kind, right.userID ?? none, right.objectID ?? none)
        }
    }

    /// A change with the names that its activity carries.
    struct Detail {
        let change: Change
        var userName: String?
        var objectName: String?
        var previousName: String?
    }

    let earlier: DirectorySnapshot
    let later: DirectorySnapshot
    private(set) var details: [Detail] = []

    /// Compares two snapshots of one connection.
    public init(from earlier: DirectorySnapshot, to later: DirectorySnapshot) {
        self.earlier = earlier
        self.later = later
        if isComparable(.user) {
            compareUsers()
            if isComparable(.role) { compareRoles() }
        }
        details.sort { $0.change < $1.change }
    }

    /// What changed, sorted.
    public var changes: [Change] { details.map(\.change) }

    /// The changes as activities with time and generation of the later snapshot, sorted by (kind, user, object).
    ///
    /// - Parameter explained: Changes that activities of the same stretch of time have told already; left out.
    public func activities(explained: Set<Change> = []) -> ActivityBatch {
        let wanted = details.filter { !explained.contains($0.change) }
        let batch = ActivityBatch(capacity: wanted.count)
        for detail in wanted { write(detail, to: batch) }
        return batch
    }

    /// What an activity explains; nil when no comparison could show the like.
    public static func change(explainedBy activity: Activity) -> Change? {
        let kind = activity.kind
        let object: Int64? =
            switch kind {
            case "user.group_changed": activity.integer(.groupID)
            case "role.granted", "role.revoked": activity.integer(.roleID)
            case "role.granted_automatically", "role.revoked_automatically": activity.integer(.roleID)
            default: nil
            }
        let plain = kind.hasSuffix("_automatically") ? String(kind.dropLast("_automatically".count)) : kind
        guard Self.kinds.contains(plain) else { return nil }
        return Change(kind: plain, userID: activity.integer(.userID), objectID: object)
    }

    /// The kinds that a comparison can show.
    public static let kinds: Set<String> = [
        "user.created", "user.deleted", "user.group_changed", "role.granted", "role.revoked",
    ]

    private func isComparable(_ kind: EntityKind) -> Bool {
        earlier.availability(of: kind) == .complete && later.availability(of: kind) == .complete
    }

    private mutating func compareUsers() {
        let before = Dictionary(earlier.users.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        let after = Dictionary(later.users.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        let oldNames = Self.names(earlier.groups.map { ($0.id, $0.name) })
        let newNames = Self.names(later.groups.map { ($0.id, $0.name) })
        for (id, user) in after {
            guard let old = before[id] else {
                details.append(Detail(change: Change(kind: "user.created", userID: id), userName: user.username))
                continue
            }
            guard old.groupID != user.groupID else { continue }
            details.append(
                Detail(
                    change: Change(kind: "user.group_changed", userID: id, objectID: user.groupID),
                    userName: user.username, objectName: user.groupID.flatMap { newNames[$0] },
                    previousName: old.groupID.flatMap { oldNames[$0] ?? newNames[$0] }))
        }
        for (id, user) in before where after[id] == nil {
            details.append(Detail(change: Change(kind: "user.deleted", userID: id), userName: user.username))
        }
    }

    /// Roles of users that both snapshots have: what a created or deleted user gains or loses is no news.
    private mutating func compareRoles() {
        let before = DirectoryIndex(earlier, superUsers: [])
        let after = DirectoryIndex(later, superUsers: [])
        let oldNames = Self.names(earlier.roles.map { ($0.id, $0.name) })
        let newNames = Self.names(later.roles.map { ($0.id, $0.name) })
        for (place, user) in later.users.enumerated() {
            guard let oldPlace = before.place(ofUser: user.id), let old = before.rolePlaces(ofUserAt: oldPlace),
                let new = after.rolePlaces(ofUserAt: place)
            else { continue }
            let oldIDs = Set(old.map { earlier.roles[Int($0)].id })
            let newIDs = Set(new.map { later.roles[Int($0)].id })
            for id in newIDs.subtracting(oldIDs) {
                let change = Change(kind: "role.granted", userID: user.id, objectID: id)
                details.append(Detail(change: change, userName: user.username, objectName: newNames[id]))
            }
            for id in oldIDs.subtracting(newIDs) {
                let change = Change(kind: "role.revoked", userID: user.id, objectID: id)
                details.append(Detail(change: change, userName: user.username, objectName: oldNames[id]))
            }
        }
    }

    private static func names(_ pairs: [(Int64, String)]) -> [Int64: String] {
        Dictionary(pairs, uniquingKeysWith: { _, last in last })
    }

    private func write(_ detail: Detail, to batch: ActivityBatch) {
        let row = batch.append()
        let change = detail.change
        func text(_ value: String?) -> Slot { value.map { batch.arena.copy($0) } ?? .null }
        let object = change.objectID.map(String.init) ?? "none"
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
        let fields: (id: ActivityField, name: ActivityField)? =
            switch change.kind {
            case "user.group_changed": (.groupID, .groupName)
            case "role.granted", "role.revoked": (.roleID, .roleName)
            default: nil
            }
        guard let fields else { return }
        batch[row, fields.id] = change.objectID.map { .int($0) } ?? .null
        batch[row, fields.name] = text(detail.objectName)
        batch[row, .previousName] = text(detail.previousName)
    }
}
