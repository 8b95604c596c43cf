import Directory
import HTTPClient
import HTTPTransport
import Logging
import OneLogin
import OneLoginSimulator
import Store
import Testing
import Timekeeping
import Web

@testable import Monitor

/// What a body that is too long comes to, and what the simulator's event broadcaster posts.
///
/// The broadcaster posts over loopback to our listener, which stores what it brings.
@Suite struct EventWebhookTests {
    /// One more event than a body may have, and as many as it may have.
    @Test(arguments: [(0, 10_000), (1, 0)])
    func aBodyOfTooManyEventsIsRefusedAsAWhole(_ beyond: Int, _ stored: Int) async throws {
        let store = try SQLiteStore.inMemory(decoder: WireActivityDecoder())
        let entry = EventEntry(
            connection: "acme", facts: store, enricher: nil, lateness: .minutes(5),
            clock: ManualClock(SyncBench.start))
        let lines = (0..<(EventBody.recordLimit + beyond)).map {
            #"{"event":{"uuid":"u\#($0)","event_type_id":5,"event_timestamp":"2026-01-01 00:00:00 UTC"}}"#
        }
        let body = Array(lines.joined(separator: "\n").utf8)
        if beyond > 0 {
            await #expect(throws: TooManyEvents(limit: EventBody.recordLimit)) { _ = try await entry.take(body) }
        } else {
            #expect(try await entry.take(body).new == stored)
        }
        #expect(try await store.activities(connection: "acme", after: 0, limit: 20_000).positions.count == stored)
        #expect(try await store.quarantine(connection: "acme").isEmpty)
    }

    @Test(arguments: WebhookSender.Format.allCases)
    func everyEventIsStoredOnceHoweverOftenItIsSent(_ format: WebhookSender.Format) async throws {
        var options = SimulatorOptions()
        options.users = 40
        options.historyEvents = 95
        options.planted = []
        let clock = ManualClock(SyncBench.start)
        let simulator = Simulator(options: options, clock: clock)
        let store = try SQLiteStore.inMemory(decoder: WireActivityDecoder())
        let entry = EventEntry(
            connection: "acme", facts: store, enricher: nil, lateness: .minutes(5), clock: clock, ledger: store)
        let intake = EventIntake(
            connection: "acme", header: "Authorization", token: "s3cret", postsPerMinute: 1000,
            take: { try await entry.take($0) })
        let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let server = WebServer(
            sources: WebSources(readiness: { Readiness() }, metrics: { [] }),
            listener: EventListener([intake], clock: clock), logger: quiet)
        let (ports, known) = AsyncStream.makeStream(of: Int.self)
        let serving = Task { try await server.run { known.yield($0) } }
        defer { serving.cancel() }
        var port = 0
        for await first in ports {
            port = first
            break
        }
        let url = "http://127.0.0.1:\(port)/webhooks/onelogin/acme"
        try await NetworkSender.with(NetworkSettings()) { sender in
            let count = await simulator.eventCount
            for _ in 0..<2 {
                let broadcaster = WebhookSender(
                    simulator, to: url, headers: ["Authorization": "Bearer s3cret"], format: format, sender: sender)
                // Whole posts go at once, the rest when it has waited long enough.
                let first = await broadcaster.sendDue()
                #expect(first == Array(repeating: 202, count: count / WebhookSender.batch))
                clock.advance(by: .milliseconds(10_000))
                #expect(await broadcaster.sendDue().allSatisfy { $0 == 202 })
            }
            let total = await simulator.eventCount
            let stored = try await store.activities(connection: "acme", after: 0, limit: 10_000)
            #expect(stored.positions.count >= count && stored.positions.count <= total)
            #expect(Set((0..<stored.batch.count).map { stored.batch.activity(at: $0).id }).count == stored.batch.count)
            #expect(try await store.quarantine(connection: "acme").isEmpty)
            let wrong = WebhookSender(
                simulator, to: url, headers: ["Authorization": "Bearer other"], format: format, sender: sender)
            #expect(await wrong.sendDue() == [401])
        }
    }
}
