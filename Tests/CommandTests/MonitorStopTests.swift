import Foundation
import Testing

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// `tocsin monitor` ends on SIGTERM at the next page, and the next start goes on there.
@Suite struct MonitorStopTests {
    /// How many calls of the list of users the simulated tenant has had.
    private static func calls(_ tenant: AlertsShowTests.Tenant) async throws -> Int {
        let url = try #require(URL(string: tenant.url + "/simulator/calls"))
        let (body, _) = try await URLSession.shared.data(from: url)
        let counts = try #require(try JSONSerialization.jsonObject(with: body) as? [String: Int])
        return counts["api/1/users"] ?? 0
    }

    @Test(.timeLimit(.minutes(15))) func aFirstCopyIsLeftAtItsPageAndGoneOnWith() async throws {
        let bench = try ConnectionCommandTests.Bench(
            """
            seed: 3
            users: 400
            history: { days: 1, events: 100 }
            timeline:
              - { at: -1s, fault: "/api/1/users@5=delay250000" }
            """)
        defer { bench.end() }
        let added = try await bench.add()
        #expect(added.code == 0, "\(added.errors)")
        let monitor = try bench.program.process(["monitor", "--config", bench.program.path("tocsin.yaml")])
        monitor.standardOutput = FileHandle.nullDevice
        monitor.standardError = FileHandle.nullDevice
        let (codes, ended) = AsyncStream.makeStream(of: Int32.self)
        monitor.terminationHandler = {
            ended.yield($0.terminationReason == .exit ? $0.terminationStatus : -1)
            ended.finish()
        }
        try monitor.run()
        defer { monitor.terminate() }
        // The fifth page of eight does not come for minutes.
        while try await Self.calls(bench.tenant) < 5 { await Task.yield() }
        monitor.terminate()
        #expect(await codes.first { _ in true } == 0)

        let status = try await bench.connection("status", "acme", "--format", "json")
        let row = try ConnectionCommandTests.json(status)
        #expect(status.code == 3 && row["status"] as? String == "initial_sync" && row["reason"] == nil)
        #expect((row["progress"] as? [String: Any])?["records"] as? Int == 200, "\(status.output)")

        let turn = try await bench.program.run("monitor", "--once", "--config", bench.program.path("tocsin.yaml"))
        #expect(turn.code == 0, "\(turn.errors)")
        // Five before and pages 5 to 8 after; then the factors, a call a user.
        let calls = try await Self.calls(bench.tenant)
        #expect(calls == 5 + 4 + 400)
        let after = try await bench.connection("status", "acme", "--format", "json")
        #expect(try ConnectionCommandTests.json(after)["status"] as? String == "connected", "\(after.output)")
    }
}
