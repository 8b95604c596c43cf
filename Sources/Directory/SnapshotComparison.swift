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

    /// The kinds of activities that explain something a comparison can show.
    public static let explainingKinds = kinds.union(["role.granted_automatically", "role.revoked_automatically"])

    private func isComparable(_ kind: EntityKind) -> Bool {
        earlier.availability(of: kind) == .complete && later.availability(of: kind) == .complete
    }

    private mutating func compareUsers() {
        let oldNames = Self.names(earlier.groups.map { ($0.id, $0.name) })
        let newNames = Self.names(later.groups.map { ($0.id, $0.name) })
        eachUser { old, new in
            switch (old, new) {
            case (nil, let user?):
                details.append(Detail(change: Change(kind: "user.created", userID: user.id), userName: user.username))
            case (let user?, nil):
                details.append(Detail(change: Change(kind: "user.deleted", userID: user.id), userName: user.username))
            case (let old?, let user?) where !old.isSameRecord(as: user) && old.groupID != user.groupID:
                details.append(
                    Detail(
                        change: Change(kind: "user.group_changed", userID: user.id, objectID: user.groupID),
                        userName: user.username, objectName: user.groupID.flatMap { newNames[$0] },
                        previousName: old.groupID.flatMap { oldNames[$0] ?? newNames[$0] }))
            default: break
            }
        }
    }

    /// Roles of users that both snapshots have: what a created or deleted user gains or loses is no news.
    private mutating func compareRoles() {
        let oldNames = Self.names(earlier.roles.map { ($0.id, $0.name) })
        let newNames = Self.names(later.roles.map { ($0.id, $0.name) })
        let before = HeldRoles(earlier, known: Set(oldNames.keys))
        let after = HeldRoles(later, known: Set(newNames.keys))
        let areSameRoles = before.known == after.known
        eachUser { old, new in
            guard let old, let user = new else { return }
            if areSameRoles, user.saysRoles, old.isSameRecord(as: user) { return }
            guard let oldIDs = before.roles(of: old), let newIDs = after.roles(of: user) else { return }
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

    /// Goes through the users of both snapshots by id, side by side: no list of either is made, as stores give them
    /// in order.
    private func eachUser(_ body: (_ old: User?, _ new: User?) -> Void) {
        let (before, after) = (Self.byID(earlier.users), Self.byID(later.users))
        var (old, new) = (0, 0)
        while old < before.count || new < after.count {
            let left = old < before.count ? before[old] : nil
            let right = new < after.count ? after[new] : nil
            let leftID = left?.id ?? .max
            let rightID = right?.id ?? .max
            body(leftID <= rightID ? left : nil, rightID <= leftID ? right : nil)
            if leftID <= rightID { old += 1 }
            if rightID <= leftID { new += 1 }
        }
    }

    /// Users in rising order of ids, once each: of several with one id the first.
    private static func byID(_ users: [User]) -> [User] {
        if zip(users, users.dropFirst()).allSatisfy({ $0.id < $1.id }) { return users }
        return Dictionary(users.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first }).values
            .sorted { $0.id < $1.id }
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

/// Which of its roles a user of a snapshot holds.
private struct HeldRoles {
    let known: Set<Int64>
    /// Only where some user does not say it.
    private let index: DirectoryIndex?

    init(_ snapshot: DirectorySnapshot, known: Set<Int64>) {
        self.known = known
        index = snapshot.users.allSatisfy(\.saysRoles) ? nil : DirectoryIndex(snapshot, superUsers: [])
    }

    /// nil when nothing says which they are.
    func roles(of user: User) -> Set<Int64>? {
        if let held = user.roleIDs { return Set(held).intersection(known) }
        guard let index, let place = index.place(ofUser: user.id), let places = index.rolePlaces(ofUserAt: place)
        else { return nil }
        return Set(places.map { index.snapshot.roles[Int($0)].id })
    }
}
