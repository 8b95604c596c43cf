import Timekeeping

/// A believable OneLogin account, made from a seed and a number of users.
///
/// Nothing is stored for a user nobody has touched: each one is made when asked for, so a tenant of 200,000 users
/// costs no memory. What changes is kept beside it in ``changes``.
struct Tenant: Sendable {
    /// The account number in every row.
    static let accountID = 60_001

    let dice: Dice
    /// When the tenant was made, in milliseconds since 1970; all ages count back from here.
    let epoch: Int64
    /// How many users the tenant was made with.
    let size: Int
    let cast: Cast
    /// The places of the apps each role gives.
    let appsOfRoles: [[Int]]
    /// What has happened to users, by index.
    var changes: [Int: UserChange] = [:]
    /// Indices of users that were deleted, in rising order.
    private(set) var deleted: [Int] = []
    /// Who holds the privilege `Super user`, in rising order.
    var superUsers: [Int]
    /// By role: members and administrators changed by hand; see ``Tenant/isMember(_:of:)``.
    var roleAdministrators: [Int: [Int]] = [:]
    /// Grows with every change, so that a cached answer can tell that it is old.
    private(set) var version = 0

    /// A tenant of `users` accounts, the same for the same arguments.
    ///
    /// - Parameters:
    ///   - users: At least 30, so that there are enough people for the cast.
    ///   - epoch: The moment the ages of accounts count back from.
    ///   - states: The planted states; none for a tenant that keeps every rule.
    ///   - violations: How many users each planted state about single users has, where it can be chosen.
    init(seed: UInt64, users: Int, epoch: Timestamp, states: [PlantedKind], violations: Int) {
        precondition(users >= 30, "a simulated tenant has at least 30 users")
        dice = Dice(seed: seed)
        self.epoch = epoch.milliseconds
        size = users
        cast = Cast(dice: dice, users: users, states: Set(states), violations: violations)
        appsOfRoles = Self.appsOfRoles(dice)
        superUsers = cast.superUsers
        for index in cast.withoutFactor { changes[index, default: UserChange()].removedDevices.insert(.max) }
    }

    // MARK: ids

    static func userID(_ index: Int) -> Int { 30_000_003 + 7 * index }
    static func groupID(_ index: Int) -> Int { 4100 + 10 * index }
    static func roleID(_ index: Int) -> Int { 7001 + 3 * index }
    static func appID(_ index: Int) -> Int { 55_001 + 2 * index }
    static func policyID(_ index: Int) -> Int { 900 + index }
    static func deviceID(_ user: Int, _ place: Int) -> Int { 3_000_000 + 4 * user + place }

    /// The user with an id, unless deleted or never there.
    func userIndex(_ id: Int) -> Int? {
        guard let index = Self.index(of: id, first: 30_000_003, step: 7, count: size), !isDeleted(index) else {
            return nil
        }
        return index
    }

    static func groupIndex(_ id: Int) -> Int? { index(of: id, first: 4100, step: 10, count: Names.groups.count) }
    static func roleIndex(_ id: Int) -> Int? { index(of: id, first: 7001, step: 3, count: Names.roles.count) }
    static func appIndex(_ id: Int) -> Int? { index(of: id, first: 55_001, step: 2, count: Names.apps.count) }

    private static func index(of id: Int, first: Int, step: Int, count: Int) -> Int? {
        guard id >= first, (id - first) % step == 0, (id - first) / step < count else { return nil }
        return (id - first) / step
    }

    // MARK: who is there

    /// How many users there are now.
    var count: Int { size - deleted.count }

    func isDeleted(_ index: Int) -> Bool { deleted.binaryContains(index) }

    /// Indices of up to `limit` users, from the one at place `start` of those still there.
    func indices(from start: Int, limit: Int) -> [Int] {
        var index = start
        for gone in deleted {
            if gone > index { break }
            index += 1
        }
        var found: [Int] = []
        while index < size, found.count < limit {
            if !isDeleted(index) { found.append(index) }
            index += 1
        }
        return found
    }

    mutating func delete(_ index: Int) {
        guard !isDeleted(index) else { return }
        deleted.insert(index, at: deleted.binaryPlace(of: index))
        superUsers.removeAll { $0 == index }
        touch()
    }

    /// Changes one user and says so to caches.
    mutating func change(_ index: Int, _ edit: (inout UserChange) -> Void) {
        edit(&changes[index, default: UserChange()])
        touch()
    }

    mutating func touch() { version += 1 }
}

extension Array where Element: Comparable {
    /// The first place whose element is not below `value`, in an array in rising order.
    func binaryPlace(of value: Element) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if self[middle] < value { low = middle + 1 } else { high = middle }
        }
        return low
    }

    func binaryContains(_ value: Element) -> Bool {
        let place = binaryPlace(of: value)
        return place < count && self[place] == value
    }
}
