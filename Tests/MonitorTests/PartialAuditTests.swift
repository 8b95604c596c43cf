import Directory
import Evaluation
import Logging
import OneLoginSimulator
import Reporting
import RuleLanguage
import Sync
import Testing

@testable import Monitor

/// An audit of half a directory says so and finds nothing gone.
@Suite struct PartialAuditTests {
    @Test(arguments: [
        ("/api/1/users", Fault.Effect.status(502), Int32(3)), ("/api/2/roles", .cutBody, 3),
        ("/api/1/events", .html(429), 3), ("/api/1/groups", .noRows, 3), ("/auth/oauth2/v2/token", .status(401), 4),
    ])
    func itsExitCodeSaysThatDataAreMissing(_ path: String, _ effect: Fault.Effect, _ code: Int32) async throws {
        let bench = try SyncBench()
        await bench.simulator.setFaults(FaultPlan([Fault(path, .always, effect)]))
        let audit = TenantAudit(
            book: try SimulatedTenant.shippedBook(), superUsers: SuperUserResolver.standard, source: bench.client,
            cadence: .hourly, clock: bench.clock)
        let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let report = try await audit.run(connection: "acme", tenant: nil, toolVersion: "test", logger: quiet)
        #expect(report.exitDecision.code == code, "\(report.exitDecision.reasons) \(report.failures)")
    }
}
