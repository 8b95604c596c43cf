import Timekeeping

/// The planted states of the directory, and the group changes that only two snapshots show.
extension World {
    /// Lists the states the tenant was made with.
    mutating func listStates(_ kinds: [PlantedKind]) {
        let cast = tenant.cast
        if kinds.contains(.tooManySuperUsers) {
            addState(.tooManySuperUsers, users: cast.superUsers, hasOwnKeys: false)
        }
        addState(.staleCredentials, users: (cast.idle + cast.neverSignedIn).sorted(), hasOwnKeys: true)
        addState(.privilegedUserWithoutMFA, users: cast.withoutFactor, hasOwnKeys: true)
    }

    private mutating func addState(_ kind: PlantedKind, users: [Int], hasOwnKeys: Bool) {
        let from = Timestamp(milliseconds: now)
        for group in hasOwnKeys ? users.map({ [$0] }) : [users] {
            let key = hasOwnKeys ? ["user_id": String(Tenant.userID(group[0]))] : [:]
            truth.cases.append(
                PlantedCase(
                    attack: attacks, kind: kind, rule: kind.rawValue, key: key, from: from,
                    userIDs: group.map { Tenant.userID($0) }))
            attacks += 1
        }
    }

    mutating func plantState(_ kind: PlantedKind, _ attack: Int) {
        switch kind {
        case .tooManySuperUsers:
            let added = (0..<6).map { _ in takeOne() }
            for user in added where !tenant.superUsers.binaryContains(user) {
                tenant.superUsers.insert(user, at: tenant.superUsers.binaryPlace(of: user))
            }
            tenant.touch()
            addState(kind, users: tenant.superUsers, hasOwnKeys: false)
        case .staleCredentials:
            let user = takeOne()
            let moment = now - 120 * 86_400_000
            tenant.change(user) { change in
                change.lastLogin = .some(moment)
                change.createdAt = moment - 86_400_000
            }
            addState(kind, users: [user], hasOwnKeys: true)
        case .privilegedUserWithoutMFA:
            let free = tenant.superUsers.filter { !tenant.devices(of: $0).isEmpty }
            guard let user = free.last else { return }
            tenant.change(user) { $0.removedDevices.insert(.max) }
            addState(kind, users: [user], hasOwnKeys: true)
        case .massGroupChange:
            planGroupChanges(at: now, users: 25)
        default: return
        }
    }

    /// Lets some active people move to one group at a moment, and lists it.
    ///
    /// - Returns: Their ids, rising.
    @discardableResult
    mutating func planGroupChanges(at time: Int64, users: Int) -> [Int] {
        let target = 1
        var people: [Int] = []
        var seat = 0
        while people.count < users, seat < users * 50 {
            let user = person(salt: 40_000 + attacks &* 5000 &+ seat)
            seat += 1
            if !people.contains(user), tenant.core(user).group != target { people.append(user) }
        }
        people.sort()
        schedule(GroupChange(time: time, users: people, group: target))
        truth.cases.append(
            PlantedCase(
                attack: attacks, kind: .massGroupChange, rule: PlantedKind.massGroupChange.rawValue, key: [:],
                from: Timestamp(milliseconds: time), userIDs: people.map { Tenant.userID($0) }))
        attacks += 1
        return people.map { Tenant.userID($0) }
    }
}
