import Alerting
import Store
import Testing
import Timekeeping

@Suite struct OutboxTests {
    /// A store with notices of two alerts (a opened and resolved, b opened) for two receivers, due at the start.
    static func filled() async throws -> SQLiteStore {
        let store = try Fixture.memory()
        var machine = AlertMachine()
        var changes = machine.observe([
            Fixture.finding(key: "a", second: 0, receivers: ["hook", "pager"]),
            Fixture.finding(key: "b", second: 1000, receivers: ["hook", "pager"]),
        ])
        changes.append(machine.advance(connection: "acme", watermark: Fixture.at(900)))
        try await store.apply(
            changes, notices: Fixture.routing.notices(for: changes.transitions), progress: nil, at: Fixture.start)
        return store
    }

    static func due(_ store: SQLiteStore, _ receiver: String = "hook", at second: Int64 = 0) async throws -> [String] {
        try await store.due(receiver: receiver, at: Fixture.at(second), limit: 10).map(Self.name)
    }

    static func name(_ waiting: WaitingNotice) -> String {
        guard case .text(let key) = waiting.notice.transition.alert.dedupKey.key.first else { return "?" }
        return "\(key) \(waiting.notice.transition.kind.rawValue)"
    }

    static func record(
        _ store: SQLiteStore, _ number: Int, at second: Int64 = 0, status: Int? = 500, then step: DeliveryStep
    ) async throws {
        let first = try #require(try await store.due(receiver: "hook", at: Fixture.at(second), limit: 1).first)
        try await store.record(
            DeliveryAttempt(number: number, at: Fixture.at(second), status: status, outcome: "tried"),
            of: first.notice.id, then: step)
    }

    @Test func ofEachKeyOnlyTheFirstIsDue() async throws {
        let store = try await Self.filled()
        #expect(try await Self.due(store) == ["a opened", "b opened"])
        try await Self.record(store, 1, status: 204, then: .delivered)
        #expect(try await Self.due(store) == ["b opened", "a resolved"])
        #expect(try await Self.due(store, "pager") == ["a opened", "b opened"])
        #expect(try await store.waitingCounts() == ["hook": 2, "pager": 3])
    }

    @Test func aNoticeIsDueFromItsMomentOn() async throws {
        let store = try await Self.filled()
        #expect(try await Self.due(store, at: -1) == [])
        try await Self.record(store, 1, then: .retry(at: Fixture.at(5), pausedUntil: nil))
        #expect(try await Self.due(store, at: 4) == ["b opened"])
        #expect(try await Self.due(store, at: 5) == ["b opened", "a opened"])
        let waiting = try await store.due(receiver: "hook", at: Fixture.at(5), limit: 10)
        #expect(waiting.map(\.attempts) == [0, 1])
        #expect(waiting.map(\.dueAt) == [Fixture.start, Fixture.at(5)])
    }

    @Test func aPausedReceiverGetsNothingUntilThen() async throws {
        let store = try await Self.filled()
        try await Self.record(store, 1, then: .retry(at: Fixture.at(5), pausedUntil: Fixture.at(60)))
        #expect(try await Self.due(store, at: 59) == [])
        #expect(try await Self.due(store, "pager", at: 59).count == 2)
        #expect(try await store.nextDue(receivers: ["hook"], at: Fixture.start) == Fixture.at(60))
        #expect(try await store.nextDue(receivers: ["hook", "pager"], at: Fixture.start) == Fixture.start)
        #expect(try await Self.due(store, at: 60).count == 2)
    }

    @Test func aDeadLetterLetsTheNextThroughAndCanBeSentAgain() async throws {
        let store = try await Self.filled()
        try await Self.record(store, 1, then: .deadLetter(reason: "gave up"))
        #expect(try await Self.due(store) == ["b opened", "a resolved"])
        let letters = try await store.deadLetters(limit: 10)
        #expect(letters.map(\.reason) == ["gave up"])
        let id = try #require(letters.first?.notice.id)
        #expect(try await store.redeliver(noticeID: id, at: Fixture.at(100)))
        #expect(try await store.redeliver(noticeID: id, at: Fixture.at(100)) == false)
        #expect(try await store.deadLetters(limit: 10).isEmpty)
        #expect(try await Self.due(store, at: 100) == ["b opened", "a opened"])
        #expect(try await store.attempts(noticeID: id).map(\.number) == [1])
    }

    @Test func aReceiverThatWantsNoMoreWaitsUntilItIsEnabled() async throws {
        let store = try await Self.filled()
        try await Self.record(store, 1, status: 410, then: .disable(reason: "gone"))
        #expect(try await Self.due(store, at: 99_999) == [])
        #expect(try await store.nextDue(receivers: ["hook"], at: Fixture.start) == nil)
        #expect(try await store.disabledReceivers() == ["hook": "gone"])
        #expect(try await store.deadLetters(limit: 10).count == 1)
        try await store.enable(receiver: "hook")
        #expect(try await Self.due(store) == ["b opened", "a resolved"])
        #expect(try await store.disabledReceivers().isEmpty)
    }

    @Test func everyTryIsOnRecord() async throws {
        let store = try await Self.filled()
        try await Self.record(store, 1, status: nil, then: .retry(at: Fixture.start, pausedUntil: nil))
        try await Self.record(store, 2, status: 204, then: .delivered)
        let alert = try #require(
            try await store.alerts(AlertQuery()).first { $0.dedupKey.key == [.text("a")] })
        let records = try await store.deliveries(alertID: alert.id).filter { $0.notice.receiver == "hook" }
        #expect(records.map(\.state) == [.delivered, .waiting])
        #expect(records.first?.attempts.map(\.status) == [nil, 204])
        #expect(records.first?.attempts.map(\.number) == [1, 2])
    }

    @Test func aDeliveryThatWasNotedStaysDelivered() async throws {
        let store = try await Self.filled()
        let id = try #require(try await store.due(receiver: "hook", at: Fixture.start, limit: 1).first).notice.id
        let attempt = DeliveryAttempt(number: 1, at: Fixture.start, status: 200, outcome: "delivered")
        try await store.record(attempt, of: id, then: .delivered)
        try await store.record(attempt, of: id, then: .retry(at: Fixture.start, pausedUntil: nil))
        try await store.record(attempt, of: id, then: .deadLetter(reason: "late"))
        #expect(try await Self.due(store) == ["b opened", "a resolved"])
        #expect(try await store.deadLetters(limit: 10).isEmpty)
    }
}
