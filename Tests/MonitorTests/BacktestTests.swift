import Alerting
import Directory
import Foundation
import Monitor
import OneLogin
import Reporting
import RuleLanguage
import Store
import Testing
import Timekeeping

/// Backtests over a store and over files.
@Suite struct BacktestTests {
    /// The rules that raised the alerts raise the same ones again, whatever came late and wherever the process ended.
    @Test(arguments: [1, 2, 3] as [UInt64])
    func theSameRulesGiveWhatWasRaised(_ seed: UInt64) async throws {
        let (outcome, store) = try await CrashTests.run(seed, endsAt: Int(seed) * 7)
        let report = try await StoreBacktest(store: store, connection: "acme", superUsers: []).run(
            book: CrashTests.book(), against: .raised,
            range: BacktestRange(from: ScriptedTenant.start, to: ScriptedTenant.start + .hours(1)),
            now: ScriptedTenant.start + .hours(1), toolVersion: "test")
        #expect(HistoryBench.differences(report) == [], "seed \(seed)")
        #expect(report.afterCount == outcome.alerts.count, "seed \(seed)")
        #expect(report.afterCount > 10)
    }

    @Test func aStateIsJudgedOverEveryCopyOfTheDirectory() async throws {
        let bench = try HistoryBench()
        try await bench.turn(bench.cycle(HistoryBench.book()), until: 2400)
        let alerts = try await bench.alerts().filter { $0.hasPrefix("department") }
        // In IT from the start, in Sales from 900 on, back in IT from 1500 on.
        #expect(alerts.count == 2)
        let same = try await bench.backtest(HistoryBench.book(), days: 0)
        #expect(HistoryBench.differences(same) == [])
        #expect(same.directoryCount == 9)
        let sales = HistoryBench.book([("default: IT", "default: Sales")])
        let other = HistoryBench.differences(try await bench.backtest(sales, days: 0))
        #expect(other.filter { $0.hasPrefix("- department 1") }.count == 2)
        #expect(other.filter { $0.hasPrefix("+ department 1 9") }.count == 1)
    }

    @Test func aRangeInTheMiddleSeesOnlyWhatTouchesIt() async throws {
        let bench = try HistoryBench()
        try await bench.turn(bench.cycle(HistoryBench.book()), until: 2400)
        let backtest = StoreBacktest(store: bench.store, connection: "acme", superUsers: [])
        let edited = HistoryBench.book([("default: 3", "default: 2")])
        for (from, to, wanted) in [
            (Int64(401), Int64(429), [String]()), (429, 430, ["+ failures 2 430"]), (430, 900, ["+ failures 2 430"]),
            (431, 900, []), (1990, 2010, ["+ failures 2 2010"]),
        ] {
            let range = BacktestRange(
                from: HistoryBench.start + .seconds(from), to: HistoryBench.start + .seconds(to))
            let report = try await backtest.run(
                book: edited, against: .raised, range: range, now: bench.clock.now(), toolVersion: "test")
            #expect(HistoryBench.differences(report) == wanted, "\(from) to \(to)")
        }
    }

    @Test func aStoreIsReadBesideTheProcessThatWritesIt() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("backtest-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appendingPathComponent("tocsin.db").path
        let writing = try SQLiteStore.open(at: path, decoder: WireActivityDecoder())
        let bench = try HistoryBench(store: writing)
        let cycle = bench.cycle(HistoryBench.book())
        try await bench.turn(cycle, until: 600)
        let reading = try SQLiteStore.open(at: path, access: .readOnly, decoder: WireActivityDecoder())
        let range = BacktestRange(from: HistoryBench.start, to: bench.clock.now())
        let report = try await StoreBacktest(store: reading, connection: "acme", superUsers: []).run(
            book: HistoryBench.book(), against: .raised, range: range, now: bench.clock.now(), toolVersion: "test")
        #expect(HistoryBench.differences(report) == [] && report.afterCount == 3)
        try await bench.turn(cycle, until: 1000)
        await #expect(throws: StoreBacktest.Refusal.noFacts(connection: "other")) {
            try await StoreBacktest(store: reading, connection: "other", superUsers: []).run(
                book: HistoryBench.book(), against: .raised, range: range, now: bench.clock.now(),
                toolVersion: "test")
        }
        try reading.close()
        try writing.close()
    }

    // MARK: Files

    static func overFiles(_ lines: [String], files: Int = 1, _ book: RuleBook, against: RuleBook?) throws
        -> BacktestReport
    {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("backtest-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let size = (lines.count + files - 1) / files
        for (number, start) in stride(from: 0, to: lines.count, by: size).enumerated() {
            let text = lines[start..<min(start + size, lines.count)].joined(separator: "\n")
            try Data(text.utf8).write(to: folder.appendingPathComponent("events-\(100 + number).ndjson"))
        }
        let users = #"{"id":1,"username":"ann","status":1,"department":"IT"}"#
        try Data(users.utf8).write(to: folder.appendingPathComponent("users.ndjson"))
        return try FileBacktest(superUsers: [], enricher: nil).run(
            try InputFiles([folder.path]), book: book, against: against.map { ($0, "old") },
            range: BacktestRange(from: .earliest, to: .latest), now: FileAuditTests.now, connection: "files",
            toolVersion: "test")
    }

    static let lines = (0..<400).map { number in
        FileAuditTests.event(number, type: number % 5 == 0 ? 6 : 5, minute: number / 8, user: number % 3)
    }

    @Test(arguments: [
        ("newest first", 1), ("cut into even and odd", 2), ("twice", 3),
    ])
    func theOrderOfFilesDoesNotMatter(_ order: String, _ files: Int) throws {
        let edited = HistoryBench.book([("default: 3", "default: 2"), ("default: IT", "default: HR")])
        let plain = try Self.overFiles(Self.lines, edited, against: HistoryBench.book())
        #expect(plain.rules.first { $0.rule == "failures" }.map { !$0.isSame } == true)
        #expect(plain.rules.first { $0.rule == "department" }?.lost.map(\.key) == [[.int(1)]])
        let lines =
            switch order {
            case "newest first": Array(Self.lines.reversed())
            case "twice": Self.lines + Self.lines
            default: [0, 1].flatMap { half in Self.lines.enumerated().filter { $0.offset % 2 == half }.map(\.element) }
            }
        var other = try Self.overFiles(lines, files: files, edited, against: HistoryBench.book())
        other.activityCount = plain.activityCount
        #expect(other.json == plain.json)
    }

    @Test func againstNothingEveryAlertIsGained() throws {
        let report = try Self.overFiles(Self.lines, HistoryBench.book(), against: nil)
        #expect(report.baseline == .nothing)
        #expect(report.gainedCount == report.afterCount && report.afterCount > 0)
        #expect(report.lostCount == 0 && report.beforeCount == 0)
        #expect(
            try Self.overFiles(Self.lines, HistoryBench.book(), against: HistoryBench.book()).exitDecision.code == 0)
    }
}
