import Directory
import HTTPTransport
import Logging
import OneLogin
import OneLoginSimulator
import Store
import Sync
import Testing
import Timekeeping
import Web

@testable import Monitor

/// Members of records that nobody has heard of are counted, and change nothing else.
@Suite struct UnknownFieldSyncTests {
    /// Adds members to the answers, as a newer OneLogin would.
    struct NewerTenant: HTTPSender {
        let sender: any HTTPSender

        func send(_ request: HTTPRequest, limits: HTTPLimits) async throws(TransportFailure) -> HTTPResponse {
            var answer = try await sender.send(request, limits: limits)
            var text = String(decoding: answer.body, as: UTF8.self)
            text.replace("\"event_type_id\":", with: "\"trace_of_the_new_kind\":{\"id\":1},\"event_type_id\":")
            text.replace("\"username\":", with: "\"nickname\":\"n\",\"shoe_size\":null,\"username\":")
            answer.body = Array(text.utf8)
            return answer
        }
    }

    static func runner(_ bench: SyncBench) -> SyncRunner {
        let link = OneLoginConnection(
            subdomain: "demo", clientID: SimulatorOptions.fakeClientID,
            clientSecret: Secret(SimulatorOptions.fakeClientSecret))
        let client = OneLoginClient(link, sender: NewerTenant(sender: bench.log), clock: bench.clock)
        return SyncRunner(
            connection: "acme", source: client, facts: bench.store, ledger: bench.store, clock: bench.clock,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    @Test func aTenantOfTodayHasNone() async throws {
        let bench = try SyncBench { $0.historyEvents = 300 }
        let outcome = try await bench.runner.runOnce()
        #expect(outcome.status == .connected)
        #expect(try await bench.store.unknownFields(connection: "acme") == [])
    }

    @Test func newMembersAreCountedAndPassThrough() async throws {
        let bench = try SyncBench { $0.historyEvents = 300 }
        let outcome = try await Self.runner(bench).runOnce()
        #expect(outcome.status == .connected && outcome.newActivities > 0 && outcome.unreadable == 0)
        let found = outcome.unknownFields
        #expect(found.map(\.collection) == ["event", "user"])
        #expect(found.map(\.name) == ["trace_of_the_new_kind", "nickname"], "one without a value is not there")
        #expect(found.map(\.count) == [outcome.newActivities, 30])
        #expect(found.allSatisfy { $0.firstSeen == bench.clock.now() })
        let stored = try await bench.store.activities(connection: "acme", after: 0, limit: 1)
        #expect(stored.batch.activity(at: 0).text(.raw)?.contains("trace_of_the_new_kind") == true)

        let metrics = MonitorMetrics(connections: ["acme"])
        var report = Cycle.Report()
        report.connections = [("acme", outcome, ConnectionWatch.Report())]
        await metrics.note(report)
        let samples = await metrics.families.first { $0.name == "tocsin_unknown_fields_total" }?.samples
        #expect(samples?.map(\.value).sorted() == [30, Double(outcome.newActivities)].sorted())
    }

    /// What webhooks bring is counted as what is polled.
    @Test func membersOfWebhooksAreCounted() async throws {
        let store = try SQLiteStore.inMemory(decoder: WireActivityDecoder())
        let entry = EventEntry(
            connection: "acme", facts: store, enricher: nil, lateness: .minutes(5),
            clock: ManualClock(SyncBench.start), ledger: store)
        let known = #""uuid":"u1","event_type_id":5,"event_timestamp":"2026-01-01 00:00:00 UTC","solved":true"#
        _ = try await entry.take(Array(#"{"event":{\#(known)}}"#.utf8))
        #expect(try await store.unknownFields(connection: "acme") == [])
        _ = try await entry.take(Array(#"{"event":{\#(known),"brand_new":1}}"#.utf8))
        let field = try #require(try await store.unknownFields(connection: "acme").first)
        #expect(field.collection == UnknownField.events && field.name == "brand_new" && field.count == 1)
    }
}
