import Alerting
import Store
import Testing
import Timekeeping

/// What silences do to the outbox.
///
/// The alert is `mfa-removed` of policy `baseline`, high, for `hook`; seconds count from when its notices become due.
@Suite struct SilenceStoreTests {
    static let binding = RuleBinding(connection: "acme", policy: "baseline", rule: "mfa-removed")

    static func silence(
        _ scope: Silence.Scope = Silence.Scope(rule: "mfa-removed"), from: Int64 = 0, until: Int64 = 100
    ) throws -> Silence {
        try #require(
            Silence(scope, from: Fixture.at(from), until: Fixture.at(until), by: "cli:ann", comment: "import"))
    }

    /// A store in which the alert of a key opened, and the machine that goes on with it.
    static func opened() async throws -> (store: SQLiteStore, machine: AlertMachine) {
        let store = try Fixture.memory()
        var machine = AlertMachine()
        try await apply(machine.observe([Fixture.finding()]), to: store)
        return (store, machine)
    }

    static func apply(_ changes: AlertChanges, to store: SQLiteStore, at second: Int64 = 0) async throws {
        try await store.apply(
            changes, notices: Fixture.routing.notices(for: changes.transitions), progress: nil, at: Fixture.at(second))
    }

    static func deliver(_ store: SQLiteStore, at second: Int64) async throws {
        for waiting in try await store.due(receiver: "hook", at: Fixture.at(second), limit: 10) {
            try await store.record(
                DeliveryAttempt(number: 1, at: Fixture.at(second), status: 204, outcome: "delivered"),
                of: waiting.notice.id, then: .delivered)
        }
    }

    static let scopes: [(scope: Silence.Scope, covers: Bool)] = [
        (Silence.Scope(rule: "mfa-removed"), true), (Silence.Scope(rule: "mfa"), false),
        (Silence.Scope(policy: "baseline"), true), (Silence.Scope(policy: "other"), false),
        (Silence.Scope(connection: "acme"), true), (Silence.Scope(connection: "umbrella"), false),
        (Silence.Scope(connection: "acme", rule: "other"), false),
        (Silence.Scope(connection: "acme", policy: "baseline", rule: "mfa-removed"), true),
        (Silence.Scope(DedupKey(binding: binding, key: [.text("7")])), true),
        (Silence.Scope(DedupKey(binding: binding, key: [.text("8")])), false),
        (Silence.Scope(rule: "mfa-removed", severityLimit: .medium), false),
        (Silence.Scope(rule: "mfa-removed", severityLimit: .high), true),
        (Silence.Scope(rule: "mfa-removed", severityLimit: .critical), true),
    ]

    @Test(arguments: scopes) func itCoversWhatItNames(_ scope: Silence.Scope, _ covers: Bool) async throws {
        let (store, _) = try await Self.opened()
        try await store.keep(try Self.silence(scope))
        #expect(try await OutboxTests.due(store, at: 50) == (covers ? [] : ["7 opened"]))
        let id = try #require(try await store.alerts(AlertQuery()).first).id
        #expect(try await store.silencedAlerts(at: Fixture.at(50)) == (covers ? [id] : []))
        #expect(try await store.silencedAlerts(at: Fixture.at(100)) == [])
        #expect(try await store.silences(ofAlert: id).count == (covers ? 1 : 0))
        #expect((try await store.nextDue(receivers: ["hook"], at: Fixture.at(50)) == nil) == covers)
    }

    @Test func whatIsStillOpenIsToldWhenItIsOver() async throws {
        let (store, _) = try await Self.opened()
        try await store.keep(try Self.silence(from: 10, until: 100))
        for (second, due) in [(9, 1), (10, 0), (99, 0), (100, 1)] {
            #expect(try await OutboxTests.due(store, at: Int64(second)).count == due, "\(second)")
            #expect(try await store.dropSilenced(at: Fixture.at(Int64(second))) == 0)
        }
    }

    @Test func oneThatIsEndedHoldsNoMore() async throws {
        let (store, _) = try await Self.opened()
        let silence = try Self.silence()
        try await store.keep(silence)
        try await store.keep(try #require(silence.ended(by: "cli:bob", at: Fixture.at(40))))
        #expect(try await OutboxTests.due(store, at: 39).isEmpty)
        #expect(try await OutboxTests.due(store, at: 40) == ["7 opened"])
        #expect(try await store.silences(endingAfter: Fixture.at(39)).map(\.end?.by) == ["cli:bob"])
        #expect(try await store.silences(endingAfter: Fixture.at(40)).isEmpty)
        #expect(try await store.silence(id: silence.id)?.until == Fixture.at(40))
        #expect(try await store.silence(id: "sl_none") == nil)
    }

    /// At whatever moment it is noticed, and whatever is evaluated again, nothing of it is told.
    @Test(arguments: [50, 200] as [Int64])
    func whatCameAndWentInItIsNotTold(_ noticedAt: Int64) async throws {
        var (store, machine) = try await Self.opened()
        try await store.keep(try Self.silence())
        let end = machine.advance(connection: "acme", watermark: Fixture.at(900))
        try await Self.apply(end, to: store, at: 45)
        #expect(try await store.dropSilenced(at: Fixture.at(noticedAt)) == 2)
        #expect(try await store.dropSilenced(at: Fixture.at(noticedAt)) == 0)
        var again = AlertMachine()
        try await Self.apply(again.observe([Fixture.finding()]), to: store)
        #expect(try await OutboxTests.due(store, at: 300).isEmpty)
        #expect(try await store.waitingCounts() == [:])
        let id = try #require(end.alerts.first).id
        let told = try await store.deliveries(alertID: id)
        #expect(told.map { "\($0.notice.transition.kind) \($0.state)" } == ["opened silenced", "resolved silenced"])
        #expect(try await store.silences(ofAlert: id).count == 1)
    }

    @Test func whatCameBeforeOrAfterItIsTold() async throws {
        for (from, until) in [(-50, 0), (60, 100)] as [(Int64, Int64)] {
            var (store, machine) = try await Self.opened()
            try await store.keep(try Self.silence(from: from, until: until))
            try await Self.apply(machine.advance(connection: "acme", watermark: Fixture.at(900)), to: store, at: 45)
            #expect(try await store.dropSilenced(at: Fixture.at(50)) == 0, "\(from)")
            #expect(try await OutboxTests.due(store, at: 50) == ["7 opened"], "\(from)")
        }
    }

    /// As for a receiver that is switched off for a day.
    @Test func whatHasWaitedSinceBeforeItIsToldAfterIt() async throws {
        var (store, machine) = try await Self.opened()
        try await Self.apply(machine.advance(connection: "acme", watermark: Fixture.at(900)), to: store, at: 45)
        try await store.keep(try Self.silence(from: 1000, until: 2000))
        for (second, due) in [(1500, []), (2000, ["7 opened"])] as [(Int64, [String])] {
            #expect(try await store.dropSilenced(at: Fixture.at(second)) == 0)
            #expect(try await OutboxTests.due(store, at: second) == due)
        }
    }

    @Test func theEndOfWhatWasToldIsToldInASilence() async throws {
        var (store, machine) = try await Self.opened()
        try await Self.deliver(store, at: 5)
        try await store.keep(try Self.silence(from: 10))
        try await Self.apply(machine.advance(connection: "acme", watermark: Fixture.at(900)), to: store, at: 45)
        #expect(try await store.dropSilenced(at: Fixture.at(50)) == 0)
        #expect(try await OutboxTests.due(store, at: 50) == ["7 resolved"])
    }

    /// A rise that waits does not keep the end of the alert back.
    @Test func aSilencedRiseIsDroppedWithTheAlert() async throws {
        let store = try Fixture.memory()
        var machine = AlertMachine()
        try await Self.apply(machine.observe([Fixture.finding(severity: .low)]), to: store)
        try await Self.deliver(store, at: 5)
        try await store.keep(try Self.silence(from: 10))
        try await Self.apply(machine.observe([Fixture.finding(second: 1)]), to: store, at: 20)
        #expect(try await OutboxTests.due(store, at: 50).isEmpty)
        try await Self.apply(machine.advance(connection: "acme", watermark: Fixture.at(900)), to: store, at: 60)
        #expect(try await store.dropSilenced(at: Fixture.at(60)) == 1)
        #expect(try await OutboxTests.due(store, at: 60) == ["7 resolved"])
    }

    /// Of an alert that becomes worse than the silence allows, all is told.
    @Test func aRiseAboveItsLimitBreaksIt() async throws {
        let store = try Fixture.memory()
        var machine = AlertMachine()
        try await Self.apply(machine.observe([Fixture.finding(severity: .low)]), to: store)
        try await store.keep(try Self.silence(Silence.Scope(rule: "mfa-removed", severityLimit: .medium)))
        #expect(try await OutboxTests.due(store, at: 10).isEmpty)
        try await Self.apply(machine.observe([Fixture.finding(second: 1)]), to: store, at: 20)
        #expect(try await OutboxTests.due(store, at: 20) == ["7 opened"])
        try await Self.deliver(store, at: 20)
        #expect(try await OutboxTests.due(store, at: 20) == ["7 raised"])
    }
}
