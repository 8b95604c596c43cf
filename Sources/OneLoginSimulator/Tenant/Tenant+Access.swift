/// Roles, apps, privileges and factors: who has what.
extension Tenant {
    /// A second factor of a user.
    struct Device: Sendable {
        let id: Int
        /// The place in ``Names/devices``.
        let kind: Int
        let place: Int
        /// Enrolled but never used when false.
        let isActive: Bool
    }

    /// Whether a user has a role, both by place.
    func isMember(_ user: Int, of role: Int) -> Bool {
        if let change = changes[user]?.roles[role] { return change }
        let departments = Names.departments.count
        switch role {
        case 0: return true
        case 1...departments: return department(user) == role - 1
        case Names.roles.count - 2: return cast.privilege(of: user) == 2
        case Names.roles.count - 1: return user < cast.administrators
        default: return dice.below(100, .role, user &* 64 &+ role) < 8
        }
    }

    /// The places of a user's roles, rising.
    func roles(of user: Int) -> [Int] { Names.roles.indices.filter { isMember(user, of: $0) } }

    /// The users that have a role, rising.
    func members(of role: Int) -> [Int] {
        (0..<size).filter { isMember($0, of: role) && !isDeleted($0) }
    }

    /// The users that administer a role, rising.
    func administrators(of role: Int) -> [Int] {
        roleAdministrators[role] ?? [2 + role % max(1, cast.administrators - 2)].filter { !isDeleted($0) }
    }

    /// The places of the apps a role gives, rising.
    func apps(of role: Int) -> [Int] { appsOfRoles[role] }

    static func appsOfRoles(_ dice: Dice) -> [[Int]] {
        Names.roles.indices.map { role in
            if role == 0 { return [0, 3, 4, 5] }
            return Names.apps.indices.filter { $0 > 5 && dice.below(100, .app, role &* 64 &+ $0) < 15 }
        }
    }

    /// The places of the apps a user reaches through roles, rising.
    func appsOfUser(_ user: Int) -> [Int] { Set(roles(of: user).flatMap { apps(of: $0) }).sorted() }

    /// The second factors of a user.
    func devices(of user: Int) -> [Device] {
        let removed = changes[user]?.removedDevices ?? []
        if removed.contains(.max) { return [] }
        let isPrivileged = user < cast.administrators || superUsers.binaryContains(user)
        let count = isPrivileged ? 1 + user % 2 : dice.place(weights: [14, 66, 20], .device, user)
        return (0..<count).filter { !removed.contains($0) }.map { place in
            Device(
                id: Self.deviceID(user, place), kind: (user + place * 2) % Names.devices.count, place: place,
                isActive: place == 0 || user % 5 != 0)
        }
    }

    /// The users of a delegated privilege by place, rising; the third is given to a role instead.
    func holders(ofPrivilege place: Int) -> [Int] {
        if place == 0 { return superUsers }
        if place == 2 { return [] }
        return (0..<cast.administrators).filter { cast.privilege(of: $0) == place && !isDeleted($0) }
    }

    /// The roles a delegated privilege is given to.
    func roles(ofPrivilege place: Int) -> [Int] { place == 2 ? [Names.roles.count - 2] : [] }

    /// The id of a delegated privilege.
    func privilegeID(_ place: Int) -> String {
        let hex = Array(dice.hex(32, .plan, 7_000_000 + place).utf8)
        func part(_ range: Range<Int>) -> String { String(decoding: hex[range], as: UTF8.self) }
        return [part(0..<8), part(8..<12), "4" + part(13..<16), "a" + part(17..<20), part(20..<32)]
            .joined(separator: "-")
    }

    /// The address a user signs in from at home: one country each, in the ranges for carrier-grade NAT or, for some,
    /// for documentation.
    func homeAddress(_ user: Int) -> EventAddress {
        if user >= 65_000 || user % 29 == 3 { return .version6(user) }
        return .version4(100 << 24 | UInt32(64 + country(user)) << 16 | UInt32(user))
    }

    /// A shared office address of a user's country.
    func officeAddress(_ user: Int) -> EventAddress {
        .version4(198 << 24 | 18 << 16 | UInt32(country(user)) << 8 | UInt32(user & 7))
    }

    /// A user's country as a number below 48.
    func country(_ user: Int) -> Int {
        min(47, Int(dice.number(.country, user) % 64 * (dice.number(.country, user) >> 32 % 64) / 96))
    }
}
