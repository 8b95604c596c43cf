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

    /// A list of each kind of thing, and the exit codes that a fault of it may have.
    static let collections = [
        "/api/1/users", "/api/1/groups", "/api/2/roles", "/api/2/apps", "/api/2/mappings", "/api/1/privileges",
        "/api/2/mfa/users/", "/api/1/events", "roles/users", "roles/admins", "privileges/users", "privileges/roles",
    ]

    /// The first of the paths that a name of ``collections`` stands for, as a sync asked for them.
    static func path(_ name: String, in asked: [String]) -> String? {
        guard !name.hasPrefix("/") else { return name }
        let parts = name.split(separator: "/")
        return asked.map { String($0.prefix { $0 != "?" }) }.first {
            $0.contains("/\(parts[0])/") && $0.hasSuffix("/\(parts[1])")
        }
    }

    /// Each kind of fault, at each collection: exit code 3, or 4 where the tenant refuses, and never 0 or 1.
    @Test(arguments: FaultTableTests.kinds.filter { !$0.mayBeHarmless })
    func everyFaultOfEveryCollectionIsInTheExitCode(_ kind: FaultTableTests.Kind) async throws {
        let book = try SimulatedTenant.shippedBook()
        let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let small: (inout SimulatorOptions) -> Void = {
            $0.pageSize = 50
            $0.historyEvents = 10
        }
        let whole = try SyncBench(users: 30, cadence: .hourly, small)
        #expect(try await whole.runner.runOnce().status == .connected)
        let asked = whole.log.take()
        for name in Self.collections {
            let path = try #require(Self.path(name, in: asked), "\(name) is not read")
            let bench = try SyncBench(users: 30, small)
            await bench.simulator.setFaults(FaultPlan([Fault(path, .always, kind.effect)]))
            let audit = TenantAudit(
                book: book, superUsers: SuperUserResolver.standard, source: bench.client, cadence: .hourly,
                clock: bench.clock)
            let report = try await audit.run(connection: "acme", tenant: nil, toolVersion: "test", logger: quiet)
            let code = report.exitDecision.code
            #expect(
                code == 3 || code == 4 && !report.failures.isEmpty,
                "\(kind.testDescription) at \(path): \(code) \(report.exitDecision.reasons)")
        }
    }
}
