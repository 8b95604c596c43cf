import Delivery
import Directory
import HTTPClient
import HTTPTransport
import Logging
import Monitor
import OneLogin
import OneLoginSimulator
import Settings
import Store
import Sync
import Testing
import Timekeeping

/// A monitor of several connections goes each its own way: one proxy's fault is nobody else's.
@Suite struct ConnectionWayTests {
    @Test func aProxyThatIsDownStopsItsOwnConnectionOnly() async throws {
        var options = SimulatorOptions()
        options.users = 30
        options.historyEvents = 20
        options.planted = []
        try await SimulatedTenant.with(options, start: SystemClock().now()) { tenant, _ in
            var settings = Settings()
            settings.connections = ["straight", "round"].map { name in
                var connection = ConnectionSettings(name: name, subdomain: "demo")
                connection.url = tenant.url
                connection.clientID = SimulatorOptions.fakeClientID
                connection.clientSecret = Secret(SimulatorOptions.fakeClientSecret)
                return connection
            }
            // Nobody listens there.
            settings.connections[1].proxy = ProxySettings(host: "127.0.0.1", port: 1)
            let store = try SQLiteStore.inMemory(decoder: WireActivityDecoder())
            let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            let assembly = Assembly(settings, clock: tenant.clock, logger: quiet)
            let report = try await NetworkSenders.with { senders in
                let receivers = try assembly.receivers(
                    senders: senders, userAgent: "tocsin", format: .json, write: { _ in })
                return try await assembly.cycle(
                    book: try SimulatedTenant.shippedBook(), store: store, senders: senders,
                    receivers: receivers
                ).run()
            }
            #expect(report.connections.map(\.name) == ["straight", "round"])
            #expect(report.connections[0].sync.failures.isEmpty)
            #expect(report.connections[1].sync.failures.first?.cause == .unreachable)
        }
    }
}
