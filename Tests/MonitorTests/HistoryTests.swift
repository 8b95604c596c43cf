import Alerting
import Directory
import Monitor
import Reporting
import RuleLanguage
import Store
import Testing
import Timekeeping

/// A rule raises nothing for what happened before it was there, and a backtest says what it would have raised.
@Suite struct HistoryTests {
    @Test func aFirstSyncRaisesNothingForNinetyDaysAndStatesAtOnce() async throws {
        let bench = try HistoryBench()
        let cycle = bench.cycle(HistoryBench.book())
        _ = try await cycle.run()
        let stored = try await bench.store.activities(connection: "acme", after: 0, limit: 1000)
        #expect(stored.positions.count == HistoryBench.past.count)
        #expect(try await bench.alerts() == ["department 1 0"])
        let first = try #require(try await bench.store.alerts(AlertQuery()).first)
        #expect(first.status == .open && first.firstSeenAt == HistoryBench.start)
    }

    @Test func whatCameBeforeCountsForWhatComesAfter() async throws {
        let bench = try HistoryBench()
        try await bench.turn(bench.cycle(HistoryBench.book()), until: 600)
        // User 3 failed twice before the first sync and once after it; user 2 twice after it.
        #expect(try await bench.alerts() == ["department 1 0", "factor-removed 1 300", "failures 3 20"])
        let failures = try await bench.store.alerts(AlertQuery(rule: "failures"))
        #expect(failures.first?.message == "3 failures")
        #expect(try await bench.alerts().count == bench.store.alerts(AlertQuery(limit: 9)).count)
    }

    @Test func anEditedRuleRaisesNothingForThePast() async throws {
        let bench = try HistoryBench()
        try await bench.turn(bench.cycle(HistoryBench.book()), until: 1200)
        let before = try await bench.alerts()
        #expect(before == ["department 1 0", "factor-removed 1 300", "failures 3 20"])
        let edited = HistoryBench.book([("default: 3", "default: 2")])
        try await bench.turn(bench.cycle(edited), until: 1800)
        // The department changed to Sales at 900 and back at 1500: a state of its own.
        let state = ["department 1 1500"]
        #expect(try await bench.alerts().filter { !before.contains($0) && !$0.hasPrefix("department") } == [])
        try await bench.turn(bench.cycle(edited), until: 2400)
        let new = try await bench.alerts().filter { !before.contains($0) }
        #expect(new.filter { !$0.hasPrefix("department") } == ["failures 2 2010"])
        #expect(new.filter { $0.hasPrefix("department") }.count == state.count)
    }

    @Test func aBacktestSaysWhatTheFirstSyncKeptSilentAbout() async throws {
        let bench = try HistoryBench()
        try await bench.turn(bench.cycle(HistoryBench.book()), until: 1200)
        let report = try await bench.backtest(HistoryBench.book())
        let day = HistoryBench.day
        #expect(
            HistoryBench.differences(report) == [
                "+ factor-removed 1 \(-80 * day)", "+ factor-removed 1 \(-10 * day)",
                "+ failures 2 \(-40 * day + 40)",
            ])
        let gained = report.rules.first { $0.rule == "failures" }?.gained.first
        #expect(gained?.severity == .high && gained?.count == 3 && gained?.message == "5 failures")
        #expect(report.exitDecision.code == 1)
        // Within the time that was watched there is no difference.
        #expect(HistoryBench.differences(try await bench.backtest(HistoryBench.book(), days: 0)) == [])
    }

    @Test func aBacktestSaysWhatAnEditedRuleWouldHaveRaised() async throws {
        let bench = try HistoryBench()
        try await bench.turn(bench.cycle(HistoryBench.book()), until: 1200)
        let edited = HistoryBench.book([("default: 3", "default: 2"), ("default: IT", "default: HR")])
        let wanted = [
            "+ department 2 0", "+ department 3 0", "- department 1 0", "+ failures 2 430",
            "~ failures 3 -60 opened",
        ]
        let raised = try await bench.backtest(edited, days: 0)
        #expect(HistoryBench.differences(raised).filter { !$0.contains("failures 3") } == wanted.dropLast())
        let books = try await bench.backtest(edited, against: .rules(HistoryBench.book(), path: "old"), days: 0)
        #expect(HistoryBench.differences(books) == HistoryBench.differences(raised))
        #expect(books.rules.first { $0.rule == "failures" }?.changed.first?.fields.contains(.count) != true)
        // Over the whole history the two failures before the start are the episode's beginning.
        let whole = try await bench.backtest(edited, against: .rules(HistoryBench.book(), path: "old"), days: 1)
        #expect(HistoryBench.differences(whole).contains("~ failures 3 -60 opened,count"))
        // Nothing was kept by any of it.
        #expect(try await bench.alerts() == ["department 1 0", "factor-removed 1 300", "failures 3 20"])
    }

    /// An engine keeps the directory of the last day; what comes out of quarantine may be older, and meets the people
    /// as they were then.
    @Test(arguments: [false, true])
    func whatIsOlderThanADayMeetsThePeopleOfItsTime(_ restarts: Bool) async throws {
        let book = CrashTests.book(
            """
            rule: failure-in-sales
            title: t
            severity: low
            activity: { match: activity.kind == "login.failure" && target != null && target.department != null }
            key: [activity.id]
            message: "${target.department}"
            """)
        let bench = try HistoryBench(entries: [])
        var cycle = bench.cycle(book)
        try await bench.turn(cycle, until: 2000)
        bench.clock.advance(by: .days(2))
        _ = try await cycle.run()
        try await cycle.saveStates()
        let batch = ActivityBatch(capacity: 2)
        for (id, second) in [(1, 1000), (2, 1600)] as [(Int, Int64)] {
            ScriptedTenant.append(
                HistoryBench.Entry(id: id, second: second, arrival: 0, type: 6, user: 1), to: batch)
        }
        let cursor = try #require(try await bench.store.cursor(connection: "acme", source: .api))
        let new = try await bench.store.commit(
            batch, unreadable: [], cursor: cursor, connection: "acme", source: .api)
        #expect(new == 2)
        if restarts { cycle = bench.cycle(book) }
        _ = try await cycle.run()
        let alerts = try await bench.store.alerts(AlertQuery(limit: 10))
        #expect(alerts.sorted { $0.firstSeenAt < $1.firstSeenAt }.map(\.message) == ["Sales", "IT"])
    }
}
