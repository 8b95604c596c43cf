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
        /// The group or role; nil where the kind has none.
        public let objectID: Int64?
        /// The privilege or factor, whose ids are text; nil where the kind has none.
        public let objectText: String?

        public init(kind: String, userID: Int64?, objectID: Int64? = nil, objectText: String? = nil) {
            self.kind = kind
            self.userID = userID
            self.objectID = objectID
            self.objectText = objectText
        }

        public static func < (left: Change, right: Change) -> Bool {
            let none = Int64.min
            return (left.kind, left.userID ?? none, left.objectID ?? none, left.objectText ?? "")
                < (right.kind, right.userID ?? none, right.objectID ?? none, right.objectText ?? "")
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
    var details: [Detail] = []

    /// Compares two snapshots of one connection.
    public init(from earlier: DirectorySnapshot, to later: DirectorySnapshot) {
        self.earlier = earlier
        self.later = later
        if isComparable(.user) {
            compareUsers()
            if isComparable(.role) {
                compareRoles()
                compareRoleAdmins()
            }
            if isComparable(.privilege) { comparePrivileges() }
            if isComparable(.device) { compareFactors() }
        }
        details.sort { $0.change < $1.change }
    }

    /// What changed, sorted.
    public var changes: [Change] { details.map(\.change) }

    /// The kinds that a comparison can show: those that are told of a user's record, of roles, privileges and factors.
    ///
    /// Apps, mappings, and what roles and privileges are given have no kind of their own, so their changes are seen by
    /// rules over states only.
    public static let kinds: Set<String> = Set(statusKinds).union([
        "user.created", "user.deleted", "user.group_changed", "role.granted", "role.revoked", "role.admin_granted",
        "role.admin_revoked", "privilege.granted", "privilege.revoked", "mfa.enrolled", "mfa.removed",
    ])

    /// The kinds of activities that explain something a comparison can show.
    public static let explainingKinds = kinds.union(["role.granted_automatically", "role.revoked_automatically"])

    /// The kinds of changes of a user's status.
    static let statusKinds = [
        "user.activated", "user.deactivated", "user.locked", "user.reactivated", "user.suspended", "user.unlocked",
    ]

    /// The kind that a change of status has; nil for changes to which OneLogin gives no event of their own.
    static func statusKind(from old: UserStatus, to new: UserStatus) -> String? {
        switch (old, new) {
        case (_, .suspended): "user.suspended"
        case (_, .locked): "user.locked"
        case (_, .unactivated): "user.deactivated"
        case (.suspended, .active): "user.reactivated"
        case (.locked, .active): "user.unlocked"
        case (_, .active): old == .unactivated || old == .pending ? "user.activated" : nil
        default: nil
        }
    }

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
            case (let old?, let user?) where !old.isSameRecord(as: user):
                if old.groupID != user.groupID {
                    details.append(
                        Detail(
                            change: Change(kind: "user.group_changed", userID: user.id, objectID: user.groupID),
                            userName: user.username, objectName: user.groupID.flatMap { newNames[$0] },
                            previousName: old.groupID.flatMap { oldNames[$0] ?? newNames[$0] }))
                }
                let (was, status) = (old.status, user.status)
                if was != status, let kind = Self.statusKind(from: was, to: status) {
                    details.append(
                        Detail(
                            change: Change(kind: kind, userID: user.id), userName: user.username,
                            previousName: was.rawValue))
                }
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
    func eachUser(_ body: (_ old: User?, _ new: User?) -> Void) {
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

    static func names(_ pairs: [(Int64, String)]) -> [Int64: String] {
        Dictionary(pairs, uniquingKeysWith: { _, last in last })
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
