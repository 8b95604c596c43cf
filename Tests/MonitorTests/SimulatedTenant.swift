import Directory
import Evaluation
import Foundation
import HTTPClient
import HTTPTransport
import Monitor
import OneLogin
import OneLoginSimulator
import RuleLanguage
import Testing
import Timekeeping

/// A simulated tenant over loopback for the length of a test.
struct SimulatedTenant {
    let simulator: Simulator
    let url: String
    let clock: ManualClock

    /// Serves a tenant while `body` runs.
    ///
    /// - Parameter start: Where the clock stands; the system's moment where the client compares it with the server's.
    static func with<Value: Sendable>(
        _ options: SimulatorOptions, start: Timestamp = Timestamp(seconds: 1_767_225_600),
        _ body: @Sendable (SimulatedTenant, any HTTPSender) async throws -> Value
    ) async throws -> Value {
        let clock = ManualClock(start)
        let simulator = Simulator(options: options, clock: clock)
        let (ports, known) = AsyncStream.makeStream(of: Int.self)
        let server = Task { try await simulator.run { known.yield($0) } }
        defer { server.cancel() }
        var port = 0
        for await first in ports {
            port = first
            break
        }
        let tenant = SimulatedTenant(simulator: simulator, url: "http://127.0.0.1:\(port)", clock: clock)
        return try await NetworkSender.with(NetworkSettings()) { sender in try await body(tenant, sender) }
    }

    /// A link with the simulator's credential, or another.
    func link(
        id: String = SimulatorOptions.fakeClientID, secret: String = SimulatorOptions.fakeClientSecret
    ) -> OneLoginConnection {
        OneLoginConnection(subdomain: "demo", clientID: id, clientSecret: Secret(secret), baseURL: url)
    }

    /// The shipped rules, bound by the shipped policy.
    static func shippedBook() throws -> RuleBook { try shipped.get() }

    /// Loaded once, since that takes seconds without optimisation.
    private static let shipped = Result {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().path
        let files = try RuleFolders(["\(root)/Rules", "\(root)/Policies"]).read()
        let loaded = RuleBookLoader(schema: IdentitySchema.schema).load(files: files)
        #expect(loaded.diagnostics.isEmpty)
        return loaded.book
    }
}
