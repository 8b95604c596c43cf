import Timekeeping

/// A timeline seen from one moment.
struct DirectoryMoment: DirectoryReading {
    let timeline: DirectoryTimeline
    let moment: Timestamp

    func user(id: Int64) -> User? { timeline.users.record(id, at: moment) }

    func groupName(id: Int64) -> String? {
        isKnown(.group) ? timeline.groups.record(id, at: moment)?.name : nil
    }

    func roles(of user: User) -> [Role]? {
        guard isKnown(.role) else { return nil }
        if let ids = user.roleIDs {
            return ids.sorted().compactMap { timeline.roles.record($0, at: moment) }
        }
        var held: [Role] = []
        for id in (timeline.rolesEverOf[user.id] ?? []).sorted() {
            guard let role = timeline.roles.record(id, at: moment) else { continue }
            guard let members = role.userIDs else { return nil }
            if members.contains(user.id) { held.append(role) }
        }
        return held
    }

    func apps(of user: User) -> [App]? {
        guard isKnown(.app), let roles = roles(of: user) else { return nil }
        var ids: Set<Int64> = []
        for role in roles {
            guard let given = role.appIDs else { return nil }
            ids.formUnion(given)
        }
        return ids.sorted().compactMap { timeline.apps.record($0, at: moment) }
    }

    func privileges(of user: User) -> [Privilege]? {
        guard isKnown(.privilege) else { return nil }
        let all = timeline.privileges.records(at: moment)
        let roleIDs: Set<Int64>
        if all.contains(where: { !$0.roleIDs.isEmpty }) {
            guard let roles = roles(of: user) else { return nil }
            roleIDs = Set(roles.map(\.id))
        } else {
            roleIDs = []
        }
        return all.filter { $0.userIDs.contains(user.id) || $0.roleIDs.contains(where: roleIDs.contains) }
            .sorted { $0.id < $1.id }
    }

    func devices(of user: User) -> [Device]? {
        guard isKnown(.device) else { return nil }
        return (timeline.devicesEverOf[user.id] ?? []).sorted()
            .compactMap { timeline.devices.record($0, at: moment) }
            .filter { $0.userID == user.id }
    }

    func isSuperUser(_ user: User) -> Bool? {
        var isKnown = false
        var hasPrivileges = false
        for resolver in timeline.resolvers {
            if case .ledger = resolver, hasPrivileges { continue }
            guard let answer = answer(of: resolver, user) else { continue }
            if resolver.readsPrivileges { hasPrivileges = true }
            if answer { return true }
            isKnown = true
        }
        return isKnown ? false : nil
    }

    private func isKnown(_ kind: EntityKind) -> Bool { timeline.availability[kind] == .complete }

    /// What one resolver says of one user; nil when it does not apply at this moment.
    private func answer(of resolver: SuperUserResolver, _ user: User) -> Bool? {
        switch resolver {
        case .users(let ids): return ids.contains(user.id)
        case .usernames(let names): return names.contains(user.username)
        case .roles(let names):
            guard timeline.roles.records(at: moment).contains(where: { names.contains($0.name) }) else { return nil }
            return roles(of: user).map { $0.contains { names.contains($0.name) } }
        case .privileges(let names):
            func isStrong(_ privilege: Privilege) -> Bool { privilege.isWildcard || names.contains(privilege.name) }
            guard timeline.privileges.records(at: moment).contains(where: isStrong) else { return nil }
            return privileges(of: user).map { $0.contains(where: isStrong) }
        case .customAttribute(let name, let value):
            return user.customAttributes[name].map { $0 == value }
                ?? (timeline.users.records(at: moment).contains { $0.customAttributes[name] != nil } ? false : nil)
        case .ledger(let ledger):
            return ledger.isEmpty ? nil : ledger.holds(user.id, before: moment)
        }
    }
}
