import Directory
import HTTPTransport
import Logging
import OneLogin
import OneLoginSimulator
import Store
import Sync
import Synchronization
import Testing
import Timekeeping

@testable import Monitor

/// Rows of the directory that cannot be read: kept with why, shown, and gone when a later sync has read them.
@Suite struct DirectoryQuarantineTests {
    /// Breaks a row of the answers while it is told to.
    final class BreakingSender: HTTPSender {
        private let sender: any HTTPSender
        let change = Mutex<(old: String, new: String)?>(nil)

        init(_ sender: any HTTPSender) { self.sender = sender }

        func send(_ request: HTTPRequest, limits: HTTPLimits) async throws(TransportFailure) -> HTTPResponse {
            var response = try await sender.send(request, limits: limits)
            if let (old, new) = change.withLock({ $0 }), request.url.contains("/api/1/users") {
                let text = String(decoding: response.body, as: UTF8.self)
                response.body = Array(text.replacing(old, with: new).utf8)
            }
            return response
        }
    }

    struct Bench {
        let sender: BreakingSender
        let store: SQLiteStore
        let clock: ManualClock
        let runner: SyncRunner

        init() throws {
            let bench = try SyncBench()
            sender = BreakingSender(bench.log)
            store = bench.store
            clock = bench.clock
            let options = SimulatorOptions()
            let link = OneLoginConnection(
                subdomain: "demo", clientID: options.clientID, clientSecret: Secret(options.clientSecret))
            runner = SyncRunner(
                connection: "acme", source: OneLoginClient(link, sender: sender, clock: bench.clock),
                facts: bench.store, ledger: bench.store, clock: bench.clock,
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        }

        /// What a replay says, with and without keeping it: the same.
        func replay() async throws -> QuarantineReplay.Report {
            let replay = QuarantineReplay(store: store, connection: "acme", lateness: .minutes(5))
            let said = try await replay.run(keeps: false)
            #expect(try await replay.run(takesTooLate: false) == said)
            return said
        }
    }

    @Test func aRowIsKeptUntilALaterSyncHasReadIt() async throws {
        let bench = try Bench()
        bench.sender.change.withLock { $0 = ("\"id\":30000017,", "\"id\":\"mended later\",") }
        let first = try await bench.runner.runOnce()
        #expect(first.status == .connected && first.unreadable == 1)
        #expect(try await bench.store.currentSnapshot(connection: "acme")?.users.count == 29)
        let kept = try await bench.store.quarantined(connection: "acme", limit: 10)
        #expect(kept.map(\.kind) == [.user] && kept.map(\.place) == ["GET /api/1/users"])
        #expect(kept.map(\.reason) == ["`id` is no integer: `mended later`"])
        #expect(kept.first?.text.contains("mended later") == true)
        var stays = QuarantineReplay.Report()
        stays.records = 1
        stays.remaining = 1
        #expect(try await bench.replay() == stays)

        // It comes again, and is one record still.
        bench.clock.advance(by: .minutes(15))
        _ = try await bench.runner.runOnce()
        #expect(try await bench.store.quarantined(connection: "acme", limit: 10).map(\.id) == kept.map(\.id))
        #expect(try await bench.replay() == stays)

        bench.sender.change.withLock { $0 = nil }
        bench.clock.advance(by: .minutes(15))
        let mended = try await bench.runner.runOnce()
        #expect(mended.status == .connected && mended.unreadable == 0)
        #expect(try await bench.store.currentSnapshot(connection: "acme")?.user(30_000_017) != nil)
        var done = QuarantineReplay.Report()
        done.records = 1
        done.released = 1
        done.directoryRows = 1
        #expect(try await bench.replay() == done)
        #expect(try await bench.store.quarantined(connection: "acme", limit: 10).isEmpty)
        #expect(try await bench.replay() == QuarantineReplay.Report())
    }

    @Test func whatIsLongIsCut() throws {
        for text in ["x", "é", "😀"] {
            let long = UnreadableText(place: "", reason: "", text: String(repeating: text, count: 70_000)).text
            #expect(long.utf8.count <= UnreadableText.textLimit && long.utf8.count > UnreadableText.textLimit - 4)
        }
    }
}

extension DirectorySnapshot {
    fileprivate func user(_ id: Int64) -> User? { users.first { $0.id == id } }
}
