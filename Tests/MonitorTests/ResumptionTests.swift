import Alerting
import RuleLanguage
import Store
import Testing
import Timekeeping

@testable import Monitor

/// A start goes on from what was saved, and says how.
@Suite struct ResumptionTests {
    static func resumption(_ bench: HistoryBench, _ book: RuleBook = HistoryBench.book()) async throws
        -> ConnectionWatch.Resumption?
    {
        let report = try await bench.cycle(book).run()
        return report.connections.first?.evaluation.resumption
    }

    /// A bench that has run for a while, and whose states are saved.
    static func bench() async throws -> HistoryBench {
        let bench = try HistoryBench()
        let cycle = bench.cycle(HistoryBench.book())
        try await bench.turn(cycle, until: 600)
        try await cycle.saveStates()
        return bench
    }

    @Test func aStartAfterACleanEndReadsNoActivity() async throws {
        let found = try await Self.resumption(try await Self.bench())
        #expect(found == ConnectionWatch.Resumption(activities: 0, refusal: nil))
    }

    @Test func aStartWithoutASavedStateReadsWhatTheRulesLookBackOn() async throws {
        let bench = try HistoryBench()
        try await bench.turn(bench.cycle(HistoryBench.book()), until: 600)
        let found = try await Self.resumption(bench)
        #expect(found?.refusal == nil)
        #expect(found.map { $0.activities > 0 } == true)
    }

    @Test func aDamagedStateIsReplacedByAReplayAndToldOf() async throws {
        let bench = try await Self.bench()
        let digest = HistoryBench.book().digest
        let saved = try #require(try await bench.store.engineState(connection: "acme", ruleBookDigest: digest))
        var body = saved.body
        body[body.count / 2] ^= 1
        try await bench.store.keep(
            EngineState(connection: "acme", position: saved.position, ruleBookDigest: digest, body: body))
        let found = try await Self.resumption(bench)
        #expect(found?.refusal == "the saved state is damaged: its bytes changed")
        #expect(found.map { $0.activities > 0 } == true)
    }

    @Test func anEditedBookReplays() async throws {
        let edited = HistoryBench.book([("default: 3", "default: 4")])
        let found = try await Self.resumption(try await Self.bench(), edited)
        #expect(found?.refusal == nil)
        #expect(found.map { $0.activities > 0 } == true)
    }
}
