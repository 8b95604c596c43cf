import Timekeeping

/// The tenant, its events and its clockwork: what has happened up to a moment that is handed in.
struct World: Sendable {
    /// An event that has yet to happen, and the attack it belongs to.
    struct Pending: Sendable {
        let event: SimulatedEvent
        let attack: Int?
    }

    /// Users that move to another group at a moment.
    struct GroupChange: Sendable {
        let time: Int64
        let users: [Int]
        let group: Int
    }

    var tenant: Tenant
    var log: EventLog
    var truth: GroundTruth
    /// The moment everything up to which has happened, in milliseconds since 1970.
    private(set) var now: Int64
    private let background: Background
    private var nextHour: Int64
    private let historyStart: Int64
    var pending: [Pending] = []
    private var groupChanges: [GroupChange] = []
    var attacks = 0
    /// People that already play in an attack.
    var taken: Set<Int> = []

    /// A tenant with its past.
    ///
    /// - Parameters:
    ///   - now: The end of the history; what follows appears as ``advance(to:)`` is called.
    ///   - historyEvents: About how many background events there are in the history.
    ///   - historyDays: How far back the history goes, at least 1.
    ///   - kinds: What to plant: states at once, attacks evenly over the history.
    ///   - timeline: What happens besides.
    init(
        seed: UInt64, users: Int, now: Timestamp, historyEvents: Int, historyDays: Int, kinds: [PlantedKind],
        violations: Int, timeline: [SimulatedStep] = []
    ) {
        let states = kinds.filter { $0.isState }
        tenant = Tenant(seed: seed, users: users, epoch: now, states: states, violations: violations)
        log = EventLog(dice: tenant.dice)
        truth = GroundTruth(seed: seed, users: users)
        self.now = now.milliseconds
        historyStart = now.milliseconds - Int64(historyDays) * 86_400_000
        nextHour = historyStart / Background.hour
        background = Background(
            tenant: tenant, hourlyRate: Double(max(0, historyEvents)) / Double(max(1, historyDays) * 24))
        taken = tenant.cast.quiet
        listStates(states)
        let attacks = kinds.filter { !$0.isState }
        for (place, kind) in attacks.enumerated() {
            let span = self.now - historyStart - 3_600_000
            plant(kind, at: historyStart + span * Int64(2 * place + 1) / Int64(2 * attacks.count), within: nil)
        }
        play(timeline)
        self.now = historyStart
        advance(to: now)
    }

    /// Lets everything happen up to a moment; a moment in the past changes nothing.
    mutating func advance(to moment: Timestamp) {
        let target = moment.milliseconds
        guard target >= now else { return }
        while nextHour <= target / Background.hour {
            let events = background.events(hour: nextHour, tenant: tenant, log: &log)
            for event in events where event.time > historyStart { pending.append(Pending(event: event, attack: nil)) }
            nextHour += 1
            settle(until: min(target, nextHour * Background.hour))
        }
        settle(until: target)
        now = target
    }

    private mutating func settle(until limit: Int64) {
        let due = pending.filter { $0.event.time <= limit }.enumerated().sorted {
            ($0.element.event.time, $0.offset) < ($1.element.event.time, $1.offset)
        }
        guard !due.isEmpty || !groupChanges.isEmpty else { return }
        pending.removeAll { $0.event.time <= limit }
        for (_, next) in due { happen(next.event, attack: next.attack) }
        for change in groupChanges where change.time <= limit { move(change) }
        groupChanges.removeAll { $0.time <= limit }
    }

    /// Writes an event to the log, with what it does to the directory.
    @discardableResult
    mutating func happen(_ event: SimulatedEvent, attack: Int? = nil) -> Int {
        let id = log.append(event)
        let user = Int(event.user)
        if let attack {
            for place in truth.cases.indices where truth.cases[place].attack == attack {
                truth.cases[place].eventIDs.append(id)
            }
        }
        guard user >= 0, user < tenant.size else { return id }
        switch event.type {
        case 5:
            tenant.change(user) { change in
                change.lastLogin = .some(event.time)
                change.updatedAt = event.time + 88
                change.invalidLoginAttempts = 0
            }
        case 6: tenant.change(user) { $0.invalidLoginAttempts = ($0.invalidLoginAttempts ?? 0) + 1 }
        case 24:
            tenant.change(user) { change in
                change.removedDevices.insert(event.device < 0 ? .max : Int(event.device) & 3)
            }
        case 147, 148, 149:
            if event.role >= 0 { tenant.change(user) { $0.roles[Int(event.role)] = event.type != 148 } }
        case 72 where event.privilege == 0:
            let place = tenant.superUsers.binaryPlace(of: user)
            if !tenant.superUsers.binaryContains(user) { tenant.superUsers.insert(user, at: place) }
            tenant.touch()
        default: break
        }
        return id
    }

    /// An event now, as an action raises it.
    mutating func raise(
        _ type: Int, user: Int?, actor: Int?, detail: EventDetail = EventDetail(),
        _ edit: (inout SimulatedEvent) -> Void = { _ in }
    ) {
        var event = SimulatedEvent(type, at: now, user: user, actor: actor)
        event.detail = log.intern(detail)
        edit(&event)
        happen(event)
    }

    // MARK: group changes

    /// Lets users move to another group at a moment, with no event that says so.
    mutating func schedule(_ change: GroupChange) { groupChanges.append(change) }

    private mutating func move(_ change: GroupChange) {
        let detail = log.intern(EventDetail(actorSystem: "Mapping"))
        for user in change.users {
            tenant.change(user) { edit in
                edit.group = .some(change.group)
                edit.updatedAt = max(change.time, edit.updatedAt ?? 0)
            }
            var event = SimulatedEvent(14, at: change.time, user: user)
            event.detail = detail
            log.append(event)
        }
    }
}
