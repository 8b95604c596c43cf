/// Who manages roles, holds privileges and has factors: users that both snapshots have, so that what comes and goes
/// with a user is no news.
extension SnapshotComparison {
    mutating func compareRoleAdmins() {
        let before = Dictionary(earlier.roles.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        let pairs = later.roles.compactMap { role in before[role.id].map { (old: $0, new: role) } }
        let changed = pairs.filter { $0.old.adminIDs != $0.new.adminIDs }
        guard !changed.isEmpty else { return }
        let names = commonUserNames()
        for (old, new) in changed {
            guard let was = old.adminIDs, let now = new.adminIDs else { continue }
            for (kind, users) in [
                ("role.admin_granted", Set(now).subtracting(was)), ("role.admin_revoked", Set(was).subtracting(now)),
            ] {
                for user in users {
                    guard let name = names[user] else { continue }
                    details.append(
                        Detail(
                            change: Change(kind: kind, userID: user, objectID: new.id), userName: name,
                            objectName: new.name))
                }
            }
        }
    }

    /// A privilege that came with holders gives them it; one that went takes it from them.
    mutating func comparePrivileges() {
        guard earlier.privileges != later.privileges else { return }
        let old = Dictionary(earlier.privileges.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        let new = Dictionary(later.privileges.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        let names = commonUserNames()
        for id in Set(old.keys).union(new.keys) {
            let (was, now) = (Set(old[id]?.userIDs ?? []), Set(new[id]?.userIDs ?? []))
            for (kind, users) in [
                ("privilege.granted", now.subtracting(was)), ("privilege.revoked", was.subtracting(now)),
            ] {
                for user in users {
                    guard let name = names[user] else { continue }
                    details.append(
                        Detail(
                            change: Change(kind: kind, userID: user, objectText: id), userName: name,
                            objectName: new[id]?.name ?? old[id]?.name))
                }
            }
        }
    }

    mutating func compareFactors() {
        let old = Dictionary(earlier.devices.map { (Self.key($0), $0) }, uniquingKeysWith: { first, _ in first })
        let new = Dictionary(later.devices.map { (Self.key($0), $0) }, uniquingKeysWith: { first, _ in first })
        let enrolled = new.filter { old[$0.key] == nil }
        let removed = old.filter { new[$0.key] == nil }
        guard !enrolled.isEmpty || !removed.isEmpty else { return }
        let names = commonUserNames()
        for (kind, devices) in [("mfa.enrolled", enrolled.values), ("mfa.removed", removed.values)] {
            for device in devices {
                guard let name = names[device.userID] else { continue }
                details.append(
                    Detail(
                        change: Change(kind: kind, userID: device.userID, objectText: device.id), userName: name,
                        objectName: device.type))
            }
        }
    }

    private static func key(_ device: Device) -> [String] { [String(device.userID), device.id] }

    /// The names of the users that both snapshots have, by id.
    private func commonUserNames() -> [Int64: String] {
        var names: [Int64: String] = [:]
        eachUser { old, new in
            if old != nil, let user = new { names[user.id] = user.username }
        }
        return names
    }
}
