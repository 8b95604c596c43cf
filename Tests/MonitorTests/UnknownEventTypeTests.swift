import Directory
import HTTPTransport
import Monitor
import OneLogin
import OneLoginSimulator
import Store
import Sync
import Testing
import Timekeeping
import Web

/// Types of events that nobody has heard of are stored, counted, named where OneLogin names them, and shown.
@Suite struct UnknownEventTypeTests {
    static let typesPath = "/api/1/events/types"

    static func asked(_ bench: SyncBench) -> Int { bench.log.take().filter { $0.hasPrefix(typesPath) }.count }

    @Test func theyAreCountedOnceAndTheListIsAskedForOnceADay() async throws {
        let bench = try SyncBench { $0.historyEvents = 2000 }
        let first = try await bench.runner.runOnce()
        let counted = first.unknownEventTypes
        #expect(!counted.isEmpty)
        #expect(counted.allSatisfy { $0.typeID >= 40_000 && $0.name == nil && $0.firstSeen <= $0.lastSeen })
        #expect(Self.asked(bench) == 1)
        let stored = try await bench.store.activities(connection: "acme", after: 0, limit: 5000)
        let unknown = (0..<stored.batch.count).filter {
            stored.batch.activity(at: $0).kind == ActivityKind.unknown.kind
        }
        #expect(counted.reduce(0) { $0 + $1.count } == unknown.count)

        // Nobody moves but the clock by a minute: what is polled again is not counted again.
        bench.clock.advance(by: .minutes(1))
        let second = try await bench.runner.runOnce()
        #expect(second.unknownEventTypes.count >= counted.count && Self.asked(bench) == 0)
        bench.clock.advance(by: .days(1))
        _ = try await bench.runner.runOnce()
        #expect(Self.asked(bench) == 1)
    }

    @Test func aNameThatOneLoginGivesIsKeptAndShown() async throws {
        let bench = try SyncBench { $0.historyEvents = 2000 }
        let outcome = try await bench.runner.runOnce()
        let type = try #require(outcome.unknownEventTypes.first)
        try await bench.store.name(eventTypes: [type.typeID: "SOMETHING_NEW"], connection: "acme")
        let named = try await bench.store.unknownEventTypes(connection: "acme")
        #expect(named.first?.name == "SOMETHING_NEW" && named.first?.count == type.count)
        #expect(try await bench.store.unknownEventTypes(connection: "other").isEmpty)
    }

    @Test func aListThatCannotBeReadStopsNothingAndIsNotAskedForAtOnce() async throws {
        let bench = try SyncBench { $0.historyEvents = 2000 }
        await bench.simulator.setFaults(.init([.init(Self.typesPath, .always, .status(403))]))
        let outcome = try await bench.runner.runOnce()
        #expect(outcome.failures.isEmpty && !outcome.unknownEventTypes.isEmpty)
        #expect(Self.asked(bench) == 1)
        bench.clock.advance(by: .minutes(30))
        _ = try await bench.runner.runOnce()
        #expect(Self.asked(bench) == 0)
        bench.clock.advance(by: .minutes(31))
        _ = try await bench.runner.runOnce()
        #expect(Self.asked(bench) == 1)
    }
}
