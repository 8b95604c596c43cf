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
        for resolver in applyingResolvers {
            guard let answer = answer(of: resolver, user) else { continue }
            if answer { return true }
            isKnown = true
        }
        return isKnown ? false : nil
    }

    /// The resolvers that have something to say at this moment, in the order of the settings.
    var applyingResolvers: [SuperUserResolver] {
        var applying: [SuperUserResolver] = []
        for resolver in timeline.resolvers where applies(resolver) {
            if case .ledger = resolver, applying.contains(where: \.readsPrivileges) { continue }
            applying.append(resolver)
        }
        return applying
    }

    private func isKnown(_ kind: EntityKind) -> Bool { timeline.availability.isKnown(kind, at: moment) }

    /// Whether there is, at this moment, what a resolver looks for.
    private func applies(_ resolver: SuperUserResolver) -> Bool {
        switch resolver {
        case .users, .usernames: true
        case .roles(let names):
            isKnown(.role) && timeline.roles.records(at: moment).contains { names.contains($0.name) }
        case .privileges(let names):
            isKnown(.privilege)
                && timeline.privileges.records(at: moment).contains {
                    $0.isStrong(names) && ($0.roleIDs.isEmpty || isKnown(.role))
                }
        case .customAttribute(let name, _):
            timeline.attributesSince[name].map { $0 < Moment(moment) || $0 == .always } ?? false
        case .ledger(let ledger): !ledger.isEmpty
        }
    }

    /// What a resolver that applies says of one user; nil when what it reads of the user is not known.
    private func answer(of resolver: SuperUserResolver, _ user: User) -> Bool? {
        switch resolver {
        case .users(let ids): ids.contains(user.id)
        case .usernames(let names): names.contains(user.username)
        case .roles(let names): roles(of: user).map { $0.contains { names.contains($0.name) } }
        case .privileges(let names): privileges(of: user).map { $0.contains { $0.isStrong(names) } }
        case .customAttribute(let name, let value): user.customAttributes[name] == value
        case .ledger(let ledger): ledger.holds(user.id, before: moment) { roles(of: user)?.map(\.id) }
        }
    }
}

extension Privilege {
    /// Whether it has one of these names, or allows everything.
    func isStrong(_ names: [String]) -> Bool { isWildcard || names.contains(name) }
}
