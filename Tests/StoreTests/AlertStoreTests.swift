import Alerting
import Directory
import Store
import Testing
import Timekeeping

@Suite struct AlertStoreTests {
    @Test func alertsComeBackAsTheyWere() async throws {
        let store = try Fixture.memory()
        let changes = Fixture.opening()
        try await store.apply(changes, notices: [], progress: nil, at: Fixture.start)
        let kept = try await store.liveAlerts(connection: "acme", resolvedSince: .earliest)
        #expect(kept.map(\.id) == changes.alerts.map(\.id))
        #expect(kept.map(\.lastOrigin) == changes.alerts.map(\.lastOrigin))
        #expect(kept.first?.evidence.last?.value == .time(Fixture.at(1)))
        guard case .double(let share) = kept.first?.evidence.first?.value else {
            Issue.record("the double is no double any more")
            return
        }
        #expect(share.isNaN)
        #expect(try await store.liveAlerts(connection: "other", resolvedSince: .earliest).isEmpty)
    }

    /// A process that goes on where another ended makes no second alert, whatever is evaluated again.
    @Test func aReplayAfterARestartAddsNothing() async throws {
        let folder = try ScratchFolder()
        let findings = [0, 60, 2000].map { Fixture.finding(second: $0) }
        do {
            let store = try SQLiteStore.open(at: folder.store, decoder: PlainDecoder())
            var machine = AlertMachine()
            let changes = machine.observe(findings)
            try await store.apply(
                changes, notices: Fixture.routing.notices(for: changes.transitions),
                progress: EngineProgress(connection: "acme", position: 3), at: Fixture.start)
            try store.close()
        }
        let store = try SQLiteStore.open(at: folder.store, decoder: PlainDecoder())
        let before = try await store.alerts(AlertQuery())
        #expect(before.map(\.status) == [.open, .resolved])
        let due = try await store.due(receiver: "hook", at: Fixture.start, limit: 10).map(\.notice.id)
        #expect(due.count == 1)

        // With what is kept, and with nothing at all: the ids are the same, so the rows are too.
        for known in [try await store.liveAlerts(connection: "acme", resolvedSince: .earliest), []] {
            var machine = AlertMachine(known)
            let changes = machine.observe(findings)
            #expect(changes.isEmpty == !known.isEmpty)
            try await store.apply(
                changes, notices: Fixture.routing.notices(for: changes.transitions), progress: nil,
                at: Fixture.at(9999))
            #expect(try await store.alerts(AlertQuery()).map(\.id) == before.map(\.id))
            #expect(try await store.alerts(AlertQuery()).map(\.status) == before.map(\.status))
            let dueNow = try await store.due(receiver: "hook", at: Fixture.at(9999), limit: 10)
            #expect(dueNow.map(\.notice.id) == due && dueNow.map(\.dueAt) == [Fixture.start])
            #expect(try await store.waitingCounts() == ["hook": 3])
        }
        #expect(try await store.progress(connection: "acme")?.position == 3)
    }

    @Test func aTouchWithoutTransitionIsKeptAndAnOlderFormIsNot() async throws {
        let store = try Fixture.memory()
        var machine = AlertMachine()
        let opened = machine.observe([Fixture.finding(second: 0)])
        let touched = machine.observe([Fixture.finding(second: 30)])
        #expect(touched.transitions.isEmpty)
        for changes in [opened, touched, opened] {
            try await store.apply(changes, notices: [], progress: nil, at: Fixture.start)
            #expect(try await store.transitions(alertID: opened.alerts[0].id).map(\.kind) == [.opened])
        }
        #expect(try await store.alerts(AlertQuery()).first?.lastSeenAt == Fixture.at(30))
    }

    @Test func allOrNothingIsKept() async throws {
        let store = try Fixture.memory()
        let changes = Fixture.opening()
        // A notice of a transition that is not kept breaks a foreign key, after alert and transition were written.
        let stray = Fixture.routing.notices(for: Fixture.opening(key: "other").transitions)
        await #expect(throws: StoreError.self) {
            try await store.apply(
                changes, notices: stray, progress: EngineProgress(connection: "acme", position: 7),
                at: Fixture.start)
        }
        #expect(try await store.alerts(AlertQuery()).isEmpty)
        #expect(try await store.progress(connection: "acme") == nil)
    }

    @Test func whatPeopleSaidOutlivesFindings() async throws {
        let store = try Fixture.memory()
        var machine = AlertMachine()
        let opened = machine.observe([Fixture.finding(second: 0)])
        let id = opened.alerts[0].id
        try await store.apply(opened, notices: [], progress: nil, at: Fixture.start)
        let seen = Alert.Acknowledgement(by: "ada", at: Fixture.at(5), comment: "on it")
        #expect(try await store.acknowledge(alertID: id, seen))
        #expect(try await store.acknowledge(alertID: "al_none", seen) == false)
        let more = machine.observe([Fixture.finding(second: 60, message: "two factors were removed")])
        try await store.apply(more, notices: [], progress: nil, at: Fixture.start)
        let alert = try #require(try await store.alert(id: id))
        #expect(alert.acknowledgement == seen)
        #expect(alert.message == "two factors were removed")
    }

    @Test func aBindingIsActiveFromItsFirstActivation() async throws {
        let store = try Fixture.memory()
        let binding = RuleBinding(connection: "acme", policy: "baseline", rule: "mfa-removed")
        let first = BindingVersion(binding: binding, digest: "d1")
        let edited = BindingVersion(binding: binding, digest: "d2")
        #expect(try await store.activate([first], at: Fixture.at(10)) == [first: Fixture.at(10)])
        #expect(
            try await store.activate([first, edited], at: Fixture.at(20))
                == [first: Fixture.at(10), edited: Fixture.at(20)])
    }

    @Test func searchesThatTheClockEndedAreKeptAndAddUp() async throws {
        let store = try Fixture.memory()
        let first = EndedSearch(pattern: "(a+)+$", textHash: .max)
        let second = EndedSearch(pattern: "x'\u{e9}", textHash: 7)
        for searches in [[first], [second], [first, second]] as [Set<EndedSearch>] {
            try await store.apply(
                AlertChanges(), notices: [], progress: EngineProgress(connection: "acme", endedSearches: searches),
                at: Fixture.start)
        }
        #expect(try await store.progress(connection: "acme")?.endedSearches == [first, second])
        #expect(try await store.progress(connection: "other") == nil)
    }

    @Test func progressIsKeptPerConnection() async throws {
        let store = try Fixture.memory()
        var progress = EngineProgress(
            connection: "acme", position: 5, watermark: Fixture.at(7), generation: 2, ruleBookDigest: "d")
        try await store.apply(AlertChanges(), notices: [], progress: progress, at: Fixture.start)
        progress.position = 6
        try await store.apply(AlertChanges(), notices: [], progress: progress, at: Fixture.start)
        #expect(try await store.progress(connection: "acme") == progress)
        #expect(try await store.progress(connection: "other") == nil)
    }

    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let query: AlertQuery
        let keys: [String]
    }

    @Test(arguments: [
        Row(testDescription: "all, the last seen first", query: AlertQuery(), keys: ["late", "c", "b", "a"]),
        Row(testDescription: "open ones", query: AlertQuery(statuses: [.open]), keys: ["late", "c"]),
        Row(testDescription: "resolved ones", query: AlertQuery(statuses: [.resolved]), keys: ["b", "a"]),
        Row(testDescription: "at most two", query: AlertQuery(limit: 2), keys: ["late", "c"]),
        Row(testDescription: "another connection", query: AlertQuery(connection: "other"), keys: []),
        Row(
            testDescription: "this rule", query: AlertQuery(rule: "mfa-removed", policy: "baseline", limit: 1),
            keys: ["late"]),
        Row(testDescription: "that severity", query: AlertQuery(minimumSeverity: .high, limit: 1), keys: ["late"]),
        Row(testDescription: "a higher severity", query: AlertQuery(minimumSeverity: .critical), keys: []),
        Row(testDescription: "since the last was opened", query: AlertQuery(since: Fixture.at(5000)), keys: ["late"]),
        Row(
            testDescription: "since a was resolved", query: AlertQuery(since: Fixture.at(600)),
            keys: ["late", "b", "a"]),
        Row(testDescription: "after a was resolved", query: AlertQuery(since: Fixture.at(601)), keys: ["late", "b"]),
    ])
    func queriesChoose(_ row: Row) async throws {
        let store = try Fixture.memory()
        var machine = AlertMachine()
        var changes = machine.observe([Fixture.finding(key: "a", second: 0), Fixture.finding(key: "b", second: 1)])
        changes.append(machine.advance(connection: "acme", watermark: Fixture.at(1000)))
        // Nothing asks this one to be resolved.
        changes.append(Fixture.opening(key: "c", second: 2))
        changes.append(machine.observe([Fixture.finding(key: "late", second: 5000)]))
        try await store.apply(changes, notices: [], progress: nil, at: Fixture.start)
        let found = try await store.alerts(row.query)
        #expect(found.map(\.dedupKey.key) == row.keys.map { [.text($0)] })
    }

    @Test func anAlertThatNeverOpenedIsNotAmongTheResolved() async throws {
        let store = try Fixture.memory()
        let binding = RuleBinding(connection: "acme", policy: "baseline", rule: "r")
        let finding = Finding(
            dedupKey: DedupKey(binding: binding, key: []), origin: .state(generation: 1), severity: .low,
            time: Fixture.start, title: "t", message: "m", hold: .minutes(5))
        var machine = AlertMachine()
        var changes = machine.evaluate(
            StateEvaluation(
                binding: binding, generation: 1, time: Fixture.start, verdict: .fail, findings: [finding]))
        changes.append(
            machine.evaluate(
                StateEvaluation(
                    binding: binding, generation: 2, time: Fixture.at(60), verdict: .pass, findings: [])))
        try await store.apply(changes, notices: [], progress: nil, at: Fixture.start)
        #expect(try await store.alerts(AlertQuery()).isEmpty)
        #expect(try await store.transitions(alertID: changes.alerts[0].id).map(\.kind) == [.pending, .withdrawn])
    }
}
