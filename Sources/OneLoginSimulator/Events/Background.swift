import Timekeeping

/// The everyday life of the tenant, hour by hour, without a clock: hour `n` is the same whenever it is asked for.
///
/// What it never does, so that planted things are the only ones a rule can find: a user fails at most three times in a
/// row and then others take their turn; failures come from a user's own address; administrators take turns at
/// changing groups and deleting; no factor is removed, nobody is assumed, `Super user` is never granted, no API
/// credential is made and no secret stands in a note.
struct Background: Sendable {
    static let hour: Int64 = 3_600_000

    let dice: Dice
    /// Events in a usual hour, on average over a week.
    let hourlyRate: Double
    private let administrators: Int
    private let first: Int
    private let size: Int
    private let quiet: Set<Int>

    /// - Parameter hourlyRate: Events in an hour, on average; above 0.
    init(tenant: Tenant, hourlyRate: Double) {
        dice = tenant.dice
        self.hourlyRate = hourlyRate
        administrators = tenant.cast.administrators
        first = min(3, administrators - 1)
        size = tenant.size
        quiet = tenant.cast.quiet
    }

    /// The events of one hour, in no order.
    ///
    /// - Parameters:
    ///   - hour: Hours since 1970.
    ///   - tenant: Read for who may sign in and for groups and roles.
    func events(hour: Int64, tenant: Tenant, log: inout EventLog) -> [SimulatedEvent] {
        let start = hour * Self.hour
        let target = hourlyRate * weight(start)
        let whole =
            Int(target)
            + (Double(dice.below(1000, .session, Int(hour))) < (target - target.rounded(.down)) * 1000 ? 1 : 0)
        var found: [SimulatedEvent] = []
        var turn = 0
        while found.count < whole {
            let seat = Int(hour) &* 65_536 &+ turn
            let time = start + Int64(dice.below(Int(Self.hour), .jitter, seat))
            switch dice.below(1000, .kind, seat) {
            case ..<800: signIn(seat, time, tenant, &found, &log)
            case ..<860: failure(seat, time, tenant, &found, &log)
            case ..<920: provisioning(seat, time, tenant, &found, &log)
            case ..<950: programs(seat, time, &found, &log)
            default: administration(seat, time, tenant, &found, &log)
            }
            turn += 1
        }
        return found
    }

    /// How busy an hour is: quiet nights and weekends; 1 on average.
    private func weight(_ start: Int64) -> Double {
        let civil = CivilTime(Timestamp(milliseconds: start))
        let daily: [Double] = [
            0.2, 0.2, 0.2, 0.2, 0.3, 0.5, 0.9, 1.6, 2.4, 2.6, 2.3, 2.0, 1.5, 1.9, 2.2, 2.0, 1.6, 1.0, 0.7, 0.5, 0.4,
            0.3, 0.3, 0.2,
        ]
        let isWeekend = civil.dayOfWeek == 0 || civil.dayOfWeek == 6
        return daily[Int(civil.hour)] * (isWeekend ? 0.35 : 1.18)
    }

    /// Somebody active who is not set aside for a planted case.
    private func person(_ seat: Int, _ purpose: Dice.Purpose, _ tenant: Tenant) -> Int {
        var index = dice.below(size, purpose, seat)
        for _ in 0..<size {
            if !quiet.contains(index), !tenant.isDeleted(index), tenant.core(index).status == 1 { break }
            index = (index + 1) % size
        }
        return index
    }

    /// A sign-in, the apps that open behind it, sometimes in the same millisecond, and sometimes a sign-out.
    private func signIn(
        _ seat: Int, _ time: Int64, _ tenant: Tenant, _ found: inout [SimulatedEvent], _ log: inout EventLog
    ) {
        let user = person(seat, .session, tenant)
        let roll = dice.number(.note, seat)
        let address = roll & 3 == 0 ? tenant.homeAddress(user) : tenant.officeAddress(user)
        func event(_ type: Int, after delay: Int64) -> SimulatedEvent {
            SimulatedEvent(type, at: time + delay, user: user, actor: user, address: address)
        }
        if roll & 12 == 0 {
            var challenge = event(1001, after: 0)
            if let device = tenant.devices(of: user).first {
                challenge.device = Int32(device.id)
                challenge.deviceKind = Int16(device.kind)
            }
            found.append(challenge)
        }
        var login = event(5, after: roll & 12 == 0 ? 4200 : 0)
        login.policy = Int16(roll >> 4 & 1)
        login.risk = Int16(roll >> 8 % 30)
        found.append(login)
        let apps = Self.apps(of: user, tenant)
        for step in 0..<Int(1 + roll >> 16 % 3) where !apps.isEmpty {
            let delay = step == 0 ? 0 : Int64(dice.below(420_000, .app, seat &* 4 &+ step))
            var launch = event(8, after: login.time - time + delay)
            launch.app = Int16(apps[dice.below(apps.count, .address, seat &* 4 &+ step)])
            found.append(launch)
        }
        if roll >> 24 & 7 == 0 {
            var out = event(7, after: 500_000)
            out.isShort = true
            found.append(out)
        }
    }

    /// Apps a user has, of the role for everybody and of the department's.
    private static func apps(of user: Int, _ tenant: Tenant) -> [Int] {
        let department = 1 + tenant.department(user)
        let own = tenant.isMember(user, of: department) ? tenant.apps(of: department) : []
        return (tenant.isMember(user, of: 0) ? tenant.apps(of: 0) : []) + own
    }

    /// One to three failures of one user from the own address, then success; others have their turn after.
    private func failure(
        _ seat: Int, _ time: Int64, _ tenant: Tenant, _ found: inout [SimulatedEvent], _ log: inout EventLog
    ) {
        let user = person(seat, .risk, tenant)
        guard !found.contains(where: { $0.type == 6 && $0.user == Int32(user) }) else { return }
        let detail = log.intern(EventDetail(notes: "Invalid password", riskReasons: "New device"))
        let times = dice.place(weights: [80, 15, 5], .note, seat) + 1
        for attempt in 0..<times {
            var event = SimulatedEvent(
                6, at: time + Int64(attempt) * 9000, user: user, actor: user, address: tenant.homeAddress(user))
            event.detail = detail
            event.policy = 0
            event.risk = Int16(dice.below(40, .risk, seat))
            found.append(event)
        }
        found.append(
            SimulatedEvent(
                5, at: time + Int64(times) * 9000, user: user, actor: user, address: tenant.homeAddress(user)))
    }

    /// A change that a mapping or a connector makes: rows with almost nothing but nulls.
    private func provisioning(
        _ seat: Int, _ time: Int64, _ tenant: Tenant, _ found: inout [SimulatedEvent], _ log: inout EventLog
    ) {
        let user = person(seat, .session, tenant)
        let isRole = dice.below(4, .note, seat) == 0
        var event = SimulatedEvent(isRole ? 149 : [26, 51, 52][seat % 3], at: time, user: user)
        event.detail = log.intern(EventDetail(actorSystem: isRole ? "Mapping" : "Provisioning"))
        if isRole {
            event.role = Int16(1 + tenant.department(user))
        } else {
            event.app = Int16(Self.apps(of: user, tenant).first ?? 0)
            event.isShort = true
        }
        found.append(event)
    }

    /// Programs that read the API, and now and then an event type nobody has heard of.
    private func programs(_ seat: Int, _ time: Int64, _ found: inout [SimulatedEvent], _ log: inout EventLog) {
        let isUnknown = dice.below(6, .note, seat) == 0
        var event = SimulatedEvent(
            isUnknown ? 40_000 + dice.below(9, .kind, seat) : [501, 502, 515][dice.below(3, .kind, seat)], at: time,
            address: .version4(192 << 24 | 2 << 8 | UInt32(dice.below(16, .address, seat))))
        event.detail = log.intern(
            EventDetail(
                actorSystem: "API", operationName: isUnknown ? nil : "list users",
                clientID: dice.hex(64, .token, 90_000 + seat & 3), resourceType: 1))
        found.append(event)
    }

    /// What administrators do on a usual day, in turns.
    private func administration(
        _ seat: Int, _ time: Int64, _ tenant: Tenant, _ found: inout [SimulatedEvent], _ log: inout EventLog
    ) {
        let kinds = [14, 147, 148, 16, 12, 211, 22, 11, 10, 13, 17, 72]
        let type = kinds[dice.place(weights: [30, 20, 8, 5, 5, 4, 8, 10, 8, 3, 2, 1], .kind, seat &+ 77)]
        let actor = first + dice.below(administrators - first, .manager, seat)
        var user = person(seat, .session, tenant)
        if user < administrators { user = person(seat &+ 3, .age, tenant) }
        // People that come or go are none of those who stay: their index is past the end.
        if type == 13 || type == 17 { user = size + dice.below(5000, .age, seat) }
        let isOwn = [22, 11, 10].contains(type)
        var event = SimulatedEvent(
            type, at: time, user: user, actor: isOwn ? user : actor,
            address: isOwn ? tenant.homeAddress(user) : tenant.officeAddress(actor))
        switch type {
        case 14: event.detail = log.intern(EventDetail(notes: "updated by administrator"))
        case 147, 148: event.role = Int16(15 + seat % 3)
        case 72: event.privilege = Int16(1 + seat % 3)
        case 211: event.detail = log.intern(EventDetail(notes: "reset on request, ticket 4711"))
        case 22:
            if let device = tenant.devices(of: user).first {
                event.device = Int32(device.id)
                event.deviceKind = Int16(device.kind)
            }
        default: break
        }
        found.append(event)
    }
}
