import Directory
import HTTPTransport
import OneLogin
import OneLoginSimulator
import Testing
import Timekeeping

/// `connection test` against a server that refuses: every cause has words of its own and something to do.
@Suite struct ConnectionFailureTests {
    /// What is wrong, and the cause that must be named.
    enum Fault: String, CaseIterable, Sendable {
        case wrongID, wrongSecret, blankInSecret, missingScope, unknownSubdomain, deadHost

        var cause: SourceFailure.Cause {
            switch self {
            case .wrongID, .wrongSecret: .credentialsRejected
            case .blankInSecret: .secretHasBlank
            case .missingScope: .scopeMissing
            case .unknownSubdomain: .tenantUnknown
            case .deadHost: .unreachable
            }
        }
    }

    static func firstFailure(_ fault: Fault) async throws -> ConnectionTest.Probe? {
        var options = SimulatorOptions()
        options.users = 40
        if fault == .missingScope { options.scope = .authenticationOnly }
        if fault == .unknownSubdomain { options.subdomain = "somebody-else" }
        return try await SimulatedTenant.with(options, start: SystemClock().now()) { tenant, sender in
            let link =
                switch fault {
                case .wrongID: tenant.link(id: "my-client-id")
                case .wrongSecret: tenant.link(secret: String(repeating: "0", count: 64))
                case .blankInSecret: tenant.link(secret: "5ec4e7fa 5ec4e7fa")
                case .deadHost:
                    OneLoginConnection(
                        subdomain: "demo", clientID: SimulatorOptions.fakeClientID,
                        clientSecret: Secret(SimulatorOptions.fakeClientSecret), baseURL: "http://127.0.0.1:1")
                case .missingScope, .unknownSubdomain: tenant.link()
                }
            let test = await OneLoginClient(link, sender: sender, clock: tenant.clock).testConnection()
            #expect(!test.isUsable)
            return test.probes.first { !$0.isOK }
        }
    }

    @Test(arguments: Fault.allCases)
    func aFaultIsNamedWithARemedy(_ fault: Fault) async throws {
        let probe = try #require(try await Self.firstFailure(fault))
        #expect(probe.cause == fault.cause)
        #expect(!(probe.remedy ?? "").isEmpty)
        #expect(!probe.detail.contains(SimulatorOptions.fakeClientSecret))
    }

    @Test func noTwoFaultsSayTheSame() async throws {
        var words = Set<String>()
        for fault in Fault.allCases {
            let probe = try #require(try await Self.firstFailure(fault))
            words.insert("\(probe.detail) \(probe.remedy ?? "")")
        }
        #expect(words.count == Fault.allCases.count)
    }

    @Test func aCredentialThatMayReadAllIsUsable() async throws {
        var options = SimulatorOptions()
        options.users = 40
        options.scope = .readAll
        try await SimulatedTenant.with(options, start: SystemClock().now()) { tenant, sender in
            let test = await OneLoginClient(tenant.link(), sender: sender, clock: tenant.clock).testConnection()
            #expect(test.isUsable)
            #expect(test.probes.first { $0.name == "privileges" }?.isOK == false)
        }
    }
}
