import Timekeeping

/// The planted attacks. Offsets are milliseconds from an attack's begin.
extension World {
    /// Events of one attack with their offsets, and whom a rule must name.
    private struct Plot {
        var events: [(offset: Int64, event: SimulatedEvent)] = []
        var findings: [(rule: PlantedKind, key: [String: String])] = []
        var users: [Int] = []
        var mayTrip: [PlantedKind] = []

        mutating func add(_ offset: Int64, _ event: SimulatedEvent) { events.append((offset, event)) }
    }

    /// Plants one more of a kind.
    ///
    /// - Parameters:
    ///   - time: When an attack begins, in milliseconds since 1970; a state is made at once.
    ///   - span: How long an attack lasts in all, in milliseconds; nil for its natural pace, at most ten minutes.
    mutating func plant(_ kind: PlantedKind, at time: Int64, within span: Int64?) {
        let attack = attacks
        attacks += 1
        guard let plot = plot(kind, attack) else { return plantState(kind, attack) }
        for finding in plot.findings {
            truth.cases.append(
                PlantedCase(
                    attack: attack, kind: kind, rule: finding.rule.rawValue, key: finding.key,
                    from: Timestamp(milliseconds: time), userIDs: plot.users.map { Tenant.userID($0) }.sorted(),
                    mayTrip: plot.mayTrip.map { $0.rawValue }))
        }
        let length = max(1, plot.events.map { $0.offset }.max() ?? 1)
        for (offset, planned) in plot.events {
            var event = planned
            event.time = time + (span.map { offset * $0 / length } ?? offset)
            pending.append(Pending(event: event, attack: attack))
        }
    }

    // MARK: attacks

    private mutating func plot(_ kind: PlantedKind, _ attack: Int) -> Plot? {
        switch kind {
        case .massDeletionByActor: massDeletion(attack)
        case .massGroupChangeByActor: massGroupChange(attack)
        case .passwordSpray: passwordSpray(attack)
        case .bruteForce: bruteForce(attack)
        case .userAssumed: assumption(attack)
        case .mfaDeviceRemoved: factorRemoval(attack, thenLogin: false)
        case .mfaRemovedThenLogin: factorRemoval(attack, thenLogin: true)
        case .superUserGranted: grant(attack)
        case .apiCredentialCreated: credential(attack)
        case .secretInNotes: secret(attack)
        default: nil
        }
    }

    private func massDeletion(_ attack: Int) -> Plot {
        let actor = administrator(attack)
        var plot = Plot(findings: [(.massDeletionByActor, ["actor_id": String(Tenant.userID(actor))])])
        for place in 0..<60 {
            let gone = tenant.size + 6000 + attack * 100 + place
            plot.add(Int64(place) * 7000, event(17, user: gone, actor: actor))
        }
        plot.users = [actor]
        return plot
    }

    /// Moves sixty people into `Domain Admins` one by one; the events carry the group.
    ///
    /// The directory shows their own
    /// groups again, as if the help desk had undone it.
    private mutating func massGroupChange(_ attack: Int) -> Plot {
        let actor = administrator(attack)
        var plot = Plot(findings: [(.massGroupChangeByActor, ["actor_id": String(Tenant.userID(actor))])])
        plot.mayTrip = [.massGroupChange]
        let detail = log.intern(EventDetail(notes: "group changed to \"Domain Admins\""))
        plot.users = crowd(60, salt: attack)
        for place in 0..<60 {
            var change = event(14, user: plot.users[place % plot.users.count], actor: actor)
            change.group = 9
            change.detail = detail
            plot.add(Int64(place) * 6000, change)
        }
        return plot
    }

    private mutating func passwordSpray(_ attack: Int) -> Plot {
        let address = attackerAddress(attack)
        var plot = Plot(findings: [(.passwordSpray, ["ip": address.text ?? ""])])
        let detail = log.intern(EventDetail(notes: "Invalid password", riskReasons: "New IP"))
        plot.users = crowd(40, salt: attack)
        for (place, user) in plot.users.enumerated() {
            var failure = SimulatedEvent(6, at: 0, user: user, actor: user, address: address)
            failure.detail = detail
            failure.risk = 80
            plot.add(Int64(place) * 12_000, failure)
        }
        if let last = plot.users.last {
            plot.add(
                Int64(plot.users.count) * 12_000, SimulatedEvent(5, at: 0, user: last, actor: last, address: address))
        }
        return plot
    }

    private mutating func bruteForce(_ attack: Int) -> Plot {
        let user = takeOne()
        let address = attackerAddress(attack)
        var plot = Plot(findings: [(.bruteForce, ["user_id": String(Tenant.userID(user))])], users: [user])
        let detail = log.intern(EventDetail(notes: "Invalid password", riskReasons: "High velocity"))
        for place in 0..<25 {
            var failure = SimulatedEvent(6, at: 0, user: user, actor: user, address: address)
            failure.detail = detail
            failure.risk = 70
            plot.add(Int64(place) * 10_000, failure)
        }
        plot.add(255_000, SimulatedEvent(5, at: 0, user: user, actor: user, address: address))
        return plot
    }

    private func assumption(_ attack: Int) -> Plot {
        let actor = administrator(attack)
        let target = actor == 0 ? 2 : 0
        let key = ["actor_id": String(Tenant.userID(actor)), "user_id": String(Tenant.userID(target))]
        return Plot(
            events: [(0, event(3, user: target, actor: actor))], findings: [(.userAssumed, key)], users: [target])
    }

    private mutating func factorRemoval(_ attack: Int, thenLogin: Bool) -> Plot {
        var user = takeOne()
        for _ in 0..<200 where tenant.devices(of: user).isEmpty { user = takeOne() }
        let key = ["user_id": String(Tenant.userID(user))]
        var plot = Plot(findings: [(.mfaDeviceRemoved, key)], users: [user])
        if thenLogin { plot.findings.append((.mfaRemovedThenLogin, key)) }
        var removal = SimulatedEvent(24, at: 0, user: user, actor: user, address: attackerAddress(attack))
        if let device = tenant.devices(of: user).first {
            removal.device = Int32(device.id)
            removal.deviceKind = Int16(device.kind)
        }
        plot.add(0, removal)
        if thenLogin {
            plot.add(
                240_000, SimulatedEvent(5, at: 0, user: user, actor: user, address: attackerAddress(attack)))
        }
        return plot
    }

    private mutating func grant(_ attack: Int) -> Plot {
        var user = takeOne()
        for _ in 0..<200 where tenant.devices(of: user).isEmpty { user = takeOne() }
        var grant = event(72, user: user, actor: administrator(attack))
        grant.privilege = 0
        let key = ["user_id": String(Tenant.userID(user))]
        return Plot(events: [(0, grant)], findings: [(.superUserGranted, key)], users: [user])
    }

    private mutating func credential(_ attack: Int) -> Plot {
        let client = tenant.dice.hex(64, .token, 50_000 + attack)
        let actor = administrator(attack)
        var created = SimulatedEvent(179, at: 0, actor: actor, address: attackerAddress(attack))
        created.detail = log.intern(EventDetail(notes: "create credential", clientID: client))
        var used = SimulatedEvent(515, at: 0, address: attackerAddress(attack))
        used.detail = log.intern(EventDetail(actorSystem: "API", operationName: "issue token", clientID: client))
        let key = ["actor_id": String(Tenant.userID(actor)), "client_id": client]
        return Plot(events: [(0, created), (60_000, used)], findings: [(.apiCredentialCreated, key)])
    }

    private mutating func secret(_ attack: Int) -> Plot {
        let user = takeOne()
        let digits = tenant.dice.hex(16, .note, 60_000 + attack).uppercased()
        let code = String(digits.map { "0189".contains($0) ? "K" : $0 })
        let actor = administrator(attack)
        var leak = event(211, user: user, actor: actor)
        leak.detail = log.intern(EventDetail(notes: "reset; service key AKIA\(code) rotated"))
        let key = ["actor_id": String(Tenant.userID(actor)), "user_id": String(Tenant.userID(user))]
        return Plot(events: [(0, leak)], findings: [(.secretInNotes, key)], users: [user])
    }

    // MARK: people

    private func event(_ type: Int, user: Int, actor: Int) -> SimulatedEvent {
        SimulatedEvent(type, at: 0, user: user, actor: actor, address: tenant.officeAddress(actor))
    }

    private func attackerAddress(_ attack: Int) -> EventAddress {
        .version4(203 << 24 | 113 << 8 | UInt32(1 + attack % 254))
    }

    /// An administrator that is no super user.
    private func administrator(_ attack: Int) -> Int {
        let first = min(tenant.cast.superUsers.count, tenant.cast.administrators - 1)
        return first + attack % (tenant.cast.administrators - first)
    }

    /// An ordinary, active person.
    func person(salt: Int) -> Int {
        let first = tenant.cast.administrators
        var index = first + tenant.dice.below(tenant.size - first, .plan, 3_000_000 &+ salt)
        for _ in 0..<tenant.size {
            let isFree = !tenant.cast.quiet.contains(index) && !tenant.isDeleted(index)
            if isFree, tenant.core(index).status == 1 { break }
            index = index + 1 < tenant.size ? index + 1 : first
        }
        return index
    }

    /// An ordinary, active person who plays in no other attack, while there are any.
    mutating func takeOne() -> Int {
        var user = person(salt: taken.count &* 977)
        for attempt in 0..<200 where taken.contains(user) { user = person(salt: taken.count &* 977 &+ attempt &+ 1) }
        taken.insert(user)
        return user
    }

    /// Different ordinary, active people, as many as there are at most; those of other attacks only where too few
    /// are left.
    private func crowd(_ count: Int, salt: Int) -> [Int] {
        var people: [Int] = []
        var seen: Set<Int> = []
        for seat in 0..<(count * 20) where people.count < count {
            let user = person(salt: 20_000 + salt &* 4000 &+ seat)
            let isFree = !taken.contains(user) || seat > count * 10
            if isFree, seen.insert(user).inserted { people.append(user) }
        }
        return people
    }
}
